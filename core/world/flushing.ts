/**
 * Brings onto the disk for good what others wrote: programs close their files and do not wait. What
 * comes in while a round is under way goes together in the next one, so that a disk that has
 * much to do is not made to wait for every file on its own.
 */

import { dirname } from 'node:path';
import pLimit from 'p-limit';
import { codeOf, type FsModule, meansMissing, told } from './fs.ts';
import { CANNOT_SYNC } from './placing.ts';

/** So many are flushed at the same time: more gain nothing, and descriptors are scarce. */
const AT_ONCE = 4;
/** What may not be opened cannot be flushed by us; whoever wrote there was not hindered. */
const CANNOT_OPEN = ['EACCES', 'EPERM', 'ELOOP', 'ENXIO'];

/** What a round flushes: files with the names that lead to them, content alone, names in a folder. */
interface Wanted {
  readonly paths: Set<string>;
  readonly contents: Set<string>;
  readonly folders: Set<string>;
}

interface Round extends Wanted {
  /** By path, what could not be flushed of it. */
  readonly failures: Promise<ReadonlyMap<string, unknown>>;
}

/** Flushes files by rounds. */
export class Flushing {
  readonly #fs: FsModule;
  readonly #limit = pLimit(AT_ONCE);
  /** Folders whose own names are known to be on disk, with their inodes. */
  readonly #rooted = new Map<string, number | undefined>();
  #running: Promise<void> = Promise.resolve();
  #next: Round | undefined;

  constructor(fs: FsModule) {
    this.#fs = fs;
  }

  /** Flushes files, by absolute paths, and the names that lead to them. @throws FileError */
  readonly flush = (paths: readonly string[]): Promise<void> => this.#join(paths, 'paths');

  /** Flushes what files hold. @throws FileError */
  readonly contents = (paths: readonly string[]): Promise<void> => this.#join(paths, 'contents');

  /** Flushes the names in folders. @throws FileError */
  readonly names = (folders: readonly string[]): Promise<void> => this.#join(folders, 'folders');

  /** Has paths flushed by the next round. */
  async #join(paths: readonly string[], as: keyof Wanted): Promise<void> {
    if (paths.length === 0) return;
    this.#next ??= this.#begin();
    for (const path of paths) this.#next[as].add(path);
    const failures = await this.#next.failures;
    for (const path of paths) if (failures.has(path)) throw failures.get(path);
  }

  /** Flushes all that can be; `failures` takes the others. */
  async #flushAll(paths: Iterable<string>, failures: Map<string, unknown>): Promise<void> {
    await this.#limit.map(paths, (path) =>
      this.#flushOne(path).catch((error: unknown) => failures.set(path, error)),
    );
  }

  async #flushOne(path: string): Promise<void> {
    try {
      const fd = this.#fs.openSync(path, 'r');
      try {
        await this.#flushOpen(fd);
      } finally {
        this.#fs.closeSync(fd);
      }
    } catch (error) {
      const code = codeOf(error);
      if (meansMissing(code) || [...CANNOT_SYNC, ...CANNOT_OPEN].includes(code ?? '')) return;
      throw told('flush', path, error);
    }
  }

  #flushOpen(fd: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fs.fsync(fd, (error) => (error ? reject(error) : resolve()));
    });
  }

  #look(path: string) {
    return this.#fs.statSync(path, { throwIfNoEntry: false });
  }

  /** Where a path leads; undefined for what is not there. */
  #realPath(path: string): string | undefined {
    try {
      return this.#fs.realpathSync(path);
    } catch (error) {
      const code = codeOf(error);
      if (meansMissing(code) || CANNOT_OPEN.includes(code ?? '')) return undefined;
      throw told('flush', path, error);
    }
  }

  /** Folders that hold a name which leads to what is in `folder`, and may not be on disk. */
  *#leadingTo(folder: string): Generator<string> {
    yield folder;
    for (let below = folder; below !== dirname(below); below = dirname(below)) {
      const ino = this.#look(below)?.ino;
      if (this.#rooted.has(below) && this.#rooted.get(below) === ino) return;
      this.#rooted.set(below, ino);
      yield dirname(below);
    }
  }

  /** What has to be flushed for a path: the file, and folders. */
  #needsOf(path: string): { readonly file?: string; readonly folders: Set<string> } {
    const real = this.#realPath(path);
    const folders = new Set<string>();
    for (const name of new Set([path, real ?? path]))
      for (const folder of this.#leadingTo(dirname(name))) folders.add(folder);
    // Nothing else is opened: to open a pipe waits for a writer.
    return real !== undefined && this.#look(real)?.isFile() === true
      ? { file: real, folders }
      : { folders };
  }

  async #round(wanted: Wanted): Promise<ReadonlyMap<string, unknown>> {
    const { paths, contents } = wanted;
    const failures = new Map<string, unknown>();
    const files = new Map<string, string | undefined>();
    const folders = new Set(wanted.folders);
    for (const path of paths) {
      try {
        const needs = this.#needsOf(path);
        files.set(path, needs.file);
        for (const folder of needs.folders) folders.add(folder);
      } catch (error) {
        failures.set(path, told('flush', path, error));
      }
    }
    const failed = new Map<string, unknown>();
    const known = [...files.values()].filter((file) => file !== undefined);
    await this.#flushAll(new Set([...known, ...contents]), failed);
    for (const path of contents) if (failed.has(path)) failures.set(path, failed.get(path));
    for (const [path, file] of files)
      if (file !== undefined && failed.has(file)) failures.set(path, failed.get(file));
    await this.#flushFolders(folders, [...paths, ...wanted.folders], failures);
    return failures;
  }

  /** Several paths have folders in common: what cannot be flushed there concerns them all. */
  async #flushFolders(
    folders: ReadonlySet<string>,
    paths: Iterable<string>,
    failures: Map<string, unknown>,
  ): Promise<void> {
    const failed = new Map<string, unknown>();
    await this.#flushAll(folders, failed);
    if (failed.size === 0) return;
    this.#rooted.clear();
    const [error] = failed.values();
    for (const path of paths) if (!failures.has(path)) failures.set(path, error);
  }

  #begin(): Round {
    const wanted = {
      paths: new Set<string>(),
      contents: new Set<string>(),
      folders: new Set<string>(),
    };
    const failures = this.#running.then(() => {
      this.#next = undefined;
      return this.#round(wanted);
    });
    this.#running = failures.then(() => {});
    return { ...wanted, failures };
  }
}
