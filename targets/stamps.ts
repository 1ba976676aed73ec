/**
 * stamps: the small images of the best candidates, out of the archives of difference imaging, one
 * folder a candidate. What cannot be had is listed, and holds nothing up.
 */
import {
  type Exec,
  exec,
  type Json,
  type Path,
  type Rule,
  type RunFacts,
  target,
  write,
} from '../core/index.ts';
import { STAMP_KINDS } from './candidates/exhibits.ts';
import type { LightCurve } from './candidates/light-curve.ts';
import { curvesIn, lightCurvesLook } from './candidates.ts';
import { type FollowUp, iniFile, stampsFolder } from './settings/follow-up.ts';
import { POST_PROCESSING } from './settings/phases.ts';

/** Seconds that an archive on pnfs may take. */
const TIMEOUT = 300;

/** Three stamps of one observation. */
export type Stamp = {
  readonly snid: string;
  readonly object: string;
  readonly nite: string;
  readonly exposure: string;
  readonly band: string;
  readonly ccd: string;
  readonly field: string;
  readonly score: number;
};

/** Takes stamps again when other observations have the score (`stampScore`). */
export function stamps({ site, season, params }: FollowUp): Rule {
  const ini = iniFile(season);
  const folder = stampsFolder(season);
  const score = Number(params.stampScore);
  return target('stamps', {
    doc: 'stamps of the candidates with the best scores, one folder each',
    phase: POST_PROCESSING,
    after: ['postproc:5'],
    params: { score },
    outputs: [
      `${folder}/fail_objids.txt`,
      { path: `${folder}/*/*.gif`, glob: true, optional: true },
    ],
    observe: {
      reads: [ini],
      look: ({ text }) => [lightCurvesLook(text(ini), site.postProcessing)],
      judge: ([seen]) => {
        if (seen?.kind === 'failed') return { state: 'failed', why: seen.why };
        const wanted = wantedStamps(curvesIn(seen), score);
        const count = new Set(wanted.map(({ snid }) => snid)).size;
        const note = `${wanted.length} observations of ${count} candidates`;
        return { state: 'ready', value: wanted as unknown as Json, note };
      },
    },
    recipe: {
      version: '1',
      steps: ({ value }) => {
        const wanted = (value ?? []) as unknown as readonly Stamp[];
        const folders = [...new Set(wanted.map(({ snid }) => `${folder}/${snid}`))];
        return [
          ...(folders.length === 0 ? [] : [exec(['mkdir', '-p', ...folders])]),
          ...wanted.map((stamp) => unpacking(stamp, { pnfs: site.pnfs, season, folder })),
          write(`${folder}/fail_objids.txt`, (run) => failedText(run, wanted)),
        ];
      },
      // An archive that is not there, or lacks one, is told in the list.
      judge: () => [],
      note: (run) => {
        const failed = archiveExits(run).filter((exit) => !isGood(exit)).length;
        return failed === 0 ? '' : `${failed} could not be had: fail_objids.txt`;
      },
    },
  });
}

/** Observations at or above a score, in the order of candidates; those that name no image are left out. */
export function wantedStamps(curves: readonly LightCurve[], least: number): readonly Stamp[] {
  return curves.flatMap(({ snid, observations }) =>
    observations.flatMap(({ object, nite, exposure, band, ccd, field, score }) =>
      score === undefined || score < least || !isImage(snid, object, nite, exposure, ccd, field)
        ? []
        : [
            {
              ...{ snid, object: object!, nite: nite!, exposure: exposure!, band },
              ...{ ccd: ccd!.padStart(2, '0'), field: field!, score },
            },
          ],
    ),
  );
}

/** They become parts of paths. */
const isImage = (...words: readonly (string | undefined)[]): boolean =>
  words.every((word) => word !== undefined && /^[\w+-]+$/.test(word));

function unpacking(
  { snid, object, nite, exposure, band, ccd, field }: Stamp,
  where: { readonly pnfs: Path; readonly season: string; readonly folder: Path },
): Exec {
  const name = `stamps_${nite}_${field}_${band}_${ccd}`;
  const folder = `${where.pnfs}/exp/${nite}/${exposure}/dp${where.season}/${band}_${ccd}/${name}`;
  return exec(
    [
      ...(['tar', '-xzf', `${folder}/${name}.tar.gz`] as const),
      ...['-C', `${where.folder}/${snid}`, ...STAMP_KINDS.map((kind) => `${kind}${object}.gif`)],
    ],
    { okExits: 'any', timeout: TIMEOUT },
  );
}

type Exits = RunFacts['exits'];

/** The first one made the folders. */
const archiveExits = ({ exits }: Pick<RunFacts, 'exits'>): Exits => exits.slice(1);

const isGood = (exit: Exits[number]): boolean => exit.kind === 'exit' && exit.code === 0;

/** `OBJID NITE EXP BAND CCD ML`, one line for each that could not be had. */
function failedText(run: RunFacts, wanted: readonly Stamp[]): string {
  const exits = archiveExits(run);
  return wanted
    .filter((_, i) => exits[i] === undefined || !isGood(exits[i]))
    .map(
      ({ object, nite, exposure, band, ccd, score }) =>
        `${[object, nite, exposure, band, ccd, score].join(' ')}\n`,
    )
    .join('');
}
