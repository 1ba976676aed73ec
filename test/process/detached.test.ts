/** Programs that outlive the build that started them. */
import { chmodSync, readdirSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { until, type Workspace, workspace } from './workspace.ts';

let w: Workspace;
afterEach(() => w.dispose());

const LONG = `echo begun >> begun
echo up > ready
read -r how < go
echo "$how" > a
[ "$how" = good ]`;

async function detached(script = LONG, lost = 'rerun') {
  w = workspace(
    'a',
    `target('a', { outputs: ['a'], recipe: [sh(${JSON.stringify(script)}, { detached: '${lost}' })] }),
     target('b', { outputs: ['b'], recipe: [sh('echo b > b')] })`,
  );
  w.pipe('ready');
  w.pipe('go');
  const build = w.start(['build']);
  expect(await w.heard('ready')).toBe('up\n');
  return build;
}

/** The supervisor is found by its name; it goes when its program has ended and its exit is on disk. */
const supervisors = (): number =>
  w.processes().filter((line) => line.includes('desgw-supervisor')).length;

test.each(['SIGHUP', 'SIGINT', 'SIGKILL'] as const)(
  'after %s the program goes on, is not started again, and the next build collects its result',
  async (signal) => {
    const build = await detached();
    build.kill(signal);
    const { status, out } = await build.ended;
    if (signal === 'SIGKILL') expect(status).toBe(null);
    else {
      expect(status).toBe(130);
      expect(out).toContain('goes on by itself; the same command picks it up');
    }
    expect(supervisors()).toBe(1);
    expect((await w.desgw('status', 'a')).out).toContain('started earlier, still running');

    const next = w.start(['build', '-v']);
    await next.said('start   a');
    await w.tell('go', 'good\n');
    expect((await next.ended).status).toBe(0);
    expect([w.text('a'), w.text('begun')]).toEqual(['good\n', 'begun\n']);
    expect(w.processes()).toEqual([]);
    expect(readdirSync(w.path('.desgw/runs'))).toEqual([]);
    expect((await w.desgw('build', '-q')).status).toBe(0);
  },
);

test('a killed build ends no program whose environment a script has set up', async () => {
  w = workspace(
    'a',
    `target('a', { outputs: ['a'], recipe: [sh(${JSON.stringify(LONG)}, { detached: 'rerun', environment: { script: 'setup.sh' } })] })`,
  );
  w.put('setup.sh', 'export SET=up\n');
  w.pipe('ready');
  w.pipe('go');
  const build = w.start(['build']);
  expect(await w.heard('ready')).toBe('up\n');
  build.kill('SIGKILL');
  await build.ended;

  const next = w.start(['build', '-v']);
  await next.said('start   a');
  await w.tell('go', 'good\n');
  expect((await next.ended).status).toBe(0);
  expect([w.text('a'), w.text('begun')]).toEqual(['good\n', 'begun\n']);
});

test('what ended well while nobody looked is collected, not made again', async () => {
  const build = await detached();
  build.kill('SIGKILL');
  await build.ended;
  await w.tell('go', 'good\n');
  await until(() => supervisors() === 0);
  expect((await w.desgw('build')).status).toBe(0);
  expect([w.text('a'), w.text('begun')]).toEqual(['good\n', 'begun\n']);
});

test('what failed while nobody looked is reported as failed', async () => {
  const build = await detached();
  build.kill('SIGKILL');
  await build.ended;
  await w.tell('go', 'bad\n');
  await until(() => supervisors() === 0);
  const { status, out } = await w.desgw('build');
  expect(status).toBe(1);
  expect(out).toContain('ended with exit status 1');
  expect(w.text('begun')).toBe('begun\n');
});

test('--no-wait does not stay for a program that still runs, and builds the rest', async () => {
  const build = await detached();
  build.kill('SIGHUP');
  await build.ended;
  expect((await w.desgw('build', '--no-wait', 'a', 'b')).status).toBe(3);
  expect([w.text('b'), w.text('begun'), supervisors()]).toEqual(['b\n', 'begun\n', 1]);
});

test('a program that vanished with its supervisor is started again when its rule allows that', async () => {
  const build = await detached();
  build.kill('SIGKILL');
  await build.ended;
  const runs = readdirSync(w.path('.desgw/runs'));
  const pid = Number(w.text(`.desgw/runs/${runs[0]}/pid`)?.split(' ')[0]);
  process.kill(-pid, 'SIGKILL');
  await until(() => w.processes().length === 0);
  const next = w.start(['build']);
  await w.heard('ready');
  await w.tell('go', 'good\n');
  expect((await next.ended).status).toBe(0);
  expect(w.text('begun')).toBe('begun\nbegun\n');
});

test('one that cannot be started fails, whatever the reason', { timeout: 300_000 }, async () => {
  w = workspace(
    'all',
    `group('all', ['folder', 'program']),
     target('folder', { recipe: [sh('true', { detached: 'rerun', cwd: 'nowhere' })] }),
     target('program', { recipe: [exec(['no-such-program'], { detached: 'rerun' })] })`,
  );
  const { status, out } = await w.desgw('build');
  expect(status).toBe(1);
  expect(out).toContain('could not be started');
  expect(out).toContain('no such program');
});

test('one that takes too long is stopped with all it started', async () => {
  w = workspace(
    'a',
    `target('a', { recipe: [sh('sleep 1000 & sleep 1000', { detached: 'rerun', timeout: 1.5 })] })`,
  );
  const { status, out } = await w.desgw('build');
  expect(status).toBe(1);
  expect(out).toContain('took longer than 1.5 s and was stopped');
  expect(w.processes()).toEqual([]);
});

test.each([
  ['in its group', LONG],
  ['in a session of its own', `setsid --wait bash -c '${LONG}'`],
])(
  'a program %s whose supervisor was killed is not vanished, nor started beside itself',
  async (_where, script) => {
    const build = await detached(script);
    build.kill('SIGKILL');
    await build.ended;
    const runs = readdirSync(w.path('.desgw/runs'));
    const [supervisor] = (w.text(`.desgw/runs/${runs[0]}/pid`) ?? '').split(' ');
    process.kill(Number(supervisor), 'SIGKILL');
    await until(() => supervisors() === 0);
    expect((await w.desgw('status', 'a')).out).toContain('started earlier, still running');
    const next = w.start(['build', '-v']);
    await next.said('start   a');
    await w.tell('go', 'good\n');
    expect((await next.ended).out).toContain('vanished without leaving an exit status');
    expect([w.text('a'), w.text('begun')]).toEqual(['good\n', 'begun\n']);
  },
);

test('each name that tells of it is flushed before anything rests on it', async () => {
  w = workspace(
    'a',
    `target('a', { recipe: [sh('echo program >> flushed', { detached: 'rerun' })] })`,
  );
  // Stands before the real one in the path, and says what it was called for.
  w.put(
    'bin/sync',
    `#!/bin/sh
[ "$1" = --help ] && { echo 'sync [FILE]...'; exit; }
echo $(ls "$1" | grep -v -e host) >> ${w.path('flushed')}
`,
  );
  chmodSync(w.path('bin/sync'), 0o755);
  const path = `${w.path('bin')}:${process.env.PATH}`;
  expect((await w.start(['build'], { PATH: path }).ended).status).toBe(0);
  expect(w.text('flushed')).toBe('pid\nclaim pid\nprogram\nclaim exit pid\n');
});

test('where names cannot be flushed one by one, nothing else is, and the program runs', async () => {
  w = workspace('a', `target('a', { recipe: [sh('echo a > a', { detached: 'rerun' })] })`);
  w.put(
    'bin/sync',
    `#!/bin/sh\n[ "$1" = --help ] && echo 'sync [OPTION]' || echo "$@" >> flushed\n`,
  );
  chmodSync(w.path('bin/sync'), 0o755);
  const path = `${w.path('bin')}:${process.env.PATH}`;
  expect((await w.start(['build'], { PATH: path }).ended).status).toBe(0);
  expect([w.text('a'), w.text('flushed')]).toEqual(['a\n', undefined]);
});
