/** What an action is performed with, what is kept of each of its targets, and how it may end. */

import { Refusal, UserError } from '../api/errors.ts';
import type { Facts } from '../api/facts.ts';
import { inRule, RuleFault } from '../api/rule-code.ts';
import type { Problem } from '../api/rules.ts';
import { stepsShape } from '../api/shapes.ts';
import type { Step } from '../api/steps.ts';
import type { Json, Path, TargetName } from '../api/values.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { recipeOf, unkept } from '../graph/recipes.ts';
import type { Journal } from '../memory/memory.ts';
import type {
  Built,
  Finishing,
  SetOnce,
  Signature,
  Stamps,
  Started,
  Trace,
} from '../memory/trace.ts';
import { lastGood } from '../memory/trace.ts';
import { setOnceBy } from '../observe/by-set.ts';
import type { Environments } from '../observe/environment.ts';
import type { Looker } from '../observe/looker.ts';
import type { Observer } from '../observe/observer.ts';
import { stampsBefore } from '../observe/stamps.ts';
import { whyUnfit } from '../plan/left.ts';
import { usableMembers } from '../plan/needs.ts';
import { wasAskedAgain } from '../plan/record.ts';
import { signatureOf } from '../plan/signature.ts';
import type { Action } from '../plan/verdict.ts';
import type { Verdicts } from '../plan/view.ts';
import type { World } from '../world/world.ts';
import type { BuildEvent } from './events.ts';
import { foundBefore } from './found.ts';

/** Everything that performing needs. */
export interface PerformContext {
  readonly world: World;
  /** Parameters that the command line gives. */
  readonly given: { readonly [name: string]: Json };
  readonly graph: Graph;
  readonly observer: Observer;
  readonly journal: Journal;
  readonly environments: Environments;
  readonly looker: Looker;
  readonly signal: AbortSignal;
  readonly emit: (event: BuildEvent) => void;
  /** Kept up to date while actions end. */
  readonly verdicts: Verdicts;
  readonly newToken: () => string;
  /** Finds the place in the rule file from which something was thrown. */
  readonly explain: (fault: RuleFault) => Error;
  /** Phases of which everything would be refused, by a target that was; added to as that turns out. */
  readonly refusers: Map<string, TargetName>;
  /** Whether what an earlier build began was waited for long enough. */
  readonly isOver?: () => boolean;
  /** Told by which steps targets are about to be made. */
  readonly onMeans?: (
    targets: readonly TargetName[],
    steps: readonly Step[],
    token: string,
  ) => void;
}

/** How an action ended. */
export type Landing =
  | {
      readonly state: 'built';
      readonly note?: string;
      /** All that it can have changed: these files. Undefined: anything, since a program ran. */
      readonly wrote?: readonly Path[];
    }
  | {
      readonly state: 'failed';
      /** What was made all the same. */
      readonly made: readonly TargetName[];
      readonly problems: readonly Problem[];
      readonly log: Path;
    }
  /** A once-action ended without a receipt: nobody can tell yet whether it took effect. */
  | {
      readonly state: 'doubt';
      readonly problems: readonly Problem[];
      readonly log: Path;
    }
  | { readonly state: 'left'; readonly note: string }
  | { readonly state: 'interrupted' };

/** What is on record of each target of an action while it runs. */
export interface Entry {
  readonly node: Node;
  readonly signature: Signature;
  readonly run: number;
  readonly previous: Built | undefined;
  /** What its run reads, as it was when it began. */
  readonly stamps: Stamps;
  /** What stood in the place of its outputs then, see `found.ts`. */
  readonly found: Stamps;
  /** What the judge of a once-target wanted remembered when it let this run begin. */
  readonly remembered?: Json | undefined;
  /** What `--set` has to do with it, for the record. */
  readonly set: { readonly set?: SetOnce };
  /** It must not happen twice, and a person wants it once more. */
  readonly again: boolean;
  /** A person has said that it has not happened yet. */
  readonly denied: boolean;
}

/** What is remembered, for the record of the run. */
export const rememberedIn = ({ remembered }: Entry): { readonly remembered?: Json } =>
  remembered === undefined ? {} : { remembered };

/** Whether a run is on record that has not been seen to end. */
export const isOpen = (trace: Trace | undefined): trace is Started | Finishing =>
  trace?.kind === 'started' || trace?.kind === 'finishing';

/** The entry of one target as an action begins. */
export async function entryOf(node: Node, action: Action, context: PerformContext): Promise<Entry> {
  const { graph, observer } = context;
  const trace = context.journal.traces.get(node.name);
  const previous = lastGood(trace);
  const again = node.rule.once !== undefined && wasAskedAgain(trace);
  const setBefore = trace?.set === undefined ? {} : { set: trace.set };
  const denied = trace?.denied === true;
  // What a detached program was started from is what it will have made its outputs from, and its
  // log is that of the run that started it.
  if (action.kind === 'attach' && isOpen(trace)) {
    const { signature, run, stamps = {}, remembered } = trace;
    return {
      node,
      signature,
      run,
      previous,
      stamps,
      found: stamps,
      remembered,
      again,
      denied,
      set: setBefore,
    };
  }
  // Files that are put back were made from what there was when they were made, not from what is there now.
  if (action.kind === 'restore' && previous !== undefined) {
    const { signature } = previous;
    const run = nextRun(node, context);
    return { node, signature, run, previous, stamps: {}, found: {}, again, denied, set: setBefore };
  }
  const gathered = usableMembers(node, context.verdicts);
  const stamps = await stampsBefore(node, action.makes, gathered, graph, observer);
  const signature = signatureOf(node, observer, context.verdicts, gathered);
  refuseUnseen(signature);
  const found = await foundBefore(node, observer);
  const seen = observer.once(node.name);
  const remembered = seen?.state === 'not done' ? seen.remember : undefined;
  const run = nextRun(node, context);
  const set = setOnceBy(node, trace, context.given, context.world);
  return { node, signature, run, previous, stamps, found, remembered, again, denied, set };
}

/** What could be looked at when it was planned need not be so any more; nothing is made from that. */
function refuseUnseen({ inputs, globs }: Signature): void {
  const unusable = Object.entries({ ...inputs, ...globs }).flatMap(([path, digest]) => {
    const why = whyUnfit(digest);
    return why === undefined ? [] : [`${path} ${why}`];
  });
  if (unusable.length === 0) return;
  throw new Refusal(unusable.join('; '), 'See that the file system is well, then build again.');
}

/** For the record: it is gone on with before what it observes has settled. */
export function earlyIn(
  { node }: Entry,
  { observer }: Pick<PerformContext, 'observer'>,
): { readonly early?: true } {
  // What waits with a value that is on record as settled is not gone on with before its time.
  return observer.goesOn(node.name) && observer.sighting(node.name)?.state === 'waiting'
    ? { early: true }
    : {};
}

/** A number that no run on record has had; links of a chain share their logs, and so the number. */
export function nextRun(
  { name, rule }: Node,
  { journal }: Pick<PerformContext, 'journal'>,
): number {
  const sharers = rule.chain?.links ?? [name];
  return Math.max(...sharers.map((one) => journal.traces.get(one)?.run ?? 0)) + 1;
}

/** The steps of a recipe, given the facts. Also what a dry run prints. */
export function evaluate({ name, rule }: Node, facts: Facts): readonly Step[] {
  const { steps } = recipeOf(rule);
  if (typeof steps !== 'function') return steps;
  const given = inRule(() => steps(facts));
  const complaint = stepsShape(given) ?? unkept(rule, given);
  if (complaint !== undefined) {
    const { at, what, hint } = complaint;
    const told = at === '' ? `what its steps gave ${what}` : `its steps${at} ${what}`;
    throw new RuleFault(new UserError(told, hint), name);
  }
  return given;
}
