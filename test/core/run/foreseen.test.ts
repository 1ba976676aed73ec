/** What will keep a target from being made is told when the build begins, not at the end of a night. */
import { expect, test } from 'vitest';
import { group, target, write } from '../../../core/api/define.ts';
import { engineOn } from '../engine.ts';
import { stubWorld } from '../stub-world.ts';

const rules = (unset: boolean) => [
  group('all', ['last']),
  target('first', { outputs: ['first'], recipe: [write('first', 'x')] }),
  target('last', {
    deps: ['first'],
    outputs: ['last'],
    ...(unset ? { foreseen: [{ what: 'propid is not set', advice: '--set propid=VALUE' }] } : {}),
    recipe: {
      version: '1',
      steps: [write('last', 'x')],
      judge: () => (unset ? [{ what: 'propid is not set' }] : []),
    },
  }),
];
const WARNING = 'warning: last cannot be made yet: propid is not set (--set propid=VALUE)';

test('what is foreseen is told before anything else, once, and what comes before is made', async () => {
  const { told, summary } = await engineOn(stubWorld(), rules(true)).build();
  const line = told.findIndex((one) => one.includes('propid is not set'));
  expect(told[line]).toContain(WARNING.slice('warning: '.length));
  expect(line).toBeLessThan(told.findIndex((one) => one.includes('first')));
  expect(told.filter((one) => one.includes('cannot be made yet'))).toHaveLength(1);
  expect(summary.built).toEqual(['first']);
  expect(summary.failed.map((one) => one.target)).toEqual(['last']);
});

test('of what was made, and of what nobody needs, nothing is foreseen', async () => {
  const world = stubWorld();
  const engine = engineOn(world, rules(true));
  expect((await engine.build({ goals: ['first'] })).told.join()).not.toContain(
    'cannot be made yet',
  );
  await engineOn(world, rules(false)).build();
  expect((await engineOn(world, rules(false)).build()).told).toEqual([]);
});
