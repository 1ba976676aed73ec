/** What looking again and again costs. */
import { expect, test } from 'vitest';
import { group, target, write } from '../../../core/api/define.ts';
import type { Rule } from '../../../core/api/rules.ts';
import { Listings } from '../../../core/observe/listings.ts';
import { engineOn } from '../engine.ts';
import { stubWorld } from '../stub-world.ts';

const DAY_MS = 24 * 3600 * 1000;

/** Directories that can be changed, and counts of how they are looked at. */
function disk(names: readonly string[]) {
  const clock = { ms: 10 * DAY_MS };
  const dirs = new Map(names.map((name) => [name, { names: ['1'], changed: 1 }]));
  const counts = { listed: 0, looked: 0 };
  const files = {
    listMany: async (asked: readonly string[]) => {
      counts.listed += asked.length;
      return asked.map((dir) => dirs.get(dir)?.names);
    },
    statMany: async (asked: readonly string[]) => {
      counts.looked += asked.length;
      return asked.map((dir) => {
        const found = dirs.get(dir);
        const times = found && { mtime: found.changed, ctime: found.changed };
        return times && { size: 0, ino: 1, dev: 1, directory: true, ...times };
      });
    },
  };
  const put = (dir: string, name: string): void => {
    const found = dirs.get(dir) ?? { names: [], changed: 0 };
    dirs.set(dir, { names: [...found.names, name], changed: clock.ms });
  };
  const listings = new Listings({ now: () => clock.ms });
  const look = async () => {
    Object.assign(counts, { listed: 0, looked: 0 });
    const found = await listings.list(files, [...names, 'none']);
    return { found, ...counts };
  };
  return { clock, put, look, remove: (dir: string) => dirs.delete(dir) };
}

test('a directory that has not changed for long is looked at, not listed', async () => {
  const { look, put, clock, remove } = disk(['a', 'b']);
  expect(await look()).toEqual({ found: [['1'], ['1'], undefined], listed: 3, looked: 0 });
  expect(await look()).toEqual({ found: [['1'], ['1'], undefined], listed: 1, looked: 2 });
  put('a', '2');
  expect(await look()).toMatchObject({ found: [['1', '2'], ['1'], undefined], listed: 2 });
  // So young that it may have changed once more without its times telling.
  expect(await look()).toMatchObject({ listed: 2 });
  clock.ms += DAY_MS;
  expect(await look()).toMatchObject({ listed: 2 });
  expect(await look()).toMatchObject({ found: [['1', '2'], ['1'], undefined], listed: 1 });
  put('none', '1');
  remove('b');
  expect(await look()).toMatchObject({ found: [['1', '2'], undefined, ['1']], listed: 2 });
});

test('while others are waited for, what is done with is not looked at again', async () => {
  const looked = new Map<string, number>();
  const seen = (name: string): Rule =>
    target(name, {
      outputs: [name],
      observe: {
        look: () => [{ kind: 'list', pattern: `work/${name}` }],
        judge: ([listing]) => {
          looked.set(name, (looked.get(name) ?? 0) + 1);
          const names = listing?.kind === 'list' ? (listing.dirs[0]?.names ?? []) : [];
          return names.includes('end')
            ? { state: 'ready', value: [...names] }
            : { state: 'waiting', progress: `${names.length}`, value: [...names] };
        },
      },
      recipe: { version: '1', steps: () => [write(name, 'text')] },
    });
  const world = stubWorld({ 'work/quick/end': '', 'work/slow/1': '' });
  const polls = { count: 0, pauses: [] as number[] };
  const clock = {
    ...world.clock,
    sleep: (ms: number) => {
      // One more comes every time, and at last the end.
      if (ms >= 500) {
        polls.pauses.push(ms);
        world.files.put(
          polls.pauses.length < 20 ? `work/slow/${polls.pauses.length + 1}` : 'work/slow/end',
          '',
        );
      }
      return world.clock.sleep(ms);
    },
  };
  const engine = engineOn({ ...world, clock }, [
    group('all', ['quick', 'slow']),
    seen('quick'),
    seen('slow'),
  ]);
  const { summary } = await engine.build({ wait: true });
  expect(summary).toMatchObject({ outcome: 'fresh', built: ['quick', 'slow'] });
  // Whatever moves, longer and longer.
  expect(polls.pauses).toEqual([...polls.pauses].sort((a, b) => a - b));
  expect(polls.pauses.at(-1)).toBe(60_000);
  expect(looked.get('quick')).toBeLessThanOrEqual(2);
  expect(looked.get('slow')).toBeGreaterThan(20);
});
