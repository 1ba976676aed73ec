/** How things stand after the last build, where the plan says what the next one would try. */
import type { Chain } from '../api/rules.ts';
import type { TargetName } from '../api/values.ts';
import type { Graph } from '../graph/graph.ts';
import { decide } from './decide.ts';
import { type Decision, isVerdict, type Verdict } from './verdict.ts';
import type { View } from './view.ts';

/** What failed counts as failed, as at the end of the build that tried it. */
export const asLeft = <T extends Decision>(decision: T): T =>
  isVerdict(decision) && decision.state === 'failed' ? { ...decision, final: true } : decision;

/** Whether a link of a chain would be tried again. */
export const hasFailed = (chain: Chain, verdicts: ReadonlyMap<TargetName, Verdict>): boolean =>
  chain.links.some((link) => verdicts.get(link)!.state === 'failed');

/**
 * The same for the links of a chain, when it is known whether a run of it is held up: the one that failed
 * holds up those after it.
 */
export function leaveLinks(
  chain: Chain,
  graph: Graph,
  view: View,
  verdicts: Map<TargetName, Verdict>,
): void {
  let hasBroken = false;
  for (const link of chain.links) {
    const known = verdicts.get(link)!;
    const decision = hasBroken ? decide(graph.nodes.get(link)!, view, verdicts) : known;
    const left = asLeft(isVerdict(decision) ? decision : known);
    if (left.state === 'failed') hasBroken = true;
    verdicts.set(link, left);
  }
}
