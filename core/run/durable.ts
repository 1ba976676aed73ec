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
  const named = (glob: boolean) =>
    outputs.filter((output) => (output.glob === true) === glob).map(({ path }) => path);
  const patterns = named(true);
  await observer.refresh([], patterns);
  await files.flush([...named(false), ...patterns.flatMap((one) => observer.matches(one))]);
}
