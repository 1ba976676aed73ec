import { describe, expect, test } from 'vitest';
import { dependencyPath } from '../../../core/graph/order.ts';
import type { Trace } from '../../../core/memory/trace.ts';
import { causeText, rootCause } from '../../../core/plan/cause.ts';
import { pathText, whyJson, whyText } from '../../../core/views/why.ts';
import { plain } from '../../../core/words/paint.ts';
import type { Reason } from '../../../core/words/reasons.ts';
import { reasonText, valueText } from '../../../core/words/reasons.ts';
import { builtTrace, planOf } from '../../support/plans.ts';

const now = Date.UTC(2017, 7, 18, 2, 14);

describe('the first cause', () => {
  const plan = planOf({
    'exposure.list': {},
    'postproc.ini': { deps: ['exposure.list'] },
    'postproc:4': {
      state: 'stale',
      reasons: [{ kind: 'dep changed', target: 'postproc.ini' }],
      deps: ['postproc.ini'],
    },
    postproc: { state: 'maybe', by: ['postproc:4'], deps: ['postproc:4'], group: true },
  });
  const traces = new Map<string, Trace>([
    [
      'exposure.list',
      builtTrace({ because: [{ kind: 'input changed', path: 'exposures.txt', how: 'changed' }] }),
    ],
    ['postproc.ini', builtTrace({ because: [{ kind: 'dep changed', target: 'exposure.list' }] })],
  ]);

  test('is found through fresh targets by why they were last built', () => {
    expect(causeText(plan, rootCause(plan, 'postproc:4', traces))).toBe(
      'postproc:4 is stale because postproc.ini changed because exposure.list changed because exposures.txt changed',
    );
    expect(causeText(plan, rootCause(plan, 'postproc', traces))).toBe(
      'postproc may be stale because it comes after postproc:4 because postproc.ini changed because exposure.list changed because exposures.txt changed',
    );
  });

  test('is a reason of the own rather than one that points elsewhere', () => {
    const both = planOf({
      a: {},
      b: {
        state: 'stale',
        reasons: [{ kind: 'dep changed', target: 'a' }, { kind: 'recipe changed' }],
      },
    });
    expect(causeText(both, rootCause(both, 'b', new Map()))).toBe(
      'b is stale because its recipe changed',
    );
  });

  test('of a blocked target is what blocks it', () => {
    const blocked = planOf({
      a: { state: 'failed', note: 'no templates' },
      b: { state: 'blocked', by: ['a'] },
    });
    expect(causeText(blocked, rootCause(blocked, 'b', new Map()))).toBe(
      'b is blocked because it comes after a because a failed: no templates',
    );
    expect(causeText(blocked, rootCause(blocked, 'a', new Map()))).toBe('a failed: no templates');
  });

  test('of what was never built is what failed before it, however far away', () => {
    const held = planOf({
      dag: {
        state: 'failed',
        reasons: [{ kind: 'failed before', problem: 'no templates' }],
      },
      sent: { state: 'missing', reasons: [{ kind: 'never built' }], by: ['dag'] },
      other: { state: 'missing', reasons: [{ kind: 'never built' }] },
      ccds: { state: 'missing', reasons: [{ kind: 'never built' }], by: ['other', 'sent'] },
      rc: { state: 'stale', reasons: [{ kind: 'recipe changed' }], by: ['dag'] },
      list: {
        state: 'failed',
        reasons: [{ kind: 'failed before', problem: 'nothing goes on' }],
        gathers: ['ccds'],
      },
      post: { state: 'missing', reasons: [{ kind: 'never built' }], by: ['list'] },
    });
    const cause = (name: string) => causeText(held, rootCause(held, name, new Map()));
    expect(cause('ccds')).toBe(
      'ccds is missing because it comes after sent because it comes after dag because it failed before: no templates',
    );
    expect(cause('rc')).toBe('rc is stale because its recipe changed');
    expect(cause('other')).toBe('other is missing because it was never built');
    expect(cause('post')).toMatch(/^post .* after list .* after dag because it failed before: no/);
    expect(cause('dag')).toBe('dag failed because it failed before: no templates');
  });

  test('of a long chain is told without the middle', () => {
    const names = Array.from({ length: 5000 }, (_, i) => `t${i}`);
    const long = planOf(
      Object.fromEntries(
        names.map((name, i) => [
          name,
          {
            state: 'stale',
            reasons: [
              i === 0 ? { kind: 'forced' } : { kind: 'dep changed', target: names[i - 1]! },
            ],
          },
        ]),
      ),
    );
    expect(causeText(long, rootCause(long, 't4999', new Map()))).toBe(
      't4999 is stale because t4998 changed because t4997 changed because t4996 changed because t4995 changed because of 4994 more steps because t0 changed because it was asked for with --force',
    );
  });

  test('of a record that names what is no longer there ends there', () => {
    const gone = planOf({
      b: { state: 'stale', reasons: [{ kind: 'not gathered', target: 'gone' }] },
    });
    expect(rootCause(gone, 'b', new Map())).toEqual([
      { kind: 'reason', target: 'b', reason: { kind: 'not gathered', target: 'gone' } },
    ]);
  });
});

describe('desgw why', () => {
  test('of a stale target tells every reason, with values, and where each comes from', () => {
    const plan = planOf({
      rc: {
        state: 'stale',
        reasons: [{ kind: 'param changed', name: 'TEFF_CUT_g', from: 0.2, to: 0.3 }],
      },
      out: {
        state: 'stale',
        reasons: [
          { kind: 'dep changed', target: 'rc' },
          { kind: 'param changed', name: 'nights', from: [1, 2], to: [2, 3, 4] },
          { kind: 'output missing', path: 'out.txt' },
        ],
      },
    });
    const traces = new Map([
      ['out', builtTrace({ because: [{ kind: 'recipe changed' }], outputs: { 'out.txt': 'x' } })],
    ]);
    expect(whyText(plan, 'out', { traces, now, paint: plain })).toBe(`out is stale
  rc was remade differently
    rc: TEFF_CUT_g: 0.2 -> 0.3
  nights: added 3 and 4; removed 1
  out.txt is missing

last built 2017-08-18 00:00:00, 2h 14m ago, in 1.5s
  because: recipe changed
  outputs: out.txt
`);
  });

  test('of a fresh target tells what it rests on and since when', () => {
    const plan = planOf({ a: {}, b: { note: '52 of 59 CCDs' } });
    const trace = builtTrace({
      how: 'adopted',
      because: [],
      evidence: '52 CCD directories',
      receipt: '123.0@sched',
      signature: {
        recipe: 'r',
        params: { cut: 0.2, label: 'a b' },
        inputs: { 'in.txt': 'd1', 'maybe.txt': 'absent' },
        env: { LANG: 'C' },
        globs: { '*.dat': 'd2' },
        deps: { a: 'd3' },
        gathered: Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`x${i}`, 'd'])),
        observed: { digest: 'd4', note: '52 of 59 CCDs' },
      },
      outputs: { 'b.json': 'd5' },
    });
    expect(
      whyText(plan, 'b', { traces: new Map([['b', trace]]), now, paint: plain }),
    ).toBe(`b is fresh: 52 of 59 CCDs

adopted, not made here, 2017-08-18 00:00:00, 2h 14m ago
  shown by: 52 CCD directories
  receipt: 123.0@sched
  parameters: cut = 0.2, label = a b
  environment: LANG = C
  inputs: in.txt, maybe.txt (absent)
  patterns: *.dat
  depends on: a
  gathered: x0, x1, x2, x3 and 10 more
  seen: 52 of 59 CCDs
  outputs: b.json
`);
  });

  test('of a target that failed tells how, and of a blocked one what holds it up', () => {
    const plan = planOf({
      a: { state: 'failed', reasons: [{ kind: 'failed before', problem: 'no templates' }] },
      b: { state: 'blocked', by: ['a'] },
    });
    const { signature } = builtTrace();
    const traces = new Map<string, Trace>([
      [
        'a',
        {
          kind: 'failed',
          run: 2,
          at: now - 60_000,
          ms: 700,
          signature,
          because: [],
          problems: [{ what: 'no templates', advice: 'Exclude the exposure.' }],
          log: '.desgw/logs/a.2.log',
        },
      ],
    ]);
    expect(whyText(plan, 'a', { traces, now, paint: plain })).toBe(`a failed
  failed before: no templates

last run failed 2017-08-18 02:13:00, 1m 00s ago, after 0.7s
  no templates
    Exclude the exposure.
  log: .desgw/logs/a.2.log

next: \`desgw log a\` shows what was printed; \`desgw build a\` tries again.
`);
    expect(whyText(plan, 'b', { traces, now, paint: plain })).toBe(`b is blocked
  after a, which failed: failed before: no templates

b is blocked because it comes after a because it failed before: no templates.
`);
  });

  test('as data keeps reasons, chain and record', () => {
    const plan = planOf({ a: { state: 'missing', reasons: [{ kind: 'never built' }] } });
    expect(whyJson(plan, 'a', new Map())).toEqual({
      target: 'a',
      state: 'missing',
      reasons: [{ kind: 'never built', text: 'never built' }],
      by: [],
      cause: {
        chain: [{ kind: 'reason', target: 'a', reason: { kind: 'never built' } }],
        text: 'a is missing because it was never built',
      },
    });
  });
});

describe('desgw why --path', () => {
  const { graph } = planOf({
    a: {},
    b: { deps: ['a'] },
    c: { gathers: ['b'] },
    d: { deps: ['b'], after: ['c'] },
    e: { after: ['d'] },
    alone: {},
  });

  test('takes the shortest way and says which needs are of a weaker kind', () => {
    expect(dependencyPath(graph, 'a', 'e')).toEqual(['a', 'b', 'd', 'e']);
    expect(pathText(graph, 'b', 'e')).toBe('e depends on b:\n  b\n  -> d\n  -> e   (order only)\n');
    expect(pathText(graph, 'a', 'c')).toBe(
      'c depends on a:\n  a\n  -> b\n  -> c   (gathers those that succeed)\n',
    );
  });

  test('says so when there is none, and whether it was asked the wrong way round', () => {
    expect(pathText(graph, 'alone', 'e')).toBe('e does not depend on alone.\n');
    expect(pathText(graph, 'd', 'b')).toBe(
      'b does not depend on d. The other way round: b -> d.\n',
    );
  });
});

test.each<readonly [Reason, string]>([
  [{ kind: 'param changed', name: 'a', to: 1 }, 'a: new, 1'],
  [{ kind: 'param changed', name: 'a', from: 'x y' }, 'a: x y, no longer set'],
  [{ kind: 'param changed', name: 'a', from: '', to: ' x' }, 'a: "" -> " x"'],
  [
    { kind: 'param changed', name: 'a', from: [1, 1], to: [1] },
    'a: same members, other order or number',
  ],
  [{ kind: 'env changed', name: 'LANG', from: 'C', to: 'de\x1b' }, '$LANG: C -> de\\x1b'],
  [{ kind: 'input changed', path: 'f', how: 'vanished' }, 'f vanished'],
  [{ kind: 'input changed', path: 'f', how: 'added' }, 'f is a new input'],
  [{ kind: 'observation changed', from: '41 CCDs', to: '52 CCDs' }, 'seen: 41 CCDs -> 52 CCDs'],
  [{ kind: 'observation changed', from: 'same', to: 'same' }, 'what was seen changed (same)'],
  [{ kind: 'interrupted', at: now }, 'interrupted at 2017-08-18 02:14:00'],
  [
    { kind: 'swept', chain: 'postproc', first: 'postproc:3' },
    'made together with postproc:3 (postproc)',
  ],
])('a reason in words: %j', (reason, text) => {
  expect(reasonText(reason)).toBe(text);
});

test('long values are cut', () => {
  expect(valueText('x'.repeat(100))).toBe(`${'x'.repeat(57)}...`);
});

test.each([
  [
    'in doubt',
    "It is not done again by itself. If it did happen: `desgw mark submitted 'sent 1' --job ID`; if it did not: `desgw mark not-submitted 'sent 1'` and build again, or `desgw resubmit 'sent 1'`.",
  ],
  [
    'outdated',
    "What was submitted stands; `desgw accept 'sent 1'` says that this is as it should be, `desgw resubmit 'sent 1'` submits again from what is there now.",
  ],
  [
    'edited',
    "`desgw accept 'sent 1'` lets the edit stand; `desgw build --force 'sent 1'` makes it again and keeps the edit beside it.",
  ],
] as const)('of a target that is %s it ends with the commands that decide it', (state, next) => {
  const once = { look: () => [], judge: () => ({ state: 'not done' }) as const };
  const plan = planOf({ 'sent 1': { state, note: 'look here', once } });
  const text = whyText(plan, 'sent 1', { traces: new Map(), now, paint: plain });
  expect(text.split('\n').slice(1)).toEqual(['', `next: ${next}`, '']);
});
