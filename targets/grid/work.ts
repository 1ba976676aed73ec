/** The queue as one that knows whether what was submitted is still under way, and how that is ended. */
import {
  type Adapter,
  type Found,
  type Grid,
  type HandedOver,
  isAlive,
  type Json,
  jobsInWords,
  jobsState,
  type Known,
  type Liveness,
  type Queue,
} from '../../core/index.ts';
import { submittedName } from '../settings/follow-up.ts';
import { readMarker } from './marker.ts';
import { rescuedBy } from './rescue-files.ts';

/** The queue of a grid, for `adapters` of a site. */
export function watchedQueue(grid: Grid): Adapter {
  return {
    ...grid.queue(),
    work: { question: null, judge: (answer, of) => liveness(grid, answer, of) },
  };
}

/** Jobs of a rescue, or of somebody's own submission, are of the same exposure and season. */
function liveness(grid: Grid, answer: Json, of: HandedOver): Liveness {
  const known = knownOf(of);
  if (known === undefined) return { state: 'over' };
  const found = grid.jobsOf(answer as unknown as Queue, known);
  const jobs = jobsState(found);
  if (jobs === 'none') return { state: 'over' };
  const rescued = rescuedBy(of.target);
  const part = rescued === undefined ? {} : { partOf: submittedName(rescued) };
  if (jobs === 'unknown') return { state: 'unknown', why: found.unseen ?? 'no answer', ...part };
  const exposure = known.purpose?.exposure ?? rescued;
  return {
    state: 'live',
    ...part,
    what: jobsInWords(jobs),
    cancel: grid.cancel(idsOf(found)),
    ...(exposure === undefined ? {} : { advice: `desgw cancel ${exposure}` }),
  };
}

function knownOf({ receipt, token, texts }: HandedOver): Known | undefined {
  const marker = texts.map((text) => readMarker(text)).find((one) => one !== undefined);
  const { job = null, token: marked = null, exposure, season } = marker ?? {};
  const id = receipt ?? job;
  const name = token ?? marked;
  if (id === null && name === null && exposure === undefined) return undefined;
  return {
    ...(id === null ? {} : { receipt: id }),
    ...(name === null ? {} : { token: name }),
    ...(exposure === undefined || season === undefined ? {} : { purpose: { exposure, season } }),
  };
}

/** Those that stand for submissions, whose jobs go with them, and jobs that have outlived theirs. */
export function idsOf({ jobs }: Pick<Found, 'jobs'>): readonly string[] {
  const alive = jobs.filter(isAlive);
  const leads = alive.filter((job) => job.node === undefined);
  const led = new Set(leads.map(({ submission }) => submission));
  const orphans = alive.filter((job) => job.node !== undefined && !led.has(job.submission));
  return [...leads, ...orphans].map(({ id }) => id);
}
