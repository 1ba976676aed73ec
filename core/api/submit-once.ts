/** A target that hands work to a grid exactly once, with everything set that this takes. */
import { target, write } from './define.ts';
import type { Facts, RunFacts } from './facts.ts';
import type { Found, Grid, Job, Known, Labels, Queue, Work } from './grid.ts';
import { isAlive, leadOf } from './grid.ts';
import type { Seen } from './looks.ts';
import type { Attempt, Once, OnceSighting, Problem, Recipe, Rule } from './rules.ts';
import type { Step } from './steps.ts';
import type { Path } from './values.ts';

/** What `submitOnce` needs; every other field of a rule may be given as well. */
export interface SubmitOnce
  extends Omit<Rule, 'name' | 'once' | 'recipe'>,
    Pick<Recipe, 'version' | 'reads' | 'note'> {
  readonly grid: Grid;
  /** Name of the adapter of the build that asks the grid's queue. */
  readonly queue: string;
  readonly work: Work;
  /** Whether it has turned out that there is nothing to hand over. */
  readonly needless?: (facts: Facts) => boolean;
  /** What is done before: a claim, the text that is handed in. */
  readonly before?: (facts: Facts) => readonly Step[];
  /** File that tells of the submission: the record that survives the loss of `.desgw`. */
  readonly marker: Path;
  /** How the marker is written and read, where it is to say more than `readSubmitted` knows. */
  readonly record?: MarkerFormat;
  /** What else tells whether it has happened. Default: the marker, then the queue. */
  readonly told?: Pick<Once, 'look' | 'judge'>;
}

/** A marker of one's own. */
export interface MarkerFormat {
  readonly write: (run: RunFacts) => string;
  /** What it proves; undefined for a text that it did not write, or of another submission. */
  readonly read: (text: string | undefined) => OnceSighting | undefined;
}

/** What the marker of a submission says; null for what is not known. */
export interface Submitted {
  readonly receipt: string | null;
  readonly token: string | null;
}

/**
 * A target that submits `work` once. The submitter survives desgw; only a receipt proves that it
 * submitted, never an exit status; without one the queue is searched for the attempt's token, and where
 * that does not tell either, the target is in doubt until a person decides. Work that is found
 * submitted is adopted: then the steps that write files run, with the receipt if it is known and
 * without one if it is not, and nothing is submitted. The marker is its output, unless `outputs`
 * says otherwise.
 */
export function submitOnce(name: string, submission: SubmitOnce): Rule {
  const { grid, queue, work, needless, before, marker, told, ...rest } = submission;
  const { record = plainMarker(marker), version = '1', reads = [], note, ...rule } = rest;
  return target(name, {
    outputs: [{ path: marker, quiet: true }],
    ...rule,
    once: {
      look: () => [
        { kind: 'read', path: marker },
        { kind: 'ask', adapter: queue, question: null },
      ],
      judge: ([markerSeen, queueSeen], attempt) =>
        record.read(markerSeen?.kind === 'read' ? markerSeen.text : undefined) ??
        judgeQueue(queueSeen, { grid, attempt, purpose: work.labels }),
      ...told,
      receipts: { isOne: grid.isId, example: grid.example },
      cancel: (receipt) => grid.cancel([receipt]),
    },
    recipe: {
      version,
      reads: [...new Set([...reads, marker])],
      steps: (facts) =>
        needless?.(facts) === true
          ? [write(marker, record.write)]
          : [...(before?.(facts) ?? []), grid.submit(work), write(marker, record.write)],
      ...(note === undefined ? {} : { note }),
      judge: (run) => (needless?.(run) === true ? [] : judgeSubmission(grid, run)),
    },
  });
}

/** What is wrong with a run that submitted: nothing, if there is a receipt. */
export function judgeSubmission(grid: Grid, run: RunFacts): readonly Problem[] {
  const { receipt, stdout, stderr, exits } = run;
  if (receipt !== undefined) return [];
  return [grid.explain({ stdout, stderr, exit: exits.at(-1) ?? { kind: 'exit', code: 0 } })];
}

/** The marker of `submitOnce` itself. One that is there stays: it may know more than a run that adopts. */
const plainMarker = (marker: Path): MarkerFormat => ({
  write: ({ receipt = null, token, maybeText }) => {
    const told: Submitted = { receipt, token: token === '' ? null : token };
    return maybeText(marker) ?? `${JSON.stringify(told)}\n`;
  },
  read: (text) => {
    const told = readSubmitted(text);
    if (told === undefined) return undefined;
    const { receipt, token } = told;
    return {
      state: 'done',
      how: 'its marker says so',
      ...(receipt === null ? {} : { receipt }),
      ...(token === null ? {} : { token }),
    };
  },
});

/** Reads a marker; undefined for what `submitOnce` did not write. */
export function readSubmitted(text: string | undefined): Submitted | undefined {
  try {
    const { receipt, token } = JSON.parse(text ?? '');
    return receipt === undefined || token === undefined ? undefined : { receipt, token };
  } catch {
    return undefined; // people's own notes under that name prove nothing
  }
}

/** The queue that was seen; one that was not seen may hold anything. */
export function queueIn(seen: Seen | undefined): Queue {
  if (seen?.kind === 'answer') return seen.answer as unknown as Queue;
  const why = seen?.kind === 'failed' ? seen.why : 'the queue did not answer';
  return { state: 'failed', why, jobs: [] };
}

/** The jobs of a submission in a queue that was looked at, or why they cannot be told. */
export const jobsSeen = (grid: Grid, seen: Seen | undefined, known: Known): Found =>
  grid.jobsOf(queueIn(seen), known);

/** Which submission is asked about. */
export interface QueueAsked {
  readonly grid: Grid;
  readonly purpose: Labels;
  /** The attempt that is on record. */
  readonly attempt?: Attempt | undefined;
}

/**
 * Jobs that prove that the work was submitted. What was asked for once more is known by the token of
 * its attempt, where that has one: others of its purpose are of the submission before.
 */
export function provingJobs(queue: Queue, { grid, purpose, attempt }: QueueAsked): Found {
  const { token, remembered: among, again } = attempt ?? {};
  const found = grid.jobsOf(queue, {
    ...(again === true && token !== undefined ? {} : { purpose }),
    ...(token === undefined ? {} : { token }),
    ...(among === undefined ? {} : { among }),
  });
  return { ...found, jobs: found.jobs.filter((job) => proves(job, attempt)) };
}

/**
 * A job that has ended is listed for days. Of an attempt it tells only by its token; without an
 * attempt on record it is the submission that is asked about.
 */
const proves = (job: Job, attempt: Attempt | undefined): boolean =>
  attempt === undefined ||
  isAlive(job) ||
  (attempt.token !== undefined && job.token === attempt.token);

/** Whether the queue shows the submission. */
export function judgeQueue(seen: Seen | undefined, asked: QueueAsked): OnceSighting {
  const queue = queueIn(seen);
  const found = provingJobs(queue, asked);
  const lead = leadOf(found);
  if (lead !== undefined) return inQueue(lead);
  return queue.state === 'seen' && found.unseen === undefined
    ? notDone(queue)
    : unseenQueue(found.unseen ?? 'no answer');
}

/** A job in the queue as a proof, with what is known of it from then on. */
export const inQueue = (job: Job): OnceSighting => ({
  state: 'done',
  how: `job ${job.id} is in the queue${isAlive(job) ? '' : ', and has ended'}`,
  receipt: job.id,
  ...(job.token === undefined ? {} : { token: job.token }),
});

/** Who answered is remembered: if the submission is interrupted, its jobs are with one of them. */
export const notDone = ({
  answered,
}: Extract<Queue, { state: 'seen' }>): Extract<OnceSighting, { state: 'not done' }> =>
  answered === undefined ? { state: 'not done' } : { state: 'not done', remember: answered };

/** Nothing can be told while the queue does not answer. */
export const unseenQueue = (why: string, advice = 'build again when it answers'): OnceSighting => ({
  state: 'unknown',
  why: `the queue could not be seen (${why})`,
  advice,
  unanswered: true,
});
