/**
 * A disk in memory that forgets what was not flushed when its power is cut: what files hold, and
 * every change to the names in a directory, each on its own. Only what POSIX promises holds: changes
 * that concern the same name stay in their order, and renaming within one directory is one change.
 */
import { dirname } from 'node:path';
import type { Volume } from 'memfs';
import type { FsModule } from '../world/fs.ts';

/** The inode of memfs, as far as it is needed. */
interface Inode {
  readonly ino: number;
  buf: Buffer;
  size: number;
  capacity: number;
  mode: number;
  _nlink: number;
  isDirectory(): boolean;
  isFile(): boolean;
}

interface Entry {
  readonly children: Map<string, Entry | undefined>;
  getNode(): Inode;
  deleteChild(entry: Entry): void;
  createChild(name: string, node: Inode): Entry;
}

interface Core {
  readonly root: Entry;
  getLink(steps: readonly string[]): Entry | null;
  getFileByFd(fd: number): { readonly node: Inode } | undefined;
  deleteNode(node: Inode): void;
}

type Names = Map<string, Inode>;
/** What one call did to the names in one directory. */
type Change = ReadonlyMap<string, Inode | undefined>;

/** When an inode was changed. */
export interface Times {
  readonly mtime: Date;
  readonly ctime: Date;
}

interface Content {
  readonly bytes: Buffer;
  readonly times: Times;
}

/** Numbers from 0 to below 1. */
export type Chance = () => number;

/** A disk whose power can be cut. */
export interface Disk {
  readonly fs: FsModule;
  /** Everything is on the disk for good, as after a quiet minute. Nothing before the first time is watched. */
  flush(): void;
  /** The power is cut, and comes back: what was not flushed is there or not, by chance. */
  cut(chance: Chance): void;
}

/** Calls that change names in a directory. */
export const CHANGING_NAMES: readonly (keyof FsModule)[] = [
  'copyFileSync',
  'linkSync',
  'mkdirSync',
  'openSync',
  'renameSync',
  'rmSync',
  'rmdirSync',
  'symlinkSync',
  'unlinkSync',
];

/** A disk over a volume of memfs; `fs` is what works on that volume. */
export class PowerDisk implements Disk {
  readonly fs: FsModule;
  readonly #core: Core;
  readonly #times: WeakMap<object, Times>;
  readonly #contents = new WeakMap<Inode, Content>();
  readonly #durable = new Map<Inode, Names>();
  readonly #seen = new Map<Inode, Names>();
  readonly #pending = new Map<Inode, Change[]>();
  #watched = false;

  constructor(volume: Volume, fs: FsModule, times: WeakMap<object, Times>) {
    this.#core = (volume as unknown as { readonly _core: Core })._core;
    // A name that comes back leads to its old inode; no other file may have its number by then.
    this.#core.deleteNode = () => {};
    this.#times = times;
    this.fs = this.#watch(fs);
  }

  #linkAt(path: string): Entry | null {
    return this.#core.getLink(path.split('/').filter((step) => step !== ''));
  }

  /** Takes down what has changed among the names in a directory. */
  #notice(entry: Entry | null): void {
    if (entry === null || !entry.getNode().isDirectory()) return;
    const [dir, now] = [entry.getNode(), namesIn(entry)];
    const before = this.#seen.get(dir) ?? new Map<string, Inode>();
    const change = new Map<string, Inode | undefined>();
    for (const [name, node] of now) if (before.get(name) !== node) change.set(name, node);
    for (const name of before.keys()) if (!now.has(name)) change.set(name, undefined);
    if (change.size === 0) return;
    this.#seen.set(dir, now);
    this.#pending.set(dir, [...(this.#pending.get(dir) ?? []), change]);
  }

  #visit(entry: Entry, each: (entry: Entry) => void): void {
    each(entry);
    for (const [name, child] of entry.children)
      if (name !== '.' && name !== '..' && child?.getNode().isDirectory()) this.#visit(child, each);
  }

  #after(name: string, args: readonly unknown[]): void {
    if (name === 'mkdirSync' || name === 'rmSync')
      this.#visit(this.#core.root, (entry) => this.#notice(entry));
    for (const path of args.slice(0, 2))
      if (typeof path === 'string' && path.startsWith('/'))
        this.#notice(this.#linkAt(dirname(path)));
  }

  #copyOf(node: Inode): Content {
    return { bytes: Buffer.from(node.buf.subarray(0, node.size)), times: this.#times.get(node)! };
  }

  #flushNode(node: Inode): void {
    if (node.isFile()) this.#contents.set(node, this.#copyOf(node));
    if (!node.isDirectory()) return;
    const names = this.#durable.get(node) ?? new Map<string, Inode>();
    for (const change of this.#pending.get(node) ?? []) apply(change, names);
    this.#durable.set(node, names);
    this.#pending.delete(node);
  }

  readonly flush = (): void => {
    this.#watched = true;
    this.#visit(this.#core.root, (entry) => {
      this.#notice(entry);
      this.#flushNode(entry.getNode());
      for (const node of namesIn(entry).values()) this.#flushNode(node);
    });
  };

  readonly cut = (chance: Chance): void => {
    for (const [dir, changes] of this.#pending) {
      const names = this.#durable.get(dir) ?? new Map<string, Inode>();
      for (const change of surviving(changes, chance)) apply(change, names);
      this.#durable.set(dir, names);
    }
    this.#pending.clear();
    this.#seen.clear();
    const links = new Map<Inode, number>();
    this.#restore(this.#core.root, (node) => {
      if (node.isFile() && !links.has(node)) this.#spoil(node, chance);
      links.set(node, (links.get(node) ?? 0) + 1);
    });
    for (const [node, count] of links) if (node.isFile()) node._nlink = count;
  };

  #spoil(node: Inode, chance: Chance): void {
    const known = this.#contents.get(node);
    const [now, old] = [this.#copyOf(node).bytes, known?.bytes ?? Buffer.alloc(0)];
    if (now.equals(old) && known !== undefined) return;
    const found = spoiled(now, old, chance);
    const before = this.#times.get(node)!;
    Object.assign(node, { buf: Buffer.from(found), size: found.length, capacity: found.length });
    // The inode may have been written before the data, or not at all.
    this.#times.set(
      node,
      found === old && known !== undefined && chance() < 0.5 ? known.times : before,
    );
  }

  /** Makes the tree below a directory what is on the disk. */
  #restore(entry: Entry, each: (node: Inode) => void): void {
    const node = entry.getNode();
    const before = this.#times.get(node)!;
    for (const [name, child] of [...entry.children])
      if (name !== '.' && name !== '..' && child !== undefined) entry.deleteChild(child);
    const names = this.#durable.get(node) ?? new Map<string, Inode>();
    for (const [name, child] of names) {
      each(child);
      const link = entry.createChild(name, child);
      if (child.isDirectory()) this.#restore(link, each);
    }
    this.#times.set(node, before);
    this.#seen.set(node, new Map(names));
  }

  #watch(fs: FsModule): FsModule {
    return new Proxy(fs, {
      get: (target, name: string) => {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== 'function') return member;
        const call = member.bind(target) as (...args: unknown[]) => unknown;
        if (name === 'fsyncSync' || name === 'fsync')
          return (fd: number, ...rest: unknown[]) => {
            if (this.#watched) this.#flushNode(this.#core.getFileByFd(fd)!.node);
            return call(fd, ...rest);
          };
        if (!(CHANGING_NAMES as readonly string[]).includes(name)) return call;
        return (...args: unknown[]) => {
          try {
            return call(...args);
          } finally {
            if (this.#watched) this.#after(name, args);
          }
        };
      },
    });
  }
}

function namesIn(entry: Entry): Names {
  const names: Names = new Map();
  for (const [name, child] of entry.children)
    if (name !== '.' && name !== '..' && child !== undefined) names.set(name, child.getNode());
  return names;
}

function apply(change: Change, names: Names): void {
  for (const [name, node] of change)
    if (node === undefined) names.delete(name);
    else names.set(name, node);
}

/** Changes that happen to be on the disk: of those to one name never a later without the earlier. */
function surviving(changes: readonly Change[], chance: Chance): readonly Change[] {
  const mood = chance();
  const lost = new Set<string>();
  return changes.filter((change) => {
    const stays = mood < 0.2 ? false : mood < 0.4 ? true : chance() < 0.5;
    const names = [...change.keys()];
    if (stays && !names.some((name) => lost.has(name))) return true;
    for (const name of names) lost.add(name);
    return false;
  });
}

/** What a file holds of what was not flushed: all, nothing, a part, or room without content. */
function spoiled(now: Buffer, old: Buffer, chance: Chance): Buffer {
  const begins = now.subarray(0, old.length).equals(old);
  const kept = begins ? old.length : 0;
  const part = kept + Math.floor(chance() * (now.length - kept + 1));
  const room = Buffer.concat([now.subarray(0, part), Buffer.alloc(now.length - part)]);
  return [old, now.subarray(0, part), now, room][Math.floor(chance() * 4)]!;
}
