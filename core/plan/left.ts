/**
 * How an output was left, as one text to put on record and to compare. Besides the digest of a whole
 * file there are, told apart by their first characters:
 *
 *     {"key":"value"}            the values of the keys that are ours in a file
 *     [["out/x","<digest>"]]     the members of a pattern, each with its digest
 *     -> ["a.txt","<digest>"]    a symbolic link: where it leads, and the digest of what is there
 *     == ["a.txt","<digest>"]    the same file as one that the target is made from, under a second name
 *
 * A path that can be neither digested nor used is `unfit: ` and why; that is never put on record.
 */
import { ABSENT, digestOf } from '../api/digest.ts';
import type { Output } from '../api/rules.ts';
import type { Digest, Path } from '../api/values.ts';

const UNFIT = 'unfit: ';
const LINK = '-> ';
const SAME = '== ';

/** Stands for the content of what cannot be used, with the reason. */
export const unfit = (why: string): Digest => UNFIT + why;

/** Why a path cannot be used; undefined for a digest, and for what is not there. */
export const whyUnfit = (digest: Digest): string | undefined =>
  digest.startsWith(UNFIT) ? digest.slice(UNFIT.length) : undefined;

/** Of keys in a file the values themselves are remembered: which keys are ours may change. */
export function keysDigest(names: readonly string[], values: readonly (string | null)[]): Digest {
  return JSON.stringify(Object.fromEntries(names.map((name, i) => [name, values[i] ?? null])));
}

/** Members of a pattern in their order. */
export const membersDigest = (members: Iterable<readonly [Path, Digest]>): Digest => {
  const list = [...members];
  return list.length === 0 ? ABSENT : JSON.stringify(list);
};

/** Members of a pattern by path; undefined for a record that holds the digest of them all. */
export function membersOf(digest: Digest | undefined): ReadonlyMap<Path, Digest> | undefined {
  if (digest === undefined || digest === ABSENT) return new Map();
  return digest.startsWith('[') ? new Map(JSON.parse(digest)) : undefined;
}

/** A link that leads to `to`, where `content` was found. */
export const linkDigest = (to: string, content: Digest): Digest =>
  LINK + JSON.stringify([to, content]);

/** A file that is also `as`, something that the target is made from. */
export const sameFileDigest = (as: Path, content: Digest): Digest =>
  SAME + JSON.stringify([as, content]);

/** Where a link leads; undefined for all else. */
export const linkIn = (digest: Digest | undefined): string | undefined =>
  digest?.startsWith(LINK) === true ? pairIn(digest)[0] : undefined;

const isLink = (digest: Digest | undefined): boolean => linkIn(digest) !== undefined;

/** What follows a mark; both marks are of one length. */
const pairIn = (digest: Digest): readonly [string, Digest] => JSON.parse(digest.slice(LINK.length));

/** Digest of what dependents find: of a link the content behind it, of a pattern all members as one. */
export function contentOf(digest: Digest): Digest {
  if (digest.startsWith('[')) return digestOf(digest);
  if (!digest.startsWith(LINK) && !digest.startsWith(SAME)) return digest;
  const [to, content] = pairIn(digest);
  return content === ABSENT ? digestOf(LINK + to) : content;
}

/** What of an output is not as a run left it, by file. */
export interface Differences {
  readonly missing: readonly Path[];
  readonly changed: readonly Path[];
  /** Files that match a pattern and that no run has made. */
  readonly others: readonly Path[];
}

const NO_DIFFERENCE: Differences = Object.freeze({ missing: [], changed: [], others: [] });

/** Compares an output with its record. */
export function differencesOf(
  output: Output,
  recorded: Digest | undefined,
  now: Digest,
  file: (path: Path) => Digest,
): Differences {
  if (output.glob === true) return memberDifferences(output.path, recorded, now);
  if (isFileAsLeft(recorded, now, file)) return NO_DIFFERENCE;
  const lost = linkIn(now) !== undefined && pairIn(now)[1] === ABSENT && !isLink(recorded);
  const gone = now === ABSENT || lost || recorded === undefined;
  return gone
    ? { ...NO_DIFFERENCE, missing: [output.path] }
    : { ...NO_DIFFERENCE, changed: [output.path] };
}

/** Whether an output is as a run left it; of a pattern, those of its members that the run made. */
export function isAsLeft(
  output: Output,
  recorded: Digest | undefined,
  now: Digest,
  file: (path: Path) => Digest,
): boolean {
  if (recorded === now) return true;
  const { missing, changed } = differencesOf(output, recorded, now, file);
  return missing.length === 0 && changed.length === 0;
}

function memberDifferences(pattern: Path, recorded: Digest | undefined, now: Digest): Differences {
  const present = membersOf(now);
  const ours = membersOf(recorded);
  if (present === undefined || recorded === undefined)
    return { ...NO_DIFFERENCE, [recorded === undefined ? 'missing' : 'changed']: [pattern] };
  // An older record knows its members only as a whole.
  if (ours === undefined) {
    if (digestOf(now) === recorded) return NO_DIFFERENCE;
    return { ...NO_DIFFERENCE, [now === ABSENT ? 'missing' : 'changed']: [pattern] };
  }
  const missing = [...ours.keys()].filter((path) => !present.has(path));
  return {
    missing: missing.length > 0 && missing.length === ours.size ? [pattern] : missing,
    changed: [...ours].flatMap(([path, digest]) =>
      present.has(path) && present.get(path) !== digest ? [path] : [],
    ),
    others: [...present.keys()].filter((path) => !ours.has(path)),
  };
}

function isFileAsLeft(
  recorded: Digest | undefined,
  now: Digest,
  file: (path: Path) => Digest,
): boolean {
  if (recorded === undefined) return false;
  if (recorded === now) return true;
  if (recorded.startsWith('{')) return keysAsLeft(recorded, now);
  const leadsTo = linkIn(recorded);
  // A change of the file behind the link concerns the target that makes that file, not this one.
  if (leadsTo !== undefined) return linkIn(now) === leadsTo;
  if (recorded.startsWith(SAME)) {
    const [as, content] = pairIn(recorded);
    return contentOf(now) === content || contentOf(now) === file(as);
  }
  return now !== ABSENT && contentOf(now) === recorded;
}

/** Whether those keys that were ours then, and still are, have the values of then. */
function keysAsLeft(recorded: Digest, now: Digest): boolean {
  if (!now.startsWith('{')) return false;
  const values: { readonly [key: string]: string | null } = JSON.parse(now);
  return Object.entries(JSON.parse(recorded)).every(
    ([name, value]) => !Object.hasOwn(values, name) || values[name] === value,
  );
}
