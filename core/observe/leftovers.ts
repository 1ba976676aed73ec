/** Half-written files that a killed build has left behind. They are nobody's input, and may go. */
import type { Path } from '../api/values.ts';
import type { Files } from '../world/world.ts';

/**
 * Half-written files in the folders of these files and patterns.
 * @throws FileError when a folder cannot be listed
 */
export function leftoversBeside(files: Files, paths: Iterable<Path>): readonly Path[] {
  const folders = new Set<Path>();
  for (const path of paths) {
    const plain = path.replace(/[*?[{(].*/s, '');
    const cut = plain.lastIndexOf('/');
    folders.add(cut < 0 ? '.' : plain.slice(0, cut) || '/');
  }
  return [...folders].flatMap((folder) => files.leftovers(folder));
}
