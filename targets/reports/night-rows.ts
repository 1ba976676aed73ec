/**
 * Exposures that appear while a night goes on: what is asked of the exposure database, which of its
 * rows count, and the text that keeps them. Rows are kept in the form of exposures.list, so that they
 * can be added to it without the query over everything since 2013.
 */
import { isExposure } from '../settings/domain.ts';
import { parseExposureTable, rowOf } from './exposure-table.ts';

/** Which exposures are wanted. */
export type NightQuestion = {
  /** Proposals, such as `2017B-0110`. */
  readonly propids: readonly string[];
  /** First and last night (yyyymmdd, the date of the evening). */
  readonly nites: readonly [string, string];
  /** Regular expression on the object's name, capital or not; empty: any. */
  readonly object: string;
};

/** One exposure as the database has it; texts as exposures.list spells them. */
export type NightRow = {
  readonly expnum: string;
  readonly nite: string;
  readonly mjd: string;
  readonly ra: string;
  readonly dec: string;
  readonly band: string;
  readonly exptime: string;
  readonly propid: string;
  readonly teff: string;
  readonly object: string;
};

/** Words in OBJECT for which the overlap script of gw_workflow leaves an image out, search or not. */
const EXCLUDED = /zero|flat|test|junk|bias|supernova|slew|pointing|commish|sn-/i;
/** Bands that SEdiff.sh takes. */
const PROCESSED = new Set(['u', 'g', 'r', 'i', 'z', 'Y']);
/** Seconds below which DAGMaker.sh leaves an image out. */
const SHORTEST = 30;

/** Why an exposure cannot be processed, whatever is done; undefined where it can. */
export function leftOutBecause({
  object,
  band,
  exptime,
}: Pick<NightRow, 'object' | 'band' | 'exptime'>): string | undefined {
  const word = EXCLUDED.exec(object)?.[0];
  if (word !== undefined) return `OBJECT says ${word.toLowerCase()}`;
  if (!PROCESSED.has(band)) return `band ${band} is not processed`;
  if (Number(exptime) < SHORTEST) return `${Number(exptime)} s are too short`;
  return undefined;
}

/** Whether a row answers the question; for databases that cannot be asked that themselves. */
export function isWanted(row: NightRow, { propids, nites, object }: NightQuestion): boolean {
  return (
    propids.includes(row.propid) &&
    row.nite >= nites[0] &&
    row.nite <= nites[1] &&
    (object === '' || new RegExp(object, 'i').test(row.object))
  );
}

/** A row in the form of exposures.list. */
const lineOf = (row: NightRow): string =>
  ` ${[row.expnum, row.nite, row.mjd, row.ra, row.dec, row.band, row.exptime, row.propid, 'object', row.teff, row.object].join(' ')}`;

/**
 * The rows so far and those that are new, by exposure number. What was found once stays, also when
 * the database drops it: it may be on the grid by now.
 */
export function nightText(before: string | undefined, rows: readonly NightRow[]): string {
  const known = new Map<string, string>();
  for (const line of (before ?? '').split('\n')) {
    const expnum = line.trim().split(/\s+/)[0]!;
    if (isExposure(expnum)) known.set(expnum, line);
  }
  for (const row of rows)
    if (!known.has(row.expnum) && leftOutBecause(row) === undefined)
      known.set(row.expnum, lineOf(row));
  return [...known]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, line]) => `${line}\n`)
    .join('');
}

/** A table with the rows of these exposures added that it does not have. */
export function withRows(table: string, rows: string, exposures: readonly string[]): string {
  const have = parseExposureTable(table);
  const lacking = new Set(exposures.filter((exposure) => rowOf(have, exposure) === undefined));
  const lines = rows.split('\n').filter((line) => lacking.has(line.trim().split(/\s+/)[0]!));
  const ended = table === '' || table.endsWith('\n') ? table : `${table}\n`;
  return ended + lines.map((line) => `${line}\n`).join('');
}
