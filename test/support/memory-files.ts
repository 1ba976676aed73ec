/** File systems for tests: one in memory, and one that fails or stops at a chosen effect. */
import { constants } from 'node:fs';
import { createFsFromVolume, Volume } from 'memfs';
import { type FsModule, openFiles } from '../../core/world/files.ts';
import type { Files } from '../../core/world/world.ts';

export const WORKSPACE = '/workspace';

export interface MemoryFiles {
  readonly files: Files;
  readonly fs: FsModule;
  /** Every file of the workspace (not links, not empty directories) with its text, sorted. */
  tree(): { readonly [path: string]: string };
}

/**
 * A workspace in memory that holds `tree`: path relative to it, or absolute -> text.
 * @param grain milliseconds that the file system's time stamps are apart
 */
export function memoryFiles(
  tree: { readonly [path: string]: string } = {},
  grain = 1,
): MemoryFiles {
  const volume = Volume.fromJSON({ ...tree }, WORKSPACE);
  volume.mkdirSync(WORKSPACE, { recursive: true });
  const fs = stamping(renamingLinks(createFsFromVolume(volume) as unknown as FsModule), grain);
  return { files: openFiles(WORKSPACE, fs), fs, tree: () => treeOf(fs) };
}

/** memfs renames what a link points to; every real system renames the link. */
function renamingLinks(fs: FsModule): FsModule {
  const renameSync: FsModule['renameSync'] = (from, to) => {
    if (!fs.lstatSync(from).isSymbolicLink()) return fs.renameSync(from, to);
    const leadsTo = fs.readlinkSync(from);
    if (fs.lstatSync(to, { throwIfNoEntry: false })) fs.unlinkSync(to);
    fs.symlinkSync(leadsTo, to);
    fs.unlinkSync(from);
  };
  return new Proxy(fs, {
    get: (target, name) => (name === 'renameSync' ? renameSync : Reflect.get(target, name)),
  });
}

type Stats = import('node:fs').Stats;

/** Time stamps as coarse as those of some network disks and sticks. */
function stamping(fs: FsModule, grain: number): FsModule {
  if (grain === 1) return fs;
  const coarse = (stat: Stats | undefined): Stats | undefined => {
    if (stat === undefined) return undefined;
    const floor = (ms: number): number => Math.floor(ms / grain) * grain;
    const stamps = { mtimeMs: floor(stat.mtimeMs), ctimeMs: floor(stat.ctimeMs) };
    return Object.assign(Object.create(stat), stamps);
  };
  const statSync = (...args: Parameters<FsModule['statSync']>): Stats | undefined =>
    coarse(fs.statSync(...args) as Stats | undefined);
  const lstatSync = (...args: Parameters<FsModule['lstatSync']>): Stats | undefined =>
    coarse(fs.lstatSync(...args) as Stats | undefined);
  type Done = (error: unknown, stat: Stats | undefined) => void;
  const later =
    (ask: 'stat' | 'lstat') =>
    (path: string, done: Done): void =>
      fs[ask](path, (error, found) => done(error, coarse(found)));
  const own = { statSync, lstatSync, stat: later('stat'), lstat: later('lstat') };
  return new Proxy(fs, {
    get: (target, name) => Reflect.get(Object.hasOwn(own, name) ? own : target, name),
  });
}

/** The files below a directory with their text, by path relative to it, sorted. */
export function treeOf(fs: FsModule, root = WORKSPACE): { readonly [path: string]: string } {
  const found: { [path: string]: string } = {};
  const visit = (dir: string, prefix: string): void => {
    for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
      const path = `${dir}/${entry.name}`;
      if (entry.isDirectory()) visit(path, `${prefix}${entry.name}/`);
      else if (entry.isFile()) found[prefix + entry.name] = fs.readFileSync(path, 'utf8');
    }
  };
  visit(root, '');
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What every effect of a stopped file system ends in: the process is as good as dead. */
export class Stopped extends Error {
  constructor() {
    super('the file system has stopped');
    this.name = 'Stopped';
  }
}

export interface Fault {
  /** Which effect fails, counted from 1. Beyond the last: none does. */
  readonly failAt: number;
  /**
   * `stop`: that effect and all later ones throw Stopped, as if the process had been killed.
   * Anything else is a system error code, thrown once.
   */
  readonly with: 'stop' | (string & {});
}

/** An `FsModule` with a count of the effects so far, failed ones included. */
export interface FaultyFs {
  readonly fs: FsModule;
  effects(): number;
  /** Counts an effect of another kind, which has been done when a stop comes at it. */
  count(): void;
}

const EFFECTS: ReadonlySet<string> = new Set<keyof FsModule>([
  'copyFileSync',
  'fchmodSync',
  'fsyncSync',
  'linkSync',
  'mkdirSync',
  'openSync',
  'renameSync',
  'rmSync',
  'rmdirSync',
  'symlinkSync',
  'unlinkSync',
  'writeSync',
]);

/**
 * Passes everything on to `fs`, and fails at one effect (a call that changes something or makes it
 * durable; opening for reading is none). A write that fails has done half of its bytes.
 */
export function faultyFs(fs: FsModule, fault: Fault): FaultyFs {
  let effects = 0;
  let stopped = false;
  const intercept =
    (name: string, call: (...args: unknown[]) => unknown) =>
    (...args: unknown[]): unknown => {
      if (name === 'openSync' && isReading(args[1])) return call(...args);
      if (stopped) throw new Stopped();
      effects++;
      if (effects !== fault.failAt) return call(...args);
      if (name === 'writeSync') call(args[0], args[1], args[2], Math.floor(Number(args[3]) / 2));
      if (fault.with !== 'stop') throw systemError(fault.with, name);
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
    if (++effects !== fault.failAt || fault.with !== 'stop') return;
    stopped = true;
    throw new Stopped();
  };
  return { fs: proxy, effects: () => effects, count };
}

const isReading = (flags: unknown): boolean =>
  flags === 'r' ||
  (typeof flags === 'number' && (flags & (constants.O_WRONLY | constants.O_RDWR)) === 0);

function systemError(code: string, call: string): Error {
  return Object.assign(new Error(`${code}: made to fail, ${call}`), { code });
}
