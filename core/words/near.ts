/** Files whose names resemble one that is missing. */
import { nearest } from '../api/errors.ts';
import type { Path } from '../api/values.ts';
import type { Files } from '../world/world.ts';

/** Up to three paths beside `path` with similar names. */
export function nearestNames(files: Files, path: Path): Path[] {
  const cut = path.lastIndexOf('/');
  const dir = cut < 0 ? '.' : path.slice(0, cut) || '/';
  const names = (files.list(dir) ?? []).filter((name) => !name.startsWith('.'));
  return nearest(path.slice(cut + 1), names).map((name) =>
    cut < 0 ? name : `${path.slice(0, cut)}/${name}`,
  );
}
