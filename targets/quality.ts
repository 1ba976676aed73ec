/** quality: what is odd about exposures, from what post processing left of them. */
import {
  type Json,
  type Path,
  type Problem,
  type Rule,
  type Seen,
  target,
  write,
} from '../core/index.ts';
import {
  type Known,
  oddities,
  type Quality,
  qualityCsv,
  qualityOf,
  readQuality,
} from './candidates/quality.ts';
import { curvesIn, lightCurvesLook } from './candidates.ts';
import { truthFile } from './efficiency.ts';
import { parseExposureTable, rowOf } from './reports/exposure-table.ts';
import { readCcdReport } from './reports/read.ts';
import {
  ccdsFile,
  exposureListFile,
  type FollowUp,
  iniFile,
  OUTPUTS,
  ROWS_FILE,
} from './settings/follow-up.ts';
import { POST_PROCESSING } from './settings/phases.ts';

/** The table. */
export const qualityFile = (season: string): Path => `${OUTPUTS}/quality_S${season}.csv`;

/** Compares exposures again whenever step 5 has written light curves; what is odd is told as long as it is so. */
export function quality({ site, season, exposures }: FollowUp): Rule {
  const ini = iniFile(season);
  const list = exposureListFile(season);
  return target('quality', {
    doc: 'exposures that are odd among those of the night: depth, zero points, candidates',
    phase: POST_PROCESSING,
    after: ['postproc:4', 'postproc:5'],
    outputs: [qualityFile(season)],
    findings: {
      reads: [qualityFile(season)],
      judge: ({ maybeText }) =>
        oddities(readQuality(maybeText(qualityFile(season)) ?? '')).map(
          (what): Problem => ({ what, advice: 'look at its images before you trust it' }),
        ),
    },
    observe: {
      reads: [ini, list, ROWS_FILE, ...exposures.map(ccdsFile)],
      look: ({ text }) => [
        lightCurvesLook(text(ini), site.postProcessing),
        {
          kind: 'read',
          path: truthFile(text(ini), { season, postProcessing: site.postProcessing }),
        },
      ],
      judge: (seen, { text, maybeText }) => {
        const failed = seen.find((one) => one.kind === 'failed');
        if (failed?.kind === 'failed') return { state: 'failed', why: failed.why };
        const rows = qualityIn(seen, knownOf(text(list), text(ROWS_FILE), maybeText));
        const odd = new Set(oddities(rows).map((line) => line.split(':')[0]));
        return {
          state: 'ready',
          value: rows as unknown as Json,
          note: odd.size === 0 ? 'nothing is odd' : `${odd.size} of ${rows.length} are odd`,
        };
      },
    },
    recipe: {
      version: '1',
      steps: ({ value }) => [
        write(qualityFile(season), qualityCsv((value ?? []) as unknown as Quality[])),
      ],
    },
  });
}

/** The exposures that went on, with what was known of them before post processing. */
function knownOf(
  list: string,
  rows: string,
  maybeText: (path: Path) => string | undefined,
): readonly Known[] {
  const table = parseExposureTable(rows);
  return list
    .split('\n')
    .filter((exposure) => exposure !== '')
    .map((exposure) => {
      const row = rowOf(table, exposure);
      const report = maybeText(ccdsFile(exposure));
      const counts = report === undefined ? undefined : readCcdReport(report)?.counts;
      return {
        exposure,
        band: row?.band ?? '',
        teff: row?.teff,
        ccds: counts?.complete,
      };
    });
}

function qualityIn([curves, truth]: readonly Seen[], known: readonly Known[]): readonly Quality[] {
  return qualityOf(known, curvesIn(curves), truth?.kind === 'read' ? (truth.text ?? '') : '');
}
