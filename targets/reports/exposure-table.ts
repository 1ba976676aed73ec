/**
 * exposures.list, the table of every science exposure that getExposureInfo.py of gw_workflow
 * writes: a header, then lines of columns separated by blanks: expnum, nite, mjd, ra, dec, band,
 * exptime, propid, obstype, teff, and the object, which is free text. Also the short lists of
 * exposures that people write.
 */
import { UserError } from '../../core/index.ts';
import {
  type Band,
  type Exposure,
  isBand,
  isExposure,
  isNite,
  type Nite,
  shown,
} from '../settings/domain.ts';

/** The table by exposure number. Lines are taken apart only when they are asked for. */
export interface ExposureTable {
  readonly lines: readonly string[];
  readonly byExposure: ReadonlyMap<Exposure, string>;
}

/** One exposure. Angles in degrees, times in seconds. */
export interface ExposureRow {
  readonly expnum: Exposure;
  readonly nite: Nite;
  readonly mjd: number;
  readonly ra: number;
  readonly dec: number;
  readonly band: Band;
  readonly exptime: number;
  /** Undefined when the database has none (`None`, or a column left blank). */
  readonly propid: string | undefined;
  /** Effective exposure time as a fraction; undefined when it was never measured (`NaN`). */
  readonly teff: number | undefined;
  readonly object: string;
}

/** What was read last: a night reads one text for each of its exposures. */
const LATEST: { text: string; table: ExposureTable | undefined } = { text: '', table: undefined };

/**
 * Reads the whole table. Lines that are no exposures are passed over, as DAGMaker.sh does when it
 * compares the first column; of several lines of one exposure the first that makes sense counts.
 */
export function parseExposureTable(text: string): ExposureTable {
  if (LATEST.table === undefined || LATEST.text !== text)
    Object.assign(LATEST, { text, table: readTable(text) });
  return LATEST.table!;
}

function readTable(text: string): ExposureTable {
  const lines = linesOf(text);
  const byExposure = new Map<Exposure, string>();
  for (const line of lines) {
    const expnum = /^[ \t]*([1-9][0-9]{5,6})[ \t]/.exec(line)?.[1];
    if (expnum === undefined) continue;
    const earlier = byExposure.get(expnum);
    if (earlier === undefined || parseRow(earlier) === undefined) byExposure.set(expnum, line);
  }
  return { lines, byExposure };
}

/** What the table says of an exposure; undefined if it has none, or a line that makes no sense. */
export function rowOf(table: ExposureTable, exposure: Exposure): ExposureRow | undefined {
  const line = table.byExposure.get(exposure);
  return line === undefined ? undefined : parseRow(line);
}

/** Those of the exposures that the table does not have, in their order. */
export function missingFrom(
  table: ExposureTable,
  exposures: readonly Exposure[],
): readonly Exposure[] {
  return exposures.filter((exposure) => rowOf(table, exposure) === undefined);
}

/** exposures_<band>.list: the lines whose sixth column is the band, as getExposureInfo.sh does. */
export function bandFileText(table: ExposureTable, band: Band): string {
  const sixth = /^[ \t]*(?:[^ \t]+[ \t]+){5}([^ \t]+)/;
  return table.lines
    .filter((line) => sixth.exec(line)?.[1] === band)
    .map((line) => `${line}\n`)
    .join('');
}

function parseRow(line: string): ExposureRow | undefined {
  const fields = line.trim().split(/[ \t]+/);
  const [expnum = '', nite = '', mjd, ra, dec, band = '', exptime] = fields;
  const numbers = [mjd, ra, dec, exptime].map(decimal);
  if (!isExposure(expnum) || !isNite(nite) || !isBand(band)) return undefined;
  if (numbers.some((number) => number === undefined)) return undefined;
  // The obstype is `object` in every row (the query asks for nothing else). Where it stands one
  // column early, the proposal was left blank.
  const shifted = fields[7] === 'object' && fields[8] !== 'object';
  const rest = fields.slice(shifted ? 7 : 8);
  const propid = shifted ? 'None' : (fields[7] ?? 'None');
  return {
    expnum,
    nite,
    mjd: numbers[0]!,
    ra: numbers[1]!,
    dec: numbers[2]!,
    band,
    exptime: numbers[3]!,
    propid: propid === 'None' ? undefined : propid,
    teff: decimal(rest[1]),
    object: rest.slice(2).join(' '),
  };
}

function decimal(text: string | undefined): number | undefined {
  if (text === undefined || !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text))
    return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/**
 * The exposures that a person listed in a file: one number on a line, or rows of exposures.list,
 * with its heading or without; `#` begins a comment, blank lines do not matter, a number given
 * twice counts once.
 * @throws UserError naming `file:line` for anything else, and for a file without a number
 */
export function parseExposureList(text: string, file: string): readonly Exposure[] {
  const exposures = new Set<Exposure>();
  for (const [index, line] of linesOf(text).entries()) {
    const entry = line.split('#', 1)[0]!.trim();
    const [first = '', second] = entry.split(/\s+/);
    if (entry === '' || isHeader(first, second)) continue;
    // Rows cut out of exposures.list name the exposure first and its nite next.
    if (!isExposure(first) || (second !== undefined && !isNite(second))) {
      throw new UserError(
        `${file}:${index + 1}: ${shown(entry)} is not an exposure number`,
        'Write one exposure number of six or seven digits on every line.',
      );
    }
    exposures.add(first);
  }
  if (exposures.size > 0) return [...exposures];
  throw new UserError(`${file} names no exposure`, 'Write one exposure number on every line.');
}

const isHeader = (first: string, second: string | undefined): boolean =>
  first.toLowerCase() === 'expnum' && second?.toLowerCase() === 'nite';

function linesOf(text: string): readonly string[] {
  return text.replace(/^\ufeff/, '').split(/\r?\n/);
}
