/** A file system that cannot be read, or answers wrongly, at a chosen look. */
import type { FsModule } from '../world/fs.ts';
import { isReading, systemError } from './faults.ts';

/** What befalls one look at the file system; writing goes well. */
export interface ReadFault {
  /** Which look fails, counted from 1. Beyond the last: none does. */
  readonly failAt: number;
  /**
   * `short`: fewer bytes come than were asked for, as is every system's right; `gone`: what is there
   * is said not to be. Anything else is a system error code, thrown once.
   */
  readonly with: 'short' | 'gone' | (string & {});
}

/** An `FsModule` with a count of the looks so far. */
export interface FaultyReads {
  readonly fs: FsModule;
  looks(): number;
}

const LOOKS: ReadonlySet<string> = new Set<keyof FsModule>([
  'fstatSync',
  'lstatSync',
  'openSync',
  'readFileSync',
  'readSync',
  'readdirSync',
  'readlinkSync',
  'realpathSync',
  'statSync',
]);
const LATER: ReadonlySet<string> = new Set<keyof FsModule>([
  'lstat',
  'readdir',
  'readlink',
  'stat',
]);
/** Looks that cannot be told that nothing is there: the file is open. */
const BY_DESCRIPTOR: ReadonlySet<string> = new Set<keyof FsModule>(['fstatSync', 'readSync']);

type Answered = (error: unknown, answer?: unknown) => void;

/** Passes everything on to `fs`, and fails at one look. */
export function faultyReads(fs: FsModule, fault: ReadFault): FaultyReads {
  let looks = 0;
  const isDue = (): boolean => ++looks === fault.failAt;
  const spoiltBy = (name: string, args: readonly unknown[]): Error | undefined => {
    if (fault.with === 'short') return undefined;
    if (fault.with !== 'gone') return systemError(fault.with, name);
    return BY_DESCRIPTOR.has(name) || typeof args[0] === 'number'
      ? undefined
      : systemError('ENOENT', name);
  };
  const now =
    (name: string, call: (...args: unknown[]) => unknown) =>
    (...args: unknown[]): unknown => {
      if (name === 'openSync' && !isReading(args[1])) return call(...args);
      if (!isDue()) return call(...args);
      if (fault.with === 'short' && name === 'readSync') {
        const [fd, into, at, length, position] = args;
        return call(fd, into, at, Math.ceil(Number(length) / 2), position);
      }
      const error = spoiltBy(name, args);
      if (error === undefined) return call(...args);
      if (fault.with === 'gone' && isQuiet(args[1])) return undefined;
      throw error;
    };
  const later =
    (name: string, call: (...args: unknown[]) => unknown) =>
    (...args: unknown[]): unknown => {
      const error = isDue() ? spoiltBy(name, args) : undefined;
      return error === undefined ? call(...args) : (args.at(-1) as Answered)(error);
    };
  const proxy = new Proxy(fs, {
    get(target, name: string) {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== 'function') return member;
      const call = member.bind(target) as (...args: unknown[]) => unknown;
      if (LOOKS.has(name)) return now(name, call);
      return LATER.has(name) ? later(name, call) : member;
    },
  });
  return { fs: proxy, looks: () => looks };
}

/** Whether the caller wants undefined, and no error, where nothing is there. */
const isQuiet = (options: unknown): boolean =>
  typeof options === 'object' &&
  options !== null &&
  'throwIfNoEntry' in options &&
  options.throwIfNoEntry === false;
