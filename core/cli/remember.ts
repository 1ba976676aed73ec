/** Remembers a build that had nothing to do, for `answer.ts`. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isSystemError } from '../api/errors.ts';
import type { Json } from '../api/values.ts';
import { LOCK } from '../memory/lock.ts';
import { MEMO, type MemoViews, packMemo, wasIdle } from '../memory/memo.ts';
import type { BuildEvent, Summary } from '../run/events.ts';
import { realClock } from '../world/clock.ts';
import { notingFiles } from '../world/files.ts';
import type { Files } from '../world/world.ts';
import type { Invocation } from './context.ts';
import { keyOf } from './memo-key.ts';

/** How it ended, what was said before anything else, and what commands that only look would show. */
export interface Remembered extends Summary {
  readonly notices: readonly string[];
  readonly views?: MemoViews;
}

/** Watches a build for what it goes by. */
export interface Remembering {
  readonly invocation: Invocation;
  note(event: BuildEvent): void;
  /** Keeps what was found, if it was nothing to do and nothing else can matter. */
  keep(
    summary: Remembered,
    files: Files,
    from: {
      readonly unknowable: string | undefined;
      readonly views: () => Promise<MemoViews | undefined>;
    },
  ): Promise<void>;
}

/** For builds that may be answered from memory; others go as they are. */
export function remembering(
  invocation: Invocation,
  { isPlain }: { readonly isPlain: boolean },
): Remembering {
  if (!isPlain) return { invocation, note() {}, keep: async () => {} };
  const noting = notingFiles();
  const begun = realClock().now();
  const tell = (why: string): void => {
    if (invocation.env.DESGW_DEBUG !== undefined)
      invocation.terminal.err(`desgw: this build is not remembered: ${why}`);
  };
  const key = keyOf(invocation, dirname(fileURLToPath(import.meta.url)));
  return {
    invocation: { ...invocation, noting },
    note(event) {
      if (!['notice', 'planned', 'finished'].includes(event.kind)) noting.doubt(event.kind);
    },
    async keep(summary, files, { unknowable, views }) {
      if (unknowable !== undefined) noting.doubt(unknowable);
      if (!wasIdle(summary)) return;
      if (noting.doubts !== undefined) return tell(noting.doubts);
      try {
        // What the disk's clock showed when looking began: it is as far ahead of ours now as it was then.
        const onDisk = begun + files.now().time - realClock().now();
        // Noted, since commands that only look tell of a builder at work.
        files.stat(LOCK);
        const notes = noting.notes();
        const when = { here: begun, onDisk };
        if (packMemo(key, null, notes, when, files.root) === undefined)
          return tell('something has changed just now');
        const shown = await views();
        const isSure = noting.doubts === undefined;
        const all = isSure && shown !== undefined ? { ...summary, views: shown } : summary;
        const json = all as unknown as Json;
        const told = JSON.stringify([invocation.words, json]);
        if (invocation.secrets.hide(told) !== told) return tell('it tells of a secret');
        const bytes = packMemo(key, json, isSure ? noting.notes() : notes, when, files.root);
        if (bytes !== undefined) files.write(MEMO, bytes, 0o600);
      } catch (error) {
        // Where nothing can be written, nothing is remembered.
        if (!isSystemError(error)) throw error;
      }
    },
  };
}
