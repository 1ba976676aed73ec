import { expect, test } from 'vitest';
import { group, target } from '../../../core/api/define.ts';
import { resolve } from '../../../core/graph/resolve.ts';
import { heldUp } from '../../../core/plan/held-up.ts';
import type { Plan, Verdict } from '../../../core/plan/verdict.ts';

/** A plan of a target `s`, a group of it, and `end` that needs the group, with these verdicts. */
function planOf(verdicts: ReadonlyMap<string, Verdict>): Plan {
  const graph = resolve([
    target('end', { deps: ['all'], recipe: [] }),
    group('all', ['s']),
    target('s', { recipe: [] }),
  ]);
  const order = graph.order.filter((name) => verdicts.has(name));
  return { graph, goals: ['all'], order, verdicts, actions: [] };
}

test('whoever has to decide about a submission is told what changed since', () => {
  const verdicts = new Map<string, Verdict>([
    [
      's',
      {
        state: 'outdated',
        reasons: [{ kind: 'param changed', name: 'TWINDOW', from: '15', to: '20' }],
      },
    ],
    ['all', { state: 'fresh', reasons: [] }],
  ]);
  expect(heldUp(verdicts, planOf(verdicts)).person).toEqual([
    { target: 's', state: 'outdated', note: 'TWINDOW: "15" -> "20"' },
  ]);
});

test('who is held up by a group is told what holds up the group', () => {
  const verdicts = new Map<string, Verdict>([
    ['s', { state: 'waiting', reasons: [], note: '3 of 5' }],
    ['all', { state: 'blocked', reasons: [], by: ['s'], cause: 'waiting' }],
    ['end', { state: 'blocked', reasons: [], by: ['all', 's'], cause: 'waiting' }],
  ]);
  expect(heldUp(verdicts, planOf(verdicts)).blocked).toEqual([
    { target: 'end', by: ['s'], cause: 'waiting' },
  ]);
});

test('a group that is held up says no more than what holds it up', () => {
  const verdicts = new Map<string, Verdict>([
    ['s', { state: 'waiting', reasons: [], note: '3 of 5' }],
    ['all', { state: 'blocked', reasons: [], by: ['s'], cause: 'waiting' }],
  ]);
  expect(heldUp(verdicts, planOf(verdicts))).toMatchObject({
    waiting: [{ target: 's', progress: '3 of 5' }],
    blocked: [],
  });
});
