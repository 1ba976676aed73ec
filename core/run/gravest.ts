/** In which order failures are told: what matters most to those who asked for the goals comes first. */

import type { TargetName } from '../api/values.ts';
import type { Plan } from '../plan/verdict.ts';
import type { Verdicts } from '../plan/view.ts';
import type { FailedTarget } from './execution.ts';

/**
 * Failures in their order, but first those that keep a goal from being reached, then those that hold
 * more up than others: that post processing failed matters more than an exposure that is left out of
 * it, and a ticket that has expired more than an exposure without templates that failed before.
 */
export function gravestFirst(
  failed: readonly FailedTarget[],
  blocked: readonly { readonly by: readonly TargetName[] }[],
  { goals }: Pick<Plan, 'goals'>,
  verdicts: Verdicts,
): readonly FailedTarget[] {
  const held = new Map<TargetName, number>();
  for (const name of blocked.flatMap((it) => it.by)) held.set(name, (held.get(name) ?? 0) + 1);
  const inTheWay = new Set(goals);
  // The loop also visits what is added to the set meanwhile.
  for (const name of inTheWay) for (const by of verdicts.get(name)?.by ?? []) inTheWay.add(by);
  const weight = ({ target }: FailedTarget): number =>
    (inTheWay.has(target) ? failed.length + blocked.length : 0) + (held.get(target) ?? 0);
  return failed.toSorted((a, b) => weight(b) - weight(a));
}
