/**
 * How files come to be: whole or not at all, and on disk for good before anyone relies on them.
 * A file is written under a temporary name beside its place, `.<name>.<owner>-<pid>-<n>.desgw-new`,
 * and then renamed or linked; by that name is known what a killed process left. All functions
 * take absolute paths and throw the file system's own errors.
 */
import { basename, dirname, join, resolve } from 'node:path';
import { codeOf, type FsModule, meansMissing } from './fs.ts';
import { refusePlanted } from './ownership.ts';

/** Some file systems cannot flush a directory; they keep its entries in order by themselves. */
export const CANNOT_SYNC = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'EISDIR', 'EBADF'];
/** What a file system without hard links says to `link`. */
const CANNOT_LINK = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** How the names of half-written files end. */
export const TEMPORARY_SUFFIX = '.desgw-new';

/**
 * The functions that put files in place, over any file system module.
 * @param owner of one workspace alone, so that others' half-written files are not taken for ours
 */
export class Placing {
  readonly #fs: FsModule;
  readonly #owner: string;
  #count = 0;

  constructor(fs: FsModule, owner: string) {
    this.#fs = fs;
    this.#owner = owner;
  }

  /** A name beside `target` that no other process uses. Cut, since names end at 255 bytes. */
  #temporaryName(target: string): string {
    const unique = `${this.#owner}-${process.pid}-${this.#count++}`;
    const name = `.${basename(target).slice(0, 60)}.${unique}${TEMPORARY_SUFFIX}`;
    return join(dirname(target), name);
  }

  /** Half-written files in a directory that processes of this workspace, now gone, have left. */
  leftovers(dir: string): string[] {
    const ours = new RegExp(`^\\..*\\.${this.#owner}-(\\d+)-\\d+\\${TEMPORARY_SUFFIX}$`, 's');
    return this.#fs.readdirSync(dir).flatMap((name) => {
      const pid = ours.exec(name)?.[1];
      return pid === undefined || Number(pid) === process.pid ? [] : [join(dir, name)];
    });
  }

  /** Makes a temporary file under a name that is free: a crashed process may have had the same pid. */
  #makeTemporary<T>(target: string, make: (temporary: string) => T): [string, T] {
    this.makeDirectory(dirname(target));
    for (;;) {
      const temporary = this.#temporaryName(target);
      try {
        return [temporary, make(temporary)];
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
      }
    }
  }

  writeAll(fd: number, bytes: Uint8Array): void {
    let done = 0;
    while (done < bytes.length) done += this.#fs.writeSync(fd, bytes, done, bytes.length - done);
  }

  /**
   * Writes an open file, and flushes it unless that is for later; `undefined` leaves the mode to the
   * umask, but in a folder in which a group works together all of them may write it.
   */
  #fill(
    fd: number,
    data: string | Uint8Array,
    mode: number | undefined,
    { shared = false, later = false }: { readonly shared?: boolean; readonly later?: boolean } = {},
  ): void {
    try {
      this.writeAll(fd, typeof data === 'string' ? Buffer.from(data) : data);
      if (mode !== undefined) this.#fs.fchmodSync(fd, mode);
      else if (shared) this.#share(fd);
      if (!later) this.#fs.fsyncSync(fd);
    } finally {
      this.#fs.closeSync(fd);
    }
  }

  #share(fd: number): void {
    const { mode } = this.#fs.fstatSync(fd);
    this.#fs.fchmodSync(fd, (mode & 0o7777) | ((mode & 0o600) >> 3));
  }

  /** Whether what is made in a folder is for its whole group. */
  #isShared(dir: string): boolean {
    return (this.#fs.statSync(dir).mode & 0o2020) === 0o2020;
  }

  /** Runs `action`; if it fails, the temporary file goes. */
  #orDiscard<T>(temporary: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      this.discard(temporary);
      throw error;
    }
  }

  discard(temporary: string): void {
    try {
      this.#fs.unlinkSync(temporary);
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
    }
  }

  /** Never open to more people, not even while it is written, than it will be in the end. */
  #makeNarrow(target: string, mode = 0o666): [string, number] {
    return this.#makeTemporary(target, (path) =>
      this.#fs.openSync(path, 'wx', (mode & 0o666) | 0o200),
    );
  }

  /** A flushed temporary file beside `target`. Without a mode it gets that of the file it is for. */
  writeTemporary(target: string, data: string | Uint8Array, mode?: number): string {
    return this.writeDraft(target, data, mode, { later: false }).temporary;
  }

  /** The same, and whether it is flushed: `later` leaves that for when others are, if it can be. */
  writeDraft(
    target: string,
    data: string | Uint8Array,
    mode: number | undefined,
    { later }: { readonly later: boolean },
  ): { readonly temporary: string; readonly isDurable: boolean } {
    const before =
      mode === undefined ? this.#fs.lstatSync(target, { throwIfNoEntry: false }) : undefined;
    const final = mode ?? (before && before.mode & 0o7777);
    const [temporary, fd] = this.#makeNarrow(target, final);
    const shared = final === undefined && this.#isShared(dirname(target));
    // What its owner may not read cannot be opened once more to be flushed.
    const isDurable = !later || ((final ?? 0o400) & 0o400) === 0;
    this.#orDiscard(temporary, () => this.#fill(fd, data, final, { shared, later: !isDurable }));
    return { temporary, isDurable };
  }

  /** A flushed temporary copy of `from` beside `target`, with its mode. */
  copyTemporary(from: string, target: string): string {
    const { mode } = this.#fs.statSync(from);
    const [temporary, fd] = this.#makeNarrow(target, mode);
    this.#orDiscard(temporary, () => {
      this.#fs.copyFileSync(from, temporary);
      this.#fill(fd, '', mode & 0o7777);
    });
    return temporary;
  }

  /** Puts a flushed temporary file in place, for good. */
  commit(temporary: string, target: string): void {
    this.place(temporary, target);
    this.syncDirectory(dirname(target));
  }

  /** The same, but its folder is still to be flushed. */
  place(temporary: string, target: string): void {
    this.#orDiscard(temporary, () => this.#fs.renameSync(temporary, target));
  }

  syncFile(path: string): void {
    const fd = this.#fs.openSync(path, 'r');
    try {
      this.#fs.fsyncSync(fd);
    } finally {
      this.#fs.closeSync(fd);
    }
  }

  syncDirectory(dir: string): void {
    try {
      this.syncFile(dir);
    } catch (error) {
      if (!CANNOT_SYNC.includes(codeOf(error) ?? '')) throw error;
    }
  }

  /** Makes a directory and its parents, and flushes every directory that gained an entry. */
  makeDirectory(dir: string): void {
    const first = this.#fs.mkdirSync(dir, { recursive: true });
    if (first === undefined) return;
    const isShared = this.#isShared(dirname(first));
    for (let made = dir; made.length >= first.length; made = dirname(made)) {
      if (isShared) this.#fs.chmodSync(made, (this.#fs.statSync(made).mode & 0o7777) | 0o2070);
      this.syncDirectory(dirname(made));
    }
  }

  /** Opens a file for writing, and makes its folder if that is missing, which it seldom is. */
  openMaking(path: string, flags: string | number): number {
    try {
      return this.#fs.openSync(path, flags, 0o666);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      this.makeDirectory(dirname(path));
      return this.#fs.openSync(path, flags, 0o666);
    }
  }

  /**
   * Where writing to `path`, or reading it, ends: a link is written through, never replaced.
   * @throws EPERM for a link that somebody else may have planted
   */
  throughLinks(path: string): string {
    let target = path;
    // As many links as the kernel follows; then renaming fails with the right error.
    for (let links = 0; links < 40; links++) {
      refusePlanted(this.#fs, target);
      if (!this.#isLink(target)) return target;
      target = resolve(this.#fs.realpathSync(dirname(target)), this.#fs.readlinkSync(target));
    }
    return target;
  }

  #isLink(path: string): boolean {
    try {
      return this.#fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
    } catch (error) {
      if (meansMissing(codeOf(error))) return false;
      throw error;
    }
  }

  /**
   * Creates a file with its whole content, or says that it exists. `link` is atomic on every
   * file system that has it, network ones included.
   */
  createExclusive(path: string, text: string, mode?: number): boolean {
    this.makeDirectory(dirname(path));
    // Saves writing and flushing a file that is about to lose.
    if (this.#fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined) return false;
    const temporary = this.writeTemporary(path, text, mode);
    let created: boolean;
    try {
      created = this.#linkTemporary(temporary, path, text, mode);
    } finally {
      this.discard(temporary);
    }
    if (created) this.syncDirectory(dirname(path));
    return created;
  }

  #linkTemporary(temporary: string, path: string, text: string, mode?: number): boolean {
    try {
      this.#fs.linkSync(temporary, path);
      return true;
    } catch (error) {
      const code = codeOf(error) ?? '';
      // A network file system may lose the answer to a link that worked, and ask again.
      if (code === 'EEXIST') return this.#fs.statSync(temporary).nlink === 2;
      if (CANNOT_LINK.includes(code)) return this.#createInPlace(path, text, mode);
      throw error;
    }
  }

  /** Without hard links: readers may see the file before its content is there. */
  #createInPlace(path: string, text: string, mode?: number): boolean {
    let fd: number;
    try {
      fd = this.#fs.openSync(path, 'wx', mode ?? 0o666);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
    this.#orDiscard(path, () => this.#fill(fd, text, mode));
    return true;
  }

  /** Makes a symbolic link, replacing another link but nothing else. */
  placeLink(path: string, to: string): void {
    if (this.#isLink(path)) {
      const [temporary] = this.#makeTemporary(path, (name) => this.#fs.symlinkSync(to, name));
      this.commit(temporary, path);
    } else {
      this.makeDirectory(dirname(path));
      this.#fs.symlinkSync(to, path);
    }
  }
}
