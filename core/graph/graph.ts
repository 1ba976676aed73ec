/** The graph: targets, and who needs whom. */
import type { Expansion } from '../api/builds.ts';
import type { Output, Rule } from '../api/rules.ts';
import type { Digest, Json, Path, TargetName } from '../api/values.ts';

/** A rule with every default filled in. */
export interface Node {
  readonly name: TargetName;
  readonly rule: Rule;
  /** Only a name for what it needs: nothing is run or observed for it. */
  readonly group: boolean;
  readonly deps: readonly TargetName[];
  readonly after: readonly TargetName[];
  readonly gathers: readonly TargetName[];
  readonly outputs: readonly Output[];
  /** Inputs that no rule makes: they must be there. */
  readonly sources: readonly Path[];
  /** The rule's parameters as they are compared and recorded: secrets sealed. */
  readonly params: { readonly [name: string]: Json };
  /** Digest of the recipe, see `Recipe.version`. */
  readonly recipeDigest: Digest;
}

/** Whether a rule only gives a name to what it needs. */
export const isGroup = ({ recipe, chain, observe }: Rule): boolean =>
  recipe === undefined && chain === undefined && observe === undefined;

/** All targets, and who needs whom. */
export interface Graph {
  readonly nodes: ReadonlyMap<TargetName, Node>;
  /** Every target after all that it needs. */
  readonly order: readonly TargetName[];
  /** Who needs a target (deps, after and gathers alike). */
  readonly dependents: ReadonlyMap<TargetName, readonly TargetName[]>;
  /** Output path -> the target that makes it. */
  readonly makers: ReadonlyMap<Path, TargetName>;
  /** Expansions whose rules are not in the graph, because their text is not known yet. */
  readonly unexpanded: readonly Expansion[];
  /** Names that no rule has and that an expansion may still bring: groups of what it waits for. */
  readonly awaited: ReadonlySet<TargetName>;
}

/** The part of a graph that its goals need. */
export interface Selection {
  readonly graph: Graph;
  readonly goals: readonly TargetName[];
  /** Everything the goals need, in order. */
  readonly order: readonly TargetName[];
}

/** Targets without the groups, which are only names for others. */
export const realTargets = ({ order, graph }: Pick<Selection, 'order' | 'graph'>) =>
  order.filter((name) => graph.nodes.get(name)?.group !== true);

/** Every target a node needs before it can be decided, each once. */
export function needsOf(node: Node): readonly TargetName[] {
  if (node.after.length === 0 && node.gathers.length === 0) return node.deps;
  return [...new Set([...node.deps, ...node.after, ...node.gathers])];
}
