/** The end of a run: what it was made from is looked at again, and what it has made is judged. */
import { isSystemError } from '../api/errors.ts';
import type { Seen } from '../api/looks.ts';
import { inRule } from '../api/rule-code.ts';
import type { Problem } from '../api/rules.ts';
import type { TargetName } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import { attemptDirectory } from '../observe/attempts.ts';
import { signatureAfter } from '../observe/stamps.ts';
import type { Course } from './course.ts';
import { flushOutputs } from './durable.ts';
import type { Entry, Landing } from './entry.ts';
import { evidenceOf } from './evidence.ts';
import { leftOverNotice } from './found.ts';
import { notMade, problemOf } from './problems.ts';
import { ranOf, recordBuilt, recordFailed, recordFinishing } from './recording.ts';
import type { StepsEnd } from './step-options.ts';
import type { Run } from './steps.ts';

/** Judges a run whose steps are over; what it has prepared is put in place, and then on record. */
export async function conclude(course: Course, run: Run, end: StepsEnd): Promise<Landing> {
  await lookBack(course);
  const { recipe, facts, context } = course;
  const seen = await evidenceOf(recipe, facts, context);
  const problems = judged(course, run, end, seen);
  if (problems.length > 0) {
    run.commit(); // what it did write tells people what went wrong
    return await failAfter(course, run, problems, completed(course, run, seen));
  }
  return await finish(course, run);
}

/**
 * The judge knows what to make of a program that failed; where none ran, or it has nothing to say, the
 * bare fact counts.
 */
function judged(
  { action, recipe }: Course,
  run: Run,
  end: StepsEnd,
  seen: readonly Seen[],
): readonly Problem[] {
  const noneRan = end.state === 'failed' && run.facts.exits.length === 0;
  const said =
    action.kind === 'restore' || noneRan ? [] : inRule(() => recipe.judge?.(run.facts, seen) ?? []);
  return said.length === 0 && end.state === 'failed' ? [problemOf(end)] : said;
}

/**
 * Links of a chain that a failed run has made all the same. What follows one that it has not made
 * is not made either, and one at least is not, or nothing would tell that it failed.
 */
function completed(
  { action: { makes }, entries }: Course,
  run: Run,
  seen: readonly Seen[],
): readonly TargetName[] {
  const { chain } = entries[0]!.node.rule;
  if (chain?.completed === undefined || run.facts.exits.length === 0) return [];
  const { completed } = chain;
  const said = inRule(() => completed(run.facts, seen));
  const open = makes.findIndex((link) => !said.includes(link));
  return makes.slice(0, open < 0 ? makes.length - 1 : open);
}

/** What was written while it was read is not what the run was made from. */
async function lookBack(course: Course): Promise<void> {
  const { graph, observer } = course.context;
  const { kind, makes } = course.action;
  if (kind === 'restore') return;
  const now: Entry[] = [];
  for (const entry of course.entries) {
    const signature = await signatureAfter(entry.node, entry, makes, graph, observer);
    now.push({ ...entry, signature });
  }
  course.entries = now;
}

async function finish(course: Course, run: Run): Promise<Landing> {
  await flush(course, run, course.entries);
  await run.harden();
  const { action, context, entries, recipe } = course;
  const { observer } = context;
  recordFinishing(course, run);
  const said = inRule(() => recipe.note?.(run.facts));
  const note = said ?? entries[0]!.signature.observed?.note ?? '';
  const prepared = run.prepared.map(({ path, digest }) => ({ path, digest }));
  await run.commitAll();
  const missing: Problem[] = [];
  for (const { node } of entries) {
    observer.forget(node.outputs.map((o) => o.path));
    for (const { path, digest } of prepared) observer.know(path, digest);
    missing.push(...lacking(course, node));
  }
  if (missing.length > 0) return await failAfter(course, run, missing, []);
  for (const entry of entries) recordBuilt(course, entry, run);
  for (const entry of entries) {
    const message = leftOverNotice(ranOf(course, entry), action.reasons, observer);
    if (message !== undefined) context.emit({ kind: 'warning', target: entry.node.name, message });
  }
  const { wrote } = run;
  if (wrote === undefined) tidy(course);
  course.keeper.release();
  return {
    state: 'built',
    ...(note === '' ? {} : { note }),
    ...(wrote === undefined ? {} : { wrote }),
  };
}

/** Files that nothing but the steps themselves wrote are flushed as they are put in place. */
async function flush(
  { context: { observer, world } }: Course,
  run: Run,
  entries: readonly Entry[],
): Promise<void> {
  const nodes = entries.map(({ node }) => node);
  if (run.wrote === undefined) await flushOutputs(nodes, observer, world.files);
}

/** What an attempt left goes when all of it is on record; where no program ran there is nothing. */
function tidy({ action, token, context }: Course): void {
  // A restored target has no attempt of its own; without a token this would be the folder of them all.
  if (action.kind === 'restore') return;
  try {
    context.world.files.removeTree(attemptDirectory(token));
  } catch (error) {
    // The targets are made; a folder too many is no reason to say otherwise.
    if (!isSystemError(error)) throw error;
  }
}

async function failAfter(
  course: Course,
  run: Run,
  problems: readonly Problem[],
  completed: readonly TargetName[],
): Promise<Landing> {
  const { entries, context } = course;
  for (const { node } of entries) context.observer.forget(node.outputs.map((o) => o.path));
  const made = entries.filter(
    ({ node }) => completed.includes(node.name) && lacking(course, node).length === 0,
  );
  await flush(course, run, made);
  for (const entry of made) recordBuilt(course, entry, run);
  return recordFailed(course, {
    problems,
    made: made.map((entry) => entry.node.name),
    doubt: isInDoubt(course, run, problems),
  });
}

const lacking = ({ context: { observer, world } }: Course, node: Node): readonly Problem[] =>
  notMade(node, observer, world.files);

/** A once-command that was started and left no receipt may have had its effect all the same. */
export const isInDoubt = ({ entries }: Course, run: Run, problems: readonly Problem[]): boolean =>
  entries[0]!.node.rule.once !== undefined &&
  !problems.some(({ refused }) => refused !== undefined) &&
  run.facts.exits.some(({ kind }) => kind !== 'spawn');
