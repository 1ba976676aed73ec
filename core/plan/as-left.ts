/** How things stand after the last build, where the plan says what the next one would try. */
import type { Chain } from '../api/rules.ts';
import type { TargetName } from '../api/values.ts';
import type { Graph } from '../graph/graph.ts';
import type { Failed } from '../memory/trace.ts';
import { decide } from './decide.ts';
import { failedBefore } from './record.ts';
import { type Decision, isVerdict, type Verdict } from './verdict.ts';
import type { View } from './view.ts';

const failedAs = (trace: Failed): Verdict => ({ state: 'failed', reasons: [failedBefore(trace)] });

/** What failed counts as failed, as at the end of the build that tried it. */
export const asLeft = (decision: Decision): Decision =>
  isVerdict(decision) && decision.state === 'failed' ? { ...decision, final: true } : decision;

/**
 * The same for the links of a chain, when it is known whether a run of it is held up: every link of a run
 * that failed has failed, although each of them holds up the next.
 */
export function leaveLinks(
  chain: Chain,
  graph: Graph,
  view: View,
  verdicts: Map<TargetName, Verdict>,
): void {
  const failed = new Set<TargetName>();
  for (const link of chain.links) {
    const decision =
      failed.size > 0 ? decide(graph.nodes.get(link)!, view, verdicts) : verdicts.get(link)!;
    const trace = view.trace(link);
    const isOfRun = (need: TargetName): boolean =>
      failed.has(need) && trace !== undefined && view.trace(need)?.run === trace.run;
    if (!isVerdict(decision)) continue;
    const isLeft =
      decision.state === 'blocked' && trace?.kind === 'failed' && decision.by?.every(isOfRun);
    const left: Verdict = isLeft === true ? failedAs(trace) : decision;
    if (left.state === 'failed') failed.add(link);
    verdicts.set(link, left.state === 'failed' ? { ...left, final: true } : left);
  }
}
