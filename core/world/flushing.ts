/**
 * Brings onto the disk for good what others wrote: programs close their files and do not wait. What
 * is asked for while a round is under way goes together in the next one, so that a disk that has
 * much to do is not made to wait for every file on its own.
 */
import { dirname } from 'node:path';
import { codeOf, type FsModule, meansMissing, told } from './fs.ts';
import { CANNOT_SYNC } from './placing.ts';

/** So many are flushed at the same time: more gain nothing, and descriptors are scarce. */
const AT_ONCE = 4;
/** What may not be opened cannot be flushed by us; whoever wrote there was not hindered. */
const CANNOT_OPEN = ['EACCES', 'EPERM', 'ELOOP', 'ENXIO'];

/** Flushes files, by absolute paths, and the names that lead to them. Rejects with FileError. */
export type Flush = (paths: readonly string[]) => Promise<void>;

interface Round {
  readonly paths: Set<string>;
  /** By path, what could not be flushed of it. */
  readonly failures: Promise<ReadonlyMap<string, unknown>>;
}

/** A function that flushes files by rounds. */
export function openFlushing(fs: FsModule): Flush {
  /** Folders whose own names are known to be on disk, with their inodes. */
  const rooted = new Map<string, number | undefined>();
  let running: Promise<void> = Promise.resolve();
  let next: Round | undefined;

  /** Flushes all that can be; `failures` takes the others. */
  async function flushAll(paths: Iterable<string>, failures: Map<string, unknown>): Promise<void> {
    const open = [...paths];
    const worker = async (): Promise<void> => {
      for (let path = open.pop(); path !== undefined; path = open.pop())
        await flushOne(path).catch((error: unknown) => failures.set(path!, error));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  async function flushOne(path: string): Promise<void> {
    try {
      const fd = fs.openSync(path, 'r');
      try {
        await flushOpen(fd);
      } finally {
        fs.closeSync(fd);
      }
    } catch (error) {
      const code = codeOf(error);
      if (meansMissing(code) || [...CANNOT_SYNC, ...CANNOT_OPEN].includes(code ?? '')) return;
      throw told('flush', path, error);
    }
  }

  const flushOpen = (fd: number): Promise<void> =>
    new Promise((resolve, reject) => {
      fs.fsync(fd, (error) => (error ? reject(error) : resolve()));
    });

  const look = (path: string) => fs.statSync(path, { throwIfNoEntry: false });

  /** Where a path leads; undefined for what is not there. */
  function realPath(path: string): string | undefined {
    try {
      return fs.realpathSync(path);
    } catch (error) {
      const code = codeOf(error);
      if (meansMissing(code) || CANNOT_OPEN.includes(code ?? '')) return undefined;
      throw told('flush', path, error);
    }
  }

  /** Folders that hold a name which leads to what is in `folder`, and may not be on disk. */
  function* leadingTo(folder: string): Generator<string> {
    yield folder;
    for (let below = folder; below !== dirname(below); below = dirname(below)) {
      const ino = look(below)?.ino;
      if (rooted.has(below) && rooted.get(below) === ino) return;
      rooted.set(below, ino);
      yield dirname(below);
    }
  }

  /** What has to be flushed for a path: the file, and folders. */
  function needsOf(path: string): { readonly file?: string; readonly folders: Set<string> } {
    const real = realPath(path);
    const folders = new Set<string>();
    for (const name of new Set([path, real ?? path]))
      for (const folder of leadingTo(dirname(name))) folders.add(folder);
    // Nothing else is opened: to open a pipe waits for a writer.
    return real !== undefined && look(real)?.isFile() === true
      ? { file: real, folders }
      : { folders };
  }

  async function round(paths: ReadonlySet<string>): Promise<ReadonlyMap<string, unknown>> {
    const failures = new Map<string, unknown>();
    const files = new Map<string, string | undefined>();
    const folders = new Set<string>();
    for (const path of paths) {
      try {
        const needs = needsOf(path);
        files.set(path, needs.file);
        for (const folder of needs.folders) folders.add(folder);
      } catch (error) {
        failures.set(path, told('flush', path, error));
      }
    }
    const failed = new Map<string, unknown>();
    await flushAll(new Set([...files.values()].filter((file) => file !== undefined)), failed);
    for (const [path, file] of files)
      if (file !== undefined && failed.has(file)) failures.set(path, failed.get(file));
    await flushFolders(folders, paths, failures);
    return failures;
  }

  /** Several paths have folders in common: what cannot be flushed there concerns them all. */
  async function flushFolders(
    folders: ReadonlySet<string>,
    paths: Iterable<string>,
    failures: Map<string, unknown>,
  ): Promise<void> {
    const failed = new Map<string, unknown>();
    await flushAll(folders, failed);
    if (failed.size === 0) return;
    rooted.clear();
    const [error] = failed.values();
    for (const path of paths) if (!failures.has(path)) failures.set(path, error);
  }

  function begin(): Round {
    const paths = new Set<string>();
    const failures = running.then(() => {
      next = undefined;
      return round(paths);
    });
    running = failures.then(() => {});
    return { paths, failures };
  }

  return async (paths) => {
    if (paths.length === 0) return;
    next ??= begin();
    for (const path of paths) next.paths.add(path);
    const failures = await next.failures;
    for (const path of paths) if (failures.has(path)) throw failures.get(path);
  };
}
