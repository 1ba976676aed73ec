/** What a row of segments amounts to: the memory of a build. */

import { readFile, readSighting, readTrace } from './codec.ts';
import { JOURNAL, type Kind, recordText, type Subject, subjectOf } from './format.ts';
import type { KnownFile, KnownSighting, Memory } from './memory.ts';
import { Records } from './records.ts';
import { forerunnerOf, readSegment, type Segment } from './segment.ts';
import type { Trace } from './trace.ts';

/** Memory that takes in further records. */
export interface Fold extends Memory {
  readonly traces: Records<Trace>;
  readonly files: Records<KnownFile>;
  readonly sightings: Records<KnownSighting>;
  /** Takes in the JSON text of a record. */
  record(text: string): void;
  /** How many records were taken in, dead ones included. */
  records(): number;
  /** True when something was damaged, or a process died before it could end its segment. */
  unclean(): boolean;
  /** Texts that amount to the same memory. */
  texts(): { readonly lost: boolean; readonly texts: Iterable<string> };
}

/**
 * Folds segments, in the order of their numbers.
 * @param newest number of the newest segment that was ever begun, as far as is known
 */
export function fold(segments: readonly Segment[], newest = 0): Fold {
  const traces = new Records(readTrace);
  const files = new Records(readFile);
  const sightings = new Records(readSighting);
  const damaged = new Set<string>();
  const warnings: string[] = [];
  let records = 0;
  let unclean = false;

  // Once records may have been lost, only what was recorded after that is safe.
  let suspicious = false;
  let lost = false;
  const safe = new Set<string>();
  // Likewise, where whole records are known to be missing.
  const proved = new Set<string>();

  function suspect(): void {
    suspicious = true;
    safe.clear();
  }

  function forget(target: string): void {
    traces.remove(target);
    sightings.remove(target);
    damaged.delete(target);
  }

  function record(text: string): void {
    records++;
    const { kind, name } = subjectOf(text);
    switch (kind) {
      case 't':
      case 'T':
        traces.put(name, text);
        damaged.delete(name);
        break;
      case 'x':
        forget(name);
        break;
      case 'd':
        forget(name);
        damaged.add(name);
        break;
      case 'f':
        files.put(name, text);
        return;
      case 's':
        sightings.put(name, text);
        return;
      case 'e':
        return;
    }
    if (!suspicious) return;
    for (const known of [safe, proved]) {
      if (kind === 'T') known.delete(name);
      else known.add(name);
    }
  }

  function lose(): void {
    lost = true;
    suspect();
    proved.clear();
  }

  function damage(where: string, subject: Subject | undefined): void {
    unclean = true;
    if (subject === undefined) {
      lose();
      // A lost sighting would make an older one look as if nothing had moved since.
      sightings.clear();
      warnings.push(
        `${where} is damaged and does not tell whose record it was. What was recorded before it may not be the latest.`,
      );
      return;
    }
    const { kind, name } = subject;
    if (kind === 'f') files.remove(name);
    else if (kind === 's') sightings.remove(name);
    else {
      forget(name);
      damaged.add(name);
      warnings.push(`${where} is damaged: the record of target '${name}' is lost.`);
    }
  }

  function take(segment: Segment): void {
    const { header, name } = segment;
    if (header?.lost) lose();
    const ended = readSegment(segment, {
      record,
      damaged: (line, subject) => damage(`${JOURNAL}/${name}, line ${line},`, subject),
    });
    if (ended) return;
    unclean = true;
    suspect();
  }

  /** Segments that were there once are not, or not as they were when the next one was begun. */
  function miss(what: string): void {
    unclean = true;
    lose();
    sightings.clear();
    warnings.push(
      `${what}: records are missing in ${JOURNAL}. What was done since may not be on record.`,
    );
  }

  function* texts(): Generator<string> {
    for (const [target, text] of traces.texts) {
      const kind: Kind = lost && !proved.has(target) ? 'T' : 't';
      yield `["${kind}${text.slice(3)}`;
    }
    for (const target of damaged) yield recordText('d', target);
    yield* files.texts.values();
    yield* sightings.texts.values();
  }

  const base = segments.findLastIndex((segment) => segment.header?.base === true);
  // Lower ones than the base are only left when its writer died before it had deleted them.
  if (base > 0) unclean = true;
  let before: Segment | undefined;
  for (const segment of segments.slice(Math.max(base, 0))) {
    const gap = gapBefore(segment, before);
    if (gap !== undefined) miss(gap);
    take(segment);
    before = segment;
  }
  if (newest > numberOf(before)) miss(`segment ${newest} was begun and is not there`);

  return {
    traces,
    files,
    sightings,
    damaged,
    warnings,
    unproved: (target) => lost && !proved.has(target),
    mayHaveLost: (target) => suspicious && !safe.has(target),
    record,
    records: () => records,
    unclean: () => unclean,
    texts: () => ({ lost, texts: texts() }),
  };
}

const numberOf = (segment: Segment | undefined): number =>
  segment === undefined ? 0 : Number.parseInt(segment.name, 10);

/** What shows that between two segments, or before the first, there was something else. */
function gapBefore(segment: Segment, before: Segment | undefined): string | undefined {
  const { header, name } = segment;
  if (header === undefined || header.base === true) return undefined;
  if (before === undefined)
    return header.number > 1 ? `nothing is there from before ${name}` : undefined;
  if (header.after === undefined) return undefined; // an older desgw did not say
  const { number, size, tail } = forerunnerOf(before);
  const { after } = header;
  const same = after.number === number && after.size === size && after.tail === tail;
  return same ? undefined : `${name} does not follow upon ${before.name}`;
}
