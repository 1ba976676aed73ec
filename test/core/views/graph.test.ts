import { expect, test } from 'vitest';
import { dotText, graphJson, mermaidText } from '../../../core/views/graph.ts';
import { targetsJson, targetsText } from '../../../core/views/targets.ts';
import { plain } from '../../../core/words/paint.ts';
import { planOf } from '../../support/plans.ts';

const plan = planOf({
  season: { outputs: ['season'], doc: 'the number of the season' },
  'a "b"\n': { state: 'stale', deps: ['season'], outputs: ['a', 'b'] },
  sent: { state: 'outdated', after: ['season'], gathers: ['a "b"\n'] },
  all: { state: 'blocked', deps: ['sent'], group: true, doc: 'everything' },
});

test('for Graphviz states are colours and weaker needs are drawn weaker', () => {
  expect(dotText(plan, { onlyStale: false })).toBe(`digraph desgw {
  rankdir=LR;
  node [shape=box, style="rounded,filled", fontname="sans-serif"];
  "season" [fillcolor="#c8e6c9", tooltip="fresh"];
  "a \\"b\\"\\\\n" [fillcolor="#ffe0a3", tooltip="stale"];
  "sent" [fillcolor="#f3c1a5", tooltip="outdated"];
  "all" [fillcolor="#e3d3ee", tooltip="blocked", shape=ellipse];
  "season" -> "a \\"b\\"\\\\n";
  "season" -> "sent" [style=dashed];
  "a \\"b\\"\\\\n" -> "sent" [style=dotted];
  "sent" -> "all";
}
`);
});

test('for Mermaid names are labels and may hold anything', () => {
  expect(mermaidText(plan, { onlyStale: true })).toBe(`flowchart LR
  t0["a #34;b#34;#92;n"]:::stale
  t1["sent"]:::outdated
  t2(["all"]):::blocked
  t0 -. gathers .-> t1
  t1 --> t2
  classDef stale fill:#ffe0a3,color:#222
  classDef outdated fill:#f3c1a5,color:#222
  classDef blocked fill:#e3d3ee,color:#222
`);
});

test('as data, what is fresh may be left out with its edges', () => {
  expect(graphJson(plan, { onlyStale: true })).toEqual({
    goals: ['all'],
    targets: [
      { target: 'a "b"\n', state: 'stale', group: false, outputs: ['a', 'b'] },
      { target: 'sent', state: 'outdated', group: false, outputs: [] },
      { target: 'all', state: 'blocked', group: true, outputs: [] },
    ],
    edges: [
      { from: 'a "b"\n', to: 'sent', kind: 'gathers' },
      { from: 'sent', to: 'all', kind: 'dep' },
    ],
  });
});

test('targets are listed with state, files and what they are', () => {
  const graph = {
    ...plan.graph,
    unexpanded: [{ kind: 'expansion', from: 'season', rules: () => [] }],
  } as const;
  expect(
    targetsText({ ...plan, graph }, graph.order, plain),
  ).toBe(`season   fresh     the number of the season  season
a "b"\\n  stale                               a, b
sent     outdated                            (no file)
all      blocked   everything                (group)
more targets follow when season has been made
`);
  expect(targetsText(plan, ['all'], plain)).toBe('all  blocked  everything  (group)\n');
  expect(targetsJson(plan, ['season', 'sent'])).toEqual([
    {
      target: 'season',
      doc: 'the number of the season',
      group: false,
      deps: [],
      after: [],
      gathers: [],
      outputs: ['season'],
      state: 'fresh',
    },
    {
      target: 'sent',
      group: false,
      deps: [],
      after: ['season'],
      gathers: ['a "b"\n'],
      outputs: [],
      state: 'outdated',
    },
  ]);
});
