/** Nothing goes on record as made before it is on the disk for good. */
import type { Node } from '../graph/graph.ts';
import type { Observer } from '../observe/observer.ts';
import type { Files } from '../world/world.ts';

/** Waits until everything that targets have made is on the disk for good. */
export async function flushOutputs(
  nodes: readonly Node[],
  observer: Observer,
  files: Files,
): Promise<void> {
  const outputs = nodes.flatMap((node) => node.outputs);
  const patterns = outputs.flatMap(({ path, glob }) => (glob === true ? [path] : []));
  const named = outputs.flatMap(({ path, glob }) => (glob === true ? [] : [path]));
  await observer.refresh([], patterns);
  await files.flush([...named, ...patterns.flatMap((one) => observer.matches(one))]);
}
