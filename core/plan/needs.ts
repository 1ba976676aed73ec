/** What verdicts mean to those who need the target: it may be used, will be made, or is held up. */

import type { TargetName } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import { needsOf } from '../graph/graph.ts';
import type { Cause, Verdict } from './verdict.ts';
import type { Verdicts } from './view.ts';

/** The needs of a target, by what may be expected of them. */
export interface Needs {
  /** Those that will be made. */
  readonly pending: readonly TargetName[];
  /** Those that hold the target up. */
  readonly down: readonly TargetName[];
  /** Gathered members that may be used. */
  readonly gathered: readonly TargetName[];
}

/** Whether a member may still come: it is not waited for where there are enough without it. */
export const isLate = (verdict: Verdict): boolean =>
  ['waiting', 'person'].includes(causeOf(verdict));

const NO_NEEDS: Needs = Object.freeze({ pending: [], down: [], gathered: [] });

/** Sorts what a target needs. A gathered need that failed is left out, unless there is no other. */
export function sortedNeeds(node: Node, verdicts: Verdicts): Needs {
  const needs = needsOf(node);
  if (needs.length === 0) return NO_NEEDS;
  const pending: TargetName[] = [];
  const down: TargetName[] = [];
  const late: TargetName[] = [];
  const gathered: TargetName[] = [];
  const leftOut: TargetName[] = [];
  const members = new Set(node.gathers);
  // What is needed in another way as well cannot be left out.
  const needed = members.size === 0 ? members : new Set([...node.deps, ...node.after]);
  for (const need of needs) {
    const verdict = verdicts.get(need)!;
    // A fleeting one only keeps the target from beginning, see `barred`.
    if (verdict.fleeting === true) continue;
    const how = asNeed(verdict);
    if (how === 'pending') pending.push(need);
    else if (how === 'usable') {
      if (members.has(need)) gathered.push(need);
    } else if (!members.has(need) || needed.has(need)) down.push(need);
    else if (isLate(verdict)) late.push(need);
    else if (isLeftOut(verdict)) leftOut.push(need);
    else down.push(need);
  }
  const coming = pending.filter((need) => members.has(need)).length;
  const { least = Number.POSITIVE_INFINITY } = node.rule;
  if (gathered.length + coming < least) down.push(...late);
  // Of members of which none is left nothing can be made; they are to blame, and not the target.
  if (gathered.length + coming === 0) down.push(...leftOut);
  return { pending, down, gathered };
}

/** A gathered member that failed, or that nobody can tell of, does not hold up the others. */
const isLeftOut = (verdict: Verdict): boolean => ['failed', 'doubt'].includes(causeOf(verdict));

/** Members that a target gathers and may use. */
export const usableMembers = ({ gathers }: Node, verdicts: Verdicts): readonly TargetName[] =>
  gathers.filter((member) => asNeed(verdicts.get(member)!) === 'usable');

/** How a verdict looks to those who need the target. */
export function asNeed(verdict: Verdict): 'usable' | 'pending' | 'down' {
  switch (verdict.state) {
    case 'fresh':
    case 'outdated':
      return 'usable';
    case 'stale':
    case 'missing':
    case 'maybe':
    case 'running':
      return 'pending';
    case 'failed':
      return verdict.final === true ? 'down' : 'pending';
    case 'waiting':
      return verdict.product === undefined ? 'down' : 'usable';
    case 'blocked':
    case 'edited':
    case 'in doubt':
      return 'down';
  }
}

/** What is at the root of a target being held up. */
export function causeOf(verdict: Verdict): Cause {
  if (verdict.state === 'blocked') return verdict.cause ?? 'failed';
  if (verdict.state === 'waiting' || verdict.state === 'running') return 'waiting';
  if (verdict.state === 'in doubt') return 'doubt';
  if (verdict.state !== 'failed') return 'person';
  return verdict.unseen === true ? 'unseen' : 'failed';
}

/** The gravest first: it is told of when several hold a target up. */
const CAUSES: readonly Cause[] = ['failed', 'unseen', 'person', 'doubt', 'waiting'];

/** The verdict on a target that is held up by others. */
export function blocked(by: readonly TargetName[], verdicts: Verdicts): Verdict {
  const causes = new Set(by.map((need) => causeOf(verdicts.get(need)!)));
  const cause = CAUSES.find((one) => causes.has(one)) ?? 'waiting';
  return { state: 'blocked', reasons: [], by, cause };
}
