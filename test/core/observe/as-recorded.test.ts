/** Nobody is asked where the answer could change nothing. */
import { describe, expect, test } from 'vitest';
import { copy, group, target, write } from '../../../core/api/define.ts';
import type { Observation } from '../../../core/api/looks.ts';
import type { RuleItem } from '../../../core/index.ts';
import { engineOn } from '../engine.ts';
import { stubWorld } from '../stub-world.ts';

/** Watches work that leaves files, and asks whether it is still under way. */
function watched(more: Partial<Observation>) {
  const asked = { times: 0, alive: false };
  const ask = async () => {
    asked.times += 1;
    return asked.alive;
  };
  const rules: RuleItem[] = [
    group('all', ['seen', 'other']),
    target('other', { outputs: ['other'], recipe: [write('other', '')] }),
    target('seen', {
      outputs: ['seen'],
      observe: {
        reads: ['marker'],
        look: () => [
          { kind: 'list', pattern: 'work' },
          { kind: 'ask', adapter: 'queue', question: null },
        ],
        judge: ([listing, answer]) => {
          const value = listing?.kind === 'list' ? (listing.dirs[0]?.names ?? []) : [];
          const asked = answer?.kind === 'answer';
          if (asked ? answer.answer === false : value.includes('all'))
            return { state: 'ready', value: [...value] };
          const more = asked && answer.answer === true ? { underway: true as const } : {};
          return { state: 'waiting', progress: 'under way', value: [...value], ...more };
        },
        ...more,
      },
      recipe: { version: '1', steps: ({ value }) => [write('seen', JSON.stringify(value))] },
    }),
  ];
  const world = stubWorld({ 'work/all': '' });
  const engine = engineOn(world, rules, {
    adapters: { queue: { timeout: 60, dry: true, ask } },
  });
  return { engine, world, asked };
}

test('while all there can be is seen and on record, nobody is asked whether more is to come', async () => {
  const { engine, world, asked } = watched({ valueFromFiles: true });
  expect((await engine.build()).summary.built).toContain('seen');
  expect(asked.times).toBe(1);
  expect((await engine.build()).summary).toMatchObject({ outcome: 'fresh', built: [] });
  expect(asked.times).toBe(1);

  world.files.put('work/2', '');
  asked.alive = true;
  expect((await engine.build()).summary).toMatchObject({ outcome: 'waiting', built: [] });
  expect(asked.times).toBe(2);
  asked.alive = false;
  expect((await engine.build()).summary.built).toContain('seen');
  expect(world.files.text('seen')).toBe('["2","all"]');
});

test('where answers may be part of the value they are asked for every time', async () => {
  const { engine, asked } = watched({});
  await engine.build();
  await engine.build();
  expect(asked.times).toBe(2);
});

describe('where more may come, and it had ended by an answer', () => {
  async function ended() {
    const all = watched({ valueFromFiles: true });
    all.world.files.put('work/2', '');
    all.world.files.remove('work/all');
    expect((await all.engine.build()).summary.built).toContain('seen');
    expect(all.asked.times).toBe(1);
    return all;
  }

  test('a build with nothing to do does not ask again', async () => {
    const { engine, asked } = await ended();
    expect((await engine.build()).summary).toMatchObject({ outcome: 'fresh', built: [] });
    expect(asked.times).toBe(1);
  });

  test('one that would act asks first, and waits for what goes on', async () => {
    const { engine, world, asked } = await ended();
    asked.alive = true;
    world.files.remove('other');
    expect((await engine.build()).summary).toMatchObject({ outcome: 'waiting', built: ['other'] });
    expect(asked.times).toBeGreaterThan(1);
  });

  test('it is asked for when anything else that is seen has changed', async () => {
    const { engine, world, asked } = await ended();
    world.files.put('work/3', '');
    asked.alive = true;
    expect((await engine.build()).summary).toMatchObject({ outcome: 'waiting', built: [] });
    expect(asked.times).toBe(2);
  });

  test('a text that is read counts as well', async () => {
    const { engine, world, asked } = await ended();
    world.files.put('marker', 'again');
    asked.alive = true;
    expect((await engine.build()).summary).toMatchObject({ outcome: 'waiting', built: [] });
    expect(asked.times).toBe(2);
  });
});

test('what is made again with the value that is on record, while it might still move, has settled', async () => {
  const world = stubWorld({ src: '1', 'work/part': '' });
  const engine = engineOn(world, [
    group('all', ['late']),
    target('made', { inputs: ['src'], outputs: ['made'], recipe: [copy('src', 'made')] }),
    target('late', {
      deps: ['made'],
      outputs: ['late'],
      observe: {
        valueFromFiles: true,
        look: () => [{ kind: 'list', pattern: 'work' }],
        judge: ([listing], { unchangedFor }) => {
          const value = listing?.kind === 'list' ? [...(listing.dirs[0]?.names ?? [])] : [];
          return unchangedFor < 60
            ? { state: 'waiting', value, progress: 'late files may come' }
            : { state: 'ready', value };
        },
      },
      recipe: { version: '1', steps: ({ value }) => [write('late', JSON.stringify(value))] },
    }),
  ]);
  await engine.build();
  await world.clock.sleep(61_000);
  expect((await engine.build()).summary.outcome).toBe('fresh');
  world.files.put('src', '2');
  expect((await engine.build()).summary).toMatchObject({ outcome: 'fresh' });
  expect(engine.trace('late')).not.toHaveProperty('early');
  expect((await engine.build()).summary).toMatchObject({ outcome: 'fresh', built: [] });
});
