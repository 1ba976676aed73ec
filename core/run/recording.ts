/** Puts on record what becomes of a run. */
import type { Problem } from '../api/rules.ts';
import type { Exec, Step } from '../api/steps.ts';
import type { Path, TargetName } from '../api/values.ts';
import { giveBackClaims } from '../observe/claims.ts';
import { productNow } from '../plan/record.ts';
import type { Course } from './course.ts';
import type { Entry, Landing } from './entry.ts';
import { madeFrom, outputsMade, type Ran, signatureMade } from './found.ts';
import { besideNow, leftNow } from './left-behind.ts';
import { builtOf, failedOf, finishingOf, startedOf } from './on-record.ts';
import type { Run } from './steps.ts';

/** On record before anything runs; durable before anything that must not happen twice. */
export function recordStarted(course: Course, steps: readonly Step[]): void {
  const { action, entries, context } = course;
  if (action.kind !== 'run') return;
  context.onMeans?.(action.makes, steps, course.token);
  const detached = steps.find(
    (step): step is Exec => step.kind === 'exec' && step.detached !== undefined,
  )?.detached;
  entries.forEach((entry, i) => {
    const started = startedOf(entry, course, detached);
    // One sync covers all links.
    const durable =
      i === entries.length - 1 && (detached !== undefined || entry.node.rule.once !== undefined);
    context.journal.trace(entry.node.name, started, { durable });
  });
}

/** On record when all outputs are durable beside their place. */
export function recordFinishing({ action, entries, context }: Course, run: Run): void {
  const { journal, observer } = context;
  const prepared = new Map(run.prepared.map((one) => [one.path, one.digest]));
  if (prepared.size === 0 || entries.length !== 1 || action.kind === 'restore') return;
  const entry = entries[0]!;
  const trace = journal.traces.get(entry.node.name);
  const finishing = finishingOf(entry, trace, prepared, observer);
  if (finishing !== undefined) journal.trace(entry.node.name, finishing);
}

/** On record when a target is in place. */
export function recordBuilt(course: Course, entry: Entry, run: Run): void {
  const { action, context, products } = course;
  const { journal, observer } = context;
  const { node, previous } = entry;
  const signature = signatureMade(entry, products, context);
  const outputs = outputsMade(ranOf(course, entry), observer);
  const built =
    action.kind === 'restore' && previous !== undefined
      ? { ...previous, signature, outputs }
      : builtOf({ ...entry, signature }, course, {
          outputs,
          beside: besideNow(course),
          receipt: run.facts.receipt,
        });
  journal.trace(node.name, built, { durable: node.rule.once !== undefined });
  products.set(node.name, productNow(node, observer, signature));
}

/** What is known of the run that made a target. */
export const ranOf = ({ placed, context }: Course, entry: Entry): Ran => ({
  ...entry,
  placed,
  madeFrom: madeFrom(entry.node, context.graph),
});

/** A run that fails, and what of it was made all the same. */
export interface Failure {
  readonly problems: readonly Problem[];
  readonly made: readonly TargetName[];
  /** It may have had its effect all the same. */
  readonly doubt: boolean;
}

/** On record for all that was not made. Claims are given back, unless the effect is in doubt. */
export function recordFailed(course: Course, failure: Failure): Landing {
  const { action, entries, context, keeper, log, claims, token } = course;
  const { problems, made, doubt } = failure;
  const untouched = keeper.release();
  // That a file could not be put back does not undo what was done.
  if (action.kind === 'restore') return failedUnrecorded(problems, log);
  for (const entry of entries) {
    if (made.includes(entry.node.name)) continue;
    const left = leftNow(course, entry, untouched);
    const end = { problems, log, untouched, left, doubt };
    const failed = failedOf(entry, course, end);
    context.journal.trace(entry.node.name, failed, { durable: doubt });
  }
  if (!doubt) giveBackClaims(context.world.files, claims, token);
  return doubt ? { state: 'doubt', problems, log } : { state: 'failed', made, problems, log };
}

/** What an interrupted run left is on record, so that nobody takes what a person writes then for it. */
export function recordInterrupted(course: Course, run: Run): Landing {
  const { action, entries, context, keeper, token } = course;
  // What goes on by itself has not ended, and goes on writing.
  if (action.kind === 'run' && !run.launched) {
    const untouched = keeper.release();
    for (const entry of entries) {
      const trace = context.journal.traces.get(entry.node.name);
      if (trace?.kind !== 'started' || trace.token !== token) continue;
      const left = leftNow(course, entry, untouched);
      context.journal.trace(entry.node.name, { ...trace, left });
    }
  }
  return { state: 'interrupted' };
}

/** A failure of which nothing goes on record. */
export const failedUnrecorded = (problems: readonly Problem[], log: Path): Landing => ({
  state: 'failed',
  made: [],
  problems,
  log,
});
