/**
 * Held jobs that a build sees to of itself (`releaseHeld`): released once when they have been held for a
 * while; held again they would be for ever, and are removed, so that their CCDs count as died. Pure.
 */
import type { Instant, Path } from '../../core/index.ts';
import type { Exposure } from '../settings/domain.ts';
import { OUTPUTS } from '../settings/follow-up.ts';

/** The file: job ids with what is known of each. */
export type HeldNote = {
  readonly schema: 'desgw/held';
  readonly version: 1;
  readonly jobs: { readonly [id: string]: HeldJob };
};

/** `since`: first seen held; null: at work again. */
type HeldJob = {
  readonly exposure: Exposure;
  readonly since: Instant | null;
  readonly released?: Instant;
  readonly removed?: Instant;
};

/** Where it is noted, so that the next build knows it too. */
export const HELD_FILE: Path = `${OUTPUTS}/held.json`;

/** Reads the note; for what is none, nothing is known. */
export function readHeld(text: string | undefined): HeldNote['jobs'] {
  try {
    const note: HeldNote = JSON.parse(text ?? '');
    return note.schema === 'desgw/held' ? note.jobs : {};
  } catch {
    return {}; // half of one: held since now
  }
}

/** A job of the queue, alive, that is held or has been. */
export interface SeenJob {
  readonly id: string;
  readonly exposure: Exposure;
  readonly held: boolean;
  /** It stands for a whole submission, which nobody removes of himself. */
  readonly whole: boolean;
}

/** What is done about held jobs, and what is known of them afterwards. */
export interface HeldPlan {
  readonly jobs: HeldNote['jobs'];
  readonly release: readonly SeenJob[];
  readonly remove: readonly SeenJob[];
}

/**
 * Says which jobs are released and which removed.
 * @param after seconds for which a job has to be held
 * @param mayRemove what is removed will be tried again
 */
export function heldPlan(
  seen: readonly SeenJob[],
  before: HeldNote['jobs'],
  care: { readonly now: Instant; readonly after: number; readonly mayRemove: boolean },
): HeldPlan {
  const { now, after, mayRemove } = care;
  const jobs: { [id: string]: HeldJob } = {};
  const release: SeenJob[] = [];
  const remove: SeenJob[] = [];
  for (const job of seen) {
    const known = before[job.id];
    if (!job.held) {
      if (known?.released !== undefined) jobs[job.id] = { ...known, since: null };
      continue;
    }
    const since = known?.since ?? now;
    const entry = { ...known, exposure: job.exposure, since };
    jobs[job.id] = entry;
    if (now - since < after * 1000) continue;
    if (entry.released === undefined) {
      release.push(job);
      jobs[job.id] = { ...entry, since: now, released: now };
    } else if (entry.removed === undefined && mayRemove && !job.whole) {
      remove.push(job);
      jobs[job.id] = { ...entry, removed: now };
    }
  }
  return { jobs, release, remove };
}
