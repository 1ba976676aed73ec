/**
 * What must not happen twice is tried with one of its phase first: what refuses that one may refuse
 * all of them, and then the others are not tried one by one.
 */
import type { TargetName } from '../api/values.ts';
import type { Graph } from '../graph/graph.ts';
import type { Action } from '../plan/verdict.ts';
import type { View } from '../plan/view.ts';

/** The key that one of a phase holds while it is tried first; none for what may be made at any time. */
export function probeKey({ kind, makes }: Action, { nodes }: Graph): string | undefined {
  const { once, phase } = nodes.get(makes[0]!)!.rule;
  const tries = kind === 'run' && once !== undefined && phase !== undefined;
  return tries ? `one of ${phase} first` : undefined;
}

/** Another target, whose refusal says that this action would be refused as well. */
export function refuserOf(
  action: Action,
  graph: Graph,
  view: Pick<View, 'refuser'>,
): TargetName | undefined {
  if (probeKey(action, graph) === undefined) return undefined;
  const by = view.refuser(graph.nodes.get(action.makes[0]!)!.rule.phase!);
  return by === action.makes[0] ? undefined : by;
}
