/** The workspace around a folder, found without loading anything. */
import { dirname, join } from 'node:path';
import { RULE_FILE } from '../load/find.ts';
import { isThere } from '../world/signatures.ts';

/** The nearest folder with a rule file, here or above; undefined if there is none. */
export function folderOfRules(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (isThere(join(folder, RULE_FILE))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}
