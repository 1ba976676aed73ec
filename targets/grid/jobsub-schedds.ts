/**
 * Which schedds have answered. jobsub_q asks those only whose ad is in the collector and that are
 * not in downtime, and leaves the others out without a word. So the collector is asked as well:
 * that a job is not in the answer proves something only where its schedd has given one.
 */
import type { Answer, Json, Known, Queue } from '../../core/index.ts';
import { exitText } from '../../core/index.ts';
import { placeOf, shortened } from './jobsub-answer.ts';

/**
 * What the collector is asked of every schedd, in this order. The last is the very condition of
 * jobsub: it is undefined where an ad does not say, and then jobsub leaves the schedd out.
 */
export const SCHEDD_COLUMNS = ['Name', 'InDownTime', 'TotalJobAds', 'InDownTime != true'];

/** The other conditions under which jobsub knows a schedd (jobsub_lite lib/condor.py). */
export const scheddConstraint = (group: string): string =>
  `IsJobsubLite=?=true && STRINGLISTIMEMBER("${group}", SupportedVOList) && !regexp(".*dev.*", Machine)`;

/** One schedd as the collector knows it. */
interface Schedd {
  readonly name: string;
  /** Known to be left out. */
  readonly down: boolean;
  /** How many jobs it has, anybody's; undefined when its ad does not say. */
  readonly jobs?: number;
}

/** What the collector says; undefined schedds: it could not be asked. */
export type Schedds =
  | { readonly state: 'seen'; readonly schedds: readonly Schedd[] }
  | { readonly state: 'failed'; readonly why: string };

/** Reads the answer of condor_status in `SCHEDD_COLUMNS`. */
export function readSchedds({ exit, stdout, stderr }: Answer): Schedds {
  if (exit.kind !== 'exit' || exit.code !== 0) {
    const said = stderr.split('\n').find((line) => line.trim() !== '');
    return {
      state: 'failed',
      why: `condor_status ${exitText(exit)}${said === undefined ? '' : `: ${shortened(said)}`}`,
    };
  }
  const schedds: Schedd[] = [];
  for (const line of stdout.split('\n').filter((text) => text.trim() !== '')) {
    const [name = '', down = '', jobs = '', asked = 'true'] = line.trim().split(/\s+/);
    if (!/^(?:true|false|undefined)$/i.test(down))
      return { state: 'failed', why: `condor_status says: ${shortened(line)}` };
    const known = /^\d+$/.test(jobs) ? { jobs: Number(jobs) } : {};
    const isDown = down.toLowerCase() === 'true' || asked.toLowerCase() !== 'true';
    schedds.push({ name, down: isDown, ...known });
  }
  return { state: 'seen', schedds };
}

/** Which schedds an answer of jobsub_q is from. */
export type Answered = {
  readonly schedds: readonly string[];
  /** Known to the collector, but not asked. */
  readonly silent: readonly string[];
  /** Why it is not known of all who have answered. */
  readonly why?: string;
};

/**
 * Who has answered, by what the collector said before and after.
 * @param said whether jobsub_q printed anything: a job, or that a queue is empty
 */
export function answeredBy(
  before: Schedds,
  after: Schedds,
  { said }: { readonly said: boolean },
): Answered {
  for (const one of [before, after])
    if (one.state === 'failed') return { schedds: [], silent: [], why: one.why };
  if (before.state === 'failed' || after.state === 'failed') throw new Error('internal: unseen');
  const known = [...new Set([...before.schedds, ...after.schedds].map(({ name }) => name))];
  const up = known.filter((name) =>
    [before, after].every(({ schedds }) => schedds.some((one) => one.name === name && !one.down)),
  );
  const silent = known.filter((name) => !up.includes(name));
  // For a schedd without jobs jobsub_q prints a line. Where that is lacking it has asked nobody.
  const idle = before.schedds.find(({ name, jobs }) => jobs === 0 && up.includes(name));
  if (!said && idle !== undefined)
    return {
      schedds: [],
      silent: known,
      why: `jobsub_q printed nothing, not even that ${idle.name} has no jobs`,
    };
  return { schedds: up, silent };
}

/** Why a submission may have jobs that the answer does not show; undefined: it has none. */
export function unseenOf(queue: Queue, known: Known): string | undefined {
  if (queue.state === 'failed') return queue.why;
  if (queue.answered === undefined) return undefined;
  const { schedds, silent, why } = queue.answered as Answered;
  const missing = possiblePlaces(known, silent).find((name) => !schedds.includes(name));
  const inGeneral = (known.receipt ?? known.token ?? known.purpose) === undefined;
  if (why !== undefined && (missing !== undefined || !inGeneral))
    return `which schedds have answered is not known: ${why}`;
  if (missing === undefined) return undefined;
  return `${missing}${inGeneral ? '' : ', which may hold its jobs,'} has not answered`;
}

/** The schedds on which its jobs can be; those of a receipt are where it says. */
function possiblePlaces({ receipt, among }: Known, silent: readonly string[]): readonly string[] {
  const place = receipt === undefined ? undefined : placeOf(receipt);
  if (place !== undefined) return [place.schedd];
  const then = among === undefined ? [] : (among as Answered).schedds;
  return [...then, ...silent];
}

/** The answer as data to go with a queue. */
export const asJson = (answered: Answered): Json => answered as unknown as Json;
