/** Looks at many files without reading any, and at small ones of one's own. */
import * as fs from 'node:fs';
import { askAll } from './adaptive.ts';
import { codeOf, type FsModule, meansMissing } from './fs.ts';
import { NONE, type Notes, NUMBERS, numbersOf, OWNERSHIP, ownershipOf } from './noting.ts';

const QUIETLY = { throwIfNoEntry: false } as const;

/** Whether every file is as it was noted. On a slow disk many are looked at together. */
export async function areAsNoted(
  notes: Notes,
  fs?: Pick<FsModule, 'statSync' | 'stat'>,
): Promise<boolean> {
  const bearable = { from: notes.paths.length, most: 0 };
  return (await differencesFrom(notes, bearable, fs)) !== undefined;
}

/**
 * Which files are not as they were noted, by their places; undefined where those are more than can be
 * borne with. After the first such there is nothing more to find out.
 * @param bearable files from this place on may differ, and at most so many of them
 */
export async function differencesFrom(
  { paths, numbers }: Notes,
  { from, most }: { readonly from: number; readonly most: number },
  { statSync, stat }: Pick<FsModule, 'statSync' | 'stat'> = fs,
): Promise<readonly number[] | undefined> {
  const different: number[] = [];
  let same = true;
  const compare = (found: fs.Stats | undefined, index: number): undefined => {
    const at = index * NUMBERS;
    const isSame =
      found === undefined
        ? numbers[at] === NONE
        : numbers[at + 1] === OWNERSHIP
          ? ownershipOf(found).every((number, k) => numbers[at + k] === number)
          : numbers[at] === found.size &&
            numbers[at + 1] === found.mtimeMs &&
            numbers[at + 2] === found.ctimeMs &&
            numbers[at + 3] === found.ino;
    if (isSame) return;
    different.push(index);
    same &&= index >= from && different.length <= most;
  };
  await askAll(paths, {
    now: (path, index) => (same ? compare(statSync(path, QUIETLY), index) : undefined),
    later: (path, done, index) => {
      if (!same) return void setImmediate(done, undefined);
      stat(path, (error, found) => {
        if (error !== null && !meansMissing(codeOf(error))) return done(error);
        done(undefined, compare(error === null ? found : undefined, index));
      });
    },
  });
  return same ? different : undefined;
}

/** The numbers of files as they are now. */
export function numbersNow(
  paths: readonly string[],
  { statSync }: Pick<FsModule, 'statSync'> = fs,
): Float64Array {
  const numbers: number[] = [];
  for (const path of paths) numbersOf(statSync(path, QUIETLY), numbers);
  return Float64Array.from(numbers);
}

/** Whether there is such a file. */
export const isThere = (path: string): boolean => fs.statSync(path, QUIETLY) !== undefined;

/** The text of a file; undefined when it cannot be read, for whatever reason. */
export function readIfPossible(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}

/** The bytes of a file that nobody but we may have written; undefined for any other, and for none. */
export function readOwn(path: string): Buffer | undefined {
  let fd: number;
  try {
    fd = fs.openSync(path, 'r');
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
  try {
    const { uid, mode } = fs.fstatSync(fd);
    if (uid !== process.getuid?.() || (mode & 0o022) !== 0) return undefined;
    return fs.readFileSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Names a state of some files: another whenever one of them was replaced. */
export function stateOf(paths: readonly string[]): string {
  return numbersNow(paths).join();
}
