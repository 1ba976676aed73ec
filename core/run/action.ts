/**
 * Performs one action, and keeps the order that makes a crash harmless:
 *
 *   started (on record) -> steps -> judged -> outputs durable beside their place ->
 *   finishing (on record, with their digests) -> renamed into place -> built (on record) -> told
 */
import { isSystemError } from '../api/errors.ts';
import { logPath } from '../memory/logs.ts';
import { giveBackClaims } from '../observe/claims.ts';
import type { Action } from '../plan/verdict.ts';
import { adopt } from './adopt.ts';
import { keep, keepBeside, sweep, takeBack } from './clearing.ts';
import { conclude, isInDoubt } from './concluding.ts';
import { type Course, courseOf, withSteps } from './course.ts';
import {
  type Entry,
  entryOf,
  evaluate,
  type Landing,
  nextRun,
  type PerformContext,
} from './entry.ts';
import { progressOf } from './evidence.ts';
import { emptyPatterns } from './found.ts';
import { problemsOf } from './problems.ts';
import { failedUnrecorded, recordFailed, recordInterrupted, recordStarted } from './recording.ts';
import { Run } from './steps.ts';

/** Performs `action`; failing is a landing, only defects throw. */
export async function perform(action: Action, context: PerformContext): Promise<Landing> {
  const { graph } = context;
  const entries: Entry[] = [];
  try {
    if (action.kind === 'adopt') return await adopt(action, context);
    for (const name of action.makes)
      entries.push(await entryOf(graph.nodes.get(name)!, action, context));
  } catch (error) {
    // What it is to be made from cannot be looked at: nothing has begun, nothing goes on record.
    const run = nextRun(graph.nodes.get(action.makes[0]!)!, context);
    return failedUnrecorded(problemsOf(error, context.explain), logPath(action.name, run));
  }
  return carryOut(courseOf(action, entries, context));
}

async function carryOut(begun: Course): Promise<Landing> {
  const { context, entries, keeper, facts, log } = begun;
  let course = begun;
  let run: Run | undefined;
  /** Whether the run may go on record: earlier attempts are out of the way, strangers' files kept. */
  let mayRecord = false;
  try {
    const takenBack = takeBack(begun);
    if (takenBack === undefined)
      return {
        state: 'left',
        note: 'an earlier attempt began after all; build again to follow it',
      };
    keep(begun);
    mayRecord = true;
    const steps = evaluate(entries[0]!.node, facts);
    course = withSteps(begun, steps);
    keepBeside(course);
    for (const token of takenBack) giveBackClaims(context.world.files, course.claims, token);
    sweep(course);
    recordStarted(course, steps);
    tellStart(course);
    run = runOf(course);
    const end = await run.all(steps);
    if (end.state !== 'interrupted' && end.state !== 'left')
      return await conclude(course, run, end);
    run.discard();
    return end.state === 'interrupted'
      ? recordInterrupted(course, run)
      : { state: 'left', note: 'goes on by itself; the same command picks it up' };
  } catch (error) {
    const problems = problemsOf(error, context.explain);
    run?.discard();
    // What was launched is followed by the next build, which needs the record as it is.
    if (run?.launched === true && isSystemError(error)) {
      keeper.leave();
      return failedUnrecorded(problems, log);
    }
    if (!mayRecord) {
      keeper.release();
      return failedUnrecorded(problems, log);
    }
    const doubt = run !== undefined && isInDoubt(course, run, problems);
    return recordFailed(course, { problems, made: [], doubt });
  }
}

function tellStart({ action, begun, log, entries, context }: Course): void {
  const { emit, observer } = context;
  emit({ kind: 'action started', action, at: begun, log });
  for (const { node } of entries)
    for (const message of emptyPatterns(node, observer))
      emit({ kind: 'warning', target: node.name, message });
}

function runOf(course: Course): Run {
  const { action, context, entries, facts, token, startedAt, log, keeper } = course;
  const { world, environments, signal, emit } = context;
  const { node, again, previous } = entries[0]!;
  return new Run(
    facts,
    {
      ...{ world, environments, signal, token, again, startedAt, log },
      env: node.rule.env ?? [],
      resume: action.kind === 'attach',
      ...(context.isOver === undefined ? {} : { isOver: context.isOver }),
      onAlive: progressTeller(course),
      filesOnly: action.kind === 'restore',
      onRetry: (retry, delay, exit) => emit({ kind: 'action retried', action, retry, delay, exit }),
      onReplacing: (path) => keeper.keepNew(node.name, path),
      onWarning: (message) => emit({ kind: 'warning', target: node.name, message }),
    },
    action.kind === 'restore' ? previous?.receipt : undefined,
  );
}

/** Tells, while a detached program runs, what it is at. */
function progressTeller({ action, recipe, facts, context }: Course): () => Promise<void> {
  const { emit, world } = context;
  let told = '';
  return async () => {
    const text = await progressOf(recipe, facts, context);
    if (text === undefined || text === told) return;
    told = text;
    emit({ kind: 'progress', target: action.name, progress: text, at: world.clock.now() });
  };
}
