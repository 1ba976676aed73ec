/** What is not well is told to the end, although everything could be made. */
import { expect, test } from 'vitest';
import { group, target, write } from '../../../core/api/define.ts';
import type { Findings } from '../../../core/api/rules.ts';
import { engineOn } from '../engine.ts';
import { stubWorld } from '../stub-world.ts';

const problems = [{ what: 'not 7: too few', advice: 'rescue 7' }];
const listWith = (more: Partial<Findings> = {}) => [
  group('all', ['list']),
  target('list', {
    outputs: ['list'],
    recipe: { version: '1', steps: [write('list', '1 2')] },
    findings: {
      reads: ['list'],
      judge: ({ text }) => (text('list').includes('7') ? [] : problems),
      ...more,
    },
  }),
];
const found = (strict: boolean) => [{ target: 'list', problems, strict }];

test('by every build, as long as it is so', async () => {
  const engine = engineOn(stubWorld(), listWith());
  for (let i = 0; i < 2; i++)
    expect((await engine.build()).summary).toMatchObject({
      outcome: 'fresh',
      findings: found(false),
    });
});

test('and makes a strict build fail, or one whose rule is strict', async () => {
  const engine = engineOn(stubWorld(), listWith());
  const { summary } = await engine.build({ strict: true });
  expect([summary.outcome, summary.failed]).toEqual(['failed', []]);
  const own = await engineOn(stubWorld(), listWith({ strict: true })).build();
  expect(own.summary).toMatchObject({ outcome: 'failed', findings: found(true) });
});

test('but not where there is nothing', async () => {
  const world = stubWorld();
  const rules = listWith({ judge: () => [] });
  const { summary } = await engineOn(world, rules).build({ strict: true });
  expect(summary).not.toHaveProperty('findings');
  expect(summary.outcome).toBe('fresh');
});
