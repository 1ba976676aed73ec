/** How much longer a phase may take, from how long its targets took before. */

import type { Instant } from '../api/values.ts';
import type { Past } from '../run/events.ts';
import type { Board, PhaseRow } from './board.ts';

/** Fewer targets than this that were made before say nothing. */
const ENOUGH = 5;

/** The pace of this build is shown with so much less and more. */
const [LESS, MORE] = [0.75, 1.5];

/** What an estimate goes by. */
export interface EstimateOptions {
  readonly past: Past;
  readonly jobs: number;
  readonly now: Instant;
  /** When this build began. */
  readonly begun: Instant;
}

/** Milliseconds, from what a tenth of its targets stayed below to what a tenth went beyond. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The time that the rest of a phase will take, if enough of it was seen before. */
export function phaseEstimate(
  { targets }: PhaseRow,
  board: Board,
  { past, jobs, now, begun }: EstimateOptions,
): Range | undefined {
  const isAwaited = targets.some((name) => board.state(name) === 'waiting');
  const samples = targets.flatMap((name) => (isAwaited ? past.awaited : past.took)(name) ?? []);
  const took = samples.sort((a, b) => a - b);
  if (took.length < ENOUGH) return undefined;
  const usual = { low: quantile(took, 0.1), high: quantile(took, 0.9) };
  const inState = (...states: readonly string[]) =>
    targets.filter((name) => states.includes(board.state(name) ?? ''));
  const rests = inState('waiting').map((name) => rest(usual, past.since(name), now));
  const open = inState('stale', 'missing', 'maybe', 'running').length;
  const turns = Math.ceil(open / jobs);
  // They may have to wait for each other, or for other phases: then they come no faster than until now.
  const paced = open * paceSince(begun, targets, past);
  const low = Math.max(0, ...rests.map((r) => r.low)) + Math.max(turns * usual.low, paced * LESS);
  const high =
    Math.max(0, ...rests.map((r) => r.high)) + Math.max(turns * usual.high, paced * MORE);
  // Longer than nine in ten took: nothing is known of how much longer.
  return high <= 0 ? undefined : { low, high };
}

/** Milliseconds between two that this build has made; 0 while they are too few to tell. */
function paceSince(begun: Instant, targets: PhaseRow['targets'], past: Past): number {
  const ends = targets.flatMap((name) => past.ended(name) ?? []).filter((at) => at >= begun);
  if (ends.length < ENOUGH) return 0;
  return (Math.max(...ends) - Math.min(...ends)) / (ends.length - 1);
}

function rest(usual: Range, since: Instant | undefined, now: Instant): Range {
  const gone = since === undefined ? 0 : now - since;
  return { low: Math.max(0, usual.low - gone), high: Math.max(0, usual.high - gone) };
}

/** @param sorted not empty */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
