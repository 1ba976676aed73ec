/** What may be gone in a minute keeps targets from beginning, and nothing that was made. */
import { expect, test } from 'vitest';
import { target, write } from '../../../core/api/define.ts';
import type { Sighting } from '../../../core/api/looks.ts';
import type { RuleItem } from '../../../core/index.ts';
import { engineOn } from '../engine.ts';
import { stubWorld } from '../stub-world.ts';

const READY: Sighting = { state: 'ready', value: 'first' };
const GONE: Sighting = { state: 'waiting', progress: 'no ticket: kinit' };

/** A door that may be shut, something that goes through it, and something that goes on from there. */
function guarded() {
  const door = { seen: READY, times: 0, opensAt: 0 };
  const rules: RuleItem[] = [
    target('report', {
      after: ['sent'],
      inputs: ['results'],
      outputs: ['report'],
      recipe: {
        version: '1',
        reads: ['results'],
        steps: ({ text }) => [write('report', text('results'))],
      },
    }),
    target('sent', {
      after: ['door'],
      inputs: ['letter'],
      outputs: ['sent'],
      recipe: [write('sent', '')],
    }),
    target('door', {
      observe: {
        fleeting: true,
        look: () => [{ kind: 'ask', adapter: 'door', question: null }],
        judge: () => door.seen,
      },
      recipe: [],
    }),
  ];
  const ask = async () => {
    door.times += 1;
    if (door.times === door.opensAt) door.seen = READY;
    return null;
  };
  const world = stubWorld({ letter: 'dear', results: 'none' });
  const engine = engineOn(world, rules, {
    goal: 'report',
    adapters: { door: { timeout: 60, dry: true, ask } },
  });
  return { engine, world, door };
}

test('it is asked for while there is something to do, and not where there is nothing', async () => {
  const { engine, world, door } = guarded();
  expect((await engine.build()).summary.built).toEqual(['door', 'sent', 'report']);
  expect(door.times).toBe(1);
  expect((await engine.build()).summary).toMatchObject({ outcome: 'fresh', built: [] });
  expect(door.times).toBe(1);
  world.files.put('results', 'some');
  expect((await engine.build()).summary.built).toEqual(['report']);
  expect(door.times).toBe(2);
});

test('while it is shut nothing begins that comes after it; what was made stands, and others go on from it', async () => {
  const { engine, world, door } = guarded();
  await engine.build();
  door.seen = GONE;
  world.files.put('results', 'some');
  expect((await engine.build()).summary).toMatchObject({
    outcome: 'fresh',
    built: ['report'],
    waiting: [],
  });
  world.files.put('letter', 'dearest');
  expect((await engine.build({ wait: false })).summary).toMatchObject({
    outcome: 'waiting',
    built: [],
    waiting: [{ target: 'door', progress: 'no ticket: kinit' }],
    blocked: [
      { target: 'sent', by: ['door'], cause: 'waiting' },
      { target: 'report', by: ['sent'], cause: 'waiting' },
    ],
  });
});

test('the same build goes on when it is open again', async () => {
  const { engine, door } = guarded();
  door.seen = GONE;
  door.opensAt = 3;
  expect((await engine.build({ wait: true })).summary).toMatchObject({
    outcome: 'fresh',
    built: ['door', 'sent', 'report'],
  });
});

test('what it sees otherwise is acted upon in its own recipe, and remakes nobody', async () => {
  const { engine, world, door } = guarded();
  await engine.build();
  door.seen = { state: 'ready', value: 'second', tell: [{ about: 'door', text: 'it shuts at 9' }] };
  expect((await engine.build()).summary.built).toEqual([]);
  world.files.put('results', 'some');
  const { summary, told } = await engine.build();
  expect(summary.built).toEqual(['door', 'report']);
  expect(told.join('\n')).toContain('it shuts at 9');
});
