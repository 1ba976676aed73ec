/** Remembers a build that had nothing to do, for `answer.ts`. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isSystemError } from '../api/errors.ts';
import type { Json } from '../api/values.ts';
import { LOCK } from '../memory/lock.ts';
import { type Begun, MEMO, type MemoKey, type MemoViews, wasIdle } from '../memory/memo.ts';
import type { BuildOptions } from '../run/build.ts';
import type { BuildEvent, Summary } from '../run/events.ts';
import type { Found } from '../run/opening.ts';
import type { Done } from '../run/summing-up.ts';
import { realClock } from '../world/clock.ts';
import { notingFiles } from '../world/files.ts';
import type { Noted } from '../world/noting.ts';
import type { Files } from '../world/world.ts';
import type { Invocation, Opened } from './context.ts';
import { keyOf } from './memo-key.ts';
import { madeBy, memoOfIdle, Recalling } from './recall.ts';

/** How it ended, what was said before anything else, and what commands that only look would show. */
export interface Remembered extends Summary {
  readonly notices: readonly string[];
  readonly views?: MemoViews;
}

/** Watches a build for what it goes by. */
export interface Remembering {
  readonly invocation: Invocation;
  note(event: BuildEvent): void;
  /** Whether the rules are those of an earlier build, and the names in them the same. */
  readonly isRecalling: boolean;
  /** How the build goes on from what is remembered of an earlier one. */
  recalling(opened: Opened): Pick<BuildOptions, 'recall' | 'onWork' | 'onRecorded'>;
  /** Keeps what was found, if it was nothing to do and nothing else can matter. */
  keep(
    summary: Remembered,
    files: Files,
    from: {
      readonly unknowable: string | undefined;
      readonly idle: Found | undefined;
      readonly views: () => Promise<MemoViews | undefined>;
    },
  ): Promise<void>;
}

/** For builds that may be answered from memory; others go as they are. */
export function remembering(
  invocation: Invocation,
  { isPlain }: { readonly isPlain: boolean },
): Remembering {
  if (!isPlain)
    return {
      invocation,
      note() {},
      isRecalling: false,
      recalling: () => ({}),
      keep: async () => {},
    };
  return new Watch(invocation);
}

/** Methods are fields, so that they may be handed on. */
class Watch implements Remembering {
  readonly invocation: Invocation;
  readonly #noting = notingFiles();
  readonly #begun = realClock().now();
  readonly #key: MemoKey;
  readonly #recalling: Recalling | undefined;
  /** What was looked at before anything was done; undefined: nothing was, or it cannot be remembered. */
  #noted: Noted | undefined;
  /** How each round ended that put something on record. */
  readonly #recorded: Done[] = [];

  constructor(invocation: Invocation) {
    this.invocation = { ...invocation, noting: this.#noting };
    this.#key = keyOf(invocation, dirname(fileURLToPath(import.meta.url)));
    this.#recalling = invocation.outdated && new Recalling(invocation.outdated);
  }

  get isRecalling(): boolean {
    return this.#recalling?.holds === true;
  }

  note({ kind }: BuildEvent): void {
    if (!['notice', 'planned', 'finished'].includes(kind)) this.#noting.doubt(kind);
  }

  recalling({ project: { world }, loaded }: Opened): ReturnType<Remembering['recalling']> {
    const recalling = this.#recalling;
    if (recalling === undefined) return {};
    return {
      recall: () => recalling.recall(),
      onWork: () => {
        const isSure = this.#noting.doubts === undefined && loaded.unknowable() === undefined;
        if (recalling.holds && isSure)
          this.#quietly(() => {
            this.#noted = this.#noting.notes();
          });
      },
      onRecorded: (done) => {
        this.#recorded.push(done);
        this.#quietly(() => recalling.noteJournal(world.files));
      },
    };
  }

  /** What only spares later builds something may fail: then nothing is remembered. */
  #quietly(note: () => void): void {
    try {
      note();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#noted = undefined;
    }
  }

  async keep(
    summary: Remembered,
    files: Files,
    { unknowable, idle, views }: Parameters<Remembering['keep']>[2],
  ): Promise<void> {
    if (unknowable !== undefined) this.#noting.doubt(unknowable);
    try {
      if (idle === undefined) return this.#keepDone(summary, files);
      if (!wasIdle(summary)) return;
      if (this.#noting.doubts !== undefined) return this.#tell(this.#noting.doubts);
      await this.#keepIdle(summary, files, idle, views);
    } catch (error) {
      // Where nothing can be written, nothing is remembered.
      if (!isSystemError(error)) throw error;
    }
  }

  #tell(why: string): void {
    if (this.invocation.env.DESGW_DEBUG !== undefined)
      this.invocation.terminal.err(`desgw: this build is not remembered: ${why}`);
  }

  /** When looking began, by our clock and by that of the disk, which is as far ahead now as it was then. */
  #begunOn(files: Files): Begun {
    const here = this.#begun;
    return { here, onDisk: here + files.now().time - realClock().now() };
  }

  /** After a build that did what little there was to do, the next one recalls what it found of the rest. */
  #keepDone({ outcome, built, findings }: Remembered, files: Files): void {
    const [noted, recalling, recorded] = [this.#noted, this.#recalling, this.#recorded];
    const [done] = recorded;
    if (noted === undefined || recalling === undefined || done === undefined) return;
    if (recorded.length > 1 || outcome !== 'fresh' || findings !== undefined) return;
    const made = madeBy(done, built, files);
    const news = {
      noted,
      verdicts: done.verdicts,
      made,
      begun: this.#begunOn(files),
    };
    const bytes = recalling.bytes({ key: this.#key, summary: null }, news, files.root);
    if (bytes !== undefined) files.write(MEMO, bytes, 0o600);
  }

  async #keepIdle(
    summary: Remembered,
    files: Files,
    idle: Found,
    views: () => Promise<MemoViews | undefined>,
  ): Promise<void> {
    const noting = this.#noting;
    const begun = this.#begunOn(files);
    // Noted, since commands that only look tell of a builder at work.
    files.stat(LOCK);
    const pack = this.#packer(idle, begun, files);
    const notes = noting.notes();
    if (pack(null, notes) === undefined) return this.#tell('something has changed just now');
    const shown = await views();
    const isSure = noting.doubts === undefined;
    const all = isSure && shown !== undefined ? { ...summary, views: shown } : summary;
    const json = all as unknown as Json;
    const told = JSON.stringify([this.invocation.words, json]);
    if (this.invocation.secrets.hide(told) !== told) return this.#tell('it tells of a secret');
    const bytes = pack(json, isSure ? noting.notes() : notes);
    if (bytes !== undefined) files.write(MEMO, bytes, 0o600);
  }

  /** How a memo is made of what was looked at in a build with nothing to do. */
  #packer({ stage: { plan }, observer }: Found, begun: Begun, files: Files) {
    const [key, recalling] = [this.#key, this.#recalling];
    return (summary: Json, noted: Noted): Uint8Array | undefined => {
      if (recalling?.holds !== true)
        return memoOfIdle({ key, summary }, { plan, observer }, noted, {
          begun,
          files,
        });
      const news = {
        noted,
        verdicts: plan.verdicts,
        made: new Set<string>(),
        begun,
      };
      return recalling.bytes({ key, summary }, news, files.root);
    };
  }
}
