/** The dry run of a build: what would run, told of a plan. */
import { MissingText, Refusal } from '../api/errors.ts';
import { RuleFault } from '../api/rule-code.ts';
import { recipeOf } from '../graph/recipes.ts';
import { mistakesIn } from '../observe/mistakes.ts';
import type { Observer } from '../observe/observer.ts';
import type { Stage } from '../observe/stage.ts';
import { evaluate } from '../run/entry.ts';
import { type Found, lookOnly } from '../run/opening.ts';
import { dryRunJson, dryRunText, refusals } from '../views/dry-run.ts';
import type { StepsOf } from '../views/dry-run-words.ts';
import { noticesOf, noticeText } from '../views/notice.ts';
import type { BuildFlags } from './build-flags.ts';
import type { Invocation, Opened } from './context.ts';

/** Tells what a build would do, and does nothing. */
export async function dryRun(
  opened: Opened,
  targets: readonly string[],
  flags: BuildFlags,
  invocation: Invocation,
): Promise<number> {
  const force = flags.force === true;
  const { signal } = invocation;
  const found = await lookOnly(opened.project, targets, { dry: true, force, signal });
  return tellDryRun(opened, found, flags, invocation);
}

/** Tells what a build would do of what was found. */
export function tellDryRun(
  { project }: Pick<Opened, 'project'>,
  { stage, observer }: Found,
  flags: Pick<BuildFlags, 'json' | 'full'>,
  { terminal }: Invocation,
): number {
  const stepsOf = stepsAsThingsStand(stage, observer, mistakesIn(project));
  const refused = refusals(stage.plan, stepsOf);
  const { files } = project.world;
  if (flags.json === true) terminal.data(dryRunJson(stage.plan, stepsOf));
  else {
    const { paint } = terminal;
    for (const text of noticesOf(project.build)) terminal.out(noticeText(text, paint));
    terminal.out(
      dryRunText(stage.plan, {
        stepsOf,
        paint,
        refused,
        full: flags.full === true,
        workspace: files.root,
        textOf: (path) => files.readText(path),
      }),
    );
    if (stage.kind === 'plan' && stage.provisional.length > 0) {
      terminal.out(
        `Targets that follow from ${stage.provisional.join(', ')} are shown as far as they can be told now.`,
      );
    }
  }
  return refused.length > 0 ? 2 : 0;
}

/** Steps of an action, or why they cannot be told before something else has been made. */
function stepsAsThingsStand(
  { plan }: Stage,
  observer: Observer,
  explain: (fault: RuleFault) => Error,
): StepsOf {
  return (action) => {
    const node = plan.graph.nodes.get(action.makes[0]!)!;
    const recipe = recipeOf(node.rule);
    const pending = plan.verdicts.get(node.name)!.by ?? [];
    const known = node.rule.observe === undefined || observer.sighting(node.name) !== undefined;
    const after =
      pending.length > 0
        ? `known once ${pending.slice(0, 3).join(', ')} ${pending.length > 1 ? 'are' : 'is'} made`
        : 'known when it runs';
    const fixed = typeof recipe.steps !== 'function';
    if (!known && !fixed && needsValue(recipe.steps)) return { unknown: after };
    // With a text that is about to be made anew, or a set that is not complete, other steps would be shown than
    // those that will run.
    const { makers } = plan.graph;
    const unsure = (need: string | undefined): boolean =>
      need !== undefined && pending.includes(need);
    const unmade =
      node.gathers.some(unsure) || (recipe.reads ?? []).some((path) => unsure(makers.get(path)));
    if (unmade && !fixed) return { unknown: after };
    try {
      const gathered = node.gathers.filter((name) => plan.verdicts.get(name)?.state === 'fresh');
      const due = node.rule.chain === undefined ? [] : action.makes;
      return { steps: evaluate(node, observer.facts(node, gathered, due, recipe.reads ?? [])) };
    } catch (error) {
      if (error instanceof RuleFault) return { unknown: explain(error).message, refused: true };
      const isRefusal = error instanceof Refusal;
      if (!isRefusal && !(error instanceof MissingText)) throw error;
      if (pending.length > 0) return { unknown: after };
      const advice = isRefusal && error.advice !== undefined ? { advice: error.advice } : {};
      return { unknown: error.message, refused: isRefusal, ...advice };
    }
  };
}

/** A recipe without parameters reads neither the value nor texts. */
const needsValue = (steps: { readonly length: number }): boolean => steps.length > 0;
