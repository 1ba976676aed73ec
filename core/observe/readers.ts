/** What looks and judges are given of declared files, and what they had seen when something ended. */
import { digestOf } from '../api/digest.ts';
import { MissingText } from '../api/errors.ts';
import type { Facts } from '../api/facts.ts';
import type { Look, Seen } from '../api/looks.ts';
import type { Digest, Instant, Path } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import type { KnownSighting } from '../memory/memory.ts';

/** Functions that read declared files. */
export type Readers = Pick<Facts, 'text' | 'maybeText'>;

/** Reads these files and no others. */
export function readersOf(
  reads: readonly Path[],
  read: (path: Path) => string | undefined,
): Readers {
  const allowed = new Set(reads);
  const maybeText = (path: Path): string | undefined => {
    if (!allowed.has(path)) throw new Error(`'${path}' is read but not declared in reads`);
    return read(path);
  };
  const text = (path: Path): string => {
    const content = maybeText(path);
    if (content === undefined) throw new MissingText(path);
    return content;
  };
  return { text, maybeText };
}

/** Whether a look asks somebody. */
export const isAsk = ({ kind }: Look): boolean => kind === 'ask';

/** Digest of all that was seen of a target but the answers. */
export function endingOf(
  looks: readonly Look[],
  seen: readonly Seen[],
  { observe }: Node['rule'],
  { maybeText }: Readers,
): Digest {
  const listed = seen.filter((_, i) => !isAsk(looks[i]!));
  const read = (observe?.reads ?? []).map((path) => maybeText(path) ?? null);
  return digestOf(JSON.stringify([listed, read]));
}

/** The record of a sighting, with what was seen when an answer said that it had ended. */
export const withEnding = (
  known: KnownSighting | undefined,
  ended: Digest,
  since: Instant,
): KnownSighting => ({ ...(known ?? { digest: NEVER_MOVED, since }), ended });

/** The digest of a movement where none was waited for. */
const NEVER_MOVED: Digest = 'ended at once';
