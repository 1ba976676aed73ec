/**
 * Everything that an exposure was handed over as: the DAG itself, the first time or once more, and its
 * rescues, each with a job id of its own. That one of them is over says nothing of the others.
 */
import {
  type Found,
  type Grid,
  type Job,
  type JobsState,
  jobsState,
  type Known,
  type Look,
  type Queue,
  type Seen,
} from '../../core/index.ts';
import type { Exposure, Season } from '../settings/domain.ts';
import { dagFile, type Place } from '../settings/follow-up.ts';
import { type Marker, readMarker } from './marker.ts';

/** Bytes of a marker, and more. */
const MARKER_BYTES = 4096;

/** What an exposure was handed over as; undefined markers: it was begun, and nobody knows as what. */
export interface Submissions {
  readonly exposure: Exposure;
  readonly season: Season;
  readonly markers: readonly (Marker | undefined)[];
  /** Why there may be more. */
  readonly unseen?: string;
}

/** The markers of an exposure and of its rescues. */
export function submissionsLook(place: Place, exposure: Exposure): Look {
  const name = dagFile(place, exposure).replace(/\.dag$/, '');
  return { kind: 'ends', pattern: `${name}*.dag.submit*`, bytes: MARKER_BYTES };
}

/** What was seen of them. */
export function submissionsIn(
  seen: Seen | undefined,
  { exposure, season }: Pick<Submissions, 'exposure' | 'season'>,
): Submissions {
  const files = seen?.kind === 'ends' ? seen.files : [];
  const markers = files
    .filter(({ path }) => path.endsWith('.dag.submitted'))
    .flatMap(({ end }) => readMarker(end) ?? [])
    .filter((marker) => marker.exposure === exposure && marker.season === season);
  // A rescue is claimed before it is handed over, and marked after.
  const begun = new RegExp(`/desgw_pipeline_${exposure}_rescue\\d+\\.dag\\.submitting$`);
  const open = files.filter(
    ({ path }) =>
      begun.test(path) && !files.some((other) => other.path === path.replace(/ing$/, 'ed')),
  );
  return {
    ...{ exposure, season, markers: [...markers, ...open.map(() => undefined)] },
    ...(seen?.kind === 'failed' ? { unseen: seen.why } : {}),
  };
}

/** The jobs of all of them, and of whoever did the same without a marker. */
export function jobsOfAll(grid: Grid, queue: Queue, all: Submissions): Found {
  const purpose = { exposure: all.exposure, season: all.season };
  const markers = all.markers.length === 0 ? [undefined] : all.markers;
  const jobs = new Map<string, Job>();
  let unseen = all.unseen;
  for (const marker of markers) {
    const known: Known = {
      purpose,
      ...(marker?.token == null ? {} : { token: marker.token }),
      ...(marker?.job == null ? {} : { receipt: marker.job }),
    };
    const found = grid.jobsOf(queue, known);
    for (const job of found.jobs) jobs.set(job.id, job);
    unseen ??= found.unseen;
  }
  return unseen === undefined ? { jobs: [...jobs.values()] } : { jobs: [...jobs.values()], unseen };
}

/** What of an exposure is live, and why there may be more. */
export function liveJobs(
  grid: Grid,
  queue: Queue,
  all: Submissions,
): { readonly jobs: JobsState; readonly unseen?: string } {
  const found = jobsOfAll(grid, queue, all);
  const jobs = jobsState(found);
  return found.unseen === undefined ? { jobs } : { jobs, unseen: found.unseen };
}
