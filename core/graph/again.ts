/**
 * The graph of rules that were resolved before and are the same: they need not be checked once more, and
 * of most targets nobody asks more than the rule. Pure.
 */
import type { RuleItem } from '../api/builds.ts';
import type { Rule } from '../api/rules.ts';
import type { TargetName } from '../api/values.ts';
import { type Graph, isGroup, type Node } from './graph.ts';
import { madePatterns, makersOfMatches } from './members.ts';
import { makersIn, normalisePath, type ResolveOptions, rulesIn, toNode } from './resolve.ts';

/** What is known of the graph. */
export interface KnownOrder {
  /** All targets, each after all that it needs. */
  readonly order: readonly TargetName[];
  /** Who needs those targets that are judged. */
  readonly dependents: Graph['dependents'];
}

/** The graph; undefined where nodes hang on more than their own rules, or there are other targets. */
export function resolveAgain(
  items: readonly RuleItem[],
  { order, dependents }: KnownOrder,
  options: ResolveOptions,
): Graph | undefined {
  const { rules, unexpanded } = rulesIn(items, options);
  if (unexpanded.length > 0 || rules.length !== order.length) return undefined;
  if (rules.some(({ chain, hold }) => chain !== undefined || hold !== undefined)) return undefined;
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  const makers = makersIn(rules, byName, options);
  const patterns = madePatterns(rules, options.normalise ?? normalisePath);
  const made = { makers, patterns, matching: makersOfMatches(makers, patterns), byName };
  const { mayBeMade: _, ...closed } = options;
  const nodes = new Map<TargetName, Node>();
  for (const rule of rules) {
    const make = (): Node => toNode(rule, made, closed);
    // What is judged is made now, while nothing that its functions use has been put to use.
    nodes.set(rule.name, dependents.has(rule.name) ? make() : new Unmade(rule, make));
  }
  return { nodes, order, dependents, makers, unexpanded, awaited: new Set() };
}

/** A node of which only the rule is known, until more is asked of it. */
class Unmade implements Node {
  readonly name: TargetName;
  readonly rule: Rule;
  readonly #make: () => Node;
  #made: Node | undefined;

  constructor(rule: Rule, make: () => Node) {
    this.name = rule.name;
    this.rule = rule;
    this.#make = make;
  }

  get group() {
    return isGroup(this.rule);
  }
  get after() {
    return this.rule.after ?? [];
  }
  get gathers() {
    return this.rule.gathers ?? [];
  }
  get deps() {
    return this.#node.deps;
  }
  get outputs() {
    return this.#node.outputs;
  }
  get sources() {
    return this.#node.sources;
  }
  get params() {
    return this.#node.params;
  }
  get recipeDigest() {
    return this.#node.recipeDigest;
  }

  get #node(): Node {
    this.#made ??= this.#make();
    return this.#made;
  }
}
