/**
 * How urgent targets are: what brings a result soonest goes first. A rule's own priority counts before
 * that, for all that the target needs as well; among equals the first in the plan.
 */
import type { TargetName } from '../api/values.ts';
import type { Selection } from '../graph/graph.ts';
import { needsOf } from '../graph/graph.ts';
import type { Plan } from '../plan/verdict.ts';

/** How urgent something is. */
export interface Urgency {
  /** Higher goes first. */
  readonly priority: number;
  /** Targets that must follow, one after the other, until nothing does; fewer go first. */
  readonly distance: number;
  /** Place in the plan. */
  readonly place: number;
}

/** Below zero when `a` goes before `b`. */
export const byUrgency = (a: Urgency, b: Urgency): number =>
  b.priority - a.priority || a.distance - b.distance || a.place - b.place;

/** Whether `a` must not wait for `b`; among equals it does not matter. */
export const isMoreUrgent = (a: Urgency, b: Urgency): boolean =>
  byUrgency({ ...a, place: 0 }, { ...b, place: 0 }) < 0;

/** The urgency of every target of a plan. */
export function urgencies({
  graph,
  order: all,
  judged: order = all,
}: Selection & Pick<Plan, 'judged'>): ReadonlyMap<TargetName, Urgency> {
  const found = new Map<TargetName, Urgency>();
  for (let place = order.length - 1; place >= 0; place--) {
    const node = graph.nodes.get(order[place]!)!;
    const dependents = found.get(node.name);
    const priority = Math.max(node.rule.priority ?? 0, dependents?.priority ?? 0);
    const distance = dependents?.distance ?? 0;
    found.set(node.name, { priority, distance, place });
    for (const need of needsOf(node)) {
      const known = found.get(need);
      found.set(need, {
        priority: Math.max(priority, known?.priority ?? 0),
        distance: Math.max(distance + 1, known?.distance ?? 0),
        place,
      });
    }
  }
  return found;
}

/** What makes several targets is as urgent as the most urgent of them. */
export function urgencyOf(
  makes: readonly TargetName[],
  of: ReadonlyMap<TargetName, Urgency>,
): Urgency {
  return makes.map((name) => of.get(name)!).reduce((a, b) => (byUrgency(a, b) <= 0 ? a : b));
}
