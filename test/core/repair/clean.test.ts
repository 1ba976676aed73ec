import { describe, expect, test } from 'vitest';
import { exec, group, target, write } from '../../../core/api/define.ts';
import type { Sighting } from '../../../core/api/looks.ts';
import type { Once, OnceSighting, Rule } from '../../../core/api/rules.ts';
import { resolve } from '../../../core/graph/resolve.ts';
import { loadMemory } from '../../../core/memory/journal.ts';
import {
  type CleanPlan,
  carryOut,
  forget,
  planClean,
  planOrphans,
} from '../../../core/repair/clean.ts';
import { type Engine, engineOn } from '../engine.ts';
import { stubWorld } from '../stub-world.ts';

const made = (name: string, more: Partial<Rule> = {}): Rule =>
  target(name, { inputs: ['in'], outputs: [name], recipe: [exec(['cp', 'in', name])], ...more });

/** The plan for cleaning these targets, on what is there now. */
async function planned(engine: Engine, names: readonly string[]): Promise<CleanPlan> {
  let found: CleanPlan | undefined;
  await engine.withPlan(names, ({ plan, observer }) => {
    found = planClean(plan, plan.goals, observer, engine.world.files);
  });
  return found!;
}

async function cleaned(engine: Engine, names: readonly string[], drop = false): Promise<void> {
  await engine.withPlan(names, ({ plan, observer, journal }) => {
    carryOut(
      planClean(plan, plan.goals, observer, engine.world.files),
      journal,
      engine.world.files,
      { now: 5, drop },
    );
  });
}

async function builtWith(
  rules: readonly Rule[],
  tree: { readonly [path: string]: string } = {},
): Promise<Engine> {
  const engine = engineOn(stubWorld({ in: '1', ...tree }), rules);
  await engine.build();
  return engine;
}

const NOTHING: CleanPlan = { targets: [], keeps: [], refused: [], follows: [] };

test('what a target made is deleted, and whoever needs it is named', async () => {
  const engine = await builtWith([
    group('all', ['c']),
    made('c', { deps: ['b'] }),
    made('b', { deps: ['a'] }),
    made('a'),
  ]);
  expect(await planned(engine, ['a'])).toEqual({
    ...NOTHING,
    targets: [{ target: 'a', deletes: ['a'] }],
    follows: ['b', 'c'],
  });
});

test('a group stands for its members', async () => {
  const engine = await builtWith([group('all', ['a', 'b']), made('a'), made('b')]);
  expect((await planned(engine, ['all'])).targets).toEqual([
    { target: 'a', deletes: ['a'] },
    { target: 'b', deletes: ['b'] },
  ]);
});

describe('what is not ours, or not ours alone, stays', () => {
  test.each<[string, Partial<Rule>, (engine: Engine) => void, string]>([
    [
      'an output changed by hand',
      {},
      ({ world }) => world.files.put('a', 'mine'),
      'it was changed since desgw made it',
    ],
    [
      'a file of which only some keys are ours',
      { outputs: [{ path: 'a', keys: { format: 'shell', names: ['A'] } }] },
      () => {},
      'only some of its lines are set by desgw',
    ],
    [
      'a file that other programs use',
      { outputs: [{ path: 'a', shared: true }] },
      () => {},
      'other programs use it too',
    ],
    [
      'a link',
      {},
      ({ world }) => world.files.symlink('a', '/elsewhere'),
      'it was changed since desgw made it',
    ],
  ])('%s', async (_what, more, change, why) => {
    const engine = await builtWith([made('a', more)], { in: 'A=1\n' });
    change(engine);
    expect(await planned(engine, ['a'])).toEqual({
      ...NOTHING,
      targets: [{ target: 'a', deletes: [] }],
      keeps: [{ path: 'a', why }],
    });
  });

  test('a file that was there before any build', async () => {
    const engine = engineOn(stubWorld({ in: '1', a: 'mine' }), [made('a')]);
    expect((await planned(engine, ['a'])).keeps).toEqual([
      { path: 'a', why: 'desgw did not make it' },
    ]);
  });

  test('but what a run that failed left half-made goes', async () => {
    const engine = await builtWith([
      made('a', { recipe: [exec(['cp', 'in', 'a']), exec(['false'])] }),
    ]);
    expect((await planned(engine, ['a'])).targets).toEqual([{ target: 'a', deletes: ['a'] }]);
  });
});

describe('what may not be cleaned', () => {
  const DONE: OnceSighting = { state: 'not done' };
  const once: Once = { look: () => [], judge: () => DONE };
  const watch = (sighting: Sighting): Rule =>
    target('watch', {
      deps: ['s'],
      outputs: ['watch'],
      recipe: [write('watch', '')],
      observe: { look: () => [], judge: () => sighting },
    });

  test('work that somebody still waits for', async () => {
    const engine = await builtWith([
      watch({ state: 'waiting', progress: '3 of 5' }),
      made('s', { once }),
    ]);
    const { targets, refused } = await planned(engine, ['s', 'watch']);
    expect([targets.map((one) => one.target), refused]).toEqual([
      ['watch'],
      [{ target: 's', why: 'its work is still under way: watch waits for it (3 of 5)' }],
    ]);
  });

  test('work that nobody waits for may', async () => {
    const engine = await builtWith([watch({ state: 'ready', value: 1 }), made('s', { once })]);
    expect((await planned(engine, ['s', 'watch'])).refused).toEqual([]);
  });
});

test('carried out, the files are gone, the record says so, and the next build makes them again', async () => {
  const engine = await builtWith([made('a')]);
  await cleaned(engine, ['a']);
  expect([engine.world.files.paths(), engine.trace('a')]).toMatchObject([
    ['in'],
    { kind: 'cleaning', done: true, at: 5 },
  ]);
  expect((await engine.build()).told).toEqual(['start a', 'done a']);
});

test('cleaning that was cut off can be done again', async () => {
  const engine = await builtWith([made('a')]);
  await engine.withPlan(['a'], ({ journal }) => {
    const trace = journal.traces.get('a')!;
    journal.trace('a', {
      kind: 'cleaning',
      done: false,
      run: 1,
      at: 5,
      signature: trace.signature,
      outputs: { a: engine.world.files.digest('a') },
    });
  });
  expect((await planned(engine, ['a'])).targets).toEqual([{ target: 'a', deletes: ['a'] }]);
});

test('how long nothing had moved counts after cleaning, but not for what is begun anew', async () => {
  const settles = made('a', {
    observe: {
      look: () => [],
      judge: (_seen, { unchangedFor }): Sighting =>
        unchangedFor < 100
          ? { state: 'waiting', value: 1, progress: 'perhaps more will come' }
          : { state: 'ready', value: 1 },
    },
  });
  const engine = engineOn(stubWorld({ in: '1' }), [settles]);
  const outcome = async () => (await engine.build()).summary.outcome;
  const wait = (ms: number) => engine.world.clock.sleep(ms);
  expect(await outcome()).toBe('waiting');
  await wait(200_000);
  expect(await outcome()).toBe('fresh');
  await cleaned(engine, ['a']);
  expect(await outcome()).toBe('fresh');
  await engine.withPlan(['a'], ({ journal }) => forget('a', journal, 5));
  expect(await outcome()).toBe('waiting');
  await wait(200_000);
  expect(await outcome()).toBe('fresh');
});

test('forgetting deletes nothing, and what is there is still known as ours', async () => {
  const engine = await builtWith([made('a')]);
  await engine.withPlan(['a'], ({ journal }) => forget('a', journal, 5, 'why not'));
  expect(engine.trace('a')).toMatchObject({ kind: 'cleaning', done: true, reason: 'why not' });
  const { told } = await engine.build();
  expect([told, engine.world.files.paths()]).toEqual([
    ['start a', 'done a'],
    ['a', 'in'],
  ]);
});

test('orphans are outputs of targets that no rule has any more, unchanged and not made by others', async () => {
  const { world } = await builtWith([
    group('all', ['a', 'b', 'c', 'd']),
    ...['a', 'b', 'c', 'd'].map((name) => made(name)),
  ]);
  world.files.put('b', 'mine');
  const graph = resolve([made('d'), target('e', { outputs: ['c'], recipe: [] })]);
  const plan = planOrphans(loadMemory(world.files), graph, world.files);
  expect(plan).toEqual({
    ...NOTHING,
    targets: [
      { target: 'a', deletes: ['a'] },
      { target: 'b', deletes: [] },
      { target: 'c', deletes: [] },
    ],
    keeps: [{ path: 'b', why: 'it was changed since desgw made it' }],
  });
});

test('orphans that targets of today are made from stay, and are named with these', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const { world } = await builtWith([group('all', names), ...names.map((name) => made(name))]);
  const graph = resolve([
    target('reads', { inputs: ['./a'], optionalInputs: ['b'], outputs: ['x'], recipe: [] }),
    target('gleans', { globs: ['[c]*'], outputs: ['y'], recipe: [] }),
    target('makes', { outputs: [{ path: 'd*', glob: true }], recipe: [] }),
  ]);
  const { targets, keeps } = planOrphans(loadMemory(world.files), graph, world.files);
  expect(targets.flatMap(({ deletes }) => deletes)).toEqual(['e']);
  expect(keeps).toEqual([
    { path: 'a', why: 'reads is made from it' },
    { path: 'b', why: 'reads is made from it' },
    { path: 'c', why: 'gleans is made from it' },
  ]);
});

test("what is forgotten twice stays known as ours, so that nobody takes it for a stranger's", async () => {
  const world = stubWorld({ in: '1' });
  const engine = engineOn(world, [
    target('a', { inputs: ['in'], outputs: ['a'], recipe: [exec(['cp', 'in', 'a'])] }),
  ]);
  await engine.build();
  for (const at of [5, 6])
    await engine.withPlan(['a'], ({ journal }) => forget('a', journal, at, 'why not'));
  world.files.put('in', '2');
  const { told } = await engine.build();
  expect(told.join()).not.toContain('kept');
  expect(world.files.text('a')).toBe('2');
});
