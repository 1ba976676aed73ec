/**
 * Notices what is written while a run reads it. Such a run counts as made from something that equals
 * nothing: an input that changes and changes back would otherwise pass for one that never moved.
 */
import { ABSENT } from './digest.ts';
import type { Observer } from './observe.ts';
import { IN_FLUX, mapped } from './signature.ts';
import type { Graph, Node, Path, Signature, Stamps, TargetName } from './types.ts';

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
  const members = globs.flatMap((pattern) => observer.matches(pattern));
  // What needs have made counts as it was when they settled, not as it is found now.
  return observer.stamps([...files, ...members, ...[...products.values()].flat()]);
}

/** The signature that a run is recorded with which began with `before`. */
export async function settledSignature(
  node: Node,
  signature: Signature,
  before: Stamps,
  makes: readonly TargetName[],
  graph: Graph,
  observer: Observer,
): Promise<Signature> {
  const gathered = Object.keys(signature.gathered);
  const { files, globs, products } = readsOf(node, makes, gathered, graph);
  await observer.refresh(files, globs);
  const members = globs.flatMap((pattern) => observer.matches(pattern));
  const now = {
    ...observer.stamps([...files, ...members]),
    ...(await observer.stampsNow([...products.values()].flat())),
  };
  const written = (path: Path): boolean =>
    Object.hasOwn(before, path) && before[path] !== now[path];
  const own = new Set(files);
  const moved = members.some(written);
  // A need that is held back may have lost its files.
  const lost = (path: Path): boolean => before[path] === ABSENT || written(path);
  const ofNeed = (need: TargetName, digest: string): string =>
    products.get(need)?.some(lost) === true ? IN_FLUX : digest;
  return {
    ...signature,
    inputs: mapped(signature.inputs, (path, digest) =>
      own.has(path) && (written(path) || observer.file(path) !== digest) ? IN_FLUX : digest,
    ),
    globs: mapped(signature.globs, (pattern, digest) =>
      moved || observer.glob(pattern) !== digest ? IN_FLUX : digest,
    ),
    deps: mapped(signature.deps, ofNeed),
    gathered: mapped(signature.gathered, ofNeed),
  };
}

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
