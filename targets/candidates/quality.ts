/**
 * What is odd about exposures after post processing: each against the others of the night. Counted
 * and told, never judged: nothing is left out for it.
 */
import type { LightCurve } from './light-curve.ts';

/** One exposure. Null: no product tells. */
export type Quality = {
  readonly exposure: string;
  readonly band: string;
  /** Effective exposure time, as a fraction. */
  readonly teff: number | null;
  /** CCDs that came back complete. */
  readonly ccds: number | null;
  /** Observations in which difference imaging found a candidate, those merely measured left out. */
  readonly candidates: number;
  /** Median zero point of these, in magnitudes. */
  readonly zeroPoint: number | null;
  /** Fakes of 20.5 to 21.5 mag that were injected, and found. */
  readonly injected: number;
  readonly found: number;
};

/** What is known of an exposure from elsewhere. */
export interface Known {
  readonly exposure: string;
  readonly band: string;
  readonly teff: number | undefined;
  readonly ccds: number | undefined;
}

/** The magnitudes at which exposures are compared. */
const [BRIGHTER, FAINTER] = [20.5, 21.5];

/** One row for each exposure. */
export function qualityOf(
  exposures: readonly Known[],
  curves: readonly LightCurve[],
  truth: string,
): readonly Quality[] {
  const observed = curves.flatMap(({ observations }) => observations);
  const fakes = fakesIn(truth);
  return exposures.map(({ exposure, band, teff, ccds }) => {
    const own = observed.filter((one) => one.exposure === exposure);
    const ownFakes = fakes.filter((fake) => fake.exposure === exposure);
    return {
      exposure,
      band,
      teff: teff ?? null,
      ccds: ccds ?? null,
      candidates: own.filter(({ score }) => score !== undefined).length,
      zeroPoint: median(own.flatMap(({ zeroPoint }) => zeroPoint ?? [])) ?? null,
      injected: ownFakes.length,
      found: ownFakes.filter(({ isFound }) => isFound).length,
    };
  });
}

interface Fake {
  readonly exposure: string;
  readonly isFound: boolean;
}

/** Fakes of the magnitudes that are compared, from truthplus.tab. */
function fakesIn(text: string): readonly Fake[] {
  const [heading = '', ...lines] = text.split('\n');
  const names = heading.trim().split(/\s+/);
  return lines.flatMap((line) => {
    const cells = line.trim().split(/\s+/);
    const cell = (name: string): string | undefined => cells[names.indexOf(name)];
    const [exposure, mag] = [cell('EXPNUM'), Number(cell('TRUEMAG'))];
    const isOne = exposure !== undefined && mag >= BRIGHTER && mag < FAINTER;
    return isOne ? [{ exposure, isFound: Number(cell('REJECT')) === 0 }] : [];
  });
}

function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return undefined;
  return Number.isInteger(middle)
    ? (sorted[middle - 1]! + sorted[middle]!) / 2
    : sorted[Math.floor(middle)];
}

/** Below this an exposure was hardly worth its time. */
const LITTLE_TEFF = 0.2;
/** CCDs from which an exposure is expected to show something. */
const MANY_CCDS = 50;
/** Fakes from which a share means anything. */
const ENOUGH_FAKES = 5;
const LOW_SHARE = 0.7;
const MANY_TIMES = 3;
/** Magnitudes between a zero point and those of its band. */
const ZERO_POINT_OFF = 0.3;

/** What is odd, one line for each thing. */
export function oddities(rows: readonly Quality[]): readonly string[] {
  const share = (row: Quality): number => row.found / row.injected;
  const perCcd = (row: Quality): number => row.candidates / (row.ccds || Number.NaN);
  const shares = median(rows.filter((row) => row.injected >= ENOUGH_FAKES).map(share));
  const crowd = median(rows.map(perCcd).filter(Number.isFinite));
  return rows.flatMap((row) => {
    const { exposure, teff, ccds, candidates, zeroPoint, injected, found } = row;
    const others = rows.filter(({ band }) => band === row.band);
    const usual = median(others.flatMap((one) => one.zeroPoint ?? []));
    const odd: string[] = [];
    if (teff !== null && teff < LITTLE_TEFF) odd.push(`t_eff ${teff} is below ${LITTLE_TEFF}`);
    if (shares !== undefined && injected >= ENOUGH_FAKES && share(row) < LOW_SHARE * shares)
      odd.push(`${found} of ${injected} fakes of 21 mag were found, elsewhere ${percent(shares)}`);
    if (crowd !== undefined && crowd > 0 && perCcd(row) > MANY_TIMES * crowd)
      odd.push(
        `${candidates} candidates, more than ${MANY_TIMES} times as many a CCD as elsewhere`,
      );
    if (candidates === 0 && (ccds ?? 0) > MANY_CCDS) odd.push(`no candidate on ${ccds} CCDs`);
    if (zeroPoint !== null && usual !== undefined && Math.abs(zeroPoint - usual) > ZERO_POINT_OFF)
      odd.push(`zero point ${zeroPoint.toFixed(2)}, in ${row.band} elsewhere ${usual.toFixed(2)}`);
    return odd.map((what) => `${exposure}: ${what}`);
  });
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

const COLUMNS = [
  'exposure',
  'band',
  'teff',
  'ccds',
  'candidates',
  'zeroPoint',
  'injected',
  'found',
] as const satisfies readonly (keyof Quality)[];

/** Comma-separated values with a header line. */
export const qualityCsv = (rows: readonly Quality[]): string =>
  [
    COLUMNS.join(','),
    ...rows.map((row) => COLUMNS.map((name) => row[name] ?? '').join(',')),
    '',
  ].join('\n');

/** The rows in a text that `qualityCsv` made. */
export function readQuality(text: string): readonly Quality[] {
  const number = (cell: string | undefined): number | null =>
    cell === undefined || cell === '' ? null : Number(cell);
  return text
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => {
      const [exposure = '', band = '', teff, ccds, candidates, zeroPoint, injected, found] =
        line.split(',');
      return {
        exposure,
        band,
        teff: number(teff),
        ccds: number(ccds),
        candidates: Number(candidates),
        zeroPoint: number(zeroPoint),
        injected: Number(injected),
        found: Number(found),
      };
    });
}
