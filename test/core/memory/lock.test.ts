import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UserError } from '../../../core/api/errors.ts';
import {
  acquire,
  describeHolder,
  type Holder,
  LOCK,
  readHolder,
  unlock,
} from '../../../core/memory/lock.ts';
import { faultyFs } from '../../../core/testing/faults.ts';
import { memoryFiles, WORKSPACE } from '../../../core/testing/memory-files.ts';
import { openFiles } from '../../../core/world/files.ts';
import type { Clock, Processes, ProcessIdentity } from '../../../core/world/world.ts';

const SINCE = new Date(2017, 7, 17, 23, 33, 5).getTime();

function identity(pid: number, host = 'des91'): ProcessIdentity {
  return { host, boot: 'boot-1', pid, start: `start-${pid}`, user: 'mara' };
}

/** The processes of `des91` as `self` sees them; those in `dead` have died. */
function processesOf(self: ProcessIdentity, dead: ReadonlySet<number>): Processes {
  const never = () => {
    throw new Error('not in these tests');
  };
  return {
    self,
    isAlive: (who) => (who.host === self.host ? !dead.has(who.pid) : undefined),
    isAttemptAlive: never,
    vouch: () => undefined,
    isVouchedFor: () => Promise.resolve(undefined),
    sweep: () => Promise.resolve(true),
    run: never,
    launch: never,
    stop: never,
    killAll: never,
  };
}

/** A clock whose sleeps run `between` and end at once; a hundred of them are too many. */
function clockWith(between: (sleeps: number) => void = () => {}): Clock {
  let sleeps = 0;
  return {
    now: () => SINCE,
    steady: () => SINCE,
    sleep: async () => {
      if (++sleeps > 100) throw new Error('waits for ever');
      between(sleeps);
      await Promise.resolve();
    },
  };
}

function lockText(who: ProcessIdentity, command = 'desgw build'): string {
  return JSON.stringify({ ...who, since: SINCE, command } satisfies Holder);
}

/** What is in the state directory: names and texts. */
function state(tree: { readonly [path: string]: string }): { readonly [path: string]: string } {
  return Object.fromEntries(
    Object.entries(tree).map(([path, text]) => [path.replace('.desgw/', ''), text]),
  );
}

async function failure(promise: Promise<unknown>): Promise<[string, string | undefined, number]> {
  const error = await promise.then(
    () => new Error('did not fail'),
    (reason: unknown) => reason,
  );
  const { message, hint, exit } = error as UserError;
  return [message, hint, exit];
}

const options = { wait: true, command: 'desgw build' };
const me = processesOf(identity(1), new Set([66, 67]));

test('the lock says who holds it, since when and for what, and is gone after its release', async () => {
  const { files, tree } = memoryFiles();
  const lock = await acquire(files, me, clockWith(), { ...options, command: 'desgw build ccds_1' });
  const holder = readHolder(files);
  expect([state(tree()), holder && describeHolder(holder)]).toEqual([
    { lock: lockText(identity(1), 'desgw build ccds_1') },
    'mara on des91 (pid 1) since 2017-08-17 23:33:05: desgw build ccds_1',
  ]);
  lock.release();
  expect([tree(), readHolder(files)]).toEqual([{}, undefined]);
});

test('a lock that was taken away is not released by the one who had it', async () => {
  const { files, tree } = memoryFiles();
  const lock = await acquire(files, me, clockWith(), options);
  files.write(LOCK, lockText(identity(2)));
  lock.release();
  expect(state(tree())).toEqual({ lock: lockText(identity(2)) });
});

test('a living holder is waited for, and told once', async () => {
  const { files, tree } = memoryFiles({ [LOCK]: lockText(identity(2)) });
  const waits: string[] = [];
  const clock = clockWith((sleeps) => {
    if (sleeps === 5) files.write(LOCK, lockText(identity(3), 'desgw clean'));
    if (sleeps === 9) files.remove(LOCK);
  });
  await acquire(files, me, clock, { ...options, onWait: (holder) => waits.push(holder) });
  expect([waits, state(tree())]).toEqual([
    [
      'mara on des91 (pid 2) since 2017-08-17 23:33:05: desgw build',
      'mara on des91 (pid 3) since 2017-08-17 23:33:05: desgw clean',
    ],
    { lock: lockText(identity(1)) },
  ]);
});

test('without waiting, the message says who is at work, and how to go on', async () => {
  const { files, tree } = memoryFiles({ [LOCK]: lockText(identity(2)) });
  expect(await failure(acquire(files, me, clockWith(), { ...options, wait: false }))).toEqual([
    'Another desgw is at work in this workspace: mara on des91 (pid 2) since 2017-08-17 23:33:05: desgw build.',
    'Wait for it to end; without --no-wait or --wait-timeout desgw waits itself, and is next.',
    3,
  ]);
  files.write(LOCK, lockText(identity(2, 'des90')));
  expect(await failure(acquire(files, me, clockWith(), { ...options, wait: false }))).toEqual([
    'Another desgw is at work in this workspace: mara on des90 (pid 2) since 2017-08-17 23:33:05: desgw build.',
    'Wait for it. If you are certain that this process on des90 is gone, run: desgw unlock',
    3,
  ]);
  expect(state(tree())).toEqual({ lock: lockText(identity(2, 'des90')) });
});

test('waiting ends when it has taken long enough', async () => {
  const { files, tree } = memoryFiles({ [LOCK]: lockText(identity(2)) });
  let looks = 0;
  const isOver = (): boolean => ++looks === 3;
  const [, , exit] = await failure(acquire(files, me, clockWith(), { ...options, isOver }));
  expect([exit, looks, state(tree())]).toEqual([3, 3, { lock: lockText(identity(2)) }]);
});

test('waiting ends when the signal aborts', async () => {
  const { files } = memoryFiles({ [LOCK]: lockText(identity(2)) });
  const controller = new AbortController();
  const clock = clockWith((sleeps) => sleeps === 3 && controller.abort());
  expect(
    await failure(acquire(files, me, clock, { ...options, signal: controller.signal })),
  ).toEqual(['Interrupted while waiting for another desgw.', undefined, 130]);
});

test('a dead holder of this computer loses the lock at once, even without waiting', async () => {
  const { files, tree } = memoryFiles({ [LOCK]: lockText(identity(66)) });
  const clock = clockWith(() => {
    throw new Error('slept');
  });
  await acquire(files, me, clock, { ...options, wait: false });
  expect(state(tree())).toEqual({ lock: lockText(identity(1)) });
});

test('a holder of another computer keeps the lock until a person takes it away', async () => {
  const { files, tree } = memoryFiles({ [LOCK]: lockText(identity(66, 'des90')) });
  await expect(acquire(files, me, clockWith(), options)).rejects.toThrow('waits for ever');
  expect(await unlock(files, me)).toBe(
    'mara on des90 (pid 66) since 2017-08-17 23:33:05: desgw build',
  );
  expect([await unlock(files, me), tree()]).toEqual([undefined, {}]);
});

test('a living holder of this computer is not unlocked, a dead one is', async () => {
  const { files, tree } = memoryFiles({ [LOCK]: lockText(identity(2)) });
  await expect(unlock(files, me)).rejects.toThrow('The lock is not stale: mara on des91 (pid 2)');
  files.write(LOCK, lockText(identity(66)));
  await unlock(files, me);
  expect(tree()).toEqual({});
});

test('a holder whose pid means nothing here is judged by its voucher alone', async () => {
  const vouched = new Map<string, boolean>([['/w/.desgw/lock.alive-a', true]]);
  const elsewhere: Processes = {
    ...me,
    isAlive: () => undefined,
    isVouchedFor: async (_who, path) => vouched.get(path.replace(/^.*(?=\/\.desgw)/, '/w')),
  };
  const text = (voucher: string) =>
    JSON.stringify({ ...identity(66), since: SINCE, command: 'desgw build', voucher });
  const { files, tree } = memoryFiles({ [LOCK]: text('.desgw/lock.alive-a') });
  const once = { ...options, wait: false };
  await expect(acquire(files, elsewhere, clockWith(), once)).rejects.toThrow('Another desgw');
  await expect(unlock(files, elsewhere)).rejects.toThrow('The lock is not stale');
  // A path that no holder would write proves nothing.
  files.write(LOCK, text('../a'));
  await expect(acquire(files, elsewhere, clockWith(), once)).rejects.toThrow('Another desgw');
  vouched.set('/w/.desgw/lock.alive-a', false);
  files.write(LOCK, text('.desgw/lock.alive-a'));
  (await acquire(files, elsewhere, clockWith(), once)).release();
  expect(tree()).toEqual({});
});

test('what a killed builder left running goes before the next one begins; what stays bars it', async () => {
  const { files } = memoryFiles({ [LOCK]: lockText(identity(66)) });
  const swept: number[] = [];
  const sweeping = (goes: boolean): Processes => ({
    ...me,
    sweep: async ({ pid }) => swept.push(pid) > 0 && goes,
  });
  await expect(acquire(files, sweeping(false), clockWith(), options)).rejects.toThrow(
    'Programs that a killed desgw started are still running: mara on des91 (pid 66)',
  );
  files.write(LOCK, lockText(identity(67)));
  (await acquire(files, sweeping(true), clockWith(), options)).release();
  (await acquire(files, sweeping(true), clockWith(), options)).release();
  expect(swept).toEqual([66, 67]);
});

test('a lock without content is waited for, then reported, and a person can remove it', async () => {
  const { files, tree } = memoryFiles({ [LOCK]: '' });
  const filled = clockWith((sleeps) => sleeps === 10 && files.write(LOCK, lockText(identity(66))));
  (await acquire(files, me, filled, options)).release();
  files.write(LOCK, '{"host":"de');
  expect(await failure(acquire(files, me, clockWith(), options))).toEqual([
    'The lock file .desgw/lock does not say who holds it.',
    'If no desgw is at work in this workspace, on any computer, run: desgw unlock',
    2,
  ]);
  expect([await unlock(files, me), tree()]).toEqual(['nobody who can be named', {}]);
});

test('a takeover that was itself cut short at any effect does not block the next one', async () => {
  for (let failAt = 1; ; failAt++) {
    const { fs, files, tree } = memoryFiles({ [LOCK]: lockText(identity(66)) });
    const faulty = faultyFs(fs, { failAt, with: 'stop' });
    const victim = processesOf(identity(67), new Set([66]));
    const done = await acquire(openFiles(WORKSPACE, faulty.fs), victim, clockWith(), options).then(
      () => true,
      () => false,
    );
    const lock = await acquire(files, me, clockWith(), options);
    const held = Object.values(state(tree())).filter((text) => text === lockText(identity(1)));
    expect([failAt, held.length]).toEqual([failAt, 1]);
    lock.release();
    expect(readHolder(files)).toBe(undefined);
    if (done) {
      expect(failAt).toBeGreaterThan(10);
      return;
    }
  }
});

/**
 * Contenders 1, 2, ... for the lock of a dead process. Just before its n-th call of the file
 * system, n given by `preempt`, each one is held up by the whole attempt of the next.
 * @returns who got the lock, and how many calls the first one made
 */
async function contend(preempt: readonly number[]): Promise<{ winners: number[]; calls: number }> {
  const { fs } = memoryFiles({ [LOCK]: lockText(identity(66)) });
  const dead = new Set([66]);
  const attempts: Promise<unknown>[] = [];
  const winners: number[] = [];
  let firstCalls = 0;
  const start = (pid: number): void => {
    let calls = 0;
    const held = new Proxy(fs, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== 'function' || name === 'realpathSync') return member;
        return (...args: unknown[]): unknown => {
          if (pid === 1) firstCalls++;
          if (++calls === preempt[pid - 1]) start(pid + 1);
          return Reflect.apply(member, target, args);
        };
      },
    });
    const files = openFiles(WORKSPACE, held);
    const attempt = acquire(files, processesOf(identity(pid), dead), clockWith(), {
      ...options,
      wait: false,
    });
    attempts.push(attempt.then(() => winners.push(pid)).catch(() => {}));
  };
  start(1);
  while (attempts.length > 0) await attempts.shift();
  return { winners, calls: firstCalls };
}

test('whenever a second contender comes in between, exactly one gets the lock of the dead', async () => {
  const { calls } = await contend([]);
  expect(calls).toBeGreaterThan(20);
  const seen = new Set<number>();
  for (let n = 1; n <= calls; n++) {
    const { winners } = await contend([n]);
    expect([n, winners.length]).toEqual([n, 1]);
    seen.add(winners[0]!);
  }
  expect([...seen].sort()).toEqual([1, 2]);
});

test('with contenders coming in between each other at any point, one gets the lock', async () => {
  const point = fc.integer({ min: 1, max: 60 });
  await fc.assert(
    fc.asyncProperty(fc.tuple(point, point, point), async (preempt) => {
      expect((await contend(preempt)).winners.length).toBe(1);
    }),
    { numRuns: 200 },
  );
});

/** Goes in when it has the lock, says so, and out when it is told to. */
const CONTENDER = `
  import { appendFileSync } from 'node:fs';
  import { acquire } from ROOT + '/core/memory/lock.ts';
  import { openFiles } from ROOT + '/core/world/files.ts';
  import { realClock } from ROOT + '/core/world/clock.ts';
  const dir = process.argv[2];
  const self = { host: 'here', boot: 'b', pid: process.pid, start: 's', user: 'u' };
  const isAlive = ({ pid }) => { try { return process.kill(pid, 0); } catch { return false; } };
  const told = new Promise((resolve) => process.stdin.once('data', resolve));
  const lock = await acquire(openFiles(dir), { self, isAlive, vouch: () => {}, sweep: async () => true }, realClock(), { wait: true, command: '' });
  appendFileSync(dir + '/log', 'in ' + process.pid + '\\n');
  console.log('in');
  await told;
  appendFileSync(dir + '/log', 'out ' + process.pid + '\\n');
  lock.release();
  process.exit(0);
`;

test('eight real processes never hold the lock together, and the killing of its holder frees it', async () => {
  const dir = nodeFs.mkdtempSync(join(tmpdir(), 'desgw-lock-'));
  const root = join(import.meta.dirname, '../../..');
  const script = join(dir, 'contender.mjs');
  buildSync({
    stdin: {
      contents: CONTENDER.replaceAll("ROOT + '", `'${root}`),
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: script,
  });
  const contenders = Array.from({ length: 8 }, () =>
    spawn(process.execPath, [script, dir], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  try {
    const first = await Promise.race(
      contenders.map(async (child) => {
        await once(child.stdout, 'data');
        return child;
      }),
    );
    const ends = contenders.map((child) => once(child, 'exit'));
    first.kill('SIGKILL');
    for (const child of contenders) if (child !== first) child.stdin.end('go');
    await Promise.all(ends);
    const log = nodeFs.readFileSync(join(dir, 'log'), 'utf8').trim().split('\n');
    const others = contenders.filter((child) => child !== first).map((child) => child.pid);
    const order = log
      .slice(1)
      .filter((line) => line.startsWith('in '))
      .map((line) => Number(line.slice(3)));
    // The killed one never came out; the others went in and out, one after another.
    expect([log, order.toSorted()]).toEqual([
      [`in ${first.pid}`, ...order.flatMap((pid) => [`in ${pid}`, `out ${pid}`])],
      others.toSorted(),
    ]);
  } finally {
    for (const child of contenders) child.kill('SIGKILL');
    nodeFs.rmSync(dir, { recursive: true, force: true });
  }
}, 20_000);
