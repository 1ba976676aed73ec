/** How much longer a phase may take, from how long its targets took before. */

import type { Instant } from '../api/values.ts';
import type { Past } from '../run/events.ts';
import type { Board, PhaseRow } from './board.ts';

/** Fewer targets than this that were made before say nothing. */
const ENOUGH = 5;

/** Milliseconds, from what a tenth of its targets stayed below to what a tenth went beyond. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The time that the rest of a phase will take, if enough of it was seen before. */
export function phaseEstimate(
  { targets }: PhaseRow,
  board: Board,
  { past, jobs, now }: { readonly past: Past; readonly jobs: number; readonly now: Instant },
): Range | undefined {
  const isAwaited = targets.some((name) => board.state(name) === 'waiting');
  const samples = targets.flatMap((name) => (isAwaited ? past.awaited : past.took)(name) ?? []);
  const took = samples.sort((a, b) => a - b);
  if (took.length < ENOUGH) return undefined;
  const usual = { low: quantile(took, 0.1), high: quantile(took, 0.9) };
  const inState = (...states: readonly string[]) =>
    targets.filter((name) => states.includes(board.state(name) ?? ''));
  const rests = inState('waiting').map((name) => rest(usual, past.since(name), now));
  const turns = Math.ceil(inState('stale', 'missing', 'maybe', 'running').length / jobs);
  const low = Math.max(0, ...rests.map((r) => r.low)) + turns * usual.low;
  const high = Math.max(0, ...rests.map((r) => r.high)) + turns * usual.high;
  // Longer than nine in ten took: nothing is known of how much longer.
  return high <= 0 ? undefined : { low, high };
}

function rest(usual: Range, since: Instant | undefined, now: Instant): Range {
  const gone = since === undefined ? 0 : now - since;
  return { low: Math.max(0, usual.low - gone), high: Math.max(0, usual.high - gone) };
}

/** @param sorted not empty */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
