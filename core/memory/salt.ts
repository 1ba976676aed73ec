/** The salt of a workspace, with which secrets are sealed. Worth nothing without the workspace, and kept from others. */
import type { Path } from '../api/values.ts';
import type { Files } from '../world/world.ts';

/** Where it is. Without it every sealed value counts as changed. */
const SALT: Path = '.desgw/salt';

/**
 * The salt; made where there is none.
 * @param mayWrite false: one for this command alone where there is none, which no record can match
 */
export function saltOf(files: Files, { mayWrite }: { readonly mayWrite: boolean }): string {
  for (;;) {
    const kept = files.readText(SALT)?.trim() ?? '';
    if (kept !== '') return kept;
    const fresh = crypto.randomUUID() + crypto.randomUUID();
    if (!mayWrite) return fresh;
    // Where a group works together in a workspace, all of them compare with one record.
    const mode = files.sharedWithGroup ? 0o660 : 0o600;
    if (files.stat(SALT) !== undefined) files.remove(SALT); // an empty one is none
    if (files.createExclusive(SALT, `${fresh}\n`, mode)) return fresh;
  }
}
