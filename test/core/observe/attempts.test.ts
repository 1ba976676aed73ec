import { describe, expect, test } from 'vitest';
import { attemptExit, attemptState } from '../../../core/observe/attempts.ts';
import type { AttemptState } from '../../../core/plan/view.ts';
import { prepareAttempt, revokeAttempt, stopAttempt } from '../../../core/run/detached.ts';
import { memoryFiles } from '../../../core/testing/memory-files.ts';
import type { ProcessIdentity, World } from '../../../core/world/world.ts';
import { stubWorld } from '../stub-world.ts';

const RUN = '.desgw/runs/T';

/** A world with these files in the attempt's directory, in which supervisors live, or not. */
function worldWith(tree: { readonly [name: string]: string }, alive: boolean | undefined) {
  const asked: ProcessIdentity[] = [];
  const stopped: ProcessIdentity[] = [];
  const { files } = memoryFiles(
    Object.fromEntries(Object.entries(tree).map(([name, text]) => [`${RUN}/${name}`, text])),
  );
  const stub = stubWorld();
  const processes = {
    ...stub.processes,
    isAttemptAlive: (who: ProcessIdentity) => {
      asked.push(who);
      return alive;
    },
    stop: async (who: ProcessIdentity) => void stopped.push(who),
  };
  const world: World = { ...stub, files, processes };
  return { world, asked, stopped };
}

const HOST = JSON.stringify({ host: 'here', boot: 'b', user: 'mara' });
const CLAIMED = { host: HOST, pid: '77 4711\n', 'claim/.keep': '' };

describe('how an attempt stands', () => {
  test.each<[string, { readonly [name: string]: string }, boolean | undefined, AttemptState]>([
    ['nothing there', {}, false, 'unclaimed'],
    ['prepared, never begun', { host: HOST }, false, 'unclaimed'],
    [
      'its supervisor has written who it is, but not begun',
      { host: HOST, pid: '77 4711\n' },
      true,
      'unclaimed',
    ],
    [
      'prepared before the machine was started anew, when what was not flushed may have been lost',
      { host: JSON.stringify({ host: stubWorld().processes.self.host, boot: 'an earlier one' }) },
      undefined,
      'elsewhere',
    ],
    [
      'the same, and its supervisor is known to have ended with that',
      {
        host: JSON.stringify({ host: stubWorld().processes.self.host, boot: 'an earlier one' }),
        pid: '77 4711\n',
      },
      false,
      'lost',
    ],
    ['taken back', { host: HOST, claim: 'revoked\n' }, true, 'unclaimed'],
    ['begun, and its supervisor lives', CLAIMED, true, 'alive'],
    ['begun, and its supervisor is gone', CLAIMED, false, 'lost'],
    ['begun on another host', CLAIMED, undefined, 'elsewhere'],
    ['begun, and half of its exit is there', { ...CLAIMED, exit: '' }, false, 'lost'],
    ['begun, and its status is waiting for room', { ...CLAIMED, exit: '' }, true, 'alive'],
    ['begun, and who supervises it is damaged', { ...CLAIMED, pid: '77' }, false, 'elsewhere'],
    ['begun, and where it runs is damaged', { ...CLAIMED, host: '{"ho' }, false, 'elsewhere'],
    ['ended', { ...CLAIMED, exit: '0\n' }, false, 'ended'],
    ['ended on another host, on a shared disk', { ...CLAIMED, exit: '0\n' }, undefined, 'ended'],
  ])('%s', (_what, tree, alive, state) => {
    expect(attemptState(worldWith(tree, alive).world, 'T')).toBe(state);
  });

  test('is asked of the process with that pid and that start, on that boot of that host', () => {
    const { world, asked } = worldWith(CLAIMED, true);
    attemptState(world, 'T');
    expect(asked).toEqual([{ host: 'here', boot: 'b', user: 'mara', pid: 77, start: '4711' }]);
  });

  test('one that ends between two looks has ended, it is not lost', () => {
    const { world } = worldWith(CLAIMED, false);
    const { files } = world;
    let looks = 0;
    const stat: typeof files.stat = (path) =>
      path.endsWith('/exit') && ++looks === 1 ? undefined : files.stat(path);
    files.write(`${RUN}/exit`, '0\n');
    expect(attemptState({ ...world, files: { ...files, stat } }, 'T')).toBe('ended');
  });
});

test('before a launch it is on disk where the program will run', () => {
  const { world } = worldWith({}, false);
  expect([prepareAttempt(world, 'T'), world.files.readText(`${RUN}/host`)]).toEqual([
    RUN,
    HOST.replace('}', `,"steady":${world.clock.steady()}}`),
  ]);
});

describe('taking an attempt back', () => {
  test.each<[string, { readonly [name: string]: string }, boolean]>([
    ['that was never prepared', {}, true],
    ['that has not begun', { host: HOST }, true],
    ['that was taken back before', { claim: 'revoked\n' }, true],
    ['that has begun', CLAIMED, false],
  ])('%s: %s', (_what, tree, worked) => {
    const { world } = worldWith(tree, false);
    expect(revokeAttempt(world, 'T')).toBe(worked);
    if (worked && Object.keys(tree).length > 0)
      expect(world.files.stat(`${RUN}/claim`)?.directory).toBe(false);
  });
});

test.each([
  ['0\n', { kind: 'exit', code: 0 }],
  ['143\n', { kind: 'exit', code: 143 }],
])('the exit on disk %j', (text, exit) => {
  expect(attemptExit(worldWith({ exit: text }, false).world, 'T')).toEqual(exit);
  expect(attemptExit(worldWith({}, false).world, 'T')).toBe(undefined);
});

test('one that takes too long is stopped by its supervisor; one without a supervisor needs no stopping', async () => {
  const { world, stopped } = worldWith(CLAIMED, false);
  await stopAttempt(world, 'T');
  await stopAttempt(worldWith({}, false).world, 'T');
  expect(stopped.map(({ pid }) => pid)).toEqual([77]);
});

test('of half a file, however much of it is there, nothing is concluded', () => {
  const whole: { readonly [name: string]: string } = {
    host: HOST,
    pid: '77 4711\n',
    exit: '143\n',
  };
  for (const [name, text] of Object.entries(whole)) {
    for (let size = 0; size < text.length; size++) {
      const half = { ...CLAIMED, [name]: text.slice(0, size) };
      const state = name === 'exit' ? 'alive' : 'elsewhere';
      expect([name, size, attemptState(worldWith(half, name === 'exit').world, 'T')]).toEqual([
        ...[name, size, state],
      ]);
    }
  }
});
