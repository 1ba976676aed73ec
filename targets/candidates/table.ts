/**
 * Candidates as a table: counted and sorted, never judged. What is worth a telescope is for people
 * to say.
 */
import type { LightCurve, Observation } from './light-curve.ts';

/** One line of the table. Magnitudes and dates are null where no observation gives them. */
export type Candidate = {
  readonly snid: string;
  readonly ra: number;
  readonly dec: number;
  readonly observations: number;
  /** Different nights (MJD minus 0.5, Chile's noon being about 16 h UTC). */
  readonly nites: number;
  readonly bands: string;
  /** Observations at or above the score that counts. */
  readonly good: number;
  readonly best: number | null;
  readonly firstMjd: number | null;
  readonly lastMjd: number | null;
  readonly firstMag: number | null;
  readonly peakMag: number | null;
  /** Magnitudes a day from the first good observation to the brightest of its band; negative: it rose. */
  readonly change: number | null;
  readonly host: string;
  /** Arc seconds to the host. */
  readonly separation: string;
  readonly redshift: string;
};

/** The score from which an observation counts as good (masterHTML of run_postproc.py). */
const GOOD_SCORE = 0.7;

const BAND_ORDER = 'ugrizY';

/** Sums one light curve up. */
export function candidateOf(curve: LightCurve, goodScore: number = GOOD_SCORE): Candidate {
  const { snid, ra, dec, observations, host } = curve;
  const dated = observations.filter(({ mjd }) => Number.isFinite(mjd));
  const byTime = [...dated].sort((a, b) => a.mjd - b.mjd);
  const good = byTime.filter(({ score }) => (score ?? 0) >= goodScore);
  const scores = observations.flatMap(({ score }) => score ?? []);
  const used = good.length > 0 ? good : byTime;
  const bright = [...used].filter(hasMag).sort((a, b) => a.mag - b.mag)[0];
  return {
    snid,
    ra,
    dec,
    observations: observations.length,
    nites: new Set(byTime.map(({ nite, mjd }) => nite ?? String(Math.floor(mjd - 0.5)))).size,
    bands: [...new Set(observations.map(({ band }) => band))]
      .sort((a, b) => BAND_ORDER.indexOf(a) - BAND_ORDER.indexOf(b))
      .join(''),
    good: good.length,
    best: scores.length === 0 ? null : Math.max(...scores),
    firstMjd: byTime[0]?.mjd ?? null,
    lastMjd: byTime.at(-1)?.mjd ?? null,
    firstMag: used.find(hasMag)?.mag ?? null,
    peakMag: bright?.mag ?? null,
    change: bright === undefined ? null : changeTo(bright, used.filter(hasMag)),
    host: host.get('OBJID') ?? '',
    separation: host.get('SNSEP') ?? '',
    redshift: host.get('PHOTOZ') ?? host.get('SPECZ') ?? '',
  };
}

type Bright = Observation & { readonly mag: number };

const hasMag = (one: Observation): one is Bright => one.mag !== undefined;

function changeTo(peak: Bright, used: readonly Bright[]): number | null {
  const first = used.find(({ band }) => band === peak.band)!;
  const days = peak.mjd - first.mjd;
  return days > 0 ? (peak.mag - first.mag) / days : null;
}

/** What people look for. Angles in degrees. */
export interface Wanted {
  readonly score?: number;
  readonly twoNites?: boolean;
  /** A cone: centre and radius. */
  readonly near?: { readonly ra: number; readonly dec: number; readonly radius: number };
}

/** Those that are wanted, the best score first and then the most observations. */
export function sifted(all: readonly Candidate[], wanted: Wanted): readonly Candidate[] {
  const { score, twoNites, near } = wanted;
  return all
    .filter(
      (one) =>
        (score === undefined || (one.best ?? -1) >= score) &&
        (twoNites !== true || one.nites >= 2) &&
        (near === undefined || separation(one, near) <= near.radius),
    )
    .sort(
      (a, b) =>
        (b.best ?? -1) - (a.best ?? -1) ||
        b.good - a.good ||
        b.observations - a.observations ||
        (a.snid < b.snid ? -1 : 1),
    );
}

const RADIAN = Math.PI / 180;

/** Degrees between two places on the sky (haversine, right for small angles as well). */
export function separation(
  a: { readonly ra: number; readonly dec: number },
  b: { readonly ra: number; readonly dec: number },
): number {
  const half = (x: number): number => Math.sin((x * RADIAN) / 2) ** 2;
  const h =
    half(b.dec - a.dec) + Math.cos(a.dec * RADIAN) * Math.cos(b.dec * RADIAN) * half(b.ra - a.ra);
  return (2 * Math.asin(Math.min(1, Math.sqrt(h)))) / RADIAN;
}

const CSV_COLUMNS = [
  'snid',
  'ra',
  'dec',
  'observations',
  'nites',
  'bands',
  'good',
  'best',
  'firstMjd',
  'lastMjd',
  'firstMag',
  'peakMag',
  'change',
  'host',
  'separation',
  'redshift',
] as const satisfies readonly (keyof Candidate)[];

/** Comma-separated values with a header line (RFC 4180, lines end in a newline alone). */
export function candidatesCsv(candidates: readonly Candidate[]): string {
  const cell = (value: string | number | null): string => {
    const text = value === null ? '' : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const rows = candidates.map((one) => CSV_COLUMNS.map((name) => cell(one[name])).join(','));
  return `${[CSV_COLUMNS.join(','), ...rows].join('\n')}\n`;
}

const TEXTS: ReadonlySet<string> = new Set(['snid', 'bands', 'host', 'separation', 'redshift']);

/** Reads back what `candidatesCsv` wrote; columns that a later version adds are left alone. */
export function readCandidates(text: string): readonly Candidate[] {
  const [header, ...rows] = text.trimEnd().split('\n').map(cellsOf);
  return rows.map((row) => {
    const cells = header!.map((name, i): [string, string | number | null] => {
      const cell = row[i] ?? '';
      if (TEXTS.has(name)) return [name, cell];
      return [name, cell === '' ? null : Number(cell)];
    });
    return Object.fromEntries(cells) as unknown as Candidate;
  });
}

function cellsOf(line: string): readonly string[] {
  const found = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)];
  return found.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}
