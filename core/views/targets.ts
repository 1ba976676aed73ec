/** `desgw targets`: what can be named, what it is, and where it lies. */

import type { TargetName } from '../api/values.ts';
import type { Graph } from '../graph/graph.ts';
import type { Plan } from '../plan/verdict.ts';
import { type Paint, STATE_STYLE } from '../words/paint.ts';
import { display } from '../words/quote.ts';
import { table } from '../words/text.ts';

/** One line per target: name, state where it was planned, what it is, outputs. */
export function targetsText(
  { graph, verdicts }: Plan,
  names: readonly TargetName[],
  paint: Paint,
): string {
  const rows = names.map((name) => {
    const node = graph.nodes.get(name)!;
    const outputs = node.outputs.map((output) => display(output.path)).join(', ');
    const state = verdicts.get(name)?.state;
    return {
      state,
      cells: [
        display(name),
        state ?? '',
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
export function targetsJson({ graph, verdicts }: Plan, names: readonly TargetName[]): object {
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
      state: verdicts.get(name)?.state,
    };
  });
}

/** What is not in the graph yet because it follows from a text that is not there. */
export function unexpandedLines({ unexpanded }: Graph): readonly string[] {
  return unexpanded.map(
    ({ from, file }) => `more targets follow when ${display(from ?? file ?? '')} has been made`,
  );
}
