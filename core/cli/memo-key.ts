/** What a remembered answer depends on beside files. */
import { join } from 'node:path';
import { envDigest, type MemoKey } from '../memory/memo.ts';
import { stateOf } from '../world/signatures.ts';
import { isInteractive } from './prompt.ts';

/** How a command was called. */
export interface Call {
  readonly words: readonly string[];
  readonly cwd: string;
  readonly env: { readonly [name: string]: string | undefined };
}

/** The key for a call of the desgw whose files are in `dist`, absolute. */
export function keyOf({ words, cwd, env }: Call, dist: string): MemoKey {
  const parts = ['program', 'targets', 'start'].map((name) => join(dist, `${name}.cjs`));
  return {
    program: [dist, stateOf(parts), process.version, process.execPath].join(' '),
    words,
    cwd,
    interactive: isInteractive(),
    env: envDigest(env),
  };
}
