/** Whether a file in the place of an output was left by a run, or is somebody else's. */
import { ABSENT } from '../api/digest.ts';
import type { Output } from '../api/rules.ts';
import type { Digest, Path } from '../api/values.ts';
import { type Built, type Left, lastGood, type Trace } from '../memory/trace.ts';
import { contentOf, differencesOf, membersOf } from './left.ts';

/** One file of an output that is there. */
export interface Part {
  readonly path: Path;
  readonly now: Digest;
}

/** The files of an output that are there: itself, or the members of a pattern. */
export function partsOf(output: Output, now: Digest): readonly Part[] {
  if (now === ABSENT) return [];
  const members = output.glob === true ? membersOf(now) : undefined;
  if (members === undefined) return [{ path: output.path, now }];
  return [...members].map(([path, digest]) => ({ path, now: digest }));
}

/** What is looked at to tell. */
export interface Seen {
  output(output: Output): Digest;
  file(path: Path): Digest;
  stamps(paths: readonly Path[]): { readonly [path: Path]: string };
}

/**
 * Whether what is there was left by a run: by the last good one, or perhaps by one that was
 * interrupted or failed.
 */
export function isOurs(output: Output, part: Part, trace: Trace | undefined, seen: Seen): boolean {
  const { path, now } = part;
  const isOneOf = (left: Left): boolean =>
    isOnRecord(output, part, left, seen) || isOurs(output, part, lastGood(trace), seen);
  switch (trace?.kind) {
    case undefined:
      return false;
    case 'finishing':
      return (
        isOnRecord(output, part, trace.outputs, seen) || isOurs(output, part, trace.previous, seen)
      );
    case 'started': {
      if (trace.left !== undefined) return isOneOf(trace.left);
      const found = trace.stamps?.[path];
      // A file that has not changed since that run began is whose it was then.
      if (found === undefined || seen.stamps([path])[path] !== found) return true;
      return isOurs(output, part, trace.previous, seen);
    }
    case 'failed':
      if (trace.left !== undefined) return isOneOf(trace.left);
      return trace.untouched?.[path] !== contentOf(now);
    case 'cleaning':
      return isOnRecord(output, part, trace.outputs, seen);
    case 'built': {
      const { outputs, beside } = trace;
      const known = beside === undefined ? outputs : { ...outputs, ...beside };
      return trace.how !== 'accepted' && isOnRecord(output, part, known, seen);
    }
  }
}

/** Whether a file is on record, and as it was left. */
function isOnRecord(
  output: Output,
  { path }: Part,
  outputs: Built['outputs'],
  seen: Seen,
): boolean {
  const recorded = outputs[output.path];
  if (recorded === undefined) return false;
  const found = differencesOf(output, recorded, seen.output(output), (other) => seen.file(other));
  return ![...found.missing, ...found.changed, ...found.others].some(
    (other) => other === path || other === output.path,
  );
}
