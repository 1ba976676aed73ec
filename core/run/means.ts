/** By what a target is made, for provenance: steps in words, programs by digest, git checkouts by commit. */

import { dirname, join, relative } from 'node:path';
import { isSystemError } from '../api/errors.ts';
import type { Exec, Step } from '../api/steps.ts';
import type { Digest, Path } from '../api/values.ts';
import type { Means } from '../memory/history.ts';
import { stepLine } from '../words/commands.ts';
import type { Files } from '../world/world.ts';

/** Larger programs (interpreters) tell what they are by their name; reading them costs too much. */
const LARGEST = 4 * 1024 * 1024;

/** What is known of programs and checkouts already, for a whole build. */
export class KnownPrograms {
  readonly #files: Files;
  readonly #digests = new Map<string, Digest | undefined>();
  readonly #commits = new Map<string, readonly [folder: Path, commit: string] | undefined>();

  constructor(files: Files) {
    this.#files = files;
  }

  /** By what these steps make what they make. */
  meansOf(steps: readonly Step[], token: string): Means {
    const filling = { workspace: this.#files.root, token };
    const execs = steps.filter((step): step is Exec => step.kind === 'exec');
    const scripts = [...new Set(execs.flatMap((exec) => this.#scripts(exec)))];
    const folders = new Set([
      ...execs.map(({ cwd = '.' }) => this.#files.absolute(cwd)),
      ...scripts.map((path) => dirname(path)),
    ]);
    return {
      commands: steps.map((step) => stepLine(step, filling)),
      programs: Object.fromEntries(
        scripts.flatMap((path) => {
          const digest = this.#digest(path);
          return digest === undefined ? [] : [[this.#shown(path), digest] as const];
        }),
      ),
      checkouts: Object.fromEntries([...folders].flatMap((dir) => this.#checkout(dir) ?? [])),
    };
  }

  /** Absolute paths that may be the program, or the script that an interpreter is given. */
  #scripts({ argv, cwd = '.', environment }: Exec): readonly string[] {
    const from = this.#files.absolute(cwd);
    const named = argv
      .slice(0, 2)
      .filter((word, i) => (i === 0 ? word.includes('/') : isPath(word)));
    const sourced = environment === undefined ? [] : [this.#files.absolute(environment.script)];
    return [...named.map((word) => (word.startsWith('/') ? word : join(from, word))), ...sourced];
  }

  #digest(path: string): Digest | undefined {
    const stat = this.#seen(() => this.#files.stat(path));
    if (stat === undefined || stat.directory || stat.odd !== undefined || stat.size > LARGEST)
      return undefined;
    const key = [path, stat.ino, stat.ctime, stat.size].join('\0');
    if (!this.#digests.has(key))
      this.#digests.set(
        key,
        this.#seen(() => this.#files.digest(path)),
      );
    return this.#digests.get(key);
  }

  /** The checkout that a folder lies in, with its commit. Changes that are not committed do not show. */
  #checkout(folder: string): readonly (readonly [Path, string])[] | undefined {
    for (let at = folder; ; at = dirname(at)) {
      if (!this.#commits.has(at)) this.#commits.set(at, this.#commitIn(at));
      const found = this.#commits.get(at);
      if (found !== undefined) return [found];
      if (dirname(at) === at) return undefined;
    }
  }

  #commitIn(folder: string): readonly [Path, string] | undefined {
    const git = join(folder, '.git');
    const read = (path: string) => this.#seen(() => this.#files.readText(path))?.trim();
    const stat = this.#seen(() => this.#files.stat(git));
    if (stat === undefined) return undefined;
    const own = stat.directory ? git : /^gitdir: (.+)$/m.exec(read(git) ?? '')?.[1];
    if (own === undefined) return undefined;
    const dir = own.startsWith('/') ? own : join(folder, own);
    const head = read(join(dir, 'HEAD')) ?? '';
    const ref = /^ref: (.+)$/.exec(head)?.[1];
    if (ref === undefined) return isCommit(head) ? [this.#shown(folder), head] : undefined;
    const common = read(join(dir, 'commondir'));
    const base = common === undefined ? dir : join(dir, common);
    const packed = (read(join(base, 'packed-refs')) ?? '')
      .split('\n')
      .find((line) => line.endsWith(` ${ref}`));
    const commit = read(join(base, ref)) ?? packed?.split(' ')[0] ?? '';
    return isCommit(commit) ? [this.#shown(folder), commit] : undefined;
  }

  /** A path as people are shown it: relative to the workspace where it lies inside. */
  #shown(path: string): Path {
    const inside = relative(this.#files.root, path);
    return inside === '' ? '.' : inside.startsWith('..') ? path : inside;
  }

  /** Provenance is told as far as it can be seen; nothing is held up for it. */
  #seen<T>(look: () => T): T | undefined {
    try {
      return look();
    } catch (error) {
      if (isSystemError(error)) return undefined;
      throw error;
    }
  }
}

const isPath = (word: string): boolean => word !== '' && !word.startsWith('-') && !/\s/.test(word);
const isCommit = (text: string): boolean => /^[0-9a-f]{40,64}$/.test(text);
