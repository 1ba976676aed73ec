/** What needs what: links both ways, an order in which everything comes after its needs, and cycles. */
import type { Expansion } from '../api/builds.ts';
import { didYouMean, UserError } from '../api/errors.ts';
import type { TargetName } from '../api/values.ts';
import { at } from './checked.ts';
import { type Graph, type Node, needsOf } from './graph.ts';

/**
 * Who needs each target.
 * @throws UserError for a need that no rule makes
 */
export function linkUp(
  nodes: ReadonlyMap<TargetName, Node>,
  unexpanded: readonly Expansion[],
): Map<TargetName, TargetName[]> {
  const dependents = new Map<TargetName, TargetName[]>();
  for (const node of nodes.values()) {
    for (const need of needsOf(node)) {
      if (!nodes.has(need)) throw unknownNeed(node, need, nodes, unexpanded);
      const list = dependents.get(need);
      if (list === undefined) dependents.set(need, [node.name]);
      else list.push(node.name);
    }
  }
  for (const expansion of unexpanded) {
    if (expansion.from !== undefined && !nodes.has(expansion.from)) {
      throw new UserError(
        `an expansion reads what '${expansion.from}' makes, but there is no such target`,
        didYouMean(expansion.from, nodes.keys()),
      )
        .coded('DG302')
        .about(expansion.from);
    }
  }
  return dependents;
}

/** Targets from `from` up to `to`, each needed by the next; `undefined` when there is no way. */
export function dependencyPath(
  graph: Graph,
  from: TargetName,
  to: TargetName,
): readonly TargetName[] | undefined {
  const neededBy = new Map<TargetName, TargetName | undefined>([[to, undefined]]);
  // The loop also visits what is added to the map meanwhile.
  for (const [name] of neededBy) {
    if (name === from) {
      const path: TargetName[] = [];
      for (let next: TargetName | undefined = from; next !== undefined; next = neededBy.get(next))
        path.push(next);
      return path;
    }
    const node = graph.nodes.get(name);
    for (const need of node === undefined ? [] : needsOf(node)) {
      if (!neededBy.has(need)) neededBy.set(need, name);
    }
  }
  return undefined;
}

function unknownNeed(
  node: Node,
  need: TargetName,
  nodes: ReadonlyMap<TargetName, Node>,
  unexpanded: readonly Expansion[],
): UserError {
  const near = didYouMean(need, nodes.keys());
  const later =
    unexpanded.length > 0
      ? ` (targets that follow from '${unexpanded[0]!.from}' are not known yet)`
      : '';
  return new UserError(
    `target '${node.name}'${at(node.rule)} needs '${need}', which no rule makes${later}`,
    near ?? `If '${need}' is a file that nothing makes, list it under 'inputs'.`,
  ).coded('DG302');
}

/**
 * Every target after all that it needs.
 * @throws UserError for a cycle
 */
export function sort(
  nodes: ReadonlyMap<TargetName, Node>,
  dependents: ReadonlyMap<TargetName, readonly TargetName[]>,
): TargetName[] {
  const openNeeds = new Map<TargetName, number>();
  const order: TargetName[] = [];
  for (const node of nodes.values()) {
    const count = needsOf(node).length;
    if (count === 0) order.push(node.name);
    else openNeeds.set(node.name, count);
  }
  for (let i = 0; i < order.length; i++) {
    for (const dependent of dependents.get(order[i]!) ?? []) {
      const left = openNeeds.get(dependent)! - 1;
      if (left > 0) openNeeds.set(dependent, left);
      else {
        openNeeds.delete(dependent);
        order.push(dependent);
      }
    }
  }
  if (openNeeds.size > 0) throw cycle(nodes, openNeeds);
  return order;
}

/** Every node that is left needs another that is left: following needs, one comes a second time. */
function cycle(
  nodes: ReadonlyMap<TargetName, Node>,
  left: ReadonlyMap<TargetName, number>,
): UserError {
  const seen = new Map<TargetName, number>();
  const path: TargetName[] = [];
  let name = left.keys().next().value!;
  while (!seen.has(name)) {
    seen.set(name, path.length);
    path.push(name);
    name = needsOf(nodes.get(name)!).find((need) => left.has(need))!;
  }
  const members = path.slice(seen.get(name)!);
  const lines = members.map((member, i) => {
    const needs = members[(i + 1) % members.length]!;
    return `  ${member} needs ${needs}${at(nodes.get(member)!.rule)}`;
  });
  return new UserError(
    `the rules form a cycle: ${[...members, members[0]!].join(' -> ')}\n${lines.join('\n')}`,
    'Take one of these needs away.',
  ).coded('DG303');
}
