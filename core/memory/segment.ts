/** Reading one segment, whatever has happened to it. */
import { crc32 } from 'node:zlib';
import { UserError } from '../api/errors.ts';
import {
  FORMAT,
  type Forerunner,
  type Header,
  JOURNAL,
  RECORD_TEXT,
  readHeader,
  readRecord,
  readSubject,
  type Subject,
  segmentNumber,
  subjectOf,
} from './format.ts';

/** A segment file as found. */
export interface Segment {
  /** File name, without the folder. */
  readonly name: string;
  readonly bytes: Buffer;
  /** `undefined`: damaged, or not complete. */
  readonly header: Header | undefined;
}

/** Is told what a segment holds, line by line. */
export interface SegmentReader {
  record(text: string): void;
  /** A line in the middle is damaged; `subject`: it is certain that only this record is lost. */
  damaged(line: number, subject: Subject | undefined): void;
}

/**
 * A segment with its header read.
 * @throws UserError when a newer desgw wrote it: nothing may be concluded from it then
 */
export function openSegment(name: string, data: Uint8Array): Segment {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  const header = readHeader(bytes.subarray(0, lineEnd(bytes, 0)));
  if (header !== undefined && header.format > FORMAT) {
    throw new UserError(
      `${JOURNAL}/${name} was written by a newer desgw (format ${header.format}; this one reads up to ${FORMAT}). Nothing was changed.`,
      'Run the newer desgw that wrote it, or one at least as new. Keep the folder .desgw as it is.',
    ).coded('DG502');
  }
  return { name, bytes, header };
}

/** What the next segment says of this one. */
export function forerunnerOf({ name, bytes }: Pick<Segment, 'name' | 'bytes'>): Forerunner {
  const last = bytes.lastIndexOf(10, bytes.length - 2) + 1;
  return {
    number: segmentNumber(name),
    size: bytes.length,
    tail: crc32(bytes.subarray(last)),
  };
}

/**
 * Tells `reader` all records that are intact. Damaged lines at the very end are a torn tail, which
 * a process that died leaves behind; they are passed over in silence.
 * @returns whether the segment was ended cleanly
 */
export function readSegment(segment: Segment, reader: SegmentReader): boolean {
  const { bytes } = segment;
  const last = bytes.lastIndexOf(10, bytes.length - 2) + 1;
  const end = readEndRecord(bytes.subarray(last, lineEnd(bytes, last)));
  const intact = end !== undefined && end === crc32(bytes.subarray(0, last));
  if (intact && segment.header !== undefined) readIntact(bytes, last, reader);
  else readLineByLine(segment, reader, { wrong: end !== undefined && !intact });
  return end !== undefined;
}

/** Where the checksum over everything fits, those of the lines need no look. */
function readIntact(bytes: Buffer, end: number, reader: SegmentReader): void {
  const text = bytes.toString('utf8', lineEnd(bytes, 0) + 1, end);
  for (let start = 0; start < text.length; ) {
    const stop = text.indexOf('\n', start);
    reader.record(text.slice(start + RECORD_TEXT, stop));
    start = stop + 1;
  }
}

/** @param wrong the checksum over everything does not fit, so that something must be damaged */
function readLineByLine(
  segment: Segment,
  reader: SegmentReader,
  { wrong }: { readonly wrong: boolean },
): void {
  const { bytes } = segment;
  const suspects: [number, Subject | undefined][] = [];
  let reported = false;
  const report = (): void => {
    for (const [line, subject] of suspects.splice(0)) {
      reported = true;
      reader.damaged(line, subject);
    }
  };
  if (segment.header === undefined) suspects.push([1, undefined]);
  let number = 2;
  for (let start = lineEnd(bytes, 0) + 1; start < bytes.length; number++) {
    const stop = lineEnd(bytes, start);
    const line = bytes.subarray(start, stop);
    const text = readRecord(line);
    if (text === undefined) suspects.push([number, readSubject(line)]);
    else {
      report();
      if (subjectOf(text).kind !== 'e') reader.record(text);
    }
    start = stop + 1;
  }
  // Each line that is there is intact, so whole lines must be missing.
  if (wrong && !reported) reader.damaged(number, undefined);
}

/** The checksum in a line, if that is an intact clean end. */
function readEndRecord(line: Buffer): number | undefined {
  const text = readRecord(line);
  if (text === undefined || subjectOf(text).kind !== 'e') return undefined;
  return (JSON.parse(text) as [string, string, number])[2];
}

/** Where the line that starts at `start` stops: at its newline, or at the end of the bytes. */
function lineEnd(bytes: Buffer, start: number): number {
  const newline = bytes.indexOf(10, start);
  return newline < 0 ? bytes.length : newline;
}
