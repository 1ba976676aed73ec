/** Directories in the place of files: what is in one would change unnoticed. */
import { UserError } from '../api/errors.ts';
import type { Path, TargetName } from '../api/values.ts';
import type { Graph } from './graph.ts';

/**
 * Refuses a plan in which a directory is an input or an output. Only what is not fresh is looked at:
 * no record was ever made of a directory.
 * @param directory whether a path is a directory
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
