/**
 * Records to JSON texts and back. A trace is written as it is, except that its maps from paths and
 * targets become flat lists, `{"a":"1"}` as `["a","1"]`, and that empty parts of its signature are
 * left out. With 100,000 targets that halves the time to read them: an object whose keys no other has
 * costs the JavaScript engine far more than a list.
 */

import { recordText } from './format.ts';
import type { KnownFile, KnownSighting } from './memory.ts';
import type { Built, Signature, Trace } from './trace.ts';

type StringMap = { readonly [key: string]: string };

/** What differs from Trace in its written form; all else is written as it is. */
interface Packed {
  signature: { [key: string]: unknown };
  outputs?: string[];
  previous?: Packed;
}

/** The maps in a signature that are written as lists. */
const MAPS = ['inputs', 'env', 'globs', 'deps', 'gathered'] as const;

/** JSON text of a trace. */
export function traceText(target: string, trace: Trace): string {
  return recordText('t', target, JSON.stringify(pack(trace)));
}

/** The trace in a text made by `traceText`. */
export function readTrace(text: string): Trace {
  return unpack((JSON.parse(text) as [string, string, Packed])[2]);
}

/** JSON text of what is known of a file. */
export function fileText(path: string, known: KnownFile): string {
  const { size, mtime, ctime, ino, digest, seen } = known;
  const values = [size, mtime, ctime, ino, digest, seen];
  return recordText('f', path, ...values.map((value) => JSON.stringify(value)));
}

/** The file in a text made by `fileText`. */
export function readFile(text: string): KnownFile {
  const values = JSON.parse(text) as [
    ...[string, string],
    ...[number, number, number, number, string, number],
  ];
  // By index: destructuring goes through an iterator, which costs too much with very many files.
  return {
    size: values[2],
    mtime: values[3],
    ctime: values[4],
    ino: values[5],
    digest: values[6],
    seen: values[7],
  };
}

/** JSON text of a sighting. */
export function sightingText(target: string, known: KnownSighting): string {
  const { digest, since, stillMs, seen, ended } = known;
  const stillness =
    (seen ?? ended) === undefined ? [] : [stillMs ?? 0, seen?.steady ?? null, seen?.count ?? null];
  const values = [digest, since, ...stillness, ...(ended === undefined ? [] : [ended])];
  return recordText('s', target, ...values.map((value) => JSON.stringify(value)));
}

/** The sighting in a text made by `sightingText`. */
export function readSighting(text: string): KnownSighting {
  const [, , digest, since, stillMs, steady, count, ended] = JSON.parse(text) as [
    ...[string, string, string, number],
    ...[stillMs?: number, steady?: number | null, count?: string | null, ended?: string],
  ];
  // An older desgw noted the time of day here, by which nothing is decided any more.
  const seen = typeof count === 'string' ? { count, steady: steady ?? 0 } : undefined;
  return {
    digest,
    since,
    ...(seen === undefined ? {} : { stillMs: stillMs ?? 0, seen }),
    ...(ended === undefined ? {} : { ended }),
  };
}

function pack(trace: Trace): Packed {
  const { signature, outputs, previous, ...plain } = trace as Trace & {
    outputs?: StringMap;
    previous?: Built;
  };
  return {
    ...plain,
    signature: packSignature(signature),
    ...(outputs && { outputs: flat(outputs) }),
    ...(previous && { previous: pack(previous) }),
  };
}

function packSignature(signature: Signature): { [key: string]: unknown } {
  const packed: { [key: string]: unknown } = { ...signature };
  for (const key of MAPS) {
    const list = flat(signature[key]);
    packed[key] = list.length > 0 ? list : undefined;
  }
  if (Object.keys(signature.params).length === 0) packed.params = undefined;
  return packed;
}

/** Fills in the freshly parsed object itself: nobody else has it. */
function unpack(packed: Packed): Trace {
  const { signature } = packed;
  signature.params ??= NOTHING;
  for (const key of MAPS) signature[key] = unflat(signature[key] as string[] | undefined);
  const trace: { outputs?: unknown; previous?: unknown } = packed;
  if (packed.outputs) trace.outputs = unflat(packed.outputs);
  if (packed.previous) trace.previous = unpack(packed.previous);
  return trace as unknown as Trace;
}

function flat(map: StringMap): string[] {
  return Object.entries(map).flat();
}

/**
 * Without a prototype: a target may be named `__proto__`, and the JavaScript engine does not look for a
 * class behind every new set of keys.
 */
function unflat(list: readonly string[] | undefined): StringMap {
  if (list === undefined) return NOTHING;
  const map = Object.create(null) as { [key: string]: string };
  for (let i = 0; i < list.length; i += 2) map[list[i]!] = list[i + 1]!;
  return map;
}

const NOTHING: StringMap = Object.freeze(Object.create(null) as StringMap);
