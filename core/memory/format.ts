/**
 * The journal as it lies on disk; the one owner of the format.
 *
 * `.desgw/journal/` holds segments, `<number, 6 digits>-<host>-<pid>.jsonl`. A segment is created
 * by one process, exclusively, with its first record, and only that process appends to it. Reading
 * all segments in the order of their numbers, a later record replaces an earlier one of the same
 * kind and name.
 *
 * Lines end in a newline. The first is the header and looks the same in every format to come:
 *
 *     <crc> {"format":1,"number":3,"host":"des91","pid":4711}
 *
 * `after`: the segment before, by number, size and the checksum of its last line (which vouches for the
 * rest), so that it is noticed when that segment is missing, was cut, or is another one. The first
 * segment has no `after`. The last line of `.desgw/journal-heads` names the newest segment begun.
 * `base: true`: this segment stands for all with lower numbers, which are about to be deleted.
 * `lost: true` (only with `base`): records were lost before, of targets nobody knows. Every other line:
 *
 *     <crc> <head> ["<kind>","<name>",...]
 *
 *     t  trace of target <name>                      ["t","postproc",{trace, see `codec.ts`}]
 *     T  the same; a later one may have been lost (only in a base with `lost`)
 *     x  target <name> was dropped                   ["x","postproc"]
 *     d  the record of target <name> was damaged     ["d","postproc"]
 *     f  what is known of file <name>                ["f","a.txt",size,mtime,ctime,ino,digest,seen]
 *     s  sighting of target <name>                   ["s","ccds_1",digest,since,stillMs,seen,ended]; the last three may be missing
 *     e  clean end; nothing follows                  ["e","",crc of all bytes before this line]
 *
 * <crc> is the CRC-32 of the JSON text, 8 hexadecimal digits. <head> is that of the JSON text up to
 * the end of the name, computed with the length of the JSON text in bytes as its start value: when the
 * rest of a line is damaged, it still proves whose record it was, and that only this line was hit.
 */
import { crc32 } from 'node:zlib';

/** Where the segments are, relative to the workspace. */
export const JOURNAL = '.desgw/journal';
/** Raised when an older desgw could no longer read what is written. */
export const FORMAT = 1;

/** The numbers of segments, one a line, each added when that segment was begun; only the last counts. */
export const HEADS = '.desgw/journal-heads';

/** The number in a segment's name. */
export const segmentNumber = (name: string): number => Number.parseInt(name, 10);

/** How a segment is told from any other. */
export interface Forerunner {
  readonly number: number;
  readonly size: number;
  readonly tail: number;
}

/** First line of a segment. */
export interface Header {
  readonly format: number;
  readonly number: number;
  readonly host: string;
  readonly pid: number;
  readonly after?: Forerunner;
  readonly base?: true;
  readonly lost?: true;
}

/** What a record is about: see above. */
export type Kind = 't' | 'T' | 'x' | 'd' | 'f' | 's' | 'e';

/** Whose record it is. */
export interface Subject {
  readonly kind: Kind;
  readonly name: string;
}

/** The JSON text of a record; `rest` is what follows the name, as JSON texts. */
export function recordText(kind: Kind, name: string, ...rest: readonly string[]): string {
  return `["${kind}",${[JSON.stringify(name), ...rest].join(',')}]`;
}

/** Kind and name of a record, without parsing the rest of it. */
export function subjectOf(text: string): Subject {
  const kind = text.charAt(2) as Kind;
  const name = text.slice(6, text.indexOf('"', 6));
  if (!name.includes('\\')) return { kind, name };
  return { kind, name: (JSON.parse(text) as [Kind, string])[1] };
}

/** The whole line of a record. */
export function recordLine(text: string, name: string): string {
  const head = text.slice(0, 5 + JSON.stringify(name).length);
  return `${hex(crc32(text))} ${hex(crc32(head, Buffer.byteLength(text)))} ${text}\n`;
}

/** The whole line of a header. */
export function headerLine(header: Header): string {
  const text = JSON.stringify(header);
  return `${hex(crc32(text))} ${text}\n`;
}

/** A header from its line (without newline), or `undefined` when that is damaged. */
export function readHeader(line: Buffer): Header | undefined {
  if (!isIntact(line, HEADER_TEXT)) return undefined;
  return JSON.parse(line.toString('utf8', HEADER_TEXT)) as Header;
}

/** The JSON text of a record from its line (without newline), or `undefined` when damaged. */
export function readRecord(line: Buffer): string | undefined {
  return isIntact(line, RECORD_TEXT) ? line.toString('utf8', RECORD_TEXT) : undefined;
}

/** Whose record a damaged line was, if that is beyond doubt. */
export function readSubject(line: Buffer): Subject | undefined {
  const head = /^\["[tTxdfs]","(?:[^"\\]|\\.)*"/.exec(line.toString('latin1', RECORD_TEXT))?.[0];
  if (head === undefined) return undefined;
  const bytes = line.subarray(RECORD_TEXT, RECORD_TEXT + head.length);
  const expected = hex(crc32(bytes, line.length - RECORD_TEXT));
  if (line.toString('latin1', HEADER_TEXT, RECORD_TEXT - 1) !== expected) return undefined;
  const [kind, name] = JSON.parse(`${bytes.toString('utf8')}]`) as [Kind, string];
  return { kind, name };
}

/** Where the JSON text of a header begins, in bytes; after one checksum and a blank. */
const HEADER_TEXT = 9;
/** Where the JSON text of a record begins, in bytes; after two checksums with their blanks. */
export const RECORD_TEXT = 18;

function isIntact(line: Buffer, start: number): boolean {
  return line.length > start && line.toString('latin1', 0, 8) === hex(crc32(line.subarray(start)));
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
