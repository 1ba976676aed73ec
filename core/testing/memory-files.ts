/** Files in memory. */
import { dirname } from 'node:path';
import { createFsFromVolume, Volume } from 'memfs';
import { realClock } from '../world/clock.ts';
import { openFiles } from '../world/files.ts';
import type { FsModule } from '../world/fs.ts';
import type { Clock, Files } from '../world/world.ts';
import { type Disk, PowerDisk, type Times } from './disk.ts';
import { type OtherDisk, withOtherDisk } from './disks.ts';

/** Where the workspace lies. */
export const WORKSPACE = '/workspace';

/** A workspace in memory. */
export interface MemoryFiles {
  readonly files: Files;
  readonly fs: FsModule;
  /** What its disk forgets without power. */
  readonly disk: Pick<Disk, 'cut' | 'flush'>;
  /** Every file of the workspace (not links, not empty directories) with its text, sorted. */
  tree(): { readonly [path: string]: string };
}

/** How files in memory get their time stamps. */
export interface Stamping {
  readonly clock?: Pick<Clock, 'now'>;
  /** Milliseconds that time stamps are apart: those of some network disks are two seconds. */
  readonly grain?: number;
  /** Part of the tree is on a disk with a clock of its own. */
  readonly otherDisk?: OtherDisk | undefined;
}

/** A workspace in memory that holds `tree`: path relative to it, or absolute -> text. */
export function memoryFiles(
  tree: { readonly [path: string]: string } = {},
  { clock = realClock(), grain = 1, otherDisk }: Stamping = {},
): MemoryFiles {
  const { volume, times } = stampedVolume(() => new Date(Math.floor(clock.now() / grain) * grain));
  volume.fromJSON({ ...tree }, WORKSPACE);
  volume.mkdirSync(WORKSPACE, { recursive: true });
  const disk = new PowerDisk(
    volume,
    asReal(createFsFromVolume(volume) as unknown as FsModule),
    times,
  );
  const fs = otherDisk === undefined ? disk.fs : withOtherDisk(disk.fs, otherDisk);
  return { files: openFiles(WORKSPACE, fs), fs, disk, tree: () => treeOf(fs) };
}

/** memfs stamps its files by the clock of the computer; these are stamped by the clock given. */
function stampedVolume(now: () => Date) {
  const volume = new Volume();
  const times = new WeakMap<object, Times>();
  const core = volume._core;
  const create = core.createNode.bind(core);
  core.createNode = (mode) => {
    const node = create(mode);
    times.set(node, { ctime: now(), mtime: now() });
    Object.defineProperties(node, {
      ctime: {
        get: () => times.get(node)!.ctime,
        set: () => times.set(node, { ...times.get(node)!, ctime: now() }),
      },
      mtime: {
        get: () => times.get(node)!.mtime,
        set: () => times.set(node, { ctime: now(), mtime: now() }),
      },
    });
    return node;
  };
  volume.reset();
  return { volume, times };
}

/**
 * memfs renames what a link points to; every real system renames the link. Of the directories that
 * it makes it names the last, where real ones name the first.
 */
function asReal(fs: FsModule): FsModule {
  const renameSync: FsModule['renameSync'] = (from, to) => {
    if (!fs.lstatSync(from).isSymbolicLink()) return fs.renameSync(from, to);
    const leadsTo = fs.readlinkSync(from);
    if (fs.lstatSync(to, { throwIfNoEntry: false })) fs.unlinkSync(to);
    fs.symlinkSync(leadsTo, to);
    fs.unlinkSync(from);
  };
  const mkdirSync = (path: string, options?: { readonly recursive: true }): string | undefined => {
    let first: string | undefined;
    for (let dir = path; options !== undefined && dir !== '/'; dir = dirname(dir))
      if (fs.statSync(dir, { throwIfNoEntry: false }) === undefined) first = dir;
    fs.mkdirSync(path, options);
    return first;
  };
  const own = { renameSync, mkdirSync };
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
