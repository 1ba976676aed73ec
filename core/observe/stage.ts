/**
 * From rules to a plan. Rules that follow from what another target makes join in stages: first
 * that target, then the rules made from its text.
 */

import type { Build, Expansion, Params, RuleItem } from '../api/builds.ts';
import { recordingSites } from '../api/define.ts';
import { Refusal, UserError } from '../api/errors.ts';
import type { Json, Path, TargetName } from '../api/values.ts';
import { refuseAliases } from '../graph/aliases.ts';
import { refuseDirectories } from '../graph/directories.ts';
import { allKnown, placeholderPatterns, refuseHopeless, resolveGoals } from '../graph/goals.ts';
import type { Graph } from '../graph/graph.ts';
import { normalisePath, type ResolveOptions, resolve } from '../graph/resolve.ts';
import type { CodeReader } from '../load/closure.ts';
import type { History } from '../memory/history.ts';
import { closure } from '../plan/plan.ts';
import type { Plan } from '../plan/verdict.ts';
import { nearestNames } from '../words/near.ts';
import { display } from '../words/quote.ts';
import { reasonText } from '../words/reasons.ts';
import { count, enumerate } from '../words/text.ts';
import type { World } from '../world/world.ts';
import type { Observer } from './observer.ts';
import { survey } from './survey.ts';

/** A rule file, loaded, with its parameters chosen. */
export interface Project {
  readonly world: World;
  readonly build: Build;
  readonly params: Params;
  /** Those of the parameters that the command line gives. */
  readonly given?: { readonly [name: string]: Json };
  /** `file:line` of the rule file from a stack, for messages. */
  readonly siteOf: (stack: string) => string;
  /** Turns what the rule file's own code threw, or a mistake about a word of it, into an error for people. */
  readonly explain: (error: unknown) => Error;
  /** Reads functions of the rule file with all that they use. */
  readonly code?: CodeReader;
  /** Keeps what is done, for people who ask later. */
  readonly history?: History;
}

/** Whether the rules are as the rule file has them, and not as an option asks for this once. */
export const isAsWritten = ({ given = {} }: Pick<Project, 'given'>): boolean =>
  Object.keys(given).length === 0;

/** A plan for the goals, or which targets have to be made before one can be. */
export type Stage =
  | { readonly kind: 'plan'; readonly plan: Plan; readonly provisional: readonly TargetName[] }
  | { readonly kind: 'first'; readonly plan: Plan };

/**
 * Plans the goals.
 * @param goals as named on the command line; none: the build's own goal
 * @param assume plan with placeholders where texts are not known yet, instead of asking to make them
 * @param failuresStand what failed is told as failed, not as what would be tried again
 */
export async function stage(
  project: Project,
  observer: Observer,
  goals: readonly string[],
  { assume, failuresStand = false }: { readonly assume: boolean; readonly failuresStand?: boolean },
): Promise<Stage> {
  const names = goals.length > 0 ? goals : goalOf(project);
  if (names.length === 0 && !assume)
    throw new UserError('name a target: the rule file has no goal', 'See `desgw targets`.');
  const normalise = normaliser(project.world.files.root);
  const items = declared(project);
  const texts = new Map<TargetName, string>();
  const provisional: TargetName[] = [];
  const mayBeMade = filesToCome(project, items, normalise);
  for (;;) {
    const open = { open: provisional, mayBeMade };
    const graph = resolved(project, items, texts, normalise, open);
    const known = graph.unexpanded.length === 0 || allKnown(graph, names, normalise);
    const wanted = known ? goalsIn(project, graph, goals, normalise) : [];
    if (known && (graph.unexpanded.length === 0 || !awaits(graph, wanted))) {
      const plan = await survey(graph, wanted, observer, { failuresStand });
      explainPlan(project.world, plan);
      const suspects = plan.order.filter((name) => plan.verdicts.get(name)!.state !== 'fresh');
      const place = (target: TargetName) => declarationOf(project, target);
      refuseDirectories(suspects, graph, (path) => observer.directory(path), place);
      refuseAliases(plan, project.world.files, normalise, place);
      return { kind: 'plan', plan, provisional };
    }
    const sources = new Set(graph.unexpanded.map((expansion) => expansion.from!));
    const plan = await survey(graph, [...sources], observer, { failuresStand });
    explainPlan(project.world, plan);
    const unmade = [...sources].filter((source) => plan.verdicts.get(source)!.state !== 'fresh');
    if (unmade.length > 0 && !assume) {
      refuseUnknown(project, items, texts, names, normalise);
      return { kind: 'first', plan };
    }
    provisional.push(...unmade);
    for (const expansion of graph.unexpanded) {
      texts.set(
        expansion.from!,
        textFor(project, graph, expansion, { unmade: unmade.includes(expansion.from!) }),
      );
    }
  }
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

/** The graph as what lies here tells it, placeholders and all; nothing is looked at but those texts. */
export function graphUnseen(project: Project): Graph {
  const normalise = normaliser(project.world.files.root);
  const items = declared(project);
  const texts = new Map<TargetName, string>();
  for (;;) {
    const graph = resolved(project, items, texts, normalise, { open: [...texts.keys()] });
    if (graph.unexpanded.length === 0) return graph;
    for (const expansion of graph.unexpanded)
      texts.set(expansion.from!, textFor(project, graph, expansion, { unmade: true }));
  }
}

/** Whether something that the goals need may come only with rules that are not known yet. */
const awaits = (graph: Graph, goals: readonly TargetName[]): boolean =>
  graph.awaited.size > 0 && closure(graph, goals).some((name) => graph.awaited.has(name));

/** Tells of a file whether rules that are not known yet may make it; found out when first wanted. */
function filesToCome(
  project: Project,
  items: readonly RuleItem[],
  normalise: (path: Path) => string,
): (path: Path) => boolean {
  let told: ((path: Path) => boolean) | undefined;
  return (path) => {
    told ??= placeholderFiles(project, items, normalise);
    return told(path);
  };
}

function placeholderFiles(
  project: Project,
  items: readonly RuleItem[],
  normalise: (path: Path) => string,
): (path: Path) => boolean {
  const texts = new Map<TargetName, string>();
  const placeholders: string[] = [];
  for (;;) {
    const { unexpanded, makers } = resolved(project, items, texts, normalise, {
      open: [...texts.keys()],
    });
    if (unexpanded.length === 0) {
      const patterns = placeholderPatterns([...makers.keys()], placeholders);
      return (path) => makers.has(path) || patterns.some((pattern) => pattern.test(path));
    }
    for (const { from, placeholder } of unexpanded) {
      // Without one, nobody knows: what is there passes for what it is.
      if (placeholder === undefined) return (path) => project.world.files.stat(path) === undefined;
      texts.set(from!, placeholder);
      placeholders.push(placeholder);
    }
  }
}

/** Targets that have to be made before it is known which targets there are. */
export function notYetKnown(found: Stage): readonly TargetName[] {
  const unexpanded = found.plan.graph.unexpanded.flatMap(({ from }) => from ?? []);
  return found.kind === 'plan' ? [...found.provisional, ...unexpanded] : unexpanded;
}

/**
 * A name that cannot come to mean anything is refused before anything is made for it. Told from
 * the rules as they are with placeholders; without those, nobody knows what there will be.
 */
function refuseUnknown(
  project: Project,
  items: readonly RuleItem[],
  known: ReadonlyMap<TargetName, string>,
  names: readonly string[],
  normalise: (path: Path) => string,
): void {
  const texts = new Map(known);
  const placeholders: string[] = [];
  for (;;) {
    const graph = resolved(project, items, texts, normalise, { open: [...texts.keys()] });
    if (graph.unexpanded.length === 0) {
      refuseHopeless(graph, names, normalise, placeholders);
      return;
    }
    for (const { from, placeholder } of graph.unexpanded) {
      if (placeholder === undefined) return;
      texts.set(from!, placeholder);
      placeholders.push(placeholder);
    }
  }
}

function textFor(
  project: Project,
  graph: Graph,
  expansion: Expansion,
  { unmade }: { readonly unmade: boolean },
): string {
  const path = graph.nodes.get(expansion.from!)!.outputs[0]?.path;
  const text = path === undefined ? undefined : project.world.files.readText(path);
  if (unmade && expansion.placeholder !== undefined) return text ?? expansion.placeholder;
  return text ?? '';
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

function declared(project: Project): readonly RuleItem[] {
  try {
    return project.build.rules(project.params);
  } catch (error) {
    throw explained(project, error);
  }
}

/** A refusal is meant for people as it stands; anything else is a fault in the rule file. */
function explained(project: Project, error: unknown): Error {
  if (error instanceof UserError) return placed(project, error);
  return error instanceof Refusal
    ? new UserError(error.message, error.advice)
    : project.explain(error);
}

/** A mistake in the rule file that is told without its place gets that of the word it is about. */
const placed = ({ explain }: Project, error: UserError): Error =>
  error.word === undefined ? error : explain(error);

/**
 * The graph; where the rules are wrong they are declared once more with their places noted, which
 * would cost too much to do every time.
 */
function resolved(
  project: Project,
  items: readonly RuleItem[],
  texts: ReadonlyMap<TargetName, string>,
  normalise: (path: Path) => string,
  more: Partial<Pick<ResolveOptions, 'open' | 'mayBeMade'>> = {},
): Graph {
  const textOf = (expansion: Expansion): string | undefined =>
    expansion.file === undefined
      ? texts.get(expansion.from!)
      : fileText(project, expansion.file, expansion.advice);
  const { code } = project;
  const options = {
    ...more,
    textOf,
    normalise,
    secrets: project.world.secrets,
    ...(code === undefined ? {} : { codeOf: code.codeOf }),
  };
  try {
    return resolve(items, options);
  } catch (error) {
    if (!(error instanceof UserError)) throw explained(project, error);
    return again(project, options);
  } finally {
    code?.close();
  }
}

function again(project: Project, options: ResolveOptions): Graph {
  try {
    return recordingSites(project.siteOf, () =>
      resolve(project.build.rules(project.params), options),
    );
  } catch (error) {
    throw explained(project, error);
  }
}

function fileText(project: Project, path: Path, advice: string | undefined): string {
  const text = project.world.files.readText(path);
  if (text !== undefined) return text;
  const near = nearestNames(project.world.files, path);
  const resembling = near.length > 0 ? `There is ${near.join(', ')}. ` : '';
  const hint = resembling + (advice ?? 'The rule file names it; make it, or name another.');
  throw new UserError(`${path} does not exist`, hint).coded('DG306');
}

/** One spelling for each file: relative to the workspace where it lies inside. */
export function normaliser(root: string): (path: Path) => string {
  return (path) => {
    const clean = normalisePath(path);
    if (clean === root) return '.';
    return clean.startsWith(`${root}/`) ? clean.slice(root.length + 1) : clean;
  };
}
