/** A target that hands work to a grid exactly once, with everything set that this takes. */
import { target, write } from './define.ts';
import type { Found, Grid, Known, Queue, Work } from './grid.ts';
import { isAlive, leadOf } from './grid.ts';
import type { Seen } from './looks.ts';
import type { Attempt, OnceSighting, Rule } from './rules.ts';
import type { Path } from './values.ts';

/** What `submitOnce` needs; every other field of a rule may be given as well. */
export interface SubmitOnce extends Omit<Rule, 'name' | 'outputs' | 'once' | 'recipe'> {
  readonly grid: Grid;
  /** Name of the adapter of the build that asks the grid's queue. */
  readonly queue: string;
  readonly work: Work;
  /** File that tells of the submission: the record that survives the loss of `.desgw`. */
  readonly marker: Path;
}

/** What the marker of a submission says; null for what is not known. */
export interface Submitted {
  readonly receipt: string | null;
  readonly token: string | null;
}

/**
 * A target that submits `work` once. The submitter survives desgw; only a receipt proves that it
 * submitted, never an exit status; without one the queue is asked for the attempt's token, and where
 * that cannot tell either the target is in doubt until a person decides. Work that is found
 * submitted is adopted: then the steps that write files run, with the receipt if it is known and
 * without one if it is not, and nothing is submitted.
 */
export function submitOnce(name: string, { grid, queue, work, marker, ...rule }: SubmitOnce): Rule {
  return target(name, {
    ...rule,
    outputs: [{ path: marker, quiet: true }],
    once: {
      look: () => [
        { kind: 'read', path: marker },
        { kind: 'ask', adapter: queue, question: null },
      ],
      judge: ([markerSeen, queueSeen], attempt) =>
        judgeOnce(grid, work, { marker: markerSeen, queue: queueSeen, attempt }),
      cancel: (receipt) => grid.cancel([receipt]),
    },
    recipe: {
      version: '1',
      reads: [marker],
      steps: () => [
        grid.submit(work),
        write(marker, (run) => run.maybeText(marker) ?? markerText(run)),
      ],
      judge: ({ receipt, stdout, stderr, exits }) =>
        receipt !== undefined
          ? []
          : [grid.explain({ stdout, stderr, exit: exits.at(-1) ?? { kind: 'exit', code: 0 } })],
    },
  });
}

const markerText = ({
  receipt = null,
  token,
}: {
  readonly receipt?: string | undefined | null;
  readonly token: string;
}): string =>
  `${JSON.stringify({ receipt, token: token === '' ? null : token } satisfies Submitted)}\n`;

/** Reads a marker; undefined for what `submitOnce` did not write. */
export function readSubmitted(text: string | undefined): Submitted | undefined {
  try {
    const { receipt, token } = JSON.parse(text ?? '');
    return receipt === undefined || token === undefined ? undefined : { receipt, token };
  } catch {
    return undefined; // people's own notes under that name prove nothing
  }
}

/** The jobs of a submission in a queue that was looked at, or why they cannot be told. */
export function jobsSeen(grid: Grid, seen: Seen | undefined, known: Known): Found {
  if (seen?.kind !== 'answer')
    return { jobs: [], unseen: seen?.kind === 'failed' ? seen.why : 'the queue did not answer' };
  return grid.jobsOf(seen.answer as unknown as Queue, known);
}

function judgeOnce(
  grid: Grid,
  { labels }: Work,
  {
    marker,
    queue,
    attempt,
  }: {
    readonly marker: Seen | undefined;
    readonly queue: Seen | undefined;
    readonly attempt: Attempt | undefined;
  },
): OnceSighting {
  const told = readSubmitted(marker?.kind === 'read' ? marker.text : undefined);
  if (told !== undefined)
    return {
      state: 'done',
      how: 'its marker says so',
      ...(told.receipt === null ? {} : { receipt: told.receipt }),
    };
  const { token, remembered: among } = attempt ?? {};
  const found = jobsSeen(grid, queue, {
    purpose: labels,
    ...(token === undefined ? {} : { token }),
    ...(among === undefined ? {} : { among }),
  });
  // Jobs that have ended may be listed for days: of an attempt they tell only by its token.
  const tells = found.jobs.filter(
    (job) => attempt === undefined || isAlive(job) || job.token === token,
  );
  const job = leadOf({ jobs: tells });
  if (job !== undefined)
    return { state: 'done', how: `job ${job.id} is in the queue`, receipt: job.id };
  if (found.unseen !== undefined) return { state: 'unknown', why: found.unseen, unanswered: true };
  const answer = queue?.kind === 'answer' ? (queue.answer as unknown as Queue) : undefined;
  return answer?.state !== 'seen' || answer.answered === undefined
    ? { state: 'not done' }
    : { state: 'not done', remember: answer.answered };
}
