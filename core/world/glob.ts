/** File name patterns. Apart, because fast-glob takes longer to load than most builds take. */
import { createRequire } from 'node:module';
import { isAbsolute, join } from 'node:path';
import type * as FastGlob from 'fast-glob';
import { codeOf, FileError, type FsModule, meansMissing, told } from './fs.ts';
import { oddKind, whyNeverAFile } from './looking.ts';
import { TEMPORARY_SUFFIX } from './placing.ts';

/** The state directory, half-written files and copies that were kept aside are nobody's input. */
const NEVER = ['**/.desgw/**', `**/.*${TEMPORARY_SUFFIX}`];
const KEPT = ['**/*.kept', '**/*.kept-*'];

/** What stands in a name for bytes that are no UTF-8. */
const UNREADABLE = '\uFFFD';

/**
 * Files matching a fast-glob pattern, sorted by code unit; as in a shell, `*` leaves out names that
 * begin with a dot, and a folder or file that has just the name that stands in the pattern is meant
 * by it, brackets and all. Relative to `root`, or absolute if the pattern is.
 * @throws FileError when a directory cannot be read, or a name that may be meant is no UTF-8
 */
export function globFiles(fs: FsModule, root: string, pattern: string): readonly string[] {
  const fastGlob = createRequire(import.meta.url)('fast-glob') as typeof FastGlob;
  const ignore = pattern.includes('.kept') ? NEVER : [...NEVER, ...KEPT];
  const meant = literalWhereThere(fs, root, pattern, fastGlob.escapePath);
  const odd = new Map<string, Odd>();
  const full = (path: string): string => (isAbsolute(path) ? path : join(root, path));
  try {
    const search = {
      cwd: root,
      ignore,
      fs: {
        lstatSync: fs.lstatSync,
        statSync: followed(fs, odd) as typeof fs.statSync,
        readdirSync: watchful(fs, root, meant, odd) as typeof fs.readdirSync,
      },
    };
    const found = fastGlob.sync(meant, search);
    if (odd.size > 0)
      for (const path of fastGlob.sync(meant, { ...search, onlyFiles: false }))
        refuseOdd(full(path), odd);
    for (const path of found) refuseUnreadable(fs, full(path));
    return found.sort();
  } catch (error) {
    // A file where the pattern wants a directory: nothing matches.
    if (codeOf(error) === 'ENOTDIR') return [];
    throw told(`look for files matching '${pattern}' in`, root, error);
  }
}

/** Leading parts of a pattern that are there under just that name lose their special meaning. */
function literalWhereThere(
  fs: FsModule,
  root: string,
  pattern: string,
  escaped: (text: string) => string,
): string {
  if (!SPECIAL.test(pattern)) return pattern;
  const segments = pattern.split('/');
  let there = isAbsolute(pattern) ? '' : root;
  let literal = 0;
  for (const segment of segments) {
    if (/[*?\\]/.test(segment) || !exists(fs, `${there}/${segment}`)) break;
    there = `${there}/${segment}`;
    literal++;
  }
  const named = segments.slice(0, literal).map((name) => (name === '' ? '' : escaped(name)));
  return [...named, ...segments.slice(literal)].join('/');
}

const SPECIAL = /[()[\]{}!+@|]/;

function exists(fs: FsModule, path: string): boolean {
  try {
    return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return false;
  }
}

/** What matches and is no input, with the reason. */
interface Odd {
  readonly code: string;
  readonly why: string;
}

/** What is neither file nor directory is no input, and must not go unnoticed either. */
function refuseOdd(path: string, odd: ReadonlyMap<string, Odd>): void {
  const found = odd.get(path);
  if (found !== undefined) throw new FileError('use', path, found.code, found.why);
}

/** Follows links for the search, which leaves out those that it cannot follow. */
function followed(fs: FsModule, odd: Map<string, Odd>) {
  return (path: string) => {
    try {
      const stat = fs.statSync(path);
      // What a link leads to is as little an input as if it lay here.
      if (!stat.isFile() && !stat.isDirectory()) odd.set(path, noFile(oddKind(stat)));
      return stat;
    } catch (error) {
      if (!meansMissing(codeOf(error))) odd.set(path, unfollowed(error));
      throw error;
    }
  };
}

function unfollowed(error: unknown): Odd {
  const never = whyNeverAFile(error);
  if (never !== undefined) return noFile(never);
  return { code: codeOf(error) ?? 'EIO', why: 'it is a link, and what it leads to cannot be seen' };
}

const noFile = (kind: string): Odd => ({ code: 'EINVAL', why: `it is ${kind}, no file` });

/** Lists directories for the search, and refuses those below which it cannot go on. */
function watchful(fs: FsModule, root: string, pattern: string, odd: Map<string, Odd>) {
  const depth = (path: string): number => path.split('/').length;
  const deepest = pattern.includes('**')
    ? Number.POSITIVE_INFINITY
    : depth(isAbsolute(pattern) ? pattern : `${root}/${pattern}`);
  return (dir: string, options: { readonly withFileTypes: true }) => {
    const entries = fs.readdirSync(dir, options);
    for (const entry of entries) {
      if (!entry.isFile() && !entry.isDirectory() && !entry.isSymbolicLink())
        odd.set(join(dir, entry.name), noFile(oddKind(entry)));
      if (!entry.name.includes(UNREADABLE) || !entry.isDirectory()) continue;
      const path = join(dir, entry.name);
      if (depth(path) < deepest) refuseUnreadable(fs, path);
    }
    return entries;
  };
}

/** A name that was not read as it is leads nowhere. */
function refuseUnreadable(fs: FsModule, path: string): void {
  if (!path.includes(UNREADABLE) || exists(fs, path)) return;
  throw new FileError('use', path, 'EILSEQ', 'its name is not UTF-8; rename it');
}
