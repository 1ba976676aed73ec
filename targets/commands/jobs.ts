/** `desgw jobs`: what desgw has in the grid's queue, submission by submission. */
import {
  type Command,
  type Instant,
  type Job,
  type JobCounts,
  jobsInWords,
  jobsState,
  leadOf,
  type Queue,
  table,
} from '../../core/index.ts';
import type { Site } from '../site/site.ts';
import { ageInWords, askQueue, typedExposures } from './asked.ts';
import { type Unseen, unseenSubmissions } from './on-record.ts';

/** The living jobs of one submission, or of a rescue, which is a submission of its own. */
export interface QueuedSubmission {
  /** Null where the jobs do not say (a whole list submitted by the testing suite). */
  readonly exposure: string | null;
  readonly season: string | null;
  /** Job id of the DAG; null when it has left the queue before its jobs. */
  readonly dag: string | null;
  readonly token: string | null;
  readonly counts: JobCounts;
  /** Held jobs by reason, most first. */
  readonly held: readonly { readonly reason: string; readonly jobs: number }[];
  /** When its first job came into the queue. */
  readonly since: Instant | null;
}

/** The submissions that have living jobs, by exposure, the oldest of an exposure first. */
export function submissionsIn(queue: Queue): readonly QueuedSubmission[] {
  const groups = new Map<string, Job[]>();
  for (const job of queue.jobs) {
    groups.set(job.submission, [...(groups.get(job.submission) ?? []), job]);
  }
  const found = [...groups.values()]
    .filter((jobs) => jobs.some(isOfPipeline))
    .flatMap((jobs) => submissionOf(jobs) ?? []);
  return found.sort(
    (a, b) => order(a.exposure ?? '~', b.exposure ?? '~') || (a.since ?? 0) - (b.since ?? 0),
  );
}

/** Others of the group have jobs there too. */
const isOfPipeline = ({ token, node, labels }: Job): boolean =>
  token !== undefined || node !== undefined || labels.exposure !== undefined;

function submissionOf(jobs: readonly Job[]): QueuedSubmission | undefined {
  const [first] = jobs;
  const counts = jobsState({ jobs });
  if (counts === 'none' || counts === 'unknown') return undefined;
  const queued = jobs.flatMap((job) => job.queued ?? []);
  return {
    exposure: first!.labels.exposure ?? null,
    season: first!.labels.season ?? null,
    dag: leadOf({ jobs })?.id ?? null,
    token: first!.token ?? null,
    counts,
    held: heldByReason(jobs),
    since: queued.length === 0 ? null : Math.min(...queued),
  };
}

function heldByReason(jobs: readonly Job[]): QueuedSubmission['held'] {
  const reasons = new Map<string, number>();
  for (const { status, holdReason = 'no reason given' } of jobs)
    if (status === 'held') reasons.set(holdReason, (reasons.get(holdReason) ?? 0) + 1);
  return [...reasons]
    .map(([reason, count]) => ({ reason, jobs: count }))
    .sort((a, b) => b.jobs - a.jobs || order(a.reason, b.reason));
}

/** `3 submissions of 2 exposures: 120 running, 9 idle, 2 held`. */
function totalsLine(submissions: readonly QueuedSubmission[]): string {
  const sum = (of: (counts: JobCounts) => number) =>
    submissions.reduce((total, { counts }) => total + of(counts), 0);
  const exposures = new Set(submissions.flatMap(({ exposure }) => exposure ?? [])).size;
  const jobs = jobsInWords({
    running: sum(({ running }) => running),
    transferring: sum(({ transferring }) => transferring),
    idle: sum(({ idle }) => idle),
    suspended: sum(({ suspended }) => suspended),
    held: sum(({ held }) => held),
    holdReasons: [],
  });
  const plural = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;
  return `${plural(submissions.length, 'submission')} of ${plural(exposures, 'exposure')}: ${jobs}`;
}

/** The table for people; held jobs with their reason below their line. */
export function jobsTable(submissions: readonly QueuedSubmission[], now: Instant): string {
  const rows = submissions.map(({ exposure, season, dag, since, counts }) => [
    exposure ?? '-',
    season ?? '-',
    dag ?? '(left the queue)',
    since === null ? '-' : ageInWords(now - since),
    jobsInWords({ ...counts, holdReasons: [] }),
  ]);
  const [head, ...lines] = table([['EXPOSURE', 'SEASON', 'DAG', 'AGE', 'JOBS'], ...rows]);
  const body = lines.flatMap((line, i) => [
    line,
    ...submissions[i]!.held.map(({ reason, jobs }) => `    ${jobs} held: ${reason}`),
  ]);
  return [head, ...body].join('\n');
}

/** Exit status 1 when the queue could not be seen, or not all of it. */
export function jobs(site: Site): Command {
  return {
    doc: 'jobs of desgw in the queue: how many in which state, why they are held, how old',
    usage: '[exposure...]',
    options: { '--json': 'print data instead of text' },
    run: async (call) => {
      const wanted = typedExposures(call);
      const queue = await askQueue(site, call);
      const found = submissionsIn(queue).filter(
        ({ exposure }) => wanted.length === 0 || (exposure !== null && wanted.includes(exposure)),
      );
      // What is known of no submission in particular: whether all of the grid has answered.
      const why = site.grid.jobsOf(queue, {}).unseen ?? null;
      const unseen =
        queue.state === 'failed'
          ? []
          : (await unseenSubmissions(site, call, queue)).filter(
              ({ exposure }) => wanted.length === 0 || wanted.includes(exposure),
            );
      if (call.option('--json') === true)
        call.print(JSON.stringify({ queue: queue.state, why, submissions: found, unseen }));
      else call.print(jobsText({ found, wanted, why, unseen, now: call.now }));
      return why === null && unseen.length === 0 ? 0 : 1;
    },
  };
}

function jobsText({
  found,
  wanted,
  why,
  unseen,
  now,
}: {
  readonly found: readonly QueuedSubmission[];
  readonly wanted: readonly string[];
  readonly why: string | null;
  readonly unseen: readonly Unseen[];
  readonly now: Instant;
}): string {
  const of = wanted.length === 0 ? '' : ` of ${wanted.join(', ')}`;
  const incomplete = why !== null || unseen.length > 0;
  return [
    ...(found.length > 0 ? [`${totalsLine(found)}\n\n${jobsTable(found, now)}`] : []),
    ...(found.length === 0 && !incomplete ? [`There are no jobs${of} in the queue.`] : []),
    ...(why === null
      ? []
      : [`The queue could not be seen${found.length > 0 ? ' completely' : ''}: ${why}`]),
    ...unseen.map(
      (one) => `Of ${one.exposure}, submitted as ${one.job}, nothing is known: ${one.why}`,
    ),
  ].join('\n');
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
