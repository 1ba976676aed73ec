/** Looks at files, of which one that cannot be looked at is a matter of whoever needs it alone. */
import { isSystemError } from '../api/errors.ts';
import type { Digest, Path } from '../api/values.ts';
import { unfit } from '../plan/left.ts';
import type { Files, Stat } from '../world/world.ts';

/**
 * What a look at a file showed; with its digest as soon as a record is found to speak of this, and
 * when it was first seen like that, by the clock that nobody can set.
 */
export type Looked = Stat & { digest?: Digest; at?: number };

/** Stands for what could not be looked at; together with a digest that says so. */
const UNSEEN: Stat = { size: 0, mtime: 0, ctime: 0, ino: 0, dev: 0, directory: false };

/** Looks at many, all at once unless one of them fails. */
export async function lookAtAll(
  files: Files,
  paths: readonly Path[],
): Promise<readonly (Looked | undefined)[]> {
  try {
    return await files.statMany(paths);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return paths.map((path) => lookAt(files, path));
  }
}

/** Looks at one. */
export function lookAt(files: Files, path: Path): Looked | undefined {
  try {
    return files.stat(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { ...UNSEEN, digest: unfit(`cannot be used: ${error.message}`) };
  }
}
