/** The journal record by record, for people who want to see what desgw goes by. */
import type { Files } from '../world/world.ts';
import { readTrace } from './codec.ts';
import { type Header, subjectOf } from './format.ts';
import { readSegments } from './journal.ts';
import { readSegment } from './segment.ts';
import type { Trace } from './trace.ts';

/** One segment of the journal as it lies on disk. */
export interface ListedSegment {
  readonly name: string;
  readonly header: Header | undefined;
  /** Whether its writer ended it, rather than died or is at work still. */
  readonly clean: boolean;
  readonly records: readonly ListedRecord[];
  /** How many records tell of what is known of files. */
  readonly files: number;
}

/** One record about a target. */
export interface ListedRecord {
  readonly kind: 'trace' | 'dropped' | 'damaged' | 'sighting';
  readonly target: string;
  readonly trace?: Trace;
}

const KINDS = { t: 'trace', T: 'trace', x: 'dropped', d: 'damaged', s: 'sighting' } as const;

/** All that is on record, oldest first; takes no lock. */
export function listJournal(files: Files): readonly ListedSegment[] {
  return readSegments(files).map((segment) => {
    const records: ListedRecord[] = [];
    let known = 0;
    const clean = readSegment(segment, {
      record(text) {
        const { kind, name } = subjectOf(text);
        if (kind === 'f') known += 1;
        if (!isListed(kind)) return;
        const trace = KINDS[kind] === 'trace' ? { trace: readTrace(text) } : {};
        records.push({ kind: KINDS[kind], target: name, ...trace });
      },
      damaged(_line, subject) {
        if (subject !== undefined) records.push({ kind: 'damaged', target: subject.name });
      },
    });
    return { name: segment.name, header: segment.header, clean, records, files: known };
  });
}

const isListed = (kind: string): kind is keyof typeof KINDS => Object.hasOwn(KINDS, kind);
