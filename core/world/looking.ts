/** Looking at files and directories, one way at once and one way with callbacks (`adaptive.ts`). */
import type { Question } from './adaptive.ts';
import { codeOf, type FsModule, meansMissing, told } from './fs.ts';
import type { Stat } from './world.ts';

type Stats = import('node:fs').Stats;
type Dirent = Pick<import('node:fs').Dirent, 'name' | 'isDirectory' | 'isSymbolicLink'>;

/** What identifies a state of a file, behind a link as well; `undefined` when there is none. */
export function statQuestion(fs: FsModule): Question<Stat | undefined> {
  return {
    now: (path) => {
      // As `unlessMissing` does it, but without a function made for every file there is.
      try {
        const stat = fs.lstatSync(path, QUIETLY);
        if (stat?.isSymbolicLink() !== true) return stat && shorten(stat);
        const behind = fs.statSync(path, QUIETLY);
        return behind && { ...shorten(behind), link: fs.readlinkSync(path) };
      } catch (error) {
        if (meansMissing(codeOf(error))) return undefined;
        const never = neverAFile(error);
        if (never !== undefined) return never;
        throw told('look at', path, error);
      }
    },
    later: (path, done) => {
      const failed = (error: unknown): void => {
        const never = neverAFile(error);
        if (meansMissing(codeOf(error)) || never !== undefined) done(undefined, never);
        else done(told('look at', path, error));
      };
      fs.lstat(path, (error, stat) => {
        if (error) return failed(error);
        if (!stat.isSymbolicLink()) return done(undefined, shorten(stat));
        fs.stat(path, (unreachable, behind) => {
          if (unreachable) return failed(unreachable);
          fs.readlink(path, (gone, link) =>
            gone ? failed(gone) : done(undefined, { ...shorten(behind), link }),
          );
        });
      });
    },
  };
}

const NEVER_FILES: { readonly [code: string]: string } = {
  ELOOP: 'a link that leads in circles',
  ENAMETOOLONG: 'a name that is too long',
};

/** What there is in place of a file, where a failure to look at it says so for certain. */
export const whyNeverAFile = (error: unknown): string | undefined =>
  NEVER_FILES[codeOf(error) ?? ''];

/** What some failures to look at a path say for certain: whatever happens, there is no file behind it. */
function neverAFile(error: unknown): Stat | undefined {
  const odd = whyNeverAFile(error);
  if (odd === undefined) return undefined;
  return { size: 0, mtime: 0, ctime: 0, ino: 0, dev: 0, directory: false, odd };
}

const QUIETLY = { throwIfNoEntry: false } as const;

function shorten(stat: Stats): Stat {
  const short = {
    size: stat.size,
    mtime: stat.mtimeMs,
    ctime: stat.ctimeMs,
    ino: stat.ino,
    dev: stat.dev,
    directory: stat.isDirectory(),
  };
  if (stat.isFile()) return stat.nlink > 1 ? { ...short, links: stat.nlink } : short;
  return short.directory ? short : { ...short, odd: oddKind(stat) };
}

/** What is neither a file nor a directory, in words. */
export function oddKind(stat: Pick<Stats, 'isFIFO' | 'isSocket'>): string {
  if (stat.isFIFO()) return 'a pipe';
  return stat.isSocket() ? 'a socket' : 'a device';
}

/**
 * The sorted names in a directory, `/` after a directory's; `undefined` when there is none, an
 * error in place of an answer when it cannot be read. A link to a directory counts as one: people
 * move trees to other disks and leave links behind.
 */
export function listQuestion(fs: FsModule): Question<readonly string[] | undefined | Error> {
  const failed = (dir: string, error: unknown): Error | undefined =>
    meansMissing(codeOf(error)) ? undefined : (told('list', dir, error) as Error);
  return {
    now: (dir) => {
      try {
        const entries = fs.readdirSync(dir, { withFileTypes: true });
        return names(entries, (name) => isDirectory(fs, `${dir}/${name}`));
      } catch (error) {
        return failed(dir, error);
      }
    },
    later: (dir, done) =>
      fs.readdir(dir, { withFileTypes: true }, (error, entries) => {
        if (error) return done(undefined, failed(dir, error));
        const links = entries.filter((entry) => entry.isSymbolicLink());
        const folders = new Set<string>();
        let open = links.length;
        const finish = (): void =>
          done(
            undefined,
            names(entries, (name) => folders.has(name)),
          );
        if (open === 0) return finish();
        for (const { name } of links) {
          fs.stat(`${dir}/${name}`, (unreachable, target) => {
            if (!unreachable && target.isDirectory()) folders.add(name);
            if (--open === 0) finish();
          });
        }
      }),
  };
}

function names(
  entries: readonly Dirent[],
  leadsToDirectory: (name: string) => boolean,
): readonly string[] {
  let links = false;
  const found = entries.map((entry) => {
    const link = entry.isSymbolicLink();
    links ||= link;
    const directory = entry.isDirectory() || (link && leadsToDirectory(entry.name));
    return directory ? `${entry.name}/` : entry.name;
  });
  found.sort();
  if (links) LINKED.add(found);
  return found;
}

const LINKED = new WeakSet<readonly string[]>();

/** Whether a listing has links among its names: what they lead to may change without the directory. */
export const hasLinks = (listing: readonly string[]): boolean => LINKED.has(listing);

/** False as well for a link that leads nowhere or in circles. */
function isDirectory(fs: FsModule, path: string): boolean {
  try {
    return fs.statSync(path).isDirectory();
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return false;
  }
}
