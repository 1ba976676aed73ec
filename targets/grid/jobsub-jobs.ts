/** Which jobs of a queue belong to one submission, found without going through the queue for each. */
import { type Found, isAlive, type Job, type Known, type Queue } from '../../core/index.ts';
import { placeOf } from './jobsub-answer.ts';
import { unseenOf } from './jobsub-schedds.ts';

/** Places in the list of jobs, by what a submission may be known by. */
interface Index {
  readonly clusters: ReadonlyMap<string, readonly number[]>;
  readonly tokens: ReadonlyMap<string, readonly number[]>;
  readonly labels: ReadonlyMap<string, readonly number[]>;
}

/** An answer of the queue never changes, and is asked about once for every exposure. */
const INDICES = new WeakMap<Queue, Index>();

/** The jobs of one submission. Node jobs have ids of their own and are tied to their DAG by the token alone. */
export function jobsubJobs(queue: Queue, known: Known): Found {
  const { receipt, token, purpose } = known;
  const index = indexOf(queue);
  const cluster = receipt === undefined ? undefined : clusterOf(receipt);
  const named = cluster === undefined ? [] : (index.clusters.get(cluster) ?? []);
  const shared = token ?? (named[0] === undefined ? undefined : queue.jobs[named[0]]?.token);
  const found = new Set([
    ...named,
    ...(shared === undefined ? [] : (index.tokens.get(shared) ?? [])),
    ...(purpose === undefined ? [] : labelled(queue, index, Object.entries(purpose))),
  ]);
  const all = [...found].sort((a, b) => a - b).map((at) => queue.jobs[at]!);
  const jobs = all.filter((job) => !isSpooling(job));
  const spooling = all.find((job) => isSpooling(job) && isAlive(job));
  const unseen =
    spooling === undefined
      ? unseenOf(queue, known)
      : `job ${spooling.id} is being handed over, or its submission was cut short and the schedd removes it`;
  return unseen === undefined ? { jobs } : { jobs, unseen };
}

/**
 * Its files are on their way to the schedd. Without them it never starts; where the submission was
 * cut short meanwhile, the schedd removes it by itself after a time.
 */
const isSpooling = ({ status, holdReason = '' }: Job): boolean =>
  (status === 'held' || status === 'removed') &&
  /Spooling input data files|Staging of job files failed/.test(holdReason);

function labelled(
  { jobs }: Queue,
  { labels }: Index,
  wanted: readonly (readonly [string, string | undefined])[],
): readonly number[] {
  const [first] = wanted;
  const candidates = first === undefined ? [...jobs.keys()] : (labels.get(first.join('=')) ?? []);
  return candidates.filter((at) =>
    wanted.every(
      ([label, value]) => jobs[at]!.labels[label] === value || isUntold(jobs[at]!, label),
    ),
  );
}

/** A DAG that somebody submitted by hand and that has not begun does not say its season yet. */
const isUntold = (job: Job, label: string): boolean =>
  label === 'season' &&
  job.labels.season === undefined &&
  job.token === undefined &&
  job.node === undefined &&
  isAlive(job);

function indexOf(queue: Queue): Index {
  const known = INDICES.get(queue);
  if (known !== undefined) return known;
  const [clusters, tokens, labels] = [1, 2, 3].map(() => new Map<string, number[]>());
  const note = (map: Map<string, number[]>, key: string | undefined, at: number): void => {
    if (key === undefined) return;
    const list = map.get(key);
    if (list === undefined) map.set(key, [at]);
    else list.push(at);
  };
  queue.jobs.forEach((job: Job, at) => {
    note(clusters!, clusterOf(job.id), at);
    note(tokens!, job.token, at);
    for (const pair of Object.entries(job.labels)) note(labels!, pair.join('='), at);
  });
  const index = { clusters: clusters!, tokens: tokens!, labels: labels! };
  INDICES.set(queue, index);
  return index;
}

/** The whole submission that an id belongs to. */
function clusterOf(id: string): string | undefined {
  const place = placeOf(id);
  return place === undefined ? undefined : `${place.cluster}@${place.schedd}`;
}
