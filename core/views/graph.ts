/** `desgw graph`: the plan as a drawing for Graphviz (dot), Mermaid, or as data. */

import type { State } from '../api/builds.ts';
import type { TargetName } from '../api/values.ts';
import { needsOf } from '../graph/graph.ts';
import type { Plan } from '../plan/verdict.ts';
import { display } from '../words/quote.ts';

/** What of the plan is drawn. */
export interface GraphOptions {
  /** Leave out what is fresh. */
  readonly onlyStale: boolean;
}

/** One edge: `from` is needed by `to`. */
interface Edge {
  readonly from: TargetName;
  readonly to: TargetName;
  readonly kind: 'dep' | 'after' | 'gathers';
}

const FILL: { readonly [state in State]: string } = {
  fresh: '#c8e6c9',
  stale: '#ffe0a3',
  missing: '#fff3c4',
  maybe: '#d5eef5',
  waiting: '#c5d8f7',
  running: '#9fc2f5',
  failed: '#f5b7b1',
  blocked: '#e3d3ee',
  edited: '#f8c4d8',
  'in doubt': '#f19999',
  outdated: '#f3c1a5',
};

const EDGE_STYLE: { readonly [kind in Edge['kind']]: string } = {
  dep: '',
  after: ' [style=dashed]',
  gathers: ' [style=dotted]',
};

const EDGE_ARROW: { readonly [kind in Edge['kind']]: string } = {
  dep: '-->',
  after: '-.->',
  gathers: '-. gathers .->',
};

/** For Graphviz: `desgw graph | dot -Tsvg`. Order-only edges dashed, gathering ones dotted. */
export function dotText(plan: Plan, options: GraphOptions): string {
  const { targets, edges } = parts(plan, options);
  return [
    'digraph desgw {',
    '  rankdir=LR;',
    '  node [shape=box, style="rounded,filled", fontname="sans-serif"];',
    ...targets.map((name) => {
      const { state } = plan.verdicts.get(name)!;
      const shape = plan.graph.nodes.get(name)!.group ? ', shape=ellipse' : '';
      return `  ${dotQuote(name)} [fillcolor="${FILL[state]}", tooltip=${dotQuote(state)}${shape}];`;
    }),
    ...edges.map(
      (edge) => `  ${dotQuote(edge.from)} -> ${dotQuote(edge.to)}${EDGE_STYLE[edge.kind]};`,
    ),
    '}',
    '',
  ].join('\n');
}

/** For Mermaid, as Markdown viewers draw it. */
export function mermaidText(plan: Plan, options: GraphOptions): string {
  const { targets, edges } = parts(plan, options);
  const ids = new Map(targets.map((name, i) => [name, `t${i}`]));
  const states = new Set(targets.map((name) => plan.verdicts.get(name)!.state));
  return [
    'flowchart LR',
    ...targets.map((name) => {
      const { state } = plan.verdicts.get(name)!;
      const label = mermaidQuote(name);
      const box = plan.graph.nodes.get(name)!.group ? `([${label}])` : `[${label}]`;
      return `  ${ids.get(name)}${box}:::${className(state)}`;
    }),
    ...edges.map((edge) => `  ${ids.get(edge.from)} ${EDGE_ARROW[edge.kind]} ${ids.get(edge.to)}`),
    ...[...states].map((state) => `  classDef ${className(state)} fill:${FILL[state]},color:#222`),
    '',
  ].join('\n');
}

/** Targets with their states, and edges. */
export function graphJson(plan: Plan, options: GraphOptions): object {
  const { targets, edges } = parts(plan, options);
  return {
    goals: plan.goals,
    targets: targets.map((name) => ({
      target: name,
      state: plan.verdicts.get(name)!.state,
      group: plan.graph.nodes.get(name)!.group,
      outputs: plan.graph.nodes.get(name)!.outputs.map((output) => output.path),
    })),
    edges,
  };
}

function parts(
  plan: Plan,
  { onlyStale }: GraphOptions,
): { readonly targets: readonly TargetName[]; readonly edges: readonly Edge[] } {
  const targets = plan.order.filter(
    (name) => !onlyStale || plan.verdicts.get(name)!.state !== 'fresh',
  );
  const drawn = new Set(targets);
  const edges = targets.flatMap((to) => {
    const node = plan.graph.nodes.get(to)!;
    const [deps, gathers] = [new Set(node.deps), new Set(node.gathers)];
    return needsOf(node)
      .filter((from) => drawn.has(from))
      .map((from): Edge => {
        const kind = deps.has(from) ? 'dep' : gathers.has(from) ? 'gathers' : 'after';
        return { from, to, kind };
      });
  });
  return { targets, edges };
}

function dotQuote(text: string): string {
  // A backslash that `display` has made must reach the picture as one.
  return `"${display(text).replace(/[\\"]/g, '\\$&')}"`;
}

/** Mermaid knows no escapes, only numbered entities. */
function mermaidQuote(text: string): string {
  return `"${display(text).replace(/[#"<>&;`\\]/g, (char) => `#${char.charCodeAt(0)};`)}"`;
}

function className(state: State): string {
  return state.replace(/[^a-z]+/g, '_');
}
