/** The file system for real: the one module that imports `node:fs`. */
import * as nodeFs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ABSENT, digestOf } from '../api/digest.ts';
import type { Digest } from '../api/values.ts';
import { askAll } from './adaptive.ts';
import { copyTree } from './copying.ts';
import { openFlushing } from './flushing.ts';
import { codeOf, during, type FsModule, meansMissing, told, unlessMissing } from './fs.ts';
import { globFiles } from './glob.ts';
import { listQuestion, statQuestion } from './looking.ts';
import { Noting } from './noting.ts';
import { isOwnOrAbsent, isPrivate, privateDirectory, strangerIn } from './ownership.ts';
import { openPlacing, type Placing } from './placing.ts';
import { fileDigester, readEnd, readWhole, sizeOf } from './reading.ts';
import type { Appender, Files, Prepared } from './world.ts';

export { FileError, type FsModule } from './fs.ts';

/** For files whose every look is noted: `openFiles(workspace, noting.fs)`. */
export const notingFiles = (): Noting => new Noting(nodeFs);

/**
 * Files of a workspace. Every method throws FileError when the file system fails.
 * @param workspace an existing directory; symbolic links in it are resolved
 * @param fs another file system module, for tests
 */
export function openFiles(workspace: string, fs: FsModule = nodeFs): Files {
  const root = during('open the workspace', workspace, () => fs.realpathSync(workspace));
  const placing = openPlacing(fs, ownerOf(root));
  const digestFile = fileDigester(fs);
  const flush = openFlushing(fs);
  let digests = 0;

  /** Kept cheap for plain paths: it runs for every stat. */
  function absolute(path: string): string {
    const full = path.startsWith('/') ? path : `${root}/${path}`;
    return full.includes('/.') || full.includes('//') || full.endsWith('/') ? resolve(full) : full;
  }

  const statting = statQuestion(fs);
  const listing = listQuestion(fs);

  function digest(path: string): Digest {
    const full = absolute(path);
    const found = unlessMissing('read', full, () => digestFile(full));
    if (found === undefined) return ABSENT;
    digests++;
    return found;
  }

  function read(path: string): Buffer | undefined {
    const full = absolute(path);
    return unlessMissing('read', full, () => readWhole(fs, full));
  }

  function prepare(path: string, data: string | Uint8Array, mode?: number): Prepared {
    const full = absolute(path);
    return during('write', full, () => {
      const target = placing.throughLinks(full);
      const temporary = placing.writeTemporary(target, data, mode);
      return prepared(placing, path, full, target, temporary, digestOf(data));
    });
  }

  function prepareCopy(path: string, from: string): Prepared {
    const full = absolute(path);
    return during('write', full, () => {
      const target = placing.throughLinks(full);
      const temporary = placing.copyTemporary(absolute(from), target);
      return prepared(placing, path, full, target, temporary, digestFile(temporary));
    });
  }

  return {
    root,
    sharedWithGroup: (fs.statSync(root).mode & SHARED) !== 0,
    absolute,
    stat: (path) => statting.now(absolute(path)),
    statMany: (paths) => askAll(paths.map(absolute), statting),
    read,
    readText: (path) => read(path)?.toString('utf8'),
    readEnd: (path, bytes) => {
      const full = absolute(path);
      return unlessMissing('read', full, () => readEnd(fs, full, bytes));
    },
    size: (path) => {
      const full = absolute(path);
      return unlessMissing('read', full, () => sizeOf(fs, full));
    },
    digest,
    list: (dir) => {
      const names = listing.now(absolute(dir));
      if (names instanceof Error) throw names;
      return names;
    },
    listMany: (dirs) => askAll(dirs.map(absolute), listing),
    leftovers: (dir) => {
      const full = absolute(dir);
      return unlessMissing('list', full, () => placing.leftovers(full)) ?? [];
    },
    glob: (pattern) => globFiles(fs, root, pattern),
    write: (path, data, mode) => prepare(path, data, mode).commit(),
    prepare,
    prepareCopy,
    createExclusive: (path, text, mode) => {
      const full = absolute(path);
      return during('create', full, () => placing.createExclusive(full, text, mode));
    },
    appender: (path) => openAppender(fs, placing, absolute(path)),
    flush: (paths) => flush(paths.map(absolute)),
    copy: (from, to) => copyTree(fs, placing, absolute(from), absolute(to)),
    symlink: (path, to) => {
      const full = absolute(path);
      during('make the link', full, () => placing.placeLink(full, to));
    },
    readLink: (path) => {
      const full = absolute(path);
      return unlessMissing('look at', full, () =>
        fs.lstatSync(full).isSymbolicLink() ? fs.readlinkSync(full) : undefined,
      );
    },
    realDirectory: (path) => {
      // Of what is yet to be made, the part that is there.
      for (let [dir, below] = [absolute(path), '']; ; ) {
        try {
          return join(fs.realpathSync(dir), below);
        } catch (error) {
          if (!meansMissing(codeOf(error)) || dir === dirname(dir))
            throw told('look at', dir, error);
          below = join(basename(dir), below);
          dir = dirname(dir);
        }
      }
    },
    isLinked: (path) => {
      const full = absolute(path);
      return during('look at', full, () => {
        if (fs.lstatSync(full).isSymbolicLink()) return true;
        return full.startsWith(`${root}/`) && fs.realpathSync(dirname(full)) !== dirname(full);
      });
    },
    rename: (from, to) => {
      const [source, target] = [absolute(from), absolute(to)];
      during(`rename ${source} to`, target, () => {
        placing.makeDirectory(dirname(target));
        fs.renameSync(source, target);
        placing.syncDirectory(dirname(target));
      });
    },
    remove: (path) => {
      const full = absolute(path);
      unlessMissing('remove', full, () => fs.unlinkSync(full));
    },
    removeTree: (path) => {
      const full = absolute(path);
      if (!full.startsWith(`${root}/.desgw/`)) {
        throw new Error(`internal: ${full} is not below .desgw/, so it is not removed as a tree`);
      }
      during('remove', full, () => fs.rmSync(full, { recursive: true, force: true }));
    },
    makeDirectory: (path) => {
      const full = absolute(path);
      during('make the directory', full, () => placing.makeDirectory(full));
    },
    now: () => {
      const probe = join(root, '.desgw/clock');
      return during('write', probe, () => stamp(fs, placing, probe));
    },
    strangerIn: (path) => strangerIn(fs, absolute(path)),
    privateDirectory: (path) => {
      const full = absolute(path);
      // What leads to it is shared as usual. Where that cannot be made, the answer is no.
      try {
        placing.makeDirectory(dirname(full));
      } catch (error) {
        if (codeOf(error) === undefined) throw error;
        return false;
      }
      return privateDirectory(fs, full);
    },
    isOwnOrAbsent: (path) => isOwnOrAbsent(fs, absolute(path)),
    isPrivate: (path) => isPrivate(fs, absolute(path)),
    get digests() {
      return digests;
    },
  };
}

/** Writable for the group: what is made in such a folder is for all of them. */
const SHARED = 0o020;

/** Names half-written files; hexadecimal, so that it stands for itself in any pattern. */
const ownerOf = (root: string): string => Buffer.from(digestOf(root)).toString('hex').slice(0, 12);

function prepared(
  placing: Placing,
  path: string,
  full: string,
  target: string,
  temporary: string,
  digest: Digest,
): Prepared {
  return {
    path,
    temporary,
    digest,
    commit: () => during('write', full, () => placing.commit(temporary, target)),
    discard: () => placing.discard(temporary),
  };
}

/**
 * Writes to a file and tells when that was, by the file system's clock. Over what is there: a file
 * that is truncated and closed again makes some file systems wait for the disk.
 */
function stamp(fs: FsModule, placing: Placing, path: string): number {
  const fd = placing.openMaking(path, OVER);
  try {
    placing.writeAll(fd, Buffer.from('\n'));
  } finally {
    fs.closeSync(fd);
  }
  return fs.statSync(path).ctimeMs;
}

const OVER = nodeFs.constants.O_WRONLY | nodeFs.constants.O_CREAT;

function openAppender(fs: FsModule, placing: Placing, path: string): Appender {
  const fd = during('open', path, () => {
    return placing.openMaking(path, 'a');
  });
  let folderSynced = false;
  return {
    write: (text) => during('append to', path, () => placing.writeAll(fd, Buffer.from(text))),
    sync: () =>
      during('flush', path, () => {
        fs.fsyncSync(fd);
        if (!folderSynced) placing.syncDirectory(dirname(path));
        folderSynced = true;
      }),
    close: () => during('close', path, () => fs.closeSync(fd)),
  };
}
