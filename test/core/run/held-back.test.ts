/** What live work holds back is told by the very build that changes what it is made from. */
import { expect, test } from 'vitest';
import { target, write } from '../../../core/api/define.ts';
import type { Rule } from '../../../core/api/rules.ts';
import { engineOn } from '../engine.ts';
import { stubWorld } from '../stub-world.ts';

/** settings -> dag -> submitted -> seen, which waits. */
const pipeline = (season: string): readonly Rule[] => [
  target('seen', {
    deps: ['submitted'],
    observe: { look: () => [], judge: () => ({ state: 'waiting', progress: 'its jobs run' }) },
    outputs: ['seen'],
    recipe: [write('seen', '')],
  }),
  target('settings', { params: { season }, outputs: ['rc'], recipe: [write('rc', season)] }),
  target('dag', {
    deps: ['settings'],
    hold: { since: 'submitted', until: 'seen' },
    outputs: ['dag'],
    recipe: { version: '1', reads: ['rc'], steps: ({ text }) => [write('dag', text('rc'))] },
  }),
  target('submitted', { deps: ['dag'], outputs: ['marker'], recipe: [write('marker', '')] }),
];

test('a build that changes the settings under live work says that the DAG stays as it is', async () => {
  const world = stubWorld({});
  await engineOn(world, pipeline('2206')).build();
  const { told } = await engineOn(world, pipeline('2207')).build();
  expect(world.files.text('rc')).toBe('2207');
  expect(told.filter((line) => line.includes('may still read'))).toEqual([
    expect.stringContaining('what dag is made from has changed'),
  ]);
  expect(world.files.text('dag')).toBe('2206');
});
