/** Two names of one file: outputs of different targets that meet behind a symbolic link. */
import { basename, dirname, join } from 'node:path/posix';
import { UserError } from '../api/errors.ts';
import type { Path, TargetName } from '../api/values.ts';
import type { Files } from '../world/world.ts';
import type { Graph } from './graph.ts';

/**
 * Refuses a plan that would make one file twice. Only what is about to be made is looked at, each
 * directory once: a build with nothing to do pays nothing.
 * @param normalise spelling of a path as the graph has it
 * @param placeOf where a target is declared, `file:line`
 * @throws {UserError} naming both spellings and both targets
 */
export function refuseAliases(
  {
    actions,
    graph,
  }: {
    readonly actions: readonly { readonly makes: readonly TargetName[] }[];
    readonly graph: Graph;
  },
  files: Pick<Files, 'realDirectory'>,
  normalise: (path: Path) => Path,
  placeOf: (target: TargetName) => string | undefined,
): void {
  const directories = new Map<Path, Path>();
  const owners = new Map<Path, { readonly target: TargetName; readonly path: Path }>();
  for (const target of actions.flatMap(({ makes }) => makes)) {
    for (const { path, glob } of graph.nodes.get(target)!.outputs) {
      if (glob === true) continue;
      const dir = dirname(path);
      const real = directories.get(dir) ?? files.realDirectory(dir);
      directories.set(dir, real);
      const file = normalise(join(real, basename(path)));
      const named = graph.makers.get(file);
      const other =
        owners.get(file) ?? (named === undefined ? undefined : { target: named, path: file });
      if (other !== undefined && other.target !== target) {
        const places = [other.target, target].map(placeOf).filter((place) => place !== undefined);
        throw new UserError(
          `'${other.path}' and '${path}' are one file, made by two targets, '${other.target}' and '${target}'` +
            (places.length > 0 ? ` (${places.join(' and ')})` : ''),
          'A directory on the way is a symbolic link. Let one target make the file.',
        ).coded('DG304');
      }
      owners.set(file, { target, path });
    }
  }
}
