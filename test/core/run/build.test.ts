/** What a build sees before it has the lock counts afterwards, unless somebody else was at work. */
import { describe, expect, test } from 'vitest';
import type { Build } from '../../../core/api/builds.ts';
import { exec, group, target, write } from '../../../core/api/define.ts';
import type { Adapter, Observation } from '../../../core/api/looks.ts';
import { openJournal } from '../../../core/memory/journal.ts';
import { LOCK } from '../../../core/memory/lock.ts';
import { FileError } from '../../../core/world/fs.ts';
import { type Engine, engineOn } from '../engine.ts';
import { type Program, type StubWorld, stubWorld } from '../stub-world.ts';

const RULES = [
  target('copy', {
    inputs: ['in'],
    observe: {
      look: () => [{ kind: 'ask', adapter: 'queue', question: 'how many?' }],
      judge: () => ({ state: 'ready', value: 1 }),
    },
    outputs: ['out'],
    recipe: [exec(['cp', 'in', 'out'])],
  }),
];

const OTHER = { host: 'here', boot: 'b', pid: 2, start: '2', user: 'mara' };

/** Another builder, which leaves something on record. */
function somebodyBuilds(world: StubWorld): void {
  const journal = openJournal(world.files, OTHER);
  journal.drop('somebody');
  journal.close();
}

function builder(world: StubWorld, ask: () => void = () => {}): Engine & { asked: () => number } {
  let asked = 0;
  const queue: Adapter = {
    dry: true,
    timeout: 60,
    ask: async () => {
      asked += 1;
      ask();
      return 1;
    },
  };
  const more: Partial<Build> = { adapters: { queue } };
  return Object.assign(engineOn(world, RULES, more), { asked: () => asked });
}

describe('a build with work to do', () => {
  test('looks at everything once when nobody else is at work', async () => {
    const world = stubWorld({ in: '1' });
    const { build, asked } = builder(world);
    expect((await build()).told).toEqual(['start copy', 'done copy']);
    expect(asked()).toBe(1);
    const { stats, digests } = world.counted();
    // Of the input and the output: before, as it begins, and again after it has run. Of the log:
    // whether the program has printed anything.
    expect({ stats, digests }).toEqual({ stats: 7, digests: 2 });
  });

  test('looks again when somebody recorded something before it had the lock', async () => {
    const world = stubWorld({ in: '1' });
    const { build, asked } = builder(world, () => {
      if (asked() === 1) somebodyBuilds(world);
    });
    await build();
    expect(asked()).toBe(2);
  });

  test('looks again when it had to wait for the lock, even if nothing was recorded', async () => {
    const world = stubWorld({ in: '1' });
    const { files, processes } = world;
    const waiting = {
      ...world,
      processes: { ...processes, isAlive: () => true },
      clock: {
        ...world.clock,
        sleep: (ms: number, signal?: AbortSignal) => {
          if (files.text(LOCK)?.includes('"pid":2')) {
            files.put('in', '2');
            files.remove(LOCK);
          }
          return world.clock.sleep(ms, signal);
        },
      },
    };
    const { build, asked } = builder(waiting, () => {
      if (asked() === 1)
        files.createExclusive(LOCK, JSON.stringify({ ...OTHER, since: 0, command: 'desgw build' }));
    });
    await build({ wait: true });
    expect(asked()).toBe(2);
    expect(files.text('out')).toBe('2');
  });

  test('looks again when the lock was that of a dead process', async () => {
    const world = stubWorld({ in: '1' });
    const { build, asked } = builder(world, () => {
      if (asked() === 1)
        world.files.createExclusive(LOCK, JSON.stringify({ ...OTHER, since: 0, command: '' }));
    });
    await build();
    expect(asked()).toBe(2);
  });
});

test('a build with nothing to do needs no disk that can be written', async () => {
  const world = stubWorld({ in: '1' });
  await builder(world).build();
  world.files.put('in', '1'); // written anew: its digest has to be taken again
  const full = (): never => {
    throw new FileError('write', '/w/.desgw/x', 'ENOSPC', 'no space left on device');
  };
  const files = { ...world.files, now: full, createExclusive: full, appender: full };
  const { summary } = await builder({ ...world, files }).build();
  expect(summary).toMatchObject({ outcome: 'fresh', built: [] });
});

test('a program that changes what it reads runs twice in a build that waits, and no more', async () => {
  const changes: Program = (_args, files) => {
    files.put('in', `${files.text('in')}+`);
    files.put('out', '1');
  };
  const world = stubWorld({ in: '1' }, { changes });
  const waits: Observation = {
    look: () => [],
    judge: (_seen, { now }) =>
      now < 5_000_000 ? { state: 'waiting', progress: 'not yet' } : { state: 'ready', value: 1 },
  };
  const engine = engineOn(world, [
    group('all', ['own', 'late']),
    target('own', { inputs: ['in'], outputs: ['out'], recipe: [exec(['changes'])] }),
    target('late', { observe: waits, recipe: [] }),
  ]);
  const { summary } = await engine.build({ wait: true });
  expect([summary.outcome, world.ran]).toEqual(['fresh', ['changes', 'changes']]);
  expect((await engine.build()).summary.built).toEqual(['own']);
});

describe('what cannot be seen', () => {
  /** One member of a list, which is there or cannot be seen. */
  function listOf(isShut: () => boolean): Engine {
    const world = stubWorld({ 'disk/x': '', 'disk/y': '' });
    const { listMany } = world.files;
    const shut = new Error('the disk is away');
    Object.assign(world.files, {
      listMany: async (dirs: readonly string[]) =>
        isShut() ? dirs.map(() => shut) : listMany(dirs),
    });
    const member = (name: string) =>
      target(name, {
        outputs: [name],
        recipe: { version: '1', steps: [write(name, name)] },
        observe:
          name === 'x'
            ? {
                look: () => [{ kind: 'list', pattern: 'disk' }],
                judge: ([seen]) =>
                  seen?.kind === 'list'
                    ? { state: 'ready', value: seen.dirs[0]!.names }
                    : { state: 'failed', why: 'the disk is away' },
              }
            : { look: () => [], judge: () => ({ state: 'ready', value: 1 }) },
      });
    const sum = target('sum', {
      gathers: ['x', 'y'],
      outputs: ['sum'],
      recipe: {
        version: '1',
        steps: ({ gathered }) => [write('sum', gathered.join(' '))],
      },
    });
    return engineOn(world, [group('all', ['sum']), sum, member('x'), member('y')]);
  }

  test('is waited for, and then everything goes on as if nothing had been', async () => {
    let looks = 0;
    const engine = listOf(() => ++looks < 4);
    const { summary } = await engine.build({ wait: true });
    expect([summary.outcome, engine.world.files.text('sum')]).toEqual(['fresh', 'x y']);
  });

  test('for long is a failure, which is told, and nobody goes on without it', async () => {
    let away = false;
    const engine = listOf(() => away);
    await engine.build();
    away = true;
    const { summary, told } = await engine.build({ wait: true });
    expect(told.filter((line) => line.startsWith('start'))).toEqual([]);
    expect(summary).toMatchObject({
      outcome: 'failed',
      failed: [{ target: 'x', problems: [{ what: 'the disk is away' }] }],
      blocked: [{ target: 'sum', by: ['x'], cause: 'unseen' }],
    });
    expect(engine.world.files.text('sum')).toBe('x y');
    away = false;
    expect((await engine.build()).told).toEqual([]);
  });
});

test('what a recipe writes last it makes from what its own program has left', async () => {
  const query: Program = (_args, files) => {
    files.put('table', 'rows');
  };
  const world = stubWorld({}, { query });
  const engine = engineOn(world, [
    target('list', {
      // It was not there when the plan was made, and looked at all the same.
      observe: {
        reads: ['table'],
        look: () => [],
        judge: (_seen, { maybeText }) => ({ state: 'ready', value: maybeText('table') ?? null }),
      },
      outputs: ['list'],
      recipe: {
        version: '1',
        reads: ['table'],
        steps: ({ maybeText }) => [
          ...(maybeText('table') === undefined ? [exec(['query'])] : []),
          write('list', ({ text }) => text('table')),
        ],
      },
    }),
  ]);
  await engine.build();
  expect(world.files.text('list')).toBe('rows');
});
