/** ccds_EXP: which CCDs of an exposure came back, once nothing more is to be expected. */
import {
  type GoOn,
  type Grid,
  type Path,
  type Queue,
  type Rule,
  type Sighting,
  target,
  write,
} from '../core/index.ts';
import { type Marker, readMarker } from './grid/marker.ts';
import { liveJobs, type Submissions, submissionsIn, submissionsLook } from './grid/submissions.ts';
import { type CcdReport, ccdLooks, ccdNote, reportFrom } from './reports/ccd-report.ts';
import { ccdSighting, ccdTally } from './reports/ccd-settling.ts';
import { focalPlane } from './reports/focal-plane.ts';
import type { Exposure } from './settings/domain.ts';
import {
  ccdsFile,
  ccdsName,
  type FollowUp,
  markerFile,
  settling,
  submittedName,
} from './settings/follow-up.ts';
import { exposureSubject, GRID } from './settings/phases.ts';

/** Where the band of an exposure is read: from rows of the exposure table, or it is known. */
export type BandOf =
  | { readonly band: string }
  | { readonly reads: Path; readonly bandIn: (text: string) => string | undefined };

/** The CCD report; waits for the grid unless the work was done without desgw (`afterwards`). */
export function ccds(
  followUp: FollowUp,
  exposure: Exposure,
  bandOf: BandOf,
  { afterwards = false, goOn }: { readonly afterwards?: boolean; readonly goOn?: GoOn } = {},
): Rule {
  const { season, params } = followUp;
  const threshold = Number(params.ccdThreshold);
  return target(ccdsName(exposure), {
    doc: `which CCDs of ${exposure} are complete, failed or missing`,
    phase: GRID,
    subject: exposureSubject(exposure),
    after: afterwards ? [] : [submittedName(exposure)],
    params: { threshold, season },
    ...(goOn === undefined ? {} : { goOn }),
    outputs: [ccdsFile(exposure)],
    observe: observation(followUp, exposure, bandOf, { afterwards }),
    recipe: {
      version: '1',
      steps: ({ value, settled }) => {
        const report: CcdReport = {
          ...(value as CcdReport),
          ...(settled ? {} : { settled: false }),
        };
        return [write(ccdsFile(exposure), `${JSON.stringify(report, null, 2)}\n`)];
      },
    },
  });
}

function observation(
  followUp: FollowUp,
  exposure: Exposure,
  bandOf: BandOf,
  { afterwards }: { readonly afterwards: boolean },
): Observation {
  const { site, season, params } = followUp;
  const threshold = Number(params.ccdThreshold);
  const looks = ccdLooks(site.pnfs, { exposure, season });
  return {
    valueFromFiles: true,
    reads: [markerFile(followUp, exposure), ...('reads' in bandOf ? [bandOf.reads] : [])],
    look: () =>
      afterwards
        ? looks
        : [
            ...looks,
            submissionsLook(followUp, exposure),
            { kind: 'ask', adapter: 'queue', question: null },
          ],
    judge: (seen, facts): Sighting => {
      const band = 'band' in bandOf ? bandOf.band : bandOf.bandIn(facts.text(bandOf.reads));
      if (band === undefined)
        return {
          state: 'failed',
          definite: true,
          why: `the band of ${exposure} is not known`,
        };
      const judged = reportFrom(seen.slice(0, looks.length), {
        exposure,
        band,
        season,
        threshold,
      });
      if (judged.state === 'failed') return judged;
      const { report } = judged;
      if (afterwards)
        return {
          state: 'ready',
          value: report,
          tally: ccdTally(report, 'none'),
          note: ccdNote(report),
        };
      return onTheGrid(followUp, report, seen.slice(looks.length), facts);
    },
    parts: (value) => focalPlane(value as CcdReport),
  };
}

/** How it stands while its jobs may be at work. */
function onTheGrid(
  followUp: FollowUp,
  report: CcdReport,
  [submissions, queue]: readonly QueueSeen[],
  facts: Parameters<Observation['judge']>[1],
): Sighting {
  const { site, params } = followUp;
  const about = readMarker(facts.maybeText(markerFile(followUp, report.exposure)));
  return ccdSighting({
    report,
    ...jobsFor(site.grid, queue!, allOf(about, submissions, report)),
    known: about !== undefined && (about.job ?? about.token) !== null,
    again: about?.again === true,
    unchangedForSeconds: facts.unchangedFor,
    ...settling(site, params),
  });
}

type Observation = NonNullable<Rule['observe']>;
type QueueSeen = Parameters<Observation['judge']>[0][number];

/** The submission that the marker tells of, and its rescues. */
function allOf(
  marker: Marker | undefined,
  seen: QueueSeen | undefined,
  asked: Pick<Submissions, 'exposure' | 'season'>,
): Submissions {
  const all = submissionsIn(seen, asked);
  const isThere = all.markers.some((one) => one?.job === marker?.job);
  return marker === undefined || isThere ? all : { ...all, markers: [marker, ...all.markers] };
}

/** Those of rescues are waited for as well. */
function jobsFor(grid: Grid, seen: QueueSeen, all: Submissions): ReturnType<typeof liveJobs> {
  return seen.kind === 'answer'
    ? liveJobs(grid, seen.answer as unknown as Queue, all)
    : { jobs: 'unknown', unseen: seen.kind === 'failed' ? seen.why : 'no answer' };
}
