/**
 * A grid: where work goes that runs elsewhere, such as jobsub_lite or Slurm. Data and pure
 * functions, but for the adapter that asks its queue. Ids of jobs are texts that only the grid
 * itself takes apart.
 */
import type { Exit } from './facts.ts';
import type { Adapter } from './looks.ts';
import type { Problem } from './rules.ts';
import type { Exec } from './steps.ts';
import type { Instant, Json, Path } from './values.ts';

/** Names and values that travel with every job of a submission: what it is for. */
export interface Labels {
  readonly [name: string]: string;
}

/** A piece of work to hand over. */
export interface Work {
  readonly labels: Labels;
  /** What the grid is given, by its name in `cwd`: a DAG, a script. */
  readonly file: string;
  readonly cwd: Path;
  /** Seconds after which a submission that does not end is stopped. */
  readonly timeout: number;
}

/** How a job stands, in the words of HTCondor; other grids translate theirs. */
export type JobStatus =
  | 'idle'
  | 'running'
  | 'held'
  | 'removed'
  | 'completed'
  | 'transferring'
  | 'suspended';

/** One job in the queue. */
export interface Job {
  readonly id: string;
  /** The same for all jobs of one submission. */
  readonly submission: string;
  readonly status: JobStatus;
  /** Its place within its submission; none for the job that stands for the submission itself. */
  readonly node?: string;
  /** Random name of the attempt that submitted it. */
  readonly token?: string;
  readonly labels: Labels;
  /** When the job came into the queue. */
  readonly queued?: Instant;
  readonly holdReason?: string;
}

/** `failed`: the answer may lack jobs, so that absence proves nothing; those seen are real. */
export type Queue =
  | {
      readonly state: 'seen';
      readonly jobs: readonly Job[];
      /** Which parts of the grid have answered, for a grid of several; for that grid to read. */
      readonly answered?: Json;
    }
  | { readonly state: 'failed'; readonly why: string; readonly jobs: readonly Job[] };

/** What a submission may be known by; any one is enough. */
export interface Known {
  /** What its submission printed. */
  readonly receipt?: string;
  readonly token?: string;
  /** Finds submissions whose token is lost. */
  readonly purpose?: Labels;
  /** What `answered` said when it was submitted: where its jobs may be, for as long as nobody knows. */
  readonly among?: Json;
}

/** The jobs of one submission, dead ones included; `unseen`: why there may be more than these. */
export interface Found {
  readonly jobs: readonly Job[];
  readonly unseen?: string;
}

/** What a program printed and how it ended. */
export interface Answer {
  readonly exit: Exit;
  readonly stdout: string;
  readonly stderr: string;
}

/** One kind of grid, as it is used at one site. */
export interface Grid {
  /** What it consists of on this machine, as paths or names found through PATH. */
  readonly programs: readonly string[];
  /** Answers with a `Queue` whatever it is asked: one question serves everybody. */
  readonly queue: () => Adapter;
  /** The step that hands work over; `{token}` stands for the attempt's token. */
  readonly submit: (work: Work) => Exec;
  /** Source of a regular expression whose first group is the receipt in what a submission prints. */
  readonly receipt: string;
  /** Variables for a program that submits by itself, so that its jobs are known by token and labels. */
  readonly marking: (labels: Labels) => { readonly [name: string]: string };
  /** Ends jobs, given by their ids. Whether they ended is told by the queue. */
  readonly cancel: (ids: readonly string[]) => Exec;
  /** Lets held jobs go on, where the grid can be told to. */
  readonly release?: (ids: readonly string[]) => Exec;
  /** Brings what the jobs of a submission printed into a directory, where the grid keeps that. */
  readonly printed?: (id: string, into: Path) => Exec;
  readonly jobsOf: (queue: Queue, known: Known) => Found;
  /** Why a submission that printed no receipt failed. */
  readonly explain: (said: Answer) => Problem;
  /** Whether a text may be an id; `example` shows people what one looks like. */
  readonly isId: (text: string) => boolean;
  readonly example: string;
}

/** How many jobs of one submission are in the queue. `held` counts the one that stands for it too. */
export interface JobCounts {
  readonly idle: number;
  readonly running: number;
  readonly held: number;
  readonly transferring: number;
  readonly suspended: number;
  /** State of the job that stands for the submission, if it is in the queue. */
  readonly lead?: JobStatus;
  /** Why jobs are held, each reason once. */
  readonly holdReasons: readonly string[];
}

/** `none`: the queue was seen and nothing of the submission is alive in it. */
export type JobsState = JobCounts | 'none' | 'unknown';

/** Jobs that were removed or have completed may linger in the queue; they are not alive. */
export const isAlive = ({ status }: Job): boolean => status !== 'removed' && status !== 'completed';

/** The job that stands for a submission; its id is the receipt. Dead ones included. */
export const leadOf = ({ jobs }: Found): Job | undefined =>
  jobs.find((job) => job.node === undefined);

/** The jobs of one submission that are alive, counted. */
export function jobsState(found: Found): JobsState {
  const alive = found.jobs.filter(isAlive);
  if (alive.length === 0) return found.unseen === undefined ? 'none' : 'unknown';
  const nodes = alive.filter((job) => job.node !== undefined);
  const count = (status: JobStatus) => nodes.filter((job) => job.status === status).length;
  const lead = alive.find((job) => job.node === undefined);
  const reasons = alive.filter((job) => job.status === 'held').map((job) => job.holdReason);
  return {
    idle: count('idle'),
    running: count('running'),
    held: count('held') + (lead?.status === 'held' ? 1 : 0),
    transferring: count('transferring'),
    suspended: count('suspended'),
    ...(lead === undefined ? {} : { lead: lead.status }),
    holdReasons: [...new Set(reasons.filter((reason) => reason !== undefined))],
  };
}

/**
 * For `jobsOf` of a grid whose answer is whole or none: the jobs that have the receipt as their id,
 * the token, or every label of the purpose.
 */
export function jobsMatching(queue: Queue, { receipt, token, purpose }: Known): Found {
  const jobs = queue.jobs.filter(
    (job) =>
      job.id === receipt ||
      (token !== undefined && job.token === token) ||
      (purpose !== undefined &&
        Object.entries(purpose).every(([label, value]) => job.labels[label] === value)),
  );
  return queue.state === 'seen' ? { jobs } : { jobs, unseen: queue.why };
}

/**
 * For `queue` of such a grid: runs a program and reads what it printed. One that fails, or prints
 * what `read` does not understand (undefined), leaves the queue unseen, never empty.
 */
export function queueOf(
  question: Exec,
  read: (stdout: string) => readonly Job[] | undefined,
): Adapter {
  return {
    dry: false,
    timeout: (question.timeout ?? 60) + 5,
    ask: async (_, { run }) => {
      const { exit, stdout, stderr } = await run(question);
      const ended = exit.kind === 'exit' && exit.code === 0;
      const jobs = ended ? read(stdout) : undefined;
      const why = ended ? misunderstood(question, stdout) : complaint(question, stderr);
      const queue: Queue =
        jobs === undefined ? { state: 'failed', why, jobs: [] } : { state: 'seen', jobs };
      return queue as unknown as Json;
    },
  };
}

/** More than the first line, since what is wrong may stand in any; cut, since it may be a book. */
const misunderstood = ({ argv: [program] }: Exec, said: string): string =>
  said.trim() === ''
    ? `${program} says nothing`
    : `${program} says what is not understood: ${said.trim().slice(0, 1000)}`;

const complaint = ({ argv: [program] }: Exec, said: string): string =>
  said.trim().split('\n')[0] || `${program} failed without a word`;

/** The counts in words: `12 running, 3 idle, 2 held (disk quota exceeded)`. */
export function jobsInWords(jobs: JobCounts): string {
  const reasons = jobs.holdReasons.length === 0 ? '' : ` (${jobs.holdReasons.join('; ')})`;
  const parts = [
    [jobs.running, 'running'],
    [jobs.transferring, 'transferring'],
    [jobs.idle, 'idle'],
    [jobs.suspended, 'suspended'],
    [jobs.held, `held${reasons}`],
  ] as const;
  const words = parts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  return words.length === 0 ? 'its submission is in the queue' : words.join(', ');
}
