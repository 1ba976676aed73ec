/** candidates: what step 5 of post processing found, as a table that can be sorted. */
import {
  iniName,
  type Json,
  type Look,
  type Path,
  type Rule,
  readIni,
  type Seen,
  target,
  write,
} from '../core/index.ts';
import { type LightCurve, readLightCurve } from './candidates/light-curve.ts';
import { type Candidate, candidateOf, candidatesCsv, sifted } from './candidates/table.ts';
import { type FollowUp, iniFile, OUTPUTS } from './settings/follow-up.ts';
import { POST_PROCESSING } from './settings/phases.ts';

/** The table. */
export const candidatesFile = (season: string): Path => `${OUTPUTS}/candidates_S${season}.csv`;

/** Most bytes of a light-curve file: some ten thousand observations. */
const FILE_BYTES = 4 * 1024 * 1024;

/** Reads the light curves again whenever step 5 has written them. */
export function candidates({ site, season }: FollowUp): Rule {
  const ini = iniFile(season);
  return target('candidates', {
    doc: 'candidates with their light curves summed up, the best score first',
    phase: POST_PROCESSING,
    after: ['postproc:5'],
    outputs: [candidatesFile(season)],
    observe: {
      reads: [ini],
      look: ({ text }) => [lightCurvesLook(text(ini), site.postProcessing)],
      judge: ([seen]) => {
        if (seen?.kind === 'failed') return { state: 'failed', why: seen.why };
        const found = candidatesIn(seen);
        return {
          state: 'ready',
          value: found as unknown as Json,
          note: `${found.length} candidates`,
        };
      },
    },
    recipe: {
      version: '1',
      steps: ({ value }) => [
        write(candidatesFile(season), candidatesCsv((value ?? []) as unknown as Candidate[])),
      ],
    },
  });
}

/** The look that reads them all. @param ini text of the ini of post processing */
export const lightCurvesLook = (ini: string, postProcessing: Path): Look => ({
  kind: 'ends',
  pattern: lightCurveFiles(ini, postProcessing),
  bytes: FILE_BYTES,
});

/** Where step 5 leaves one file a candidate. */
export function lightCurveFiles(ini: string, postProcessing: Path): Path {
  const values = readIni(ini);
  const outdir = values.get('general.outdir') ?? './outputs';
  const folder = values.get(iniName('GWmakeDataFiles-real.outDir_data')) ?? 'LightCurvesReal';
  const place = outdir.startsWith('/')
    ? outdir
    : `${postProcessing}/${outdir.replace(/^\.\//, '')}`;
  return `${place}/makedatafiles/${folder}/*.dat`;
}

/** Light curves in the files that were seen; a file that is none is left out. */
export const curvesIn = (seen: Seen | undefined): readonly LightCurve[] =>
  seen?.kind === 'ends' ? seen.files.flatMap(({ end }) => readLightCurve(end) ?? []) : [];

/** The candidates in the files that were seen. */
export const candidatesIn = (seen: Seen | undefined): readonly Candidate[] =>
  sifted(
    curvesIn(seen).map((curve) => candidateOf(curve)),
    {},
  );
