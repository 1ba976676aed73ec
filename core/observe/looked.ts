/** Looks at files, of which one that cannot be looked at is a matter of whoever needs it alone. */
import { ABSENT } from '../api/digest.ts';
import { isSystemError } from '../api/errors.ts';
import type { Output } from '../api/rules.ts';
import type { Digest, Path } from '../api/values.ts';
import { membersOf, unfit, whyUnfit } from '../plan/left.ts';
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
  return seenOr(
    () => files.stat(path),
    (why) => ({ ...UNSEEN, digest: unfit(`cannot be used: ${why}`) }),
  );
}

/**
 * What a look shows, or what stands for it where the system fails. Networks fail for a moment, and
 * what could not be seen passes for changed: so a look that failed is made a second time.
 */
export function seenOr<T>(look: () => T, otherwise: (why: string) => T): T {
  for (let again = true; ; again = false) {
    try {
      return look();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (!again) return otherwise(error.message);
    }
  }
}

/**
 * A digest as it may go on record.
 * @throws what kept it from being seen, or that it is gone again: that is no state to compare with
 */
export function forRecord({ path, optional }: Output, digest: Digest): Digest {
  const isGone = digest === ABSENT && optional !== true;
  const members = digest.startsWith('[') ? [...(membersOf(digest) ?? [])] : [];
  const unseen = members.flatMap(([member, one]) => {
    const told = whyUnfit(one);
    return told === undefined ? [] : [`matches ${member}, which ${told}`];
  });
  const why = isGone ? 'is not there any more' : (unseen[0] ?? whyUnfit(digest));
  if (why === undefined) return digest;
  const code = isGone ? 'ENOENT' : (/\((E[A-Z0-9]+)\)$/.exec(why)?.[1] ?? 'EINVAL');
  throw Object.assign(new Error(`${path} ${why}`), { code });
}
