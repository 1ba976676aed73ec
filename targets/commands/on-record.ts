/** Submissions that are on record here, and of which the queue may hold more than it showed. */
import type { CommandCall, Look, Queue, Seen } from '../../core/index.ts';
import { type Marker, readMarker } from '../grid/marker.ts';
import { ccdsName, SEASON_FILE } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';

/** A submission whose jobs may be where nobody has answered. */
export interface Unseen {
  readonly exposure: string;
  readonly job: string;
  readonly why: string;
}

/** Those of this season that are still waited for, by the markers beside their DAGs. */
export async function unseenSubmissions(
  { grid, gwWorkflow, isolate }: Site,
  call: Pick<CommandCall, 'look' | 'readText' | 'record'>,
  queue: Queue,
): Promise<readonly Unseen[]> {
  const season = call.readText(SEASON_FILE)?.trim();
  const folders = isolate ? `${gwWorkflow}/desgw_*` : gwWorkflow;
  const paths = (await call.look([{ kind: 'list', pattern: folders }])).flatMap(markersIn);
  const markers = (await call.look(paths.map((path): Look => ({ kind: 'read', path })))).flatMap(
    (seen) => (seen.kind === 'read' ? (readMarker(seen.text) ?? []) : []),
  );
  return markers.flatMap((marker: Marker): Unseen[] => {
    const { exposure, job } = marker;
    if (job === null || marker.season !== season) return [];
    if (call.record(ccdsName(exposure))?.state === 'made') return [];
    const { unseen } = grid.jobsOf(queue, { receipt: job });
    return unseen === undefined ? [] : [{ exposure, job, why: unseen }];
  });
}

const markersIn = (seen: Seen): readonly string[] =>
  seen.kind !== 'list'
    ? []
    : seen.dirs.flatMap(({ dir, names }) =>
        names
          .filter((name) => /^desgw_pipeline_\d+(?:_rescue\d+)?\.dag\.submitted$/.test(name))
          .map((name) => `${dir}/${name}`),
      );
