/** What a row of segments amounts to: the memory of a build. */

import { readFile, readSighting, readTrace } from './codec.ts';
import {
  JOURNAL,
  type Kind,
  recordText,
  type Subject,
  segmentNumber,
  subjectOf,
} from './format.ts';
import type { KnownFile, KnownSighting, Memory } from './memory.ts';
import { Records } from './records.ts';
import { forerunnerOf, readSegment, type Segment } from './segment.ts';
import type { Trace } from './trace.ts';

/** Memory that takes in further records. */
export class Fold implements Memory {
  readonly traces = new Records<Trace>(readTrace);
  readonly files = new Records<KnownFile>(readFile);
  readonly sightings = new Records<KnownSighting>(readSighting);
  readonly damaged = new Set<string>();
  readonly warnings: string[] = [];
  #records = 0;
  #unclean = false;
  /** Once records may have been lost, only what was recorded after that is safe. */
  #suspicious = false;
  readonly #safe = new Set<string>();
  /** Once whole records are known to be missing, only what was recorded after that is proved. */
  #lost = false;
  readonly #proved = new Set<string>();

  readonly unproved = (target: string): boolean => this.#lost && !this.#proved.has(target);

  readonly mayHaveLost = (target: string): boolean => this.#suspicious && !this.#safe.has(target);

  /** How many records were taken in, dead ones included. */
  get records(): number {
    return this.#records;
  }

  /** True when something was damaged, or a process died before it could end its segment. */
  get unclean(): boolean {
    return this.#unclean;
  }

  /** Takes in the JSON text of a record. */
  record(text: string): void {
    this.#records++;
    const { kind, name } = subjectOf(text);
    switch (kind) {
      case 't':
      case 'T':
        this.traces.put(name, text);
        this.damaged.delete(name);
        break;
      case 'x':
        this.#forget(name);
        break;
      case 'd':
        this.#forget(name);
        this.damaged.add(name);
        break;
      case 'f':
        this.files.put(name, text);
        return;
      case 's':
        this.sightings.put(name, text);
        return;
      case 'e':
        return;
    }
    if (!this.#suspicious) return;
    for (const known of [this.#safe, this.#proved]) {
      if (kind === 'T') known.delete(name);
      else known.add(name);
    }
  }

  /** Takes in a segment, of which the end may be lacking. */
  take(segment: Segment): void {
    const { header, name } = segment;
    if (header?.lost) this.#lose();
    const ended = readSegment(segment, {
      record: (text) => this.record(text),
      damaged: (line, subject) => this.#damage(`${JOURNAL}/${name}, line ${line},`, subject),
    });
    if (ended) return;
    this.#unclean = true;
    this.#suspect();
  }

  /** Segments that a base stands for are still there: whoever removed them died before the last. */
  foundLeftovers(): void {
    this.#unclean = true;
  }

  /** Segments that were there once are not, or not as they were when the next one was begun. */
  miss(what: string): void {
    this.#unclean = true;
    this.#lose();
    this.sightings.clear();
    this.warnings.push(
      `${what}: records are missing in ${JOURNAL}. What was done since may not be on record.`,
    );
  }

  /** Records that amount to this memory, and whether any were lost before them. */
  texts(): { readonly lost: boolean; readonly texts: Iterable<string> } {
    return { lost: this.#lost, texts: this.#texts() };
  }

  *#texts(): Generator<string> {
    for (const [target, text] of this.traces.texts) {
      const kind: Kind = this.unproved(target) ? 'T' : 't';
      yield `["${kind}${text.slice(3)}`;
    }
    for (const target of this.damaged) yield recordText('d', target);
    yield* this.files.texts.values();
    yield* this.sightings.texts.values();
  }

  #suspect(): void {
    this.#suspicious = true;
    this.#safe.clear();
  }

  #lose(): void {
    this.#lost = true;
    this.#suspect();
    this.#proved.clear();
  }

  #forget(target: string): void {
    this.traces.remove(target);
    this.sightings.remove(target);
    this.damaged.delete(target);
  }

  #damage(where: string, subject: Subject | undefined): void {
    this.#unclean = true;
    if (subject === undefined) {
      this.#lose();
      // A lost sighting would make an older one look as if nothing had moved since.
      this.sightings.clear();
      this.warnings.push(
        `${where} is damaged and does not tell whose record it was. What was recorded before it may not be the latest.`,
      );
      return;
    }
    const { kind, name } = subject;
    if (kind === 'f') this.files.remove(name);
    else if (kind === 's') this.sightings.remove(name);
    else {
      this.#forget(name);
      this.damaged.add(name);
      this.warnings.push(`${where} is damaged: the record of target '${name}' is lost.`);
    }
  }
}

/**
 * Folds segments, in the order of their numbers.
 * @param newest number of the newest segment that was ever begun, as far as is known
 */
export function fold(segments: readonly Segment[], newest = 0): Fold {
  const memory = new Fold();
  const base = segments.findLastIndex((segment) => segment.header?.base === true);
  if (base > 0) memory.foundLeftovers();
  let before: Segment | undefined;
  for (const segment of segments.slice(Math.max(base, 0))) {
    const gap = gapBefore(segment, before);
    if (gap !== undefined) memory.miss(gap);
    memory.take(segment);
    before = segment;
  }
  if (newest > (before === undefined ? 0 : segmentNumber(before.name)))
    memory.miss(`segment ${newest} was begun and is not there`);
  return memory;
}

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
