/** A second disk in memory: part of the tree, whose time stamps come from a clock of its own. */
import type { FsModule } from '../world/fs.ts';

/** A disk that is mounted somewhere. */
export interface OtherDisk {
  /** Absolute path of what is on it. */
  readonly under: string;
  /** Milliseconds that its time stamps are apart. */
  readonly grain: number;
  /** How far its clock was ahead of the computer's at a moment of that; negative: it lags. */
  readonly ahead: (at: number) => number;
}

type Stats = import('node:fs').Stats;
type Done = (error: unknown, stat: Stats | undefined) => void;

/** The same files, part of them on another disk. */
export function withOtherDisk(fs: FsModule, { under, grain, ahead }: OtherDisk): FsModule {
  const stamped = (ms: number): number => Math.floor((ms + ahead(ms)) / grain) * grain;
  const seen = (path: string, stat: Stats | undefined): Stats | undefined => {
    if (stat === undefined || !(path === under || path.startsWith(`${under}/`))) return stat;
    const stamps = { dev: 2, mtimeMs: stamped(stat.mtimeMs), ctimeMs: stamped(stat.ctimeMs) };
    return Object.assign(Object.create(stat), stamps);
  };
  const now =
    (call: 'statSync' | 'lstatSync') =>
    (path: string, options?: { readonly throwIfNoEntry: false }): Stats | undefined =>
      seen(path, fs[call](path, options as { throwIfNoEntry: false }));
  const later =
    (call: 'stat' | 'lstat') =>
    (path: string, done: Done): void =>
      fs[call](path, (error, stat) => done(error, seen(path, stat)));
  const own = {
    statSync: now('statSync'),
    lstatSync: now('lstatSync'),
    stat: later('stat'),
    lstat: later('lstat'),
  };
  return new Proxy(fs, {
    get: (target, name) => Reflect.get(Object.hasOwn(own, name) ? own : target, name),
  });
}
