/** Several commands in one workspace at once. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { isIdle, until, type Workspace, workspace } from './workspace.ts';

let w: Workspace;
afterEach(() => w.dispose());

/** `a` stops at a gate, `b` does not; either notes that it ran. */
const GATED = `target('a', { outputs: ['a'], recipe: [sh('echo a >> ran; echo up > ready; read -r x < go; echo made > a')] }),
  target('b', { outputs: ['b'], recipe: [sh('echo b >> ran; echo made > b; echo made')] })`;

/** A workspace in which a build holds the lock, with its program at the gate. */
async function busy() {
  w = workspace('a', GATED);
  w.pipe('ready');
  w.pipe('go');
  const first = w.start(['build']);
  await w.heard('ready');
  return first;
}

test('a second build says for whom it waits, and then finds everything done', async () => {
  const first = await busy();
  const second = w.start(['build']);
  await second.said(`(pid ${first.pid})`);
  await w.tell('go');
  const ends = [await first.ended, await second.ended];
  expect(ends.map((end) => end.status)).toEqual([0, 0]);
  expect(w.text('ran')).toBe('a\n');
  expect(ends[1]?.out).toMatch(/waiting for .* on .* \(pid \d+\) since .*: desgw build/);
});

test('with --no-wait a second build ends with 3, says who is at work, and touches nothing', async () => {
  const first = await busy();
  const before = w.snapshot();
  const { status, out, err } = await w.desgw('build', '--no-wait');
  expect({ status, out }).toEqual({ status: 3, out: '' });
  expect(err).toContain('Another desgw is at work in this workspace');
  expect(err).toContain(`(pid ${first.pid})`);
  expect(w.snapshot()).toEqual(before);
  await w.tell('go');
  expect((await first.ended).status).toBe(0);
});

test('Ctrl-C while waiting for another build ends with 130 and leaves that build alone', async () => {
  const first = await busy();
  const second = w.start(['build']);
  await second.said('waiting');
  second.kill('SIGINT');
  expect((await second.ended).status).toBe(130);
  await w.tell('go');
  expect((await first.ended).status).toBe(0);
});

test('when the builder at work is killed, the one that waits takes over', {
  timeout: 300_000,
}, async () => {
  const first = await busy();
  const second = w.start(['build']);
  await second.said('waiting');
  first.kill('SIGKILL');
  await first.ended;
  await w.heard('ready');
  await w.tell('go');
  expect((await second.ended).status).toBe(0);
  expect([w.text('a'), w.text('ran')]).toEqual(['made\n', 'a\na\n']);
  expect(w.processes()).toEqual([]);
});

test('a builder that is killed takes its programs along, so that none writes into what is made next', async () => {
  w = workspace(
    'a',
    `target('a', { outputs: ['a'], recipe: [sh('trap "" INT TERM; (sleep 1000 &) ; echo up > ready; while true; do sleep 1000; done')] })`,
  );
  w.pipe('ready');
  const build = w.start(['build']);
  await w.heard('ready');
  // It has told the watchdog of the program by the time it has nothing more to do.
  await until(() => isIdle(build.pid));
  build.kill('SIGKILL');
  await build.ended;
  await until(() => w.processes().length === 0);
});

test('a lock of another host is never broken by itself, only by `desgw unlock`', async () => {
  w = workspace('b', GATED);
  const lock = {
    ...{ host: 'elsewhere', boot: 'b', pid: 1, start: '1', user: 'mara' },
    ...{ since: Date.UTC(2017, 7, 17), command: 'desgw build' },
  };
  w.put('.desgw/lock', JSON.stringify(lock));
  const { status, err } = await w.desgw('build', '--no-wait');
  expect(status).toBe(3);
  expect(err).toContain('mara on elsewhere (pid 1) since 2017-08-17 00:00:00');
  expect(err).toContain('desgw unlock');
  const waiting = w.start(['build']);
  await waiting.said('mara on elsewhere');
  const unsure = await w.desgw('unlock');
  expect(unsure.status).toBe(2);
  expect(unsure.err).toContain('Nothing was changed');
  expect(w.text('.desgw/lock')).not.toBe(undefined);
  expect((await w.desgw('unlock', '--yes')).status).toBe(0);
  expect((await waiting.ended).status).toBe(0);
});

test('another boot under the same host name is another host', async () => {
  w = workspace('b', GATED);
  const other = { host: hostname(), boot: 'another boot', pid: 1, start: '1', user: 'mara' };
  w.put('.desgw/lock', JSON.stringify({ ...other, since: 0, command: 'desgw build' }));
  expect((await w.desgw('build', '--no-wait')).status).toBe(3);
  expect((await w.desgw('unlock', '--yes')).status).toBe(0);
  expect((await w.desgw('build', '--no-wait')).status).toBe(0);
});

test('a lock that was held when this machine went down is taken over, and what ran then is lost', async () => {
  w = workspace(
    'a',
    `target('a', { outputs: ['a'], recipe: [sh('echo ran >> ran; [ -f ran2 ] && exec touch a; echo up > ready; sleep 1000', { detached: 'rerun' })] })`,
  );
  w.pipe('ready');
  const first = w.start(['build']);
  await w.heard('ready');
  first.kill('SIGKILL');
  await first.ended;
  const lock = JSON.parse(w.text('.desgw/lock') ?? '');
  if (lock.machine === undefined) return; // nothing tells this machine from others
  const run = readdirSync(w.path('.desgw/runs'))[0];
  const host = JSON.parse(w.text(`.desgw/runs/${run}/host`) ?? '');
  // As it would read after a night with a power cut; the program itself goes with it.
  execFileSync('kill', ['-KILL', '--', `-${w.text(`.desgw/runs/${run}/pid`)?.split(' ')[0]}`]);
  const before = { boot: 'the boot before', booted: lock.booted - 1e7 };
  w.put('.desgw/lock', JSON.stringify({ ...lock, ...before, machine: 'of the same name' }));
  w.put(`.desgw/runs/${run}/host`, JSON.stringify({ ...host, ...before }));
  w.put('ran2', '');
  expect((await w.desgw('build', '--no-wait')).status).toBe(3);
  w.put('.desgw/lock', JSON.stringify({ ...lock, ...before }));
  const { status, out } = await w.desgw('build', '--no-wait');
  expect([status, w.text('ran')], out).toEqual([0, 'ran\nran\n']);
});

/** As root, and where the kernel lets it: the words before a command that runs it in a name space of its own. */
const APART = ['unshare', '-pf', '--mount-proc'];
const canBeApart = spawnSync(APART[0]!, [...APART.slice(1), 'true']).status === 0;

test.runIf(canBeApart)(
  'a builder in another process-id name space keeps its lock while it lives, and no longer',
  async () => {
    const first = await busy();
    const there = w.within(APART, ['build', '--no-wait', 'b']);
    const { status, err } = await there;
    expect([status, err]).toEqual([3, expect.stringContaining('Another desgw is at work')]);
    const unlocking = await w.within(APART, ['unlock', '--yes']);
    expect(unlocking.err).toContain('in a container of its own');
    first.kill('SIGKILL');
    await first.ended;
    expect((await w.within(APART, ['build', '--no-wait', 'b'])).status).toBe(0);
  },
);

test('a program whose builder and watchdog were both killed is not started beside itself', async () => {
  w = workspace(
    'a',
    `target('a', { outputs: ['a'], recipe: [sh('echo $$ >> ran; [ -f go ] && exec touch a; echo up > ready; trap "" INT TERM; while true; do sleep 1000; done')] })`,
  );
  w.pipe('ready');
  const build = w.start(['build']);
  await w.heard('ready');
  await until(() => isIdle(build.pid));
  execFileSync('pkill', ['-KILL', '-P', `${build.pid}`, '-f', 'desgw-watchdog']);
  build.kill('SIGKILL');
  await build.ended;
  w.put('go', '');
  expect((await w.desgw('build')).status).toBe(0);
  expect(w.processes()).toEqual([]);
});

test('`desgw unlock` does not take the lock of a builder that lives', async () => {
  const first = await busy();
  const { status, err } = await w.desgw('unlock', '--yes');
  expect(status).toBe(2);
  expect(err).toContain('The lock is not stale');
  await w.tell('go');
  expect((await first.ended).status).toBe(0);
});

test('commands that only look need no lock, write nothing, and see what is on record so far', async () => {
  w = workspace(
    'all',
    `group('all', ['b', 'a']), ${GATED.replace("target('a', {", "target('a', { deps: ['b'],")}`,
  );
  w.pipe('ready');
  w.pipe('go');
  const build = w.start(['build']);
  await w.heard('ready');
  const before = w.snapshot();
  const looks = [
    ['status', '--json'],
    ['why', 'a'],
    ['graph'],
    ['targets'],
    ['log', 'b'],
    ['build', '-n'],
    ['build', '-q'],
    ['params'],
  ];
  const ends = await Promise.all(looks.map((args) => w.desgw(...args)));
  expect(ends.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0, 0, 1, 0]);
  const { targets } = JSON.parse(ends[0]!.out);
  const states = targets.map(({ target, state }: { target: string; state: string }) => [
    target,
    state,
  ]);
  expect(Object.fromEntries(states)).toEqual({ b: 'fresh', a: 'stale', all: 'maybe' });
  // Interrupted is how it looks on record; that it is being made is said beside.
  expect(ends[0]!.err).toMatch(/\(pid \d+\) since .*: desgw build is at work/);
  expect(w.snapshot()).toEqual(before);
  await w.tell('go');
  expect((await build.ended).status).toBe(0);
  expect((await w.desgw('status')).err).toBe('');
});

test('a build that only waits for what goes on elsewhere holds no lock', async () => {
  w = workspace(
    'b',
    `target('outside', { observe: {
       look: () => [{ kind: 'stat', path: 'elsewhere' }],
       judge: ([seen]) => seen.stat === undefined
         ? { state: 'waiting', progress: 'not there yet' }
         : { state: 'ready', value: seen.stat.size },
     } }),
     target('b', { deps: ['outside'], outputs: ['b'], recipe: [sh('echo made > b')] }),
     target('c', { outputs: ['c'], recipe: [sh('echo made > c')] })`,
  );
  const waiting = w.start(['build']);
  await waiting.said('not there yet');
  expect(w.text('.desgw/lock')).toBe(undefined);
  expect(await w.desgw('build', '--no-wait', 'c')).toMatchObject({ status: 0, err: '' });
  expect((await w.desgw('build', '--no-wait')).status).toBe(3);
  w.put('elsewhere', '');
  expect((await waiting.ended).status).toBe(0);
  expect([w.text('b'), w.text('c')]).toEqual(['made\n', 'made\n']);
});

test('two builds of different targets at the same moment make each once', async () => {
  w = workspace(
    'all',
    `group('all', names(0, 40)), ...names(0, 40).map((name) => target(name, { outputs: [name],
       recipe: [sh('echo ' + name + ' >> ran; echo made > ' + name)] }))`,
  );
  const before = w.text('desgwfile.ts') ?? '';
  w.put(
    'desgwfile.ts',
    `${before}\nfunction names(from, to) { return Array.from({ length: to - from }, (_, i) => 't' + (from + i)); }\n`,
  );
  const ends = await Promise.all([
    w.desgw('build', 't1*'),
    w.desgw('build'),
    w.desgw('build', 't2*', 't3'),
  ]);
  expect(ends.map((end) => end.status)).toEqual([0, 0, 0]);
  const ran = (w.text('ran') ?? '').trim().split('\n');
  expect(ran.toSorted()).toEqual(Array.from({ length: 40 }, (_, i) => `t${i}`).toSorted());
});
