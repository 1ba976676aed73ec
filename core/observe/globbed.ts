/** The files that match a pattern, as they were seen. */
import type { Output } from '../api/rules.ts';
import type { Digest, Path } from '../api/values.ts';
import { membersDigest, unfit, whyUnfit } from '../plan/left.ts';

/** What was seen of a pattern. */
export interface Globbed {
  readonly paths: ReadonlySet<Path>;
  readonly seen: readonly (readonly [Path, Digest])[];
  /** The paths with their digests, see `membersDigest`. */
  readonly members: Digest;
  /** Says that a member cannot be used (see `unfit`): the others alone are not all that matches. */
  readonly unfit?: Digest;
}

/** The members of a pattern, put together. */
export function globbedOf(seen: Globbed['seen']): Globbed {
  const bad = seen.find(([, digest]) => whyUnfit(digest) !== undefined);
  return {
    paths: new Set(seen.map(([path]) => path)),
    seen,
    members: membersDigest(seen),
    ...(bad && { unfit: unfit(`matches ${bad[0]}, which ${whyUnfit(bad[1])}`) }),
  };
}

/** A pattern among the outputs is written over as it is read, so its members are inputs all the same. */
export function without(globbed: Globbed, own: readonly Output[]): Globbed {
  const mine = new Set<Path>();
  for (const { path, glob } of own) if (glob !== true && globbed.paths.has(path)) mine.add(path);
  return mine.size === 0 ? globbed : globbedOf(globbed.seen.filter(([path]) => !mine.has(path)));
}
