/**
 * One candidate as step 5 of post processing leaves it: a text file with `NAME: value` lines, a
 * `VARLIST:` line that names the columns, and an `OBS:` line for each observation (the format of
 * SNANA, makeDataFiles_fromSNforce). Fluxes are FLUXCAL, so that a magnitude is
 * 27.5 - 2.5 log10(FLUXCAL); files that give MAG itself are read as well.
 */

/** One observation of a candidate. */
export interface Observation {
  /** Modified Julian date. */
  readonly mjd: number;
  readonly band: string;
  /** FLUXCAL and its error; undefined where the file does not give them. */
  readonly flux?: number;
  readonly fluxError?: number;
  /** Magnitude; undefined for a flux that is not above zero. */
  readonly mag?: number;
  /** Score of the real-bogus classifier, 0 to 1; undefined where it was not run. */
  readonly score?: number;
  /** Zero point of its image, in magnitudes. */
  readonly zeroPoint?: number;
  readonly exposure?: string;
  readonly ccd?: string;
  readonly object?: string;
  readonly nite?: string;
  readonly field?: string;
}

/** One candidate: where it lies, its host, what was measured of it. */
export interface LightCurve {
  readonly snid: string;
  /** Degrees. */
  readonly ra: number;
  readonly dec: number;
  /** What the header says of the host galaxy, by name without `HOSTGAL_`. */
  readonly host: ReadonlyMap<string, string>;
  readonly observations: readonly Observation[];
}

/** Columns when a file has no VARLIST (datafile_processing.py reads them by position). */
const COLUMNS =
  'MJD FLT FIELD FLUXCAL FLUXCALERR PHOTFLAG PHOTPROB ZPFLUX PSF SKYSIG SKYSIG_T GAIN XPIX YPIX NITE EXPNUM CCDNUM OBJID'.split(
    ' ',
  );

/** Reads one file; undefined for a text that names no candidate or cannot place it. */
export function readLightCurve(text: string): LightCurve | undefined {
  const header = new Map<string, string>();
  let columns: readonly string[] = COLUMNS;
  const observations: Observation[] = [];
  for (const line of text.split('\n')) {
    const [name, value] = headerOf(line);
    if (name === 'VARLIST') columns = value.split(/\s+/);
    else if (name === 'OBS') observations.push(observationFrom(value.split(/\s+/), columns));
    else if (name !== undefined && !header.has(name)) header.set(name, value);
  }
  const snid = header.get('SNID');
  const [ra, dec] = [firstNumber(header.get('RA')), firstNumber(header.get('DECL'))];
  if (snid === undefined || ra === undefined || dec === undefined) return undefined;
  const host = new Map(
    [...header].flatMap(([name, value]): [string, string][] =>
      name.startsWith('HOSTGAL_') ? [[name.slice('HOSTGAL_'.length), value]] : [],
    ),
  );
  return { snid: snid.split(/\s+/)[0]!, ra, dec, host, observations };
}

function headerOf(line: string): readonly [string | undefined, string] {
  const found = /^\s*([A-Z][A-Z0-9_]*):\s*(.*?)\s*(?:#.*)?$/.exec(line);
  return found === null ? [undefined, ''] : [found[1], found[2]!];
}

/** The first number of a value such as `198.02 deg`. */
function firstNumber(text: string | undefined): number | undefined {
  const value = Number(text?.split(/\s+/)[0] || Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}

function observationFrom(words: readonly string[], columns: readonly string[]): Observation {
  const word = (name: string): string | undefined => {
    const at = columns.indexOf(name);
    return at < 0 ? undefined : words[at];
  };
  const flux = firstNumber(word('FLUXCAL'));
  const fluxError = firstNumber(word('FLUXCALERR'));
  const mag = firstNumber(word('MAG')) ?? magnitude(flux);
  const score = firstNumber(word('PHOTPROB'));
  const zeroPoint = firstNumber(word('ZPFLUX'));
  const texts = {
    ...{ exposure: 'EXPNUM', ccd: 'CCDNUM', object: 'OBJID', nite: 'NITE', field: 'FIELD' },
  } as const;
  return {
    mjd: firstNumber(word('MJD')) ?? Number.NaN,
    band: word('FLT') ?? '',
    ...(flux === undefined ? {} : { flux }),
    ...(fluxError === undefined ? {} : { fluxError }),
    ...(mag === undefined ? {} : { mag }),
    ...(zeroPoint === undefined ? {} : { zeroPoint }),
    // SNANA writes a negative score for what was not judged.
    ...(score === undefined || score < 0 ? {} : { score }),
    ...Object.fromEntries(
      Object.entries(texts).flatMap(([key, name]) => {
        const value = word(name);
        return value === undefined ? [] : [[key, value]];
      }),
    ),
  };
}

function magnitude(flux: number | undefined): number | undefined {
  return flux === undefined || flux <= 0 ? undefined : 27.5 - 2.5 * Math.log10(flux);
}

/** A light curve as data that JSON can hold. */
export interface PlainCurve extends Omit<LightCurve, 'host'> {
  readonly host: { readonly [name: string]: string };
}

/** The same as data that JSON can hold. */
export const plainCurve = (curve: LightCurve): PlainCurve => ({
  ...curve,
  host: Object.fromEntries(curve.host),
});

/** As JSON, a curve on a line. */
export const curvesJson = (curves: readonly PlainCurve[]): string =>
  `[\n${curves.map((curve) => JSON.stringify(curve)).join(',\n')}\n]\n`;

/** What `plainCurve` made, as it was. */
export const curvesFrom = (curves: readonly PlainCurve[]): readonly LightCurve[] =>
  curves.map((curve) => ({ ...curve, host: new Map(Object.entries(curve.host)) }));
