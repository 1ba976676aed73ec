/**
 * Notices what is written while a run reads it. Such a run counts as made from something that equals
 * nothing: an input that changes and changes back would otherwise pass for one that never moved.
 */
import { ABSENT } from '../api/digest.ts';
import type { Digest, Path, TargetName } from '../api/values.ts';
import type { Graph, Node } from '../graph/graph.ts';
import type { Built, Signature, Stamps } from '../memory/trace.ts';
import { IN_FLUX, mapped } from '../plan/signature.ts';
import type { Observer } from './observer.ts';

/** What a run of a node reads by declaration, but for what the same run makes. */
interface Reads {
  /** Files, and those that the globs match. */
  readonly files: readonly Path[];
  readonly globs: readonly string[];
  /** Files that needs made, by the need. */
  readonly products: ReadonlyMap<TargetName, readonly Path[]>;
}

/** What the run reads, as it stands when it begins; looked at anew, since plans may be hours old. */
export async function stampsBefore(
  node: Node,
  makes: readonly TargetName[],
  gathered: readonly TargetName[],
  graph: Graph,
  observer: Observer,
): Promise<Stamps> {
  const { files, globs, products } = readsOf(node, makes, gathered, graph);
  await observer.refresh(files, globs);
  const members = globs.flatMap((pattern) => observer.matches(pattern, node.outputs));
  // What needs have made counts as it was when they were made, not as it is found now.
  return observer.stamps([...files, ...members, ...[...products.values()].flat()]);
}

/**
 * The signature that a run is recorded with, given what was known when it began. What was written
 * while the last good run read it too, and with the same content, the program itself writes: that is
 * no reason to make it again, or there would be no end of it.
 */
export async function signatureAfter(
  node: Node,
  { signature, stamps: before, previous }: Begun,
  makes: readonly TargetName[],
  graph: Graph,
  observer: Observer,
): Promise<Signature> {
  const was = previous?.signature;
  const gathered = Object.keys(signature.gathered);
  const reads = readsOf(node, makes, gathered, graph);
  const { files, globs, products } = reads;
  let now = await stampsAfter(reads, observer);
  // A network may have said for a moment that something is not there.
  if (Object.keys(before).some((path) => before[path] !== now[path]))
    now = await stampsAfter(reads, observer);
  const members = globs.flatMap((pattern) => observer.matches(pattern, node.outputs));
  /** Whether nobody can tell what of these files the run has read. */
  const spoilt = (paths: readonly Path[], recorded: Digest | undefined): boolean =>
    paths.some((path) => {
      const stamp = before[path];
      if (stamp === undefined || stamp === now[path]) return false;
      return recorded !== IN_FLUX || digestIn(stamp) !== digestIn(now[path]);
    });
  const own = new Set(files);
  const ofNeed = (need: TargetName, digest: Digest, recorded: Digest | undefined): Digest => {
    const paths = products.get(need) ?? [];
    // A need that is held back may have lost its files.
    const lost = paths.some((path) => digestIn(before[path]) === ABSENT);
    return lost || spoilt(paths, recorded) ? IN_FLUX : digest;
  };
  return {
    ...signature,
    inputs: mapped(signature.inputs, (path, digest) => {
      if (!own.has(path)) return digest;
      const changed = observer.file(path) !== digest;
      return changed || spoilt([path], was?.inputs[path]) ? IN_FLUX : digest;
    }),
    globs: mapped(signature.globs, (pattern, digest) => {
      const changed = observer.glob(pattern, node.outputs) !== digest;
      return changed || spoilt(members, was?.globs[pattern]) ? IN_FLUX : digest;
    }),
    deps: mapped(signature.deps, (need, digest) => ofNeed(need, digest, was?.deps[need])),
    gathered: mapped(signature.gathered, (need, digest) =>
      ofNeed(need, digest, was?.gathered[need]),
    ),
  };
}

/** What the run has read, as it stands now. */
async function stampsAfter({ files, globs, products }: Reads, observer: Observer): Promise<Stamps> {
  await observer.refresh(files, globs);
  const found = [...files, ...globs.flatMap((pattern) => observer.matches(pattern))];
  const made = await observer.stampsNow([...products.values()].flat());
  return { ...observer.stamps(found), ...made };
}

/** What is known of a run as it begins. */
interface Begun {
  readonly signature: Signature;
  readonly stamps: Stamps;
  readonly previous: Built | undefined;
}

const digestIn = (stamp: string | undefined): string | undefined => stamp?.split(' ')[0];

function readsOf(
  node: Node,
  makes: readonly TargetName[],
  gathered: readonly TargetName[],
  graph: Graph,
): Reads {
  const { inputs = [], optionalInputs = [], globs = [] } = node.rule;
  const files = [...inputs, ...optionalInputs].filter(
    (path) => !makes.includes(graph.makers.get(path) ?? ''),
  );
  const needs = [...node.deps, ...gathered].filter((need) => !makes.includes(need));
  return {
    files,
    globs,
    products: new Map(needs.map((need) => [need, comparedFiles(need, graph)])),
  };
}

/** Files of a need that only its own run may write. */
function comparedFiles(need: TargetName, graph: Graph): readonly Path[] {
  return graph.nodes
    .get(need)!
    .outputs.filter(({ glob, quiet, keys, shared }) => !(glob || quiet || keys || shared))
    .map(({ path }) => path);
}
