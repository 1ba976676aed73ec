/**
 * From rules to a plan. Rules that follow from what another target makes join in stages: first
 * that target, then the rules made from its text.
 */

import type { Expansion } from '../api/builds.ts';
import { recordingSites } from '../api/define.ts';
import { UserError } from '../api/errors.ts';
import type { Path, TargetName } from '../api/values.ts';
import { refuseAliases } from '../graph/aliases.ts';
import { refuseDirectories } from '../graph/directories.ts';
import { resolveGoals, understood } from '../graph/goals.ts';
import type { Graph } from '../graph/graph.ts';
import { closure } from '../plan/plan.ts';
import type { Plan } from '../plan/verdict.ts';
import { display } from '../words/quote.ts';
import { reasonText } from '../words/reasons.ts';
import { count, enumerate } from '../words/text.ts';
import type { World } from '../world/world.ts';
import type { Observer } from './observer.ts';
import { declared, normaliser, type Project, placed, resolved } from './project.ts';
import type { Recalled } from './recalled.ts';
import { type SurveyOptions, survey } from './survey.ts';
import { filesToCome, graphUnseen, meansMore, refuseUnknown, textFor } from './to-come.ts';

/** A plan for the goals, or which targets have to be made before one can be. */
export type Stage =
  | { readonly kind: 'plan'; readonly plan: Plan; readonly provisional: readonly TargetName[] }
  | { readonly kind: 'first'; readonly plan: Plan };

/**
 * Plans the goals.
 * @param goals as named on the command line; none: the build's own goal
 * @param assume plan with placeholders where texts are not known yet, instead of asking to make them
 */
export async function stage(
  project: Project,
  observer: Observer,
  goals: readonly string[],
  { assume, failuresStand = false, recalled }: SurveyOptions & { readonly assume: boolean },
): Promise<Stage> {
  const names = goals.length > 0 ? goals : goalOf(project);
  if (names.length === 0 && !assume)
    throw new UserError('name a target: the rule file has no goal', 'See `desgw targets`.');
  const normalise = normaliser(project.world.files.root);
  const items = declared(project);
  const texts = new Map<TargetName, string>();
  const provisional: TargetName[] = [];
  const mayBeMade = filesToCome(project, items, normalise);
  // What a pattern means may come only with rules that are not known yet.
  let mayMeanMore = true;
  const surveyed = (graph: Graph, targets: readonly TargetName[], known?: Recalled) =>
    survey(graph, targets, observer, { failuresStand, recalled: known });
  for (;;) {
    const open = { open: provisional, mayBeMade, known: recalled };
    const graph = resolved(project, items, texts, normalise, open);
    const meaning = understood(graph, names, normalise);
    const known = meaning === 'wholly' || (meaning === 'so far' && !mayMeanMore);
    const wanted = known ? goalsIn(project, graph, goals, normalise) : [];
    if (known && (graph.unexpanded.length === 0 || !awaits(graph, wanted))) {
      const plan = await surveyed(graph, wanted, recalled);
      explainPlan(project.world, plan);
      refuseFalseFiles(project, plan, observer, normalise);
      return { kind: 'plan', plan, provisional };
    }
    const sources = new Set(graph.unexpanded.map((expansion) => expansion.from!));
    const plan = await surveyed(graph, [...sources]);
    explainPlan(project.world, plan);
    const unmade = [...sources].filter((source) => plan.verdicts.get(source)!.state !== 'fresh');
    const tellsNow = ({ from }: Expansion): boolean => assume || !unmade.includes(from!);
    if (unmade.length > 0 && !assume) {
      const said = { texts, names, normalise };
      if (meaning !== 'so far' || meansMore(project, items, said, graph)) {
        refuseUnknown(project, items, said);
        return { kind: 'first', plan };
      }
      mayMeanMore = graph.unexpanded.some(tellsNow);
    } else provisional.push(...unmade);
    for (const expansion of graph.unexpanded.filter(tellsNow)) {
      const from = expansion.from!;
      texts.set(from, textFor(project, graph, expansion, { unmade: unmade.includes(from) }));
    }
  }
}

/** Of what is not fresh: no file is a directory, and none is another by another name. */
function refuseFalseFiles(
  project: Project,
  plan: Plan,
  observer: Observer,
  normalise: (path: Path) => string,
): void {
  const suspects = (plan.judged ?? plan.order).filter(
    (name) => plan.verdicts.get(name)!.state !== 'fresh',
  );
  const place = (target: TargetName) => declarationOf(project, target);
  refuseDirectories(suspects, plan.graph, (path) => observer.directory(path), place);
  refuseAliases(plan, project.world.files, normalise, place);
}

/** Why each target is not fresh, for those who want to know what a plan goes by. */
function explainPlan({ explain }: World, { order, verdicts, graph }: Plan): void {
  explain?.('plan', () => {
    const open = order.filter((name) => verdicts.get(name)!.state !== 'fresh');
    const lines = open.map((name) => {
      const { state, reasons, by = [], note } = verdicts.get(name)!;
      const why = [
        ...reasons.map(reasonText),
        ...(by.length === 0 ? [] : [`by ${enumerate(by)}`]),
        ...(note === undefined ? [] : [note]),
      ];
      return `${display(name)} ${state}${why.length === 0 ? '' : `: ${display(why.join('; '))}`}`;
    });
    return [
      `${order.length} of ${count(graph.order.length, 'target')}, ${open.length} not fresh`,
      ...lines,
    ];
  });
}

/** The goal of the rule file, which need not have one. */
const goalOf = ({ build }: Project): readonly TargetName[] =>
  build.goal === undefined ? [] : [build.goal];

/** The goals by name; that of the rule file is told with its place when it means nothing. */
function goalsIn(
  project: Project,
  graph: Graph,
  goals: readonly string[],
  normalise: (path: Path) => string,
): readonly TargetName[] {
  if (goals.length > 0) return resolveGoals(graph, goals, normalise);
  try {
    return resolveGoals(graph, goalOf(project), normalise);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, hint, kind } = error;
    throw placed(project, new UserError(`the goal: ${message}`, hint).coded(kind).about('goal'));
  }
}

/** Whether something that the goals need may come only with rules that are not known yet. */
const awaits = (graph: Graph, goals: readonly TargetName[]): boolean =>
  graph.awaited.size > 0 && closure(graph, goals).some((name) => graph.awaited.has(name));

/** Targets that have to be made before it is known which targets there are. */
export function notYetKnown(found: Stage): readonly TargetName[] {
  const unexpanded = found.plan.graph.unexpanded.flatMap(({ from }) => from ?? []);
  return found.kind === 'plan' ? [...found.provisional, ...unexpanded] : unexpanded;
}

/** Where a target is declared, `file:line`, with the text that it follows from; undefined: not known. */
export function declarationOf(project: Project, target: TargetName): string | undefined {
  try {
    const { nodes } = recordingSites(project.siteOf, () => graphUnseen(project));
    return nodes.get(target)?.rule.declaredAt;
  } catch (error) {
    // What was read when the rules were made may be gone by now.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
