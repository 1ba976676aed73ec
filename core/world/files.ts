/** The files of a workspace, for real. */
import * as nodeFs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ABSENT, digestOf } from '../api/digest.ts';
import type { Digest } from '../api/values.ts';
import { askAll } from './adaptive.ts';
import { copyTree } from './copying.ts';
import { Draft, draftsOf } from './drafts.ts';
import { Flushing } from './flushing.ts';
import {
  codeOf,
  during,
  FileError,
  type FsModule,
  meansMissing,
  told,
  unlessMissing,
} from './fs.ts';
import { globFiles } from './glob.ts';
import { listQuestion, statQuestion } from './looking.ts';
import { Noting } from './noting.ts';
import { isOwnOrAbsent, isPrivate, privateDirectory, strangerIn } from './ownership.ts';
import { Placing } from './placing.ts';
import { fileDigester, readEnd, readWhole, sizeOf } from './reading.ts';
import type { Appender, Files } from './world.ts';

export { FileError, type FsModule } from './fs.ts';

/** For files whose every look is noted: `openFiles(workspace, noting.fs)`. */
export const notingFiles = (): Noting => new Noting(nodeFs);

/**
 * Files of a workspace. Every method throws FileError when the file system fails.
 * @param workspace an existing directory; symbolic links in it are resolved
 * @param fs another file system module, for tests
 */
export function openFiles(workspace: string, fs: FsModule = nodeFs): Files {
  return new RealFiles(workspace, fs);
}

/** Fields throughout, so that tests may spread one and put others in place of some. */
class RealFiles implements Files {
  readonly root: string;
  readonly sharedWithGroup: boolean;
  readonly #fs: FsModule;
  readonly #placing: Placing;
  readonly #flushing: Flushing;
  readonly #digestFile: (path: string) => Digest;
  readonly #statting: ReturnType<typeof statQuestion>;
  readonly #listing: ReturnType<typeof listQuestion>;
  #digests = 0;

  constructor(workspace: string, fs: FsModule) {
    const { root, mode } = during('open the workspace', workspace, () => {
      const found = fs.realpathSync(workspace);
      return { root: found, mode: fs.statSync(found).mode };
    });
    this.root = root;
    this.sharedWithGroup = (mode & SHARED) !== 0;
    this.#fs = fs;
    this.#placing = new Placing(fs, ownerOf(this.root));
    this.#flushing = new Flushing(fs);
    this.#digestFile = fileDigester(fs);
    this.#statting = statQuestion(fs);
    this.#listing = listQuestion(fs);
  }

  get digests(): number {
    return this.#digests;
  }

  /** Kept cheap for plain paths: it runs for every stat. */
  readonly absolute: Files['absolute'] = (path) => {
    const full = path.startsWith('/') ? path : `${this.root}/${path}`;
    return full.includes('/.') || full.includes('//') || full.endsWith('/') ? resolve(full) : full;
  };

  readonly stat: Files['stat'] = (path) => this.#statting.now(this.absolute(path));

  readonly statMany: Files['statMany'] = (paths) =>
    askAll(paths.map(this.absolute), this.#statting);

  readonly read = (path: string): Buffer | undefined => {
    const full = this.absolute(path);
    return unlessMissing('read', full, () => readWhole(this.#fs, full));
  };

  readonly readText: Files['readText'] = (path) => {
    const full = this.absolute(path);
    return unlessMissing('read', full, () => readWhole(this.#fs, full).toString('utf8'));
  };

  readonly readEnd: Files['readEnd'] = (path, bytes) => {
    const full = this.absolute(path);
    return unlessMissing('read', full, () => readEnd(this.#fs, full, bytes));
  };

  readonly size: Files['size'] = (path) => {
    const full = this.absolute(path);
    return unlessMissing('read', full, () => sizeOf(this.#fs, full));
  };

  readonly digest: Files['digest'] = (path) => {
    const full = this.absolute(path);
    const found = unlessMissing('read', full, () => this.#digestFile(full));
    if (found === undefined) return ABSENT;
    this.#digests++;
    return found;
  };

  readonly list: Files['list'] = (dir) => {
    const names = this.#listing.now(this.absolute(dir));
    if (names instanceof Error) throw names;
    return names;
  };

  readonly listMany: Files['listMany'] = (dirs) => askAll(dirs.map(this.absolute), this.#listing);

  readonly leftovers: Files['leftovers'] = (dir) => {
    const full = this.absolute(dir);
    return unlessMissing('list', full, () => this.#placing.leftovers(full)) ?? [];
  };

  readonly glob: Files['glob'] = (pattern) => globFiles(this.#fs, this.root, pattern);

  readonly write: Files['write'] = (path, data, mode) => this.prepare(path, data, mode).commit();

  readonly prepare: Files['prepare'] = (path, data, mode) =>
    this.#written(path, data, mode, { later: false });

  readonly draft: Files['draft'] = (path, data, mode) =>
    this.#written(path, data, mode, { later: true });

  #written(
    path: string,
    data: string | Uint8Array,
    mode: number | undefined,
    how: { readonly later: boolean },
  ): Draft {
    const full = this.absolute(path);
    return during('write', full, () => {
      const target = this.#placing.throughLinks(full);
      const { temporary, isDurable } = this.#placing.writeDraft(target, data, mode, how);
      const placed = { path, full, target, temporary, digest: digestOf(data) };
      return new Draft(this.#placing, placed, { isDurable });
    });
  }

  readonly harden: Files['harden'] = async (drafts) => {
    const open = draftsOf(drafts);
    await this.#flushing.contents(open.flatMap((draft) => draft.unflushed));
    for (const draft of open) draft.flushed();
  };

  readonly commitAll: Files['commitAll'] = async (prepared) =>
    this.#flushing.names(draftsOf(prepared).map((draft) => draft.place()));

  readonly prepareCopy: Files['prepareCopy'] = (path, from) => {
    const full = this.absolute(path);
    return during('write', full, () => {
      const target = this.#placing.throughLinks(full);
      const temporary = this.#placing.copyTemporary(
        this.#placing.throughLinks(this.absolute(from)),
        target,
      );
      const digest = this.#digestFile(temporary);
      const placed = { path, full, target, temporary, digest };
      return new Draft(this.#placing, placed, { isDurable: true });
    });
  };

  readonly createExclusive: Files['createExclusive'] = (path, text, mode) => {
    const full = this.absolute(path);
    return during('create', full, () => this.#placing.createExclusive(full, text, mode));
  };

  readonly guard: Files['guard'] = (path, text, onLost) =>
    guarded(() => this.readText(path), text, onLost);

  readonly appender: Files['appender'] = (path) =>
    openAppender(this.#fs, this.#placing, this.absolute(path));

  readonly flush: Files['flush'] = (paths) => this.#flushing.flush(paths.map(this.absolute));

  readonly copy: Files['copy'] = (from, to) =>
    copyTree(this.#fs, this.#placing, this.absolute(from), this.absolute(to));

  readonly symlink: Files['symlink'] = (path, to) => {
    const full = this.absolute(path);
    during('make the link', full, () => this.#placing.placeLink(full, to));
  };

  readonly readLink: Files['readLink'] = (path) => {
    const full = this.absolute(path);
    return unlessMissing('look at', full, () =>
      this.#fs.lstatSync(full).isSymbolicLink() ? this.#fs.readlinkSync(full) : undefined,
    );
  };

  readonly realDirectory: Files['realDirectory'] = (path) => {
    // Of what is yet to be made, the part that is there.
    for (let [dir, below] = [this.absolute(path), '']; ; ) {
      try {
        return join(this.#fs.realpathSync(dir), below);
      } catch (error) {
        if (!meansMissing(codeOf(error)) || dir === dirname(dir)) throw told('look at', dir, error);
        below = join(basename(dir), below);
        dir = dirname(dir);
      }
    }
  };

  readonly isLinked: Files['isLinked'] = (path) => {
    const full = this.absolute(path);
    return during('look at', full, () => {
      if (this.#fs.lstatSync(full).isSymbolicLink()) return true;
      return (
        full.startsWith(`${this.root}/`) && this.#fs.realpathSync(dirname(full)) !== dirname(full)
      );
    });
  };

  readonly rename: Files['rename'] = (from, to) => {
    const [source, target] = [this.absolute(from), this.absolute(to)];
    during(`rename ${source} to`, target, () => {
      this.#placing.makeDirectory(dirname(target));
      this.#fs.renameSync(source, target);
      this.#placing.syncDirectory(dirname(target));
    });
  };

  readonly remove: Files['remove'] = (path) => {
    const full = this.absolute(path);
    unlessMissing('remove', full, () => this.#fs.unlinkSync(full));
  };

  readonly removeTree: Files['removeTree'] = (path) => {
    const full = this.absolute(path);
    if (!full.startsWith(`${this.root}/.desgw/`)) {
      throw new Error(`internal: ${full} is not below .desgw/, so it is not removed as a tree`);
    }
    during('remove', full, () => this.#fs.rmSync(full, { recursive: true, force: true }));
  };

  readonly makeDirectory: Files['makeDirectory'] = (path) => {
    const full = this.absolute(path);
    during('make the directory', full, () => this.#placing.makeDirectory(full));
  };

  readonly now: Files['now'] = () => {
    const probe = join(this.root, '.desgw/clock');
    return during('write', probe, () => stamp(this.#fs, this.#placing, probe));
  };

  readonly strangerIn: Files['strangerIn'] = (path) => strangerIn(this.#fs, this.absolute(path));

  readonly privateDirectory: Files['privateDirectory'] = (path) => {
    const full = this.absolute(path);
    // What leads to it is shared as usual. Where that cannot be made, the answer is no.
    try {
      this.#placing.makeDirectory(dirname(full));
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      return false;
    }
    return privateDirectory(this.#fs, full);
  };

  readonly isOwnOrAbsent: Files['isOwnOrAbsent'] = (path) =>
    isOwnOrAbsent(this.#fs, this.absolute(path));

  readonly isPrivate: Files['isPrivate'] = (path) => isPrivate(this.#fs, this.absolute(path));
}

/** Writable for the group: what is made in such a folder is for all of them. */
const SHARED = 0o020;

/** Names half-written files; hexadecimal, so that it stands for itself in any pattern. */
const ownerOf = (root: string): string => Buffer.from(digestOf(root)).toString('hex').slice(0, 12);

/**
 * Writes to a file and tells when that was, by the file system's clock. Over what is there: a file
 * that is truncated and closed again makes some file systems wait for the disk.
 */
function stamp(fs: FsModule, placing: Placing, path: string) {
  const fd = placing.openMaking(path, OVER);
  try {
    placing.writeAll(fd, Buffer.from('\n'));
  } finally {
    fs.closeSync(fd);
  }
  const { ctimeMs, dev } = fs.statSync(path);
  return { time: ctimeMs, dev };
}

const OVER = nodeFs.constants.O_WRONLY | nodeFs.constants.O_CREAT;

/** Milliseconds between two looks at what is guarded. */
const GUARD_MS = 2000;

function guarded(look: () => string | undefined, text: string, onLost: () => void): () => void {
  const timer = setInterval(() => {
    try {
      if (look() === text) return;
    } catch (error) {
      // A disk that does not answer has lost nothing.
      if (error instanceof FileError) return;
      throw error;
    }
    clearInterval(timer);
    onLost();
  }, GUARD_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function openAppender(fs: FsModule, placing: Placing, path: string): Appender {
  const fd = during('open', path, () => placing.openMaking(path, 'a'));
  let folderSynced = false;
  return {
    write: (text) => during('append to', path, () => placing.writeAll(fd, Buffer.from(text))),
    sync: () =>
      during('flush', path, () => {
        fs.fsyncSync(fd);
        if (!folderSynced) placing.syncDirectory(dirname(path));
        folderSynced = true;
      }),
    isThere: () =>
      during('look at', path, () => {
        const open = fs.fstatSync(fd);
        const there = fs.statSync(path, { throwIfNoEntry: false });
        return there?.ino === open.ino && there.dev === open.dev;
      }),
    close: () => during('close', path, () => fs.closeSync(fd)),
  };
}
