/** What the steps of a run have left, apart from what it was to make. */
import { ABSENT } from '../api/digest.ts';
import type { Output } from '../api/rules.ts';
import type { Digest, Path } from '../api/values.ts';
import type { Built, Left } from '../memory/trace.ts';
import type { Observer } from '../observe/observer.ts';
import { contentOf, membersDigest, membersOf, whyUnfit } from '../plan/left.ts';
import type { Course } from './course.ts';
import type { Entry } from './entry.ts';

/** Files that the steps of a run have put in place and that are no outputs. */
export function besideNow({ beside, context: { observer } }: Course): NonNullable<Built['beside']> {
  observer.forget(beside);
  return Object.fromEntries([...beside].flatMap((path) => usable(path, observer.output({ path }))));
}

/**
 * What a run that has made nothing left of its own.
 * @param untouched what it found there and has not changed
 */
export function leftNow(
  course: Course,
  { node: { outputs } }: Entry,
  untouched: { readonly [path: Path]: Digest },
): Left {
  const { observer } = course.context;
  observer.forget(outputs.map(({ path }) => path));
  const own = outputs.flatMap((output) => ownPart(output, observer, untouched));
  const beside = Object.entries(besideNow(course)).filter(([path]) => !(path in untouched));
  return Object.fromEntries([...own, ...beside]);
}

function ownPart(
  output: Output,
  observer: Observer,
  untouched: { readonly [path: Path]: Digest },
): readonly (readonly [Path, Digest])[] {
  const now = observer.output(output);
  const members = output.glob === true ? membersOf(now) : undefined;
  if (members === undefined)
    return untouched[output.path] === contentOf(now) ? [] : usable(output.path, now);
  const own = [...members].filter(
    ([path, digest]) => !(path in untouched) && whyUnfit(digest) === undefined,
  );
  return usable(output.path, membersDigest(own));
}

const usable = (path: Path, now: Digest): readonly (readonly [Path, Digest])[] =>
  now === ABSENT || whyUnfit(now) !== undefined ? [] : [[path, now]];
