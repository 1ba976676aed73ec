/** The salt of a workspace, with which secrets are sealed: for its owner, or the group that shares it, alone. */
import type { Path } from '../api/values.ts';
import type { Files } from '../world/world.ts';

/** When it is lost, every sealed value counts as changed. */
const SALT: Path = '.desgw/salt';

/**
 * The salt; made where there is none.
 * @param mayWrite false: where there is none, one for this command alone, which matches no record
 */
export function saltOf(files: Files, { mayWrite }: { readonly mayWrite: boolean }): string {
  for (;;) {
    const kept = files.readText(SALT)?.trim() ?? '';
    if (kept !== '') return kept;
    const fresh = crypto.randomUUID() + crypto.randomUUID();
    if (!mayWrite) return fresh;
    // A group that works together in a workspace compares with one record, so all need the same salt.
    const mode = files.sharedWithGroup ? 0o660 : 0o600;
    if (files.stat(SALT) !== undefined) files.remove(SALT); // it is there, but empty
    if (files.createExclusive(SALT, `${fresh}\n`, mode)) return fresh;
  }
}
