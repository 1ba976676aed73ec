/** `desgw targets`: what can be asked for, what it is, and where it lies. */

import type { TargetName } from '../api/values.ts';
import type { Graph } from '../graph/graph.ts';
import type { Plan } from '../plan/verdict.ts';
import { type Paint, STATE_STYLE } from '../words/paint.ts';
import { display } from '../words/quote.ts';
import { table } from '../words/text.ts';

/** What is told of each target. */
export interface TargetsOptions {
  /** With a plan, the state of each target is shown as well. */
  readonly plan?: Plan;
  readonly paint: Paint;
}

/** One line per target: name, state if known, what it is, outputs. */
export function targetsText(
  graph: Graph,
  names: readonly TargetName[],
  options: TargetsOptions,
): string {
  const { plan, paint } = options;
  const rows = names.map((name) => {
    const node = graph.nodes.get(name)!;
    const outputs = node.outputs.map((output) => display(output.path)).join(', ');
    const state = plan?.verdicts.get(name)?.state;
    return {
      state,
      cells: [
        display(name),
        ...(plan === undefined ? [] : [state ?? '']),
        display(node.rule.doc ?? ''),
        node.group ? '(group)' : outputs === '' ? '(no file)' : outputs,
      ],
    };
  });
  const lines = table(rows.map((row) => row.cells)).map((line, i) => {
    const { state, cells } = rows[i]!;
    if (state === undefined) return line;
    const at = line.indexOf(state, cells[0]!.length);
    return line.slice(0, at) + paint(STATE_STYLE[state], state) + line.slice(at + state.length);
  });
  const more = unexpandedLines(graph);
  return `${[...lines, ...more].join('\n')}\n`;
}

/** The same as data. */
export function targetsJson(graph: Graph, names: readonly TargetName[], plan?: Plan): object {
  return names.map((name) => {
    const { rule, group, deps, after, gathers, outputs } = graph.nodes.get(name)!;
    return {
      target: name,
      ...(rule.doc !== undefined && { doc: rule.doc }),
      group,
      deps,
      after,
      gathers,
      outputs: outputs.map((output) => output.path),
      ...(plan !== undefined && { state: plan.verdicts.get(name)?.state }),
    };
  });
}

/** What is not in the graph yet because it follows from a text that is not there. */
export function unexpandedLines({ unexpanded }: Graph): readonly string[] {
  return unexpanded.map(
    ({ from, file }) => `more targets follow when ${display(from ?? file ?? '')} has been made`,
  );
}
