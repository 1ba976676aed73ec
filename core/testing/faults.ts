/** A file system that fails, or stops, at a chosen effect. */
import type { FsModule } from '../world/fs.ts';
import { CHANGING_NAMES } from './disk.ts';

/** What every effect of a stopped file system ends in: the process is as good as dead. */
export class Stopped extends Error {
  constructor() {
    super('the file system has stopped');
    this.name = 'Stopped';
  }
}

/** Which effect goes wrong, and how. */
export interface Fault {
  /** Which effect fails, counted from 1. Beyond the last: none does. */
  readonly failAt: number;
  /**
   * `stop`: that effect and all later ones throw Stopped, as if the process had been killed; `cut`
   * is the same for the whole machine. Anything else is a system error code, thrown once.
   */
  readonly with: 'stop' | 'cut' | (string & {});
}

/** An `FsModule` with a count of the effects so far, failed ones included. */
export interface FaultyFs {
  readonly fs: FsModule;
  effects(): number;
  /** Counts an effect of another kind, which has been done when a stop comes at it. */
  count(): void;
}

const EFFECTS: ReadonlySet<string> = new Set<keyof FsModule>([
  ...CHANGING_NAMES,
  'fchmodSync',
  'fsync',
  'fsyncSync',
  'writeSync',
]);

/**
 * Passes everything on to `fs`, and fails at one effect (a call that changes something or makes it
 * durable; opening for reading is none). A write that fails has done half of its bytes.
 * @param isDown whether the machine is, through no fault of this one
 */
export function faultyFs(
  fs: FsModule,
  fault: Fault,
  isDown: () => boolean = () => false,
): FaultyFs {
  let effects = 0;
  let stopped = false;
  const intercept =
    (name: string, call: (...args: unknown[]) => unknown) =>
    (...args: unknown[]): unknown => {
      if (name === 'openSync' && isReading(args[1])) return call(...args);
      if (stopped || isDown()) throw new Stopped();
      effects++;
      if (effects !== fault.failAt) return call(...args);
      if (name === 'writeSync') call(args[0], args[1], args[2], Math.floor(Number(args[3]) / 2));
      if (!isStop(fault)) throw systemError(fault.with, name);
      stopped = true;
      throw new Stopped();
    };
  const proxy = new Proxy(fs, {
    get(target, name: string) {
      const member = Reflect.get(target, name) as unknown;
      return EFFECTS.has(name) && typeof member === 'function'
        ? intercept(name, member.bind(target) as (...args: unknown[]) => unknown)
        : member;
    },
  });
  const count = (): void => {
    if (++effects !== fault.failAt || !isStop(fault)) return;
    stopped = true;
    throw new Stopped();
  };
  return { fs: proxy, effects: () => effects, count };
}

/** Whether a fault ends the process. */
export const isStop = (fault: Fault | undefined): boolean =>
  fault?.with === 'stop' || fault?.with === 'cut';

/** POSIX's O_ACCMODE; what is opened for reading alone has none of these bits. */
const ACCESS_MODE = 3;

/** Whether a file is opened for reading alone. */
export const isReading = (flags: unknown): boolean =>
  flags === 'r' || (typeof flags === 'number' && (flags & ACCESS_MODE) === 0);

/** What a system call ends in. */
export function systemError(code: string, call: string): Error {
  return Object.assign(new Error(`${code}: made to fail, ${call}`), { code });
}
