/** What goes first of what may start. */
import { expect, test } from 'vitest';
import { exec, group, target } from '../../../core/api/define.ts';
import type { Rule } from '../../../core/api/rules.ts';
import { engineOn, made } from '../engine.ts';
import { type Program, stubWorld } from '../stub-world.ts';

const started = (told: readonly string[]): readonly string[] =>
  told.filter((line) => line.startsWith('start ')).map((line) => line.slice('start '.length));

test('what is prepared is submitted before more is prepared', async () => {
  const exposures = Array.from({ length: 60 }, (_, i) => `${700_001 + i}`);
  const submitted = (exposure: string): Rule =>
    made(`submitted_${exposure}`, [`dagmaker_${exposure}`], {
      once: {
        look: () => [{ kind: 'ask', adapter: 'queue', question: 'jobs' }],
        judge: () => ({ state: 'not done' }),
      },
    });
  const prepare: Program = async ([out], files) => {
    // All that were begun together end together.
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    files.put(out!, 'dag');
    return 0;
  };
  const rules = exposures.flatMap((e) => [
    target(`dagmaker_${e}`, {
      outputs: [`dagmaker_${e}`],
      recipe: [exec(['prepare', `dagmaker_${e}`])],
    }),
    submitted(e),
  ]);
  const goal = group(
    'all',
    exposures.map((e) => `submitted_${e}`),
  );
  const engine = engineOn(stubWorld({}, { prepare }), [goal, ...rules], {
    adapters: {
      queue: {
        ...{ timeout: 60, dry: false },
        ask: async () => {
          // An answer takes longer than a step of the scheduler.
          for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
          return [];
        },
      },
    },
  });
  const { told, summary } = await engine.build({ jobs: 5 });
  const order = started(told);
  const firstSubmission = order.findIndex((name) => name.startsWith('submitted_'));
  expect(order.slice(0, firstSubmission).length).toBeLessThan(7);
  expect(summary).toMatchObject({ outcome: 'fresh' });
  expect(summary.built).toHaveLength(120);
});

test('a priority goes before everything, and takes along what its target needs', async () => {
  const engine = engineOn(stubWorld({ in: '1' }), [
    group('all', ['near', 'far', 'wanted']),
    made('near'),
    made('far'),
    made('wanted', ['first'], { priority: 1 }),
    made('first'),
  ]);
  const { told } = await engine.build({ jobs: 1 });
  expect(started(told)).toEqual(['first', 'wanted', 'near', 'far']);
});

test('a priority does not make anything stale', async () => {
  const world = stubWorld({ in: '1' });
  await engineOn(world, [made('a')]).build();
  expect((await engineOn(world, [made('a', [], { priority: 3 })]).build()).told).toEqual([]);
});

test('what waits for a key goes by urgency too', async () => {
  const key = { exclusive: ['key'] };
  const engine = engineOn(stubWorld({ in: '1' }), [
    group('all', ['a', 'b', 'd']),
    made('a', [], key),
    made('b', [], key),
    made('d', ['c'], key),
    made('c', [], { ...key, priority: 1 }),
  ]);
  const { told } = await engine.build({ jobs: 3 });
  expect(started(told)).toEqual(['c', 'a', 'b', 'd']);
});
