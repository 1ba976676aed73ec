/** Copying files and trees. Nothing at the destination is ever deleted. */
import { join } from 'node:path';
import { during, FileError, type FsModule } from './fs.ts';
import type { Placing } from './placing.ts';

/**
 * Copies a file, or a tree with its links as links and all modes. Each file appears whole; files
 * that exist already are replaced, others stay.
 * @throws FileError when something cannot be read or written, or the tree would hold itself
 */
export function copyTree(fs: FsModule, placing: Placing, from: string, to: string): void {
  if (`${to}/`.startsWith(`${from}/`)) {
    throw new FileError(`copy ${from} to`, to, 'EINVAL', 'a tree cannot be copied into itself');
  }
  during(`copy ${from} to`, to, () => copyAny(fs, placing, from, to));
}

function copyAny(fs: FsModule, placing: Placing, from: string, to: string): void {
  const stat = fs.lstatSync(from);
  if (stat.isSymbolicLink()) {
    placing.placeLink(to, fs.readlinkSync(from));
  } else if (stat.isDirectory()) {
    placing.makeDirectory(to);
    // Left by a copy that was killed; nobody else would look for it so far down.
    for (const rest of placing.leftovers(to)) placing.discard(rest);
    for (const name of fs.readdirSync(from)) {
      const [source, target] = [join(from, name), join(to, name)];
      during(`copy ${source} to`, target, () => copyAny(fs, placing, source, target));
    }
  } else if (stat.isFile()) {
    const target = placing.throughLinks(to);
    placing.commit(placing.copyTemporary(from, target), target);
  } else {
    throw new FileError('copy', from, 'EINVAL', 'it is neither a file, a directory nor a link');
  }
}
