/** Candidates as the report page shows them: what is known, the light curve, the stamps. */
import type { CurvePoint, Exhibit, Path, Picture } from '../../core/index.ts';
import { curvesFrom, type LightCurve, type Observation, type PlainCurve } from './light-curve.ts';
import { type Candidate, candidateOf, sifted } from './table.ts';

/** What was subtracted, from what, and the difference (as get_stamps.py takes them). */
export const STAMP_KINDS = ['temp', 'srch', 'diff'];

const LABELS: { readonly [kind: string]: string } = {
  temp: 'template',
  srch: 'search',
  diff: 'difference',
};

/**
 * Candidates of a file that the target candidates has made, the best score first.
 * @param stamps folder with a folder of stamps for each
 */
export function candidateExhibits(text: string, stamps: Path): readonly Exhibit[] {
  const curves = new Map(curvesIn(text).map((curve) => [curve.snid, curve]));
  const rows = sifted(
    [...curves.values()].map((curve) => candidateOf(curve)),
    {},
  );
  return rows.map((row) => exhibit(row, curves.get(row.snid)!, `${stamps}/${row.snid}`));
}

/** None in a text that is no such file: people may have put anything there. */
function curvesIn(text: string): readonly LightCurve[] {
  try {
    const found: unknown = JSON.parse(text);
    return Array.isArray(found) ? curvesFrom(found as PlainCurve[]) : [];
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return [];
    throw error;
  }
}

function exhibit(row: Candidate, { observations }: LightCurve, folder: Path): Exhibit {
  const points = observations.flatMap((one) => pointOf(one) ?? []);
  const undrawn = observations.length - points.length;
  const pictured = best(observations);
  return {
    name: row.snid,
    facts: factsOf(row, pictured),
    ...(points.length === 0
      ? {}
      : {
          curve: {
            x: 'MJD',
            y: 'magnitude',
            downwards: true,
            hollow: 'measured, not found by itself',
            points,
            ...(undrawn === 0
              ? {}
              : { note: `${undrawn} without a magnitude (flux not above zero): not drawn` }),
          },
        }),
    ...(isName(row.snid) && isName(pictured?.object)
      ? { pictures: picturesOf(pictured!.object!, folder) }
      : {}),
  };
}

/** It becomes part of a path. */
const isName = (word: string | undefined): boolean => /^[\w+-]+$/.test(word ?? '/');

const fixed = (value: number | null, digits: number): string =>
  value === null ? '' : value.toFixed(digits);

function factsOf(row: Candidate, pictured: Observation | undefined): Exhibit['facts'] {
  const { ra, dec, observations, nites, bands, good, peakMag, change, redshift, separation } = row;
  const facts: readonly (readonly [string, string])[] = [
    ['score', fixed(row.best, 3)],
    ['peak', peakMag === null ? '' : `${fixed(peakMag, 2)} mag`],
    ['mag/day', fixed(change, 2)],
    ['RA, DEC', `${fixed(ra, 5)} ${fixed(dec, 5)}`],
    ['seen', `${observations} times in ${bands}, ${nites} nite${nites === 1 ? '' : 's'}`],
    ['good score', `${good} of them`],
    ['host z', redshift],
    ['host at', separation === '' ? '' : `${separation} arcsec`],
    ['stamps of', pictured === undefined ? '' : imageOf(pictured)],
  ];
  return Object.fromEntries(facts.filter(([, value]) => value !== ''));
}

const imageOf = ({ exposure, band, ccd }: Observation): string =>
  [exposure, `${band}${ccd === undefined ? '' : `_${ccd.padStart(2, '0')}`}`].join(' ');

/** The observation with the best score. */
const best = (observations: readonly Observation[]): Observation | undefined =>
  observations.filter(({ score }) => score !== undefined).sort((a, b) => b.score! - a.score!)[0];

/** The error of a magnitude is that of the flux, 2.5 / ln 10 times as large a share of it. */
const PER_SHARE = 2.5 / Math.LN10;

function pointOf(one: Observation): CurvePoint | undefined {
  const { mjd, mag, band, flux, fluxError, score } = one;
  if (!Number.isFinite(mjd) || mag === undefined) return undefined;
  const error = flux === undefined || fluxError === undefined ? undefined : fluxError / flux;
  const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;
  return {
    series: band,
    x: rounded(mjd),
    y: rounded(mag),
    ...(error === undefined ? {} : { error: rounded(PER_SHARE * error) }),
    ...(score === undefined ? { hollow: true } : {}),
    note: `${imageOf(one)}, ${score === undefined ? 'no score' : `score ${score}`}`,
  };
}

const picturesOf = (object: string, folder: Path): readonly Picture[] =>
  STAMP_KINDS.map((kind) => ({ label: LABELS[kind]!, path: `${folder}/${kind}${object}.gif` }));
