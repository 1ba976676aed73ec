/**
 * The name of a workspace, by which others know its claims. It is random, and stays with it when it is
 * moved, when it is reached under another path or from another host, and when `.desgw` is lost. It
 * lies in `.desgw/workspace` and in a marker file beside the rule file. A copy of a workspace is
 * another one: it gets a name of its own as soon as it claims something.
 */
import { dirname } from 'node:path';
import type { Files } from '../world/world.ts';

const KEPT = '.desgw/workspace';
const MARKER = '.desgw-workspace';

interface Named {
  readonly id: string;
  /** Where the workspace was when it was named, or found to have been moved. */
  readonly root: string;
}

/** The workspace's own name; gives it one if it has none. The caller holds the lock. */
export function workspaceId(files: Files): string {
  // A builder that was killed while it wrote one has left half of it.
  for (const rest of [KEPT, MARKER].flatMap((path) => files.leftovers(dirname(path))))
    files.remove(rest);
  const [kept, marker] = [read(files, KEPT), read(files, MARKER)];
  const found = marker ?? kept;
  const id = found !== undefined && !isCopy(files, found) ? found.id : crypto.randomUUID();
  const text = `${JSON.stringify({ id, root: files.root } satisfies Named)}\n`;
  for (const path of [KEPT, MARKER]) if (files.readText(path) !== text) files.write(path, text);
  return id;
}

/** Whether the workspace is still where it was named, so that this folder is a copy of it. */
function isCopy(files: Files, { id, root }: Named): boolean {
  if (root === files.root) return false;
  const original = `${root}/${MARKER}`;
  return read(files, original)?.id === id && files.stat(original)?.ino !== files.stat(MARKER)?.ino;
}

function read(files: Files, path: string): Named | undefined {
  try {
    const { id, root } = JSON.parse(files.readText(path) ?? '');
    return typeof id === 'string' && typeof root === 'string' ? { id, root } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // half of one, or somebody else's file
    throw error;
  }
}
