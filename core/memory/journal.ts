/** The memory of builds on disk: loading it, adding to it, and keeping it short. */
import { crc32 } from 'node:zlib';
import { UserError } from '../api/errors.ts';
import { FileError } from '../world/fs.ts';
import type { Appender, Files, ProcessIdentity } from '../world/world.ts';
import { fileText, sightingText, traceText } from './codec.ts';
import { type Fold, fold } from './fold.ts';
import {
  FORMAT,
  type Forerunner,
  HEADS,
  type Header,
  headerLine,
  JOURNAL,
  recordLine,
  recordText,
  segmentNumber,
  subjectOf,
} from './format.ts';
import type { Journal } from './memory.ts';
import { forerunnerOf, openSegment, type Segment } from './segment.ts';

/** With fewer records than this, dead ones are not worth a rewrite. */
const FEW_RECORDS = 1000;
/** More segments than this cost more to open than to rewrite, on a network file system. */
const MANY_SEGMENTS = 20;
/** How often to start over when another process rewrites the journal while it is read. */
const TRIES = 20;

/**
 * The memory as it is on disk now. Writes nothing and needs no lock; a builder may be at work.
 * @throws UserError when a newer desgw wrote it; FileError when it cannot be read
 */
export function loadMemory(files: Files): Loaded {
  // Read before the segments: one that is begun in between must not seem to be missing.
  const newest = newestBegun(files);
  const segments = readSegments(files);
  const from = segments.map(({ name, bytes }) => ({ name, size: bytes.length }));
  const last = segments.at(-1);
  return Object.assign(fold(segments, newest), {
    from,
    newest,
    ...(last === undefined ? {} : { last: forerunnerOf(last) }),
  });
}

/** Memory together with the segments it came from. */
export interface Loaded extends Fold {
  readonly from: readonly { readonly name: string; readonly size: number }[];
  /** Number of the newest segment that was ever begun. */
  readonly newest: number;
  /** The last segment, as the next one will tell of it. */
  readonly last?: Forerunner;
}

function newestBegun(files: Files): number {
  const end = new TextDecoder().decode(files.readEnd(HEADS, 32));
  return Number(/(?:^|\n)(\d+)\n[^\n]*$/.exec(end)?.[1] ?? 0);
}

/**
 * Whether the journal on disk is still what this memory was loaded from. Segments only ever grow,
 * are added or vanish, and every builder that does anything says so in one.
 */
export function isCurrent(files: Files, { from }: Loaded): boolean {
  const names = segmentNames(files);
  return (
    names.length === from.length &&
    from.every(
      ({ name, size }, i) => name === names[i] && files.size(`${JOURNAL}/${name}`) === size,
    )
  );
}

/**
 * The memory, open for writing. The caller holds the lock. Writes nothing before the first record.
 * Goes on from `memory` where that is given, which must be current.
 * A record that cannot be written throws FileError and is not in the memory; the journal stays
 * readable, and a later record may be tried.
 * @throws UserError when a newer desgw wrote it; FileError when it cannot be read
 */
export function openJournal(
  files: Files,
  self: ProcessIdentity,
  memory: Loaded = loadMemory(files),
): Journal {
  return new OpenJournal(files, self, memory);
}

/** Methods are fields, so that whoever wraps a journal may spread it. */
class OpenJournal implements Journal {
  readonly #disk: Files;
  readonly #self: ProcessIdentity;
  readonly #memory: Loaded;
  /** Names of all segments, also of those that this process has begun. */
  #names: readonly string[];
  #open: OpenSegment | undefined;
  #torn = false;
  /** The journal was removed or moved away while it was written: nothing begins another in its place. */
  #gone: FileError | undefined;
  readonly traces: Journal['traces'];
  readonly files: Journal['files'];
  readonly sightings: Journal['sightings'];
  readonly damaged: Journal['damaged'];
  readonly warnings: Journal['warnings'];
  readonly unproved: Journal['unproved'];
  readonly mayHaveLost: Journal['mayHaveLost'];

  constructor(files: Files, self: ProcessIdentity, memory: Loaded) {
    this.#disk = files;
    this.#self = self;
    this.#memory = memory;
    this.#names = memory.from.map(({ name }) => name);
    this.traces = memory.traces;
    this.files = memory.files;
    this.sightings = memory.sightings;
    this.damaged = memory.damaged;
    this.warnings = memory.warnings;
    this.unproved = memory.unproved;
    this.mayHaveLost = memory.mayHaveLost;
  }

  readonly trace: Journal['trace'] = (target, trace, options) =>
    this.#append(traceText(target, trace), options);

  readonly drop: Journal['drop'] = (target) => this.#append(recordText('x', target));

  readonly file: Journal['file'] = (path, known) => this.#append(fileText(path, known));

  readonly sighting: Journal['sighting'] = (target, known) =>
    this.#append(sightingText(target, known));

  readonly close: Journal['close'] = ({ shorten } = { shorten: true }): void => {
    const last = this.#open;
    this.#open = undefined;
    last?.end();
    if (this.#gone !== undefined) return;
    if (!shorten || (!this.#torn && !needsCompaction(this.#memory, this.#names.length))) return;
    try {
      this.#names = [compact(this.#disk, this.#memory, this.#nextHeader(), this.#names)];
      this.#torn = false;
    } catch (error) {
      // Everything is on record as it is; the next build will try again.
      if (!(error instanceof FileError)) throw error;
    }
  };

  #append(text: string, { durable }: { readonly durable: boolean } = { durable: false }): void {
    if (this.#gone !== undefined) throw this.#gone;
    try {
      this.#open ??= this.#startNext();
      this.#open.add(text);
      if (durable) this.#open.sync();
    } catch (error) {
      // Half a line may be there; nothing may ever be written behind it.
      this.#open?.abandon();
      this.#open = undefined;
      this.#torn = true;
      if (error instanceof FileError && error.code === 'ENOENT') this.#gone = error;
      throw error;
    }
    this.#memory.record(text);
  }

  #startNext(): OpenSegment {
    // A second one is begun after a failure, when it is not known what of the first is on disk.
    const isFirst = this.#names.length === this.#memory.from.length;
    const after = isFirst ? this.#memory.last : undefined;
    const header: Header = { ...this.#nextHeader(), ...(after === undefined ? {} : { after }) };
    // Listed before it is made: its number is used up even if making it fails half-way.
    this.#names = [...this.#names, segmentName(header)];
    const started = startSegment(this.#disk, header);
    noteBegun(this.#disk, header.number);
    return started;
  }

  #nextHeader(): Header {
    const number =
      this.#names.reduce(
        (highest, name) => Math.max(highest, segmentNumber(name)),
        this.#memory.newest,
      ) + 1;
    const { host, pid } = this.#self;
    return { format: FORMAT, number, host, pid };
  }
}

/** All segments, in order. Starts over when the set of them changed meanwhile. */
export function readSegments(files: Files): readonly Segment[] {
  for (let tries = 0; tries < TRIES; tries++) {
    const names = segmentNames(files);
    const segments: Segment[] = [];
    for (const name of names) {
      const data = files.read(`${JOURNAL}/${name}`);
      if (data !== undefined) segments.push(openSegment(name, data));
    }
    // On a network's disk the list may be older than the segments, and name one that is gone.
    if (segmentNames(files).join() === names.join() && !isMissing(names, segments)) return segments;
  }
  throw new UserError(
    `The records in ${JOURNAL} changed every time they were read.`,
    'Another desgw is at work in this workspace. Try again in a moment.',
  ).coded('DG502');
}

/** Whether a listed segment could not be read, other than one that a base stands for. */
function isMissing(names: readonly string[], found: readonly Segment[]): boolean {
  if (found.length === names.length) return false;
  const base = found.findLast(({ header }) => header?.base === true);
  const there = new Set(found.map(({ name }) => name));
  return names.some(
    (name) =>
      !there.has(name) && (base === undefined || segmentNumber(name) > segmentNumber(base.name)),
  );
}

function segmentNames(files: Files): readonly string[] {
  const names = (files.list(JOURNAL) ?? []).filter((name) => SEGMENT.test(name));
  return names.sort((a, b) => segmentNumber(a) - segmentNumber(b) || (a < b ? -1 : 1));
}

const SEGMENT = /^\d{6,}-.*-\d+\.jsonl$/;

function segmentName({ number, host, pid }: Header): string {
  return `${String(number).padStart(6, '0')}-${host.replace(/[^\w.-]/g, '_')}-${pid}.jsonl`;
}

/** A segment that this process writes. */
interface OpenSegment {
  add(text: string): void;
  sync(): void;
  /** Ends it cleanly; everything in it is durable then. */
  end(): void;
  /** Leaves it as it is, without an end. */
  abandon(): void;
}

function startSegment(files: Files, header: Header): OpenSegment {
  const name = segmentName(header);
  const first = headerLine(header);
  if (!files.createExclusive(`${JOURNAL}/${name}`, first)) {
    throw new Error(`internal: ${JOURNAL}/${name} exists; was the lock not held?`);
  }
  const appender: Appender = files.appender(`${JOURNAL}/${name}`);
  /** What is written into a file that was moved away is lost; better to say so at once. */
  const stillThere = (): void => {
    const path = `${JOURNAL}/${name}`;
    if (appender.isThere()) return;
    const why =
      'it was removed or replaced while desgw was at work; nothing more can be put on record';
    throw new FileError('append to', files.absolute(path), 'ENOENT', why);
  };
  let crc = crc32(first);
  const add = (text: string): void => {
    const line = recordLine(text, subjectOf(text).name);
    appender.write(line);
    crc = crc32(line, crc);
    stillThere();
  };
  return {
    add,
    sync: () => {
      stillThere();
      appender.sync();
    },
    end: () => {
      try {
        stillThere();
        add(endText(crc));
        appender.sync();
      } finally {
        appender.close();
      }
    },
    abandon: () => {
      try {
        appender.close();
      } catch (error) {
        // The error that led here is the one to tell.
        if (!(error instanceof FileError)) throw error;
      }
    },
  };
}

/**
 * Notes that a segment was begun, when it is on disk: a number without a segment would look like a loss.
 * The newline in front keeps it apart from half a number that a power cut left.
 */
function noteBegun(files: Files, number: number): void {
  const heads = files.appender(HEADS);
  heads.write(`\n${number}\n`);
  heads.close();
}

function endText(crc: number): string {
  return recordText('e', '', String(crc));
}

function needsCompaction(memory: Fold, segments: number): boolean {
  const { traces, damaged, files, sightings } = memory;
  const live = traces.size + damaged.size + files.size + sightings.size;
  const records = memory.records;
  return (
    memory.unclean || segments > MANY_SEGMENTS || (records > FEW_RECORDS && records - live > live)
  );
}

/**
 * Replaces all segments by one. The new one is whole and durable before any old one goes, and says
 * in its header that those which are left do not count.
 * @returns the name of the new segment
 */
function compact(files: Files, memory: Fold, next: Header, old: readonly string[]): string {
  const { lost, texts } = memory.texts();
  const header: Header = { ...next, base: true, ...(lost && { lost }) };
  const lines = [headerLine(header)];
  for (const text of texts) lines.push(recordLine(text, subjectOf(text).name));
  const body = lines.join('');
  const name = segmentName(header);
  files.write(`${JOURNAL}/${name}`, body + recordLine(endText(crc32(body)), ''));
  files.remove(HEADS);
  noteBegun(files, header.number);
  for (const before of old) files.remove(`${JOURNAL}/${before}`);
  // Half-written files of processes that died; nobody but the holder of the lock writes here.
  for (const rest of files.list(JOURNAL) ?? []) {
    if (rest.startsWith('.')) files.remove(`${JOURNAL}/${rest}`);
  }
  return name;
}
