/** One run of an action: what it is made with, from its beginning to its end. */
import type { Facts } from '../api/facts.ts';
import type { Recipe } from '../api/rules.ts';
import type { Claim, Step } from '../api/steps.ts';
import type { Digest, Path, TargetName } from '../api/values.ts';
import { recipeOf } from '../graph/recipes.ts';
import { logPath } from '../memory/logs.ts';
import { usableMembers } from '../plan/needs.ts';
import type { Action } from '../plan/verdict.ts';
import { type Entry, isOpen, type PerformContext } from './entry.ts';
import { Keeper } from './keep.ts';
import { placedBy, replacedBy } from './steps.ts';

/** What all of a run goes by. */
export interface Course {
  readonly action: Action;
  readonly context: PerformContext;
  readonly recipe: Recipe;
  readonly facts: Facts;
  readonly log: Path;
  /** The attempt, and when it began, which may have been in an earlier invocation. */
  readonly token: string;
  readonly startedAt: number;
  /** When this invocation began with it, and the same by the clock that nobody can set. */
  readonly begun: number;
  readonly begunSteadily: number;
  readonly keeper: Keeper;
  /** The targets that are made; what they are made from is looked at once more at the end. */
  entries: readonly Entry[];
  /** What the targets recorded so far have made. */
  readonly products: Map<TargetName, Digest>;
  /** Files that the steps themselves put in place, and what they claim. */
  readonly placed: ReadonlySet<Path>;
  /** Files that the steps replace, and that are no outputs of these targets. */
  readonly beside: ReadonlySet<Path>;
  readonly claims: readonly Claim[];
}

/** The course of a run before its steps are known. */
export function courseOf(
  action: Action,
  entries: readonly Entry[],
  context: PerformContext,
): Course {
  const { observer, world } = context;
  const { node, run } = entries[0]!;
  const recipe = recipeOf(node.rule);
  const due = node.rule.chain === undefined ? [] : action.makes;
  const members = usableMembers(node, context.verdicts);
  const begun = world.clock.now();
  return {
    ...{ action, context, recipe, entries, begun },
    begunSteadily: world.clock.steady(),
    facts: observer.facts(node, members, due, recipe.reads ?? []),
    log: logPath(action.name, run),
    ...attemptOf(action, entries[0]!, context, begun),
    keeper: new Keeper(world, observer, context.emit),
    products: madeElsewhere(action, entries[0]!, context),
    placed: new Set(),
    beside: new Set(),
    claims: [],
  };
}

/** The course with what its steps place and claim. */
export const withSteps = (course: Course, steps: readonly Step[]): Course => ({
  ...course,
  placed: new Set(steps.flatMap(placedBy)),
  beside: besideOf(course.entries, steps),
  claims: steps.filter((step): step is Claim => step.kind === 'claim'),
});

function besideOf(entries: readonly Entry[], steps: readonly Step[]): ReadonlySet<Path> {
  const outputs = new Set(entries.flatMap(({ node }) => node.outputs.map(({ path }) => path)));
  return new Set(steps.flatMap(replacedBy).filter((path) => !outputs.has(path)));
}

function attemptOf(
  { kind }: Action,
  { node, previous }: Entry,
  { journal, newToken }: PerformContext,
  now: number,
): Pick<Course, 'token' | 'startedAt'> {
  const trace = journal.traces.get(node.name);
  if (kind === 'attach' && isOpen(trace)) return { token: trace.token, startedAt: trace.at };
  return kind === 'restore'
    ? { token: previous?.token ?? '', startedAt: previous?.began ?? previous?.at ?? 0 }
    : { token: newToken(), startedAt: now };
}

/** What those links have made that an earlier invocation put on record before it ended. */
function madeElsewhere(
  { kind }: Action,
  { node }: Entry,
  { journal, verdicts }: PerformContext,
): Map<TargetName, Digest> {
  const trace = journal.traces.get(node.name);
  const due = kind === 'attach' && isOpen(trace) ? (trace.due ?? []) : [];
  const products = due.map((link) => [link, verdicts.get(link)?.product] as const);
  return new Map(products.filter((one): one is [TargetName, Digest] => one[1] !== undefined));
}
