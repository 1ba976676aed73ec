/**
 * A file system module that notes what was looked at, so that somebody who comes later can tell
 * whether all of it is as it was. Whatever cannot be vouched for by a stat leaves a doubt.
 */
import { constants, type Stats } from 'node:fs';
import { codeOf, type FsModule, meansMissing, OF_OWNER } from './fs.ts';
import type { Processes } from './world.ts';

/** Numbers of which one differs whenever a file has changed: size, mtime, ctime, inode. */
export const NUMBERS = 4;
/** In the place of each number where there is no file. */
export const NONE = -1;
/** In the place of both times where nothing counts but whose a folder is, and who may write there. */
export const OWNERSHIP = -2;
/** In the place of each number of a file that passes for changed whatever it is like. */
export const UNVOUCHED = -3;

/** Paths, absolute, with `NUMBERS` numbers for each. */
export interface Notes {
  readonly paths: readonly string[];
  readonly numbers: Float64Array;
}

/** What was looked at, and what of it more than once or for what it holds. */
export interface Noted extends Notes {
  readonly again: ReadonlySet<string>;
}

/** The same notes with these paths behind all others, in this order. */
export function sharedFirst({ paths, numbers }: Notes, last: readonly string[]): Notes {
  const places = new Map(paths.map((path, i) => [path, i]));
  const behind = new Set(last);
  const order = [...paths.filter((path) => !behind.has(path)), ...last];
  const ordered = new Float64Array(numbers.length);
  order.forEach((path, i) => {
    const at = places.get(path)! * NUMBERS;
    ordered.set(numbers.subarray(at, at + NUMBERS), i * NUMBERS);
  });
  return { paths: order, numbers: ordered };
}

/** Appends the numbers of a file to a list. */
export function numbersOf(stat: Stats | undefined, into: number[]): void {
  if (stat === undefined) into.push(NONE, NONE, NONE, NONE);
  else into.push(stat.size, stat.mtimeMs, stat.ctimeMs, stat.ino);
}

/** What of a folder does not change with what is put into it. */
export const ownershipOf = ({ mode, uid }: Stats): readonly number[] => [
  mode,
  OWNERSHIP,
  OWNERSHIP,
  uid,
];

/** A file system that notes what is looked at through it. */
export class Noting {
  readonly fs: FsModule;
  readonly #real: FsModule;
  /** Place of a path in `#numbers`; undefined: it was read or listed, and is to be looked at. */
  readonly #seen = new Map<string, number | undefined>();
  readonly #numbers: number[] = [];
  readonly #again = new Set<string>();
  /** Folders of which it was only asked whose they are. */
  readonly #owned = new Map<string, number>();
  #doubt: string | undefined;

  constructor(real: FsModule) {
    this.#real = real;
    const wrapped: Partial<FsModule> = {
      statSync: this.#statSync as FsModule['statSync'],
      stat: this.#stat as unknown as FsModule['stat'],
      lstat: this.#lstat as unknown as FsModule['lstat'],
      lstatSync: this.#lstatSync as FsModule['lstatSync'],
      readdirSync: this.#reading('readdirSync'),
      readFileSync: this.#reading('readFileSync'),
      readdir: this.#readdir as unknown as FsModule['readdir'],
      openSync: this.#openSync,
      realpathSync: this.#realpathSync as FsModule['realpathSync'],
      mkdirSync: this.#mkdirSync as FsModule['mkdirSync'],
    };
    this.fs = new Proxy(real, {
      get: (module, name: keyof FsModule) =>
        // Once there is a doubt nothing more is noted, and a long build pays for nothing more.
        this.#doubt !== undefined || HARMLESS.has(name)
          ? module[name]
          : (wrapped[name] ?? this.#doubtful(name)),
    });
  }

  /** Processes come and go, and leave no trace in files. */
  processes(real: Processes): Processes {
    return new Proxy(real, {
      get: (processes, name: keyof Processes) => {
        if (name !== 'self') this.doubt(`processes: ${name}`);
        return processes[name];
      },
    });
  }

  /** Nothing that follows is worth remembering. The first reason counts. */
  doubt(why: string): void {
    this.#doubt ??= why;
  }

  get doubts(): string | undefined {
    return this.#doubt;
  }

  /**
   * What was looked at. What was read or listed is looked at only now: the notes are of use only if
   * it had not changed since the beginning, which whoever keeps them has to see to.
   */
  notes(): Noted {
    for (const [path, at] of this.#seen)
      if (at === undefined) this.#note(path, this.#real.statSync(path, { throwIfNoEntry: false }));
    const seen = [...this.#seen, ...this.#owned];
    const paths = seen.map(([path]) => path);
    const numbers = new Float64Array(paths.length * NUMBERS);
    seen.forEach(([, at = 0], i) => {
      for (let k = 0; k < NUMBERS; k++) numbers[i * NUMBERS + k] = this.#numbers[at + k]!;
    });
    return {
      paths,
      numbers,
      again: new Set([...this.#again, ...this.#owned.keys()]),
    };
  }

  #note(path: string, stat: Stats | undefined): void {
    if (this.#seen.has(path)) this.#again.add(path);
    if (this.#seen.get(path) !== undefined || OWN.test(path)) return;
    this.#seen.set(path, this.#numbers.length);
    numbersOf(stat, this.#numbers);
  }

  #noteOwner(path: string, stat: Stats): void {
    if (this.#owned.has(path)) return;
    this.#owned.set(path, this.#numbers.length);
    this.#numbers.push(...ownershipOf(stat));
  }

  #noteRead(path: unknown): void {
    if (typeof path !== 'string') this.doubt('a file known by something else than its path');
    else if (!OWN.test(path)) {
      this.#again.add(path);
      if (!this.#seen.has(path)) this.#seen.set(path, undefined);
    }
  }

  #failed(path: string, error: unknown): void {
    if (meansMissing(codeOf(error))) this.#note(path, undefined);
    else this.doubt(`${path} could not be looked at`);
  }

  #statSync = (path: string, options?: { throwIfNoEntry?: boolean }): Stats | undefined => {
    try {
      const stat = this.#real.statSync(path, options as { throwIfNoEntry: false });
      if (options === OF_OWNER && stat !== undefined) this.#noteOwner(path, stat);
      else this.#note(path, stat);
      return stat;
    } catch (error) {
      this.#failed(path, error);
      throw error;
    }
  };

  #stat = (path: string, done: (error: Error | null, stat?: Stats) => void): void => {
    this.#real.stat(path, (error, stat) => {
      if (error === null) this.#note(path, stat);
      else this.#failed(path, error);
      done(error, stat);
    });
  };

  #lstatSync = (path: string, options?: { throwIfNoEntry?: boolean }): Stats | undefined => {
    try {
      const stat = this.#real.lstatSync(path, options as { throwIfNoEntry: false });
      this.#noteUnlinked(path, stat);
      return stat;
    } catch (error) {
      this.#failed(path, error);
      throw error;
    }
  };

  #lstat = (path: string, done: (error: Error | null, stat?: Stats) => void): void => {
    this.#real.lstat(path, (error, stat) => {
      if (error === null) this.#noteUnlinked(path, stat);
      else this.#failed(path, error);
      done(error, stat);
    });
  };

  /** What is behind a link may change without the link. */
  #noteUnlinked(path: string, stat: Stats | undefined): void {
    if (stat?.isSymbolicLink() === true) this.doubt(`${path} is a link`);
    this.#note(path, stat);
  }

  #reading<K extends 'readdirSync' | 'readFileSync'>(name: K): FsModule[K] {
    const real = this.#real[name] as (path: string, ...rest: unknown[]) => unknown;
    const wrapped = (path: string, ...rest: unknown[]): unknown => {
      // What was opened has been noted then.
      if (typeof path === 'number') return real(path, ...rest);
      try {
        const found = real(path, ...rest);
        this.#noteRead(path);
        return found;
      } catch (error) {
        this.#failed(path, error);
        throw error;
      }
    };
    return wrapped as unknown as FsModule[K];
  }

  #readdir = (
    path: string,
    options: object,
    done: (error: Error | null, ...rest: unknown[]) => void,
  ): void => {
    this.#real.readdir(path, options as { withFileTypes: true }, (error, entries) => {
      if (error === null) this.#noteRead(path);
      else this.#failed(path, error);
      done(error, entries);
    });
  };

  #openSync: FsModule['openSync'] = (path, flags, mode) => {
    const reads = typeof flags === 'number' && (flags & WRITES) === 0;
    if (!reads) this.#change(String(path));
    try {
      const fd = this.#real.openSync(path, flags, mode);
      if (reads) this.#noteRead(path);
      return fd;
    } catch (error) {
      if (reads) this.#failed(String(path), error);
      throw error;
    }
  };

  /** Where no link was followed, the files below are known by themselves. */
  #realpathSync = (path: string): string => {
    const real = this.#real.realpathSync(path);
    if (real !== path) this.#change(path);
    return real;
  };

  #mkdirSync = (path: string, options?: { recursive: true; mode?: number }): string | undefined => {
    const made = this.#real.mkdirSync(path, options);
    if (options?.recursive !== true || made !== undefined) this.#change(path);
    return made;
  };

  /** Anything else changes something, or follows links. */
  #doubtful<K extends keyof FsModule>(name: K): FsModule[K] {
    const real = this.#real[name] as (...args: unknown[]) => unknown;
    return ((...args: unknown[]) => {
      this.#change(String(args[0]));
      return real(...args);
    }) as unknown as FsModule[K];
  }

  #change(path: string): void {
    // A link to the workspace itself is followed first of all, and does not matter.
    if (this.#seen.size > 0 && !OWN.test(path)) this.doubt(`${path} was changed or followed`);
  }
}

const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND } = constants;
const WRITES = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;

/** These work on what was opened before. */
const HARMLESS: ReadonlySet<string> = new Set([
  'closeSync',
  'fchmodSync',
  'fstatSync',
  'fsync',
  'fsyncSync',
  'readSync',
  'writeSync',
]);

/** Files that say nothing about any target: the clock, scratch files. */
const OWN = /\/\.desgw\/(?:clock$|tmp(?:\/|$))/;
