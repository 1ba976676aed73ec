/** Files in memory. */
import { createFsFromVolume, Volume } from 'memfs';
import { realClock } from '../world/clock.ts';
import { openFiles } from '../world/files.ts';
import type { FsModule } from '../world/fs.ts';
import type { Clock, Files } from '../world/world.ts';

/** Where the workspace lies. */
export const WORKSPACE = '/workspace';

/** A workspace in memory. */
export interface MemoryFiles {
  readonly files: Files;
  readonly fs: FsModule;
  /** Every file of the workspace (not links, not empty directories) with its text, sorted. */
  tree(): { readonly [path: string]: string };
}

/** How files in memory get their time stamps. */
export interface Stamping {
  readonly clock?: Pick<Clock, 'now'>;
  /** Milliseconds that time stamps are apart: those of some network disks are two seconds. */
  readonly grain?: number;
}

/** A workspace in memory that holds `tree`: path relative to it, or absolute -> text. */
export function memoryFiles(
  tree: { readonly [path: string]: string } = {},
  { clock = realClock(), grain = 1 }: Stamping = {},
): MemoryFiles {
  const volume = stampedVolume(() => new Date(Math.floor(clock.now() / grain) * grain));
  volume.fromJSON({ ...tree }, WORKSPACE);
  volume.mkdirSync(WORKSPACE, { recursive: true });
  const fs = renamingLinks(createFsFromVolume(volume) as unknown as FsModule);
  return { files: openFiles(WORKSPACE, fs), fs, tree: () => treeOf(fs) };
}

/** memfs stamps its files by the clock of the computer; these are stamped by the clock given. */
function stampedVolume(now: () => Date): Volume {
  const volume = new Volume();
  const core = volume._core;
  const create = core.createNode.bind(core);
  core.createNode = (mode) => {
    const node = create(mode);
    let changed = now();
    let modified = changed;
    Object.defineProperties(node, {
      ctime: {
        get: () => changed,
        set: () => {
          changed = now();
        },
      },
      mtime: {
        get: () => modified,
        set: () => {
          modified = now();
          changed = modified;
        },
      },
    });
    return node;
  };
  volume.reset();
  return volume;
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
