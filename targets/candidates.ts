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
import { candidateExhibits } from './candidates/exhibits.ts';
import {
  curvesFrom,
  curvesJson,
  type LightCurve,
  type PlainCurve,
  plainCurve,
  readLightCurve,
} from './candidates/light-curve.ts';
import { type Candidate, candidateOf, candidatesCsv, sifted } from './candidates/table.ts';
import { type FollowUp, iniFile, OUTPUTS, stampsFolder } from './settings/follow-up.ts';
import { POST_PROCESSING } from './settings/phases.ts';

/** The table. */
export const candidatesFile = (season: string): Path => `${OUTPUTS}/candidates_S${season}.csv`;

/** Their light curves, from which the report page draws them. */
const curvesFile = (season: string): Path => `${OUTPUTS}/light_curves_S${season}.json`;

/** Most bytes of a light-curve file: some ten thousand observations. */
const FILE_BYTES = 4 * 1024 * 1024;

/** Reads the light curves again whenever step 5 has written them. */
export function candidates({ site, season }: FollowUp): Rule {
  const ini = iniFile(season);
  return target('candidates', {
    doc: 'candidates with their light curves summed up, the best score first',
    phase: POST_PROCESSING,
    after: ['postproc:5'],
    outputs: [candidatesFile(season), curvesFile(season)],
    exhibits: {
      title: 'candidates',
      advice: 'desgw candidates',
      items: (read) => candidateExhibits(read(curvesFile(season)) ?? '', stampsFolder(season)),
    },
    observe: {
      reads: [ini],
      look: ({ text }) => [lightCurvesLook(text(ini), site.postProcessing)],
      judge: ([seen]) => {
        if (seen?.kind === 'failed') return { state: 'failed', why: seen.why };
        const value = curvesIn(seen).map(plainCurve) as unknown as Json[];
        return { state: 'ready', value, note: `${value.length} candidates` };
      },
    },
    recipe: {
      version: '2',
      steps: ({ value }) => {
        const curves = (value ?? []) as unknown as readonly PlainCurve[];
        return [
          write(candidatesFile(season), candidatesCsv(candidatesOf(curvesFrom(curves)))),
          write(curvesFile(season), curvesJson(curves)),
        ];
      },
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

/** Light curves summed up, the best score first. */
const candidatesOf = (curves: readonly LightCurve[]): readonly Candidate[] =>
  sifted(
    curves.map((curve) => candidateOf(curve)),
    {},
  );
