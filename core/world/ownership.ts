/** Who else could have written a file, and folders that nobody else can write. */
import { dirname } from 'node:path';
import { codeOf, during, type FsModule, meansMissing, OF_OWNER, unlessMissing } from './fs.ts';

/** Everybody may write it. */
const EVERYBODY = 0o002;
/** In such a folder only the owner of a file may replace it. */
const STICKY = 0o1000;

/** Files of root count as this user's own: root could do anything with ours anyway. */
const isOwn = (uid: number): boolean => {
  const self = process.getuid?.();
  return self === undefined || uid === self || uid === 0;
};

/** Why a file may say what somebody else wants it to say; undefined when nobody else could write it. */
export function strangerIn(fs: FsModule, path: string): string | undefined {
  return during('look at', path, () => {
    const link = fs.lstatSync(path);
    const file = fs.statSync(path);
    const other = [link, file].find(({ uid }) => !isOwn(uid));
    if (other !== undefined) return `it belongs to another user (uid ${other.uid})`;
    if ((file.mode & EVERYBODY) !== 0) return 'everybody may write it';
    const open = openAbove(fs, path) ?? openAbove(fs, fs.realpathSync(path));
    if (open === undefined) return undefined;
    return open === dirname(path)
      ? 'everybody may write its folder'
      : `everybody may write ${open}, and so put another folder in the place of its own`;
  });
}

/** The innermost folder on the way to a file in which everybody may exchange what is there. */
function openAbove(fs: FsModule, path: string): string | undefined {
  const folder = dirname(path);
  if (folder === path) return undefined;
  const { mode } = fs.statSync(folder, OF_OWNER);
  return (mode & EVERYBODY) !== 0 && (mode & STICKY) === 0 ? folder : openAbove(fs, folder);
}

/** Makes a folder that is this user's alone, or says `false` because it is not. */
export function privateDirectory(fs: FsModule, path: string): boolean {
  try {
    fs.mkdirSync(path, { recursive: true, mode: 0o700 });
    const stat = fs.lstatSync(path);
    if (!stat.isDirectory() || !isOwn(stat.uid)) return false;
    if ((stat.mode & 0o077) !== 0) fs.chmodSync(path, 0o700);
    return true;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return false; // read-only, full, or somebody else's: then without it
  }
}

/** Whether a file or folder is this user's own and nobody else may write it; false without one. */
export function isPrivate(fs: FsModule, path: string): boolean {
  try {
    const stat = fs.lstatSync(path);
    const known = stat.isFile() || stat.isDirectory();
    return known && isOwn(stat.uid) && (stat.mode & 0o022) === 0;
  } catch (error) {
    if (meansMissing(codeOf(error))) return false;
    throw error;
  }
}

/** Whether what is at `path` is this user's own, or nothing is there. */
export function isOwnOrAbsent(fs: FsModule, path: string): boolean {
  const stat = unlessMissing('look at', path, () => fs.lstatSync(path));
  return stat === undefined || isOwn(stat.uid);
}

/**
 * Makes sure that no link on the way to `path`, which may be one itself, was put by a stranger into a
 * folder that everybody may write: it may be there to lead others astray when they write or read.
 * @throws an error of the system, EPERM, that names the link
 */
export function refusePlanted(fs: FsModule, path: string): void {
  if (isPlanted(fs, path)) throw planted(path);
  const folder = dirname(path);
  try {
    if (folder === path || fs.realpathSync(folder) === folder) return;
  } catch (error) {
    if (meansMissing(codeOf(error))) return; // it is yet to be made
    throw error;
  }
  refusePlanted(fs, folder);
}

function isPlanted(fs: FsModule, path: string): boolean {
  const link = fs.lstatSync(path, { throwIfNoEntry: false });
  if (link?.isSymbolicLink() !== true || isOwn(link.uid)) return false;
  const folder = fs.statSync(dirname(path));
  return (folder.mode & EVERYBODY) !== 0 && folder.uid !== link.uid;
}

const planted = (path: string): Error =>
  Object.assign(
    new Error(
      `EPERM: ${path} is a link that somebody else put into a folder which everybody may write`,
    ),
    { code: 'EPERM' },
  );
