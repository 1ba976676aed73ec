/** Refusing directories where files are meant: what changes in one would not be noticed. */
import { UserError } from '../api/errors.ts';
import type { Path, TargetName } from '../api/values.ts';
import type { Graph } from './graph.ts';

/**
 * Refuses directories as inputs or outputs.
 * @param targets those that are not fresh; the others need no look, as none is recorded with a directory
 * @param directory whether a path is a directory, itself or by way of a link
 * @param placeOf where a target is declared, `file:line`
 * @throws {UserError} naming the directory, the target, and the pattern that means the files in it
 */
export function refuseDirectories(
  targets: Iterable<TargetName>,
  graph: Graph,
  directory: (path: Path) => 'itself' | 'behind a link' | undefined,
  placeOf: (target: TargetName) => string | undefined,
): void {
  const refuse = (target: TargetName, path: Path, as: string, instead: string): never => {
    const place = placeOf(target);
    throw new UserError(
      `'${path}', ${as} of '${target}'${place === undefined ? '' : ` (${place})`}, is a directory`,
      `What changes in it would not be noticed. Name its files by a pattern: ${instead}.`,
    ).coded('DG305');
  };
  for (const target of targets) {
    const { rule, outputs } = graph.nodes.get(target)!;
    for (const path of [...(rule.inputs ?? []), ...(rule.optionalInputs ?? [])]) {
      const plain = path.replace(/\/+$/, '');
      if (directory(path) !== undefined) refuse(target, path, 'an input', `globs: ['${plain}/**']`);
    }
    for (const { path, glob } of outputs) {
      const plain = path.replace(/\/+$/, '');
      // A link that leads to a directory is compared as a link.
      if (glob !== true && directory(path) === 'itself')
        refuse(target, path, 'an output', `{ path: '${plain}/**', glob: true }`);
    }
  }
}
