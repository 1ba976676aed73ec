/** Files that rules of today have to do with: they are not what an earlier target left. */
import type { Path, TargetName } from '../api/values.ts';
import type { Graph } from '../graph/graph.ts';
import { mayMean } from '../graph/members.ts';
import { normalisePath } from '../graph/resolve.ts';

/** Who makes a file, or who reads it that nobody makes. */
export type User = { readonly target: TargetName; readonly how: 'makes' | 'reads' };

/** Tells of a file which target makes it by the rules, or else reads it. */
export function usersIn({ nodes }: Pick<Graph, 'nodes'>): (path: Path) => User | undefined {
  const named = new Map<Path, User>();
  const patterns: { readonly glob: string; readonly user: User }[] = [];
  for (const { name: target, rule } of nodes.values()) {
    const reads: User = { target, how: 'reads' };
    const { inputs = [], optionalInputs = [], globs = [] } = rule;
    for (const path of [...inputs, ...optionalInputs]) named.set(normalisePath(path), reads);
    for (const glob of globs) patterns.push({ glob: normalisePath(glob), user: reads });
  }
  for (const { name: target, outputs } of nodes.values())
    for (const { path, glob } of outputs) {
      const user: User = { target, how: 'makes' };
      if (glob === true) patterns.unshift({ glob: normalisePath(path), user });
      else named.set(normalisePath(path), user);
    }
  return (path) => {
    const file = normalisePath(path);
    return named.get(file) ?? patterns.find(({ glob }) => mayMean(glob, file))?.user;
  };
}
