/** What stands otherwise than at the last look: targets whose class has changed, those that are alike together. */

import type { Change, State } from '../api/builds.ts';
import type { Instant, TargetName } from '../api/values.ts';
import { realTargets } from '../graph/graph.ts';
import type { LastLook } from '../memory/last-look.ts';
import type { Trace } from '../memory/trace.ts';
import type { Plan } from '../plan/verdict.ts';
import { display } from '../words/quote.ts';
import { enumerate } from '../words/text.ts';
import { moment } from '../words/time.ts';

/** Classes of states: within one nothing has changed that anybody need hear of. */
const CLASSES: { readonly [state in State]: string } = {
  fresh: 'done',
  stale: 'to do',
  missing: 'to do',
  maybe: 'to do',
  blocked: 'to do',
  waiting: 'under way',
  running: 'under way',
  failed: 'failed',
  edited: 'edited',
  outdated: 'outdated',
  'in doubt': 'in doubt',
};

/** What wants somebody first. */
const ORDER = ['in doubt', 'edited', 'outdated', 'failed', 'under way', 'to do', 'done'];

/** How targets stand now, by class. */
export function classesOf(plan: Plan): LastLook['classes'] {
  return Object.fromEntries(
    realTargets(plan).map((name) => [name, CLASSES[plan.verdicts.get(name)!.state]]),
  );
}

/** What has changed since a look; since none, all but what is merely to be done. */
export function changesSince(
  plan: Plan,
  traces: ReadonlyMap<TargetName, Trace>,
  before: LastLook | undefined,
): readonly Change[] {
  return Object.entries(classesOf(plan)).flatMap(([target, to]): readonly Change[] => {
    const from = before?.classes[target];
    if (from === to || (from === undefined && to === 'to do')) return [];
    const { note = '' } = plan.verdicts.get(target)!;
    const trace = traces.get(target);
    const failure = trace?.kind === 'failed' ? trace.problems[0]?.what.split('\n')[0] : undefined;
    const why = to === 'done' ? '' : to === 'failed' ? (failure ?? note) : note;
    return [{ target, ...(from === undefined ? {} : { from }), to, why }];
  });
}

/** A line for targets that have come to the same, for the same reason; what wants somebody first. */
export function changesText(changes: readonly Change[], since: Instant | undefined): string {
  const groups = new Map<string, { readonly first: Change; readonly targets: TargetName[] }>();
  const rank = ({ to }: Change): number => ORDER.indexOf(to);
  for (const change of [...changes].sort((a, b) => rank(a) - rank(b))) {
    const key = `${change.to}\n${change.to === 'done' ? '' : change.why}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: change, targets: [change.target] });
    else group.targets.push(change.target);
  }
  const lines = [...groups.values()].map(({ first: { to, why }, targets }) => {
    const many = targets.length > 3 ? `${targets.length} targets: ` : '';
    const reason = why === '' ? '' : `: ${display(why)}`;
    return `  ${to.padEnd(10)}${many}${enumerate(targets.map(display))}${reason}`;
  });
  if (lines.length === 0) return '';
  return [`since ${since === undefined ? 'the beginning' : moment(since)}:`, ...lines].join('\n');
}
