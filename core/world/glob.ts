/** File name patterns. Apart, because fast-glob takes longer to load than most builds take. */
import { createRequire } from 'node:module';
import type * as FastGlob from 'fast-glob';
import { codeOf, type FsModule, told } from './fs.ts';

/** The state directory and half-written files (see `placing.ts`) are nobody's input. */
const NEVER = ['**/.desgw/**', '**/.*.desgw-*-*'];

/**
 * Files matching a fast-glob pattern, dot files included, sorted by code unit. Relative to `root`,
 * or absolute if the pattern is.
 * @throws FileError when a directory cannot be read
 */
export function globFiles(fs: FsModule, root: string, pattern: string): readonly string[] {
  const fastGlob = createRequire(import.meta.url)('fast-glob') as typeof FastGlob;
  try {
    return fastGlob.sync(pattern, { cwd: root, dot: true, ignore: NEVER, fs }).sort();
  } catch (error) {
    // A file where the pattern wants a directory: nothing matches.
    if (codeOf(error) === 'ENOTDIR') return [];
    throw told(`look for files matching '${pattern}' in`, root, error);
  }
}
