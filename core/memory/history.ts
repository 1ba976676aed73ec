/**
 * What was done in a workspace, invocation by invocation: for people and for provenance. Nothing is
 * ever decided by it, and no compaction of the journal touches it.
 *
 * `.desgw/history/NNNNNN.jsonl` is one invocation that put anything on record. It is created
 * exclusively by that process, and only appended to, by it alone; so nothing is lost where several
 * are at work, also on a network's disk. JSON, one a line:
 *
 *     {"format":1,"at":...,"command":"desgw build","desgw":"0.1.0","node":"v20.19.0","by":{identity}}
 *     {"target":"a","kind":"started","run":3,"at":...,"why":[...],"commands":[...],"programs":{...},
 *      "checkouts":{...}}
 *     {"target":"a","kind":"built","run":3,"at":...,"ms":...,"how":"built"}
 *     {"end":...,"exit":0}
 *
 * Without the last line it is under way, or it was killed. A line that is no JSON was cut off in
 * writing and is passed over.
 */

import { isSystemError } from '../api/errors.ts';
import type { Digest, Instant, Path, TargetName } from '../api/values.ts';
import { reasonText } from '../words/reasons.ts';
import type { Appender, Clock, Files, ProcessIdentity } from '../world/world.ts';
import type { Trace } from './trace.ts';

/** Where it is, relative to the workspace. */
const HISTORY: Path = '.desgw/history';
const FORMAT = 1;
/** So many reasons are kept of a target: the first ones say the most. */
const REASONS = 5;

/** Who did something, and with what. */
export interface Doer {
  /** The words of the command line, without secrets. */
  readonly command: string;
  readonly by: ProcessIdentity;
  readonly desgw: string;
  readonly node: string;
}

/** How a target was made: its steps in words, and what can be told of the programs that ran. */
export interface Means {
  readonly commands: readonly string[];
  /** Program or script -> digest of its content. */
  readonly programs: { readonly [path: Path]: Digest };
  /** Folder of a git checkout that programs ran in -> its commit. */
  readonly checkouts: { readonly [folder: Path]: string };
}

/** What became of a target. */
export interface Deed extends Partial<Means> {
  readonly target: TargetName;
  readonly kind: 'started' | 'built' | 'failed' | 'forgotten';
  readonly run?: number;
  readonly at: Instant;
  readonly ms?: number;
  /** Of what was built: made here, or found, accepted or marked. */
  readonly how?: 'built' | 'adopted' | 'accepted' | 'marked';
  readonly why?: readonly string[];
  /** What went wrong. */
  readonly problem?: string;
}

/** One invocation as it is on record. */
export interface PastInvocation extends Doer {
  readonly number: number;
  readonly at: Instant;
  readonly deeds: readonly Deed[];
  /** When and with which exit status it ended, where that is on record. */
  readonly end?: { readonly at: Instant; readonly exit: number };
}

/** Keeps the history of this invocation. Begins with the first thing that is put on record. */
export class History {
  readonly #files: Files;
  readonly #clock: Clock;
  readonly #doer: Doer;
  readonly #hide: (text: string) => string;
  readonly #means = new Map<TargetName, Means>();
  #appender: Appender | undefined;
  #lost: string | undefined;

  /** @param hide takes out of texts what nobody else is to see */
  constructor(
    files: Files,
    clock: Clock,
    doer: Doer,
    hide: (text: string) => string = (text) => text,
  ) {
    this.#hide = hide;
    this.#files = files;
    this.#clock = clock;
    this.#doer = doer;
  }

  /** Why it could not be kept; the work itself goes on without. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /** Notes with what the next run of a target makes it. */
  means(target: TargetName, means: Means): void {
    this.#means.set(target, means);
  }

  /** Notes what goes on record of a target. */
  note(target: TargetName, trace: Trace): void {
    const deed = deedOf(target, trace);
    if (deed === undefined) return;
    const means = deed.kind === 'started' ? this.#means.get(target) : undefined;
    this.#means.delete(target);
    this.#add({ ...deed, ...means });
  }

  /** Notes that the record of a target was dropped. */
  drop(target: TargetName): void {
    this.#add({ target, kind: 'forgotten', at: this.#clock.now() });
  }

  /** Notes how this invocation ended, if it has put anything on record. */
  end(exit: number): void {
    if (this.#appender === undefined) return;
    this.#add({ end: this.#clock.now(), exit });
    this.#try(() => this.#appender?.close());
    this.#appender = undefined;
  }

  #add(line: object): void {
    if (this.#lost !== undefined) return;
    this.#try(() => {
      this.#appender ??= this.#begin();
      this.#appender.write(`${this.#hide(JSON.stringify(line))}\n`);
    });
  }

  #begin(): Appender {
    const head = `${JSON.stringify({ format: FORMAT, at: this.#clock.now(), ...this.#doer })}\n`;
    for (let number = (numbers(this.#files).at(-1) ?? 0) + 1; ; number++) {
      const path = pathOf(number);
      if (this.#files.createExclusive(path, head)) return this.#files.appender(path);
    }
  }

  #try(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#lost ??= error.message;
    }
  }
}

/** Past invocations, the newest first, each read only when the caller gets to it. */
export function* pastInvocations(files: Files): Generator<PastInvocation> {
  for (const number of numbers(files).toReversed()) {
    const found = readInvocation(number, files.readText(pathOf(number)) ?? '');
    if (found !== undefined) yield found;
  }
}

function readInvocation(number: number, text: string): PastInvocation | undefined {
  const [head, ...lines] = text.split('\n').flatMap(jsonIn);
  if (head === undefined || !('format' in head)) return undefined;
  const { format: _, ...doer } = head as unknown as Doer & { at: Instant; format: number };
  const deeds = lines.filter((line) => 'target' in line) as unknown as readonly Deed[];
  const end = lines.find((line) => 'end' in line) as { end: Instant; exit: number } | undefined;
  return {
    number,
    ...doer,
    deeds,
    ...(end === undefined ? {} : { end: { at: end.end, exit: end.exit } }),
  };
}

function jsonIn(line: string): readonly object[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? [value] : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function deedOf(target: TargetName, trace: Trace): Deed | undefined {
  const { run, at } = trace;
  switch (trace.kind) {
    case 'started':
      return { target, kind: 'started', run, at, ...because(trace.because.map(reasonText)) };
    case 'finishing':
      return undefined;
    case 'built':
      return {
        ...{ target, kind: 'built', run, at, ms: trace.ms, how: trace.how },
        ...because(trace.because.map(reasonText)),
      };
    case 'failed': {
      const what = trace.problems[0]?.what;
      return {
        ...{ target, kind: 'failed', run, at, ms: trace.ms },
        ...because(trace.because.map(reasonText)),
        ...(what === undefined ? {} : { problem: what }),
      };
    }
    case 'cleaning':
      if (!trace.done) return undefined;
      return {
        ...{ target, kind: 'forgotten', at },
        ...because(trace.reason === undefined ? [] : [trace.reason]),
      };
  }
}

const because = (why: readonly string[]): { readonly why?: readonly string[] } =>
  why.length === 0 ? {} : { why: why.slice(0, REASONS) };

const pathOf = (number: number): Path => `${HISTORY}/${String(number).padStart(6, '0')}.jsonl`;

function numbers(files: Files): readonly number[] {
  return (files.list(HISTORY) ?? [])
    .filter((name) => /^\d{6,}\.jsonl$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b);
}
