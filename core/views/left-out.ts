/** What goes no further although nothing of it has failed. */

import { realTargets } from '../graph/graph.ts';
import type { Plan } from '../plan/verdict.ts';
import type { Summary } from '../run/events.ts';
import type { Paint } from '../words/paint.ts';
import { display } from '../words/quote.ts';
import { enumerate, table } from '../words/text.ts';

/** What is not used any further, with why; alike in one line, and not what the findings name. */
export function leftOutLines(
  plan: Plan,
  {
    paint,
    findings = [],
  }: { readonly paint: Paint; readonly findings?: NonNullable<Summary['findings']> },
): readonly string[] {
  const kinds = new Map<string, string[]>();
  const found = findings.flatMap(({ problems }) => problems.map(({ what }) => what)).join('\n');
  for (const name of realTargets(plan)) {
    const { leftOut } = plan.verdicts.get(name)!;
    const about = plan.graph.nodes.get(name)!.rule.subject?.name ?? name;
    if (leftOut !== undefined && !found.includes(about))
      kinds.set(leftOut, [...(kinds.get(leftOut) ?? []), about]);
  }
  const rows = [...kinds].map(([why, names]) => [
    `  ${enumerate(names.map(display), 5)}`,
    display(why),
  ]);
  return rows.length === 0 ? [] : ['', `${paint('bold', 'left out')}:`, ...table(rows)];
}
