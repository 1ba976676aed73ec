/**
 * What stands where a target will be made, before its run and after: which of it the run has made,
 * and what is somebody else's.
 */
import { ABSENT } from '../api/digest.ts';
import type { Output } from '../api/rules.ts';
import type { Digest, Path, TargetName } from '../api/values.ts';
import type { Graph, Node } from '../graph/graph.ts';
import type { Built, Signature, Stamps } from '../memory/trace.ts';
import { forRecord } from '../observe/looked.ts';
import type { Observer } from '../observe/observer.ts';
import { contentOf, linkIn, membersDigest, membersOf, sameFileDigest } from '../plan/left.ts';
import { mapped } from '../plan/signature.ts';
import type { Reason } from '../words/reasons.ts';
import { enumerate } from '../words/text.ts';

/** Under which name the stamps of a path that is a link tell where it leads. */
const linkKey = (path: Path): string => `-> ${path}`;

/**
 * Stamps of what a run may find and leave alone: members of its patterns, and what lies behind links.
 * Looked at anew, since plans may be hours old.
 */
export async function foundBefore({ outputs }: Node, observer: Observer): Promise<Stamps> {
  const patterns = outputs.filter(({ glob }) => glob === true).map(({ path }) => path);
  const plain = outputs.filter(({ glob }) => glob !== true).map(({ path }) => path);
  await observer.refresh(plain, patterns);
  const links = plain.flatMap((path) => {
    const leadsTo = linkIn(observer.output({ path }));
    return leadsTo === undefined ? [] : [[path, leadsTo] as const];
  });
  const members = patterns.flatMap((pattern) => observer.matches(pattern));
  return {
    ...observer.stamps([...members, ...links.map(([path]) => path)]),
    ...Object.fromEntries(links.map(([path, leadsTo]) => [linkKey(path), leadsTo])),
  };
}

/** What is known of a run that is to go on record. */
export interface Ran {
  readonly node: Node;
  /** What was there before it, from `foundBefore`. */
  readonly found: Stamps;
  readonly previous: Built | undefined;
  /** Files that its own steps have put in place. */
  readonly placed: ReadonlySet<Path>;
  /** Files that it was made from. */
  readonly madeFrom: readonly Path[];
}

/** The outputs of a run for the record. */
export function outputsMade(ran: Ran, observer: Observer): { readonly [path: Path]: Digest } {
  return Object.fromEntries(
    ran.node.outputs.map((output) => [output.path, outputMade(output, ran, observer)]),
  );
}

function outputMade(output: Output, ran: Ran, observer: Observer): Digest {
  const now = forRecord(output, observer.output(output));
  if (output.glob === true) return membersMade(output.path, now, ran, observer);
  if (output.keys !== undefined) return now;
  if (linkIn(now) !== undefined) return isLinkOfOurs(output.path, now, ran) ? now : contentOf(now);
  if (!observer.hasMoreNames(output.path)) return now;
  const as = ran.madeFrom.find((path) => observer.isSameFile(path, output.path));
  return as === undefined ? now : sameFileDigest(as, now);
}

/** Of what matches a pattern, the files that this run has written or an earlier one had made. */
function membersMade(pattern: Path, now: Digest, ran: Ran, observer: Observer): Digest {
  const present = membersOf(now);
  if (present === undefined) return now;
  const before = membersOf(ran.previous?.outputs[pattern]);
  const stamps = observer.stamps([...present.keys()]);
  return membersDigest(
    [...present].filter(
      ([path]) => ran.found[path] !== stamps[path] || before === undefined || before.has(path),
    ),
  );
}

/**
 * A link that the run has made counts as a link; through one that was there before, the run has
 * written, and what is behind it counts.
 */
function isLinkOfOurs(path: Path, now: Digest, { found, previous, placed }: Ran): boolean {
  if (found[linkKey(path)] !== linkIn(now)) return true;
  const before = previous?.outputs[path];
  if (before !== undefined) return linkIn(before) !== undefined;
  return !placed.has(path) && found[path] === contentStamp(found[path], now);
}

/** The stamp that a file with this content has if it was not written since. */
const contentStamp = (stamp: string | undefined, now: Digest): string | undefined =>
  stamp?.split(' ')[0] === contentOf(now) ? stamp : undefined;

/**
 * The signature of a target for the record. Links of a chain are made from each other: what the
 * earlier ones made is known only now.
 */
export function signatureMade(
  { node, signature }: { readonly node: Node; readonly signature: Signature },
  products: ReadonlyMap<TargetName, Digest>,
  { graph, observer }: { readonly graph: Graph; readonly observer: Observer },
): Signature {
  const madeNow = (path: Path): boolean => products.has(graph.makers.get(path) ?? node.name);
  return {
    ...signature,
    deps: mapped(signature.deps, (dep, before) => products.get(dep) ?? before),
    inputs: mapped(signature.inputs, (path, before) =>
      madeNow(path) ? observer.file(path) : before,
    ),
  };
}

/** Files that a target is made from, as far as they are named. */
export function madeFrom({ rule, deps }: Node, graph: Graph): readonly Path[] {
  const { inputs = [], optionalInputs = [] } = rule;
  const needed = deps.flatMap((dep) => graph.nodes.get(dep)!.outputs.map(({ path }) => path));
  return [...inputs, ...optionalInputs, ...needed];
}

/** What is said of input patterns without a match: nearly always a slip. */
export const emptyPatterns = ({ rule, outputs }: Node, observer: Observer): readonly string[] =>
  (rule.globs ?? []).flatMap((pattern) =>
    observer.glob(pattern, outputs) === ABSENT ? [`${pattern} matches no file`] : [],
  );

/** What is said of files that an earlier run made from what is gone: they are not deleted. */
export function leftOverNotice(
  ran: Ran,
  because: readonly Reason[],
  observer: Observer,
): string | undefined {
  const left = because.some(tookAway) ? leftOver(ran, observer) : [];
  if (left.length === 0) return undefined;
  const [is, it] = left.length > 1 ? ['are', 'them'] : ['is', 'it'];
  return `${enumerate(left, 5)} ${is} as an earlier run left ${it}, and what this is made from has become less; delete what nothing stands for any more`;
}

/** Members of patterns that an earlier run made, and this one has left as they were. */
function leftOver({ node, found, previous }: Ran, observer: Observer): readonly Path[] {
  return node.outputs.flatMap((output) => {
    if (output.glob !== true || previous === undefined) return [];
    const before = membersOf(previous.outputs[output.path]);
    const present = membersOf(observer.output(output)) ?? new Map<Path, Digest>();
    const stamps = observer.stamps([...present.keys()]);
    return [...present.keys()].filter(
      (path) => before?.has(path) === true && found[path] === stamps[path],
    );
  });
}

/** Whether there is less to make a target from than there was. */
function tookAway(reason: Reason): boolean {
  switch (reason.kind) {
    case 'glob changed':
      return reason.files?.some(({ how }) => how === 'vanished') ?? false;
    case 'input changed':
      return reason.how === 'vanished' || reason.how === 'removed';
    default:
      return ['dep removed', 'not gathered', 'recipe changed', 'param changed'].includes(
        reason.kind,
      );
  }
}
