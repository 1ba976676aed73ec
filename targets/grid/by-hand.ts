/**
 * Submissions that somebody made by hand, told from what people leave beside a DAG, and from jobs in
 * the queue that do not say yet which exposure they are for.
 */
import {
  type Attempt,
  type Grid,
  isAlive,
  type Job,
  type Look,
  leadOf,
  type OnceSighting,
  type Queue,
  type Seen,
} from '../../core/index.ts';
import type { Exposure } from '../settings/domain.ts';
import { dagFile, type Place, workDir } from '../settings/follow-up.ts';
import { jobsIn, parseDag } from './dag.ts';

/** What people and older scripts call the output of a submission. */
const notes = ({ season }: Pick<Place, 'season'>, exposure: Exposure): readonly string[] => [
  `jobsub_${exposure}.out`,
  `dag_submission_${exposure}.out`,
  `imgproc_jobsub_${season}_${exposure}.out`,
];

/** The DAG that would be submitted, and what people noted of a submission. */
export function byHandLooks(place: Place, exposure: Exposure): readonly Look[] {
  const dir = workDir(place, exposure);
  return [
    { kind: 'read', path: dagFile(place, exposure) },
    ...notes(place, exposure).map((name): Look => ({ kind: 'read', path: `${dir}/${name}` })),
  ];
}

/** What is asked about, and the attempt that is on record. */
export interface SubmissionAsked {
  readonly grid: Grid;
  readonly exposure: Exposure;
  readonly season: string;
  readonly attempt?: Attempt | undefined;
}

/** The living job that stands for a submission by hand: people noted it, or its DAG has the name of this one. */
export function submittedByHand(
  queue: Queue,
  byHand: readonly Seen[],
  asked: SubmissionAsked,
): Job | undefined {
  const noted = notedIn(byHand, asked).map(({ job }) => jobsOfNote(queue, job, asked).jobs);
  return leadOf({ jobs: noted.flat().filter(isAlive) }) ?? namesake(queue, asked.exposure);
}

/** Why it may have been submitted by hand although no job shows that it was. */
export function doubtByHand(
  queue: Queue,
  byHand: readonly Seen[],
  asked: SubmissionAsked,
): OnceSighting | undefined {
  const { exposure, season } = asked;
  for (const { file, job } of notedIn(byHand, asked)) {
    const { isOther, unseen } = jobsOfNote(queue, job, asked);
    if (isOther) continue;
    const why = `${file} beside the DAG says that it was submitted as ${job}`;
    if (unseen !== undefined)
      return { state: 'unknown', why: `${why}, and ${unseen}`, unanswered: true };
    return {
      state: 'unknown',
      why: `${why}, and nothing shows what came of it`,
      advice: `if that was for season ${season}: \`desgw mark submitted ${exposure} --job ${job}\`; if not: \`desgw mark not-submitted ${exposure}\``,
    };
  }
  const like = lookalike(queue, byHand);
  return like === undefined
    ? undefined
    : {
        state: 'unknown',
        why: `the DAG ${like} in the queue, submitted without desgw, may be this one as far as it has come`,
        advice: `it shows when it comes to its CCDs; if you know: \`desgw mark submitted ${exposure} --job ${like}\` or \`desgw mark not-submitted ${exposure}\``,
        unanswered: true,
      };
}

/** Jobs that are alive keep others from being submitted beside them, whatever became of their DAG. */
export function strays(jobs: readonly Job[], exposure: Exposure): OnceSighting | undefined {
  const alive = jobs.filter(isAlive);
  if (alive.length === 0) return undefined;
  const [{ id }] = alive as [Job];
  const more = alive.length === 1 ? 'is' : `and ${alive.length - 1} more are`;
  return {
    state: 'unknown',
    why: `${id} ${more} in the queue for it, without a DAG`,
    advice: `it goes on when nothing of it is left there; \`desgw cancel ${exposure}\` ends that`,
    unanswered: true,
  };
}

/** The jobs of a noted submission; `isOther`: they are of another exposure or season. */
function jobsOfNote(
  queue: Queue,
  receipt: string,
  { grid, exposure, season }: SubmissionAsked,
): { readonly jobs: readonly Job[]; readonly isOther: boolean; readonly unseen?: string } {
  const found = grid.jobsOf(queue, { receipt });
  const { labels = {} } = leadOf(found) ?? {};
  const isOther =
    (labels.exposure ?? exposure) !== exposure || (labels.season ?? season) !== season;
  return isOther ? { jobs: [], isOther } : { ...found, isOther };
}

/** What was noted, the last of each file, told from what `byHandLooks` saw. */
function notedIn(
  [, ...texts]: readonly Seen[],
  { grid, season, exposure }: SubmissionAsked,
): readonly { readonly file: string; readonly job: string }[] {
  const receipt = new RegExp(grid.receipt, 'g');
  return notes({ season }, exposure).flatMap((file, i) => {
    const seen = texts[i];
    const text = seen?.kind === 'read' ? seen.text : undefined;
    const job = [...(text ?? '').matchAll(receipt)].at(-1)?.[1];
    return job === undefined ? [] : [{ file, job }];
  });
}

/** The living job of a DAG that has the name of this one, and of whose jobs none tells otherwise. */
const namesake = (queue: Queue, exposure: Exposure): Job | undefined =>
  queue.jobs.find(
    (job) =>
      job.token === undefined &&
      job.node === undefined &&
      job.labels.exposure === exposure &&
      job.labels.season === undefined &&
      isAlive(job),
  );

/**
 * A DAG in the queue that may be this one: all of its jobs that are there are those that this DAG has
 * at their places. While it is at its templates nothing says which exposure they are for.
 */
function lookalike(queue: Queue, [dagSeen]: readonly Seen[]): string | undefined {
  const text = dagSeen?.kind === 'read' ? dagSeen.text : undefined;
  const unknown = queue.jobs.filter(
    (job) => job.token === undefined && job.labels.exposure === undefined && isAlive(job),
  );
  const nodes = unknown.filter(({ labels }) => labels.program !== undefined);
  // One without jobs has not begun, and says nothing yet.
  const silent = unknown.find(
    ({ node, labels, submission }) =>
      node === undefined &&
      labels.program === undefined &&
      !nodes.some((job) => job.submission === submission),
  );
  if (text === undefined || nodes.length === 0) return silent?.id;
  const places = new Map(
    jobsIn(parseDag(text)).map(({ script, args }, i) => [
      `stage_${i + 1}`,
      `${script} ${args.join(' ')}`,
    ]),
  );
  const alike = new Map<string, boolean>();
  for (const { submission, node, labels } of nodes)
    alike.set(submission, alike.get(submission) !== false && places.get(node!) === labels.program);
  const found = [...alike].find(([, same]) => same)?.[0];
  if (found === undefined) return silent?.id;
  return unknown.find((job) => job.submission === found && job.node === undefined)?.id ?? found;
}
