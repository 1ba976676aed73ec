/**
 * Whether anything more is to be expected of an exposure. Never while jobs of it are in the queue,
 * however long nothing has moved: templates run first, and a full grid keeps jobs idle for a night.
 * Nor while the queue, which may hold them, cannot be seen.
 */
import {
  type JobCounts,
  type JobsState,
  type Json,
  jobsInWords,
  type Sighting,
  type Tally,
  type Told,
} from '../../core/index.ts';
import { type CcdReport, ccdNote, ccdProgress, stateByCcd } from './ccd-report.ts';

/** What decides whether an exposure has settled. All times in seconds. */
export interface SettleFacts {
  readonly report: CcdReport;
  readonly jobs: JobsState;
  /** Why the queue may hold more than was seen. */
  readonly unseen?: string;
  /** Whether the job or the token of the submission is known, so that its jobs cannot be missed. */
  readonly known: boolean;
  /** Submitted once more: what an earlier submission left says nothing of this one. */
  readonly again: boolean;
  readonly unchangedForSeconds: number;
  /** Of a submission whose jobs nobody knows: after so long without any change it is given up. */
  readonly settleAfterSeconds: number;
  /** Files of a finished job may become visible this much later. */
  readonly lateSeconds: number;
}

/**
 * Whether the exposure has settled. The value is the report in either state, so that settling alone
 * is no change. A held job is neither failed nor gone.
 */
export function ccdSighting(facts: SettleFacts): Sighting {
  const { report, jobs, unchangedForSeconds: unchanged } = facts;
  const tally = ccdTally(report, jobs);
  const ready = (because?: string): Sighting => ({
    state: 'ready',
    value: report,
    tally,
    note: because === undefined ? ccdNote(report) : `${ccdNote(report)}; ${because}`,
  });
  const waiting = (suffix: string): Extract<Sighting, { state: 'waiting' }> => ({
    state: 'waiting',
    value: report,
    movement: movementOf(report, jobs),
    // What there is of something submitted once more is of what was not good enough.
    ...(report.enough && !facts.again ? { enough: true } : {}),
    tally,
    progress: `${ccdProgress(report)}; ${suffix}`,
  });
  if (typeof jobs === 'object')
    return {
      ...waiting(`jobs: ${jobsInWords(jobs)}`),
      underway: true,
      ...(jobs.held > 0 ? { tell: [heldJobs(report.exposure, jobs)] } : {}),
    };
  const states = [...stateByCcd(report).values()];
  const ended = states.every((state) => state === 'complete' || state === 'failed');
  if (ended && !facts.again) return ready();
  if (jobs === 'unknown') return unseen(waiting, facts.unseen);
  if (unchanged < facts.lateSeconds)
    return waiting('its jobs have left the queue, late files may still appear');
  // A CCD that was begun may be at work where nobody looks.
  if (facts.known || !states.includes('incomplete')) return ready('its jobs have left the queue');
  return unchanged >= facts.settleAfterSeconds
    ? ready(`the queue has no jobs of it, and nothing has changed for ${duration(unchanged)}`)
    : waiting(
        `the queue has no jobs of it, but nobody knows under which job it was submitted; given up when nothing has changed for ${duration(facts.settleAfterSeconds)} (--set settleAfter=SECONDS)`,
      );
}

type Waiting = Extract<Sighting, { state: 'waiting' }>;

function unseen(waiting: (suffix: string) => Waiting, why: string | undefined): Waiting {
  const text = `the queue could not be seen${why === undefined ? '' : ` (${why})`}`;
  const told = `${text}: it is asked again, and nothing is given up meanwhile`;
  return { ...waiting(text), tell: [{ about: text, text: told }] };
}

/** Held jobs do nothing until somebody acts, so that people hear of them at once. */
function heldJobs(exposure: string, { held, holdReasons }: JobCounts): Told {
  const why = holdReasons.length === 0 ? 'no reason given' : holdReasons.join('; ');
  return {
    about: `held: ${exposure}: ${why}`,
    occasion: 'held',
    text: `${held} ${held === 1 ? 'job' : 'jobs'} of ${exposure} held: ${why}: desgw release ${exposure}, or desgw cancel ${exposure}`,
  };
}

/** What was thought of the CCDs is no movement: another threshold starts no clock anew. */
function movementOf({ ccds }: CcdReport, jobs: JobsState): Json {
  return [ccds, jobs === 'none' ? 'gone' : 'queued'];
}

/**
 * The CCDs of an exposure for totals over many. A job that has not ended may have left its outputs
 * already, and not every job is of a CCD, so jobs count only for CCDs that nothing is known of.
 */
export function ccdTally(report: CcdReport, jobs: JobsState): Tally {
  const { complete, failed, total } = report.counts;
  const alive = typeof jobs === 'string' ? undefined : jobs;
  let open = total - complete - failed;
  const take = (n: number): number => {
    const taken = Math.min(open, n);
    open -= taken;
    return taken;
  };
  const held = take(alive?.held ?? 0);
  const running = take((alive?.running ?? 0) + (alive?.transferring ?? 0));
  const idle = take((alive?.idle ?? 0) + (alive?.suspended ?? 0));
  return { unit: 'CCDs', total, complete, failed, running, idle, held };
}

function duration(seconds: number): string {
  if (seconds >= 7200) return `${Math.floor(seconds / 3600)} h`;
  return seconds >= 120 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds)} s`;
}
