/** Time limits, silence, retries, and what programs leave behind. */
import { symlinkSync, truncateSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { type Workspace, workspace } from './workspace.ts';

let w: Workspace;
afterEach(() => w.dispose());

/** A workspace whose target `a` has one exec step. */
const only = (script: string, options: string): Workspace =>
  workspace(
    'a',
    `target('a', { outputs: ['a'], recipe: [sh(${JSON.stringify(script)}, ${options})] })`,
  );

/** What a build said as events of one kind. */
function events(out: string, kind: string): readonly { readonly [key: string]: unknown }[] {
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter((event) => event.kind === kind);
}

test('a program that takes too long is stopped with all it started, and the target has failed', async () => {
  w = only('sleep 1000 & sleep 1000 | cat', '{ timeout: 0.3 }');
  const { status, out } = await w.desgw('build');
  expect(status).toBe(1);
  expect(out).toContain('bash took longer than 0.3 s and was stopped');
  expect(w.processes()).toEqual([]);
});

test('a program that ignores being asked to end at its time limit is killed', {
  timeout: 300_000,
}, async () => {
  w = only(`trap '' INT TERM; while true; do sleep 1000; done`, '{ timeout: 0.1 }');
  const { status, out } = await w.desgw('build');
  expect([status, w.processes()]).toEqual([1, []]);
  expect(out).toContain('took longer than 0.1 s');
});

test('a program that falls silent is stopped; one that goes on printing is not', async () => {
  w = workspace(
    'all',
    `group('all', ['silent', 'chatty']),
     target('silent', { recipe: [sh('echo begun; sleep 1000', { silence: 1 })] }),
     target('chatty', { recipe: [sh('for i in $(seq 15); do echo $i; sleep 0.2; done', { silence: 1 })] })`,
  );
  const { status, out } = await w.desgw('build');
  expect(status).toBe(1);
  expect(out).toContain('bash printed nothing for 1 s and was stopped');
  expect(out).toContain('chatty');
  expect(w.text('.desgw/logs/chatty.1.log')).toMatch(/\n15\n$/);
  expect(w.processes()).toEqual([]);
});

test('exit codes named for it are tried again, each time after twice the pause', async () => {
  w = only(
    'echo x >> tries; [ $(wc -l < tries) -ge 4 ] && echo made > a || exit 75',
    '{ retry: { times: 5, delay: 0.02, codes: [75] } }',
  );
  const { status, out } = await w.desgw('build', '--json');
  expect(status).toBe(0);
  const exit = { kind: 'exit', code: 75 };
  expect(
    events(out, 'action retried').map(({ retry, delay, exit }) => ({ retry, delay, exit })),
  ).toEqual([
    { retry: 1, delay: 0.02, exit },
    { retry: 2, delay: 0.04, exit },
    { retry: 3, delay: 0.08, exit },
  ]);
  expect(w.text('tries')).toBe('x\nx\nx\nx\n');
});

test.each([
  ['another exit code', 'exit 1', '{ retry: { times: 5, delay: 0.01, codes: [75] } }', 1],
  ['no rule about it', 'exit 75', '{}', 1],
  ['tries that are used up', 'exit 75', '{ retry: { times: 2, delay: 0.01 } }', 3],
])('with %s there is an end to trying', async (_what, script, options, tries) => {
  w = only(`echo x >> tries; ${script}`, options);
  expect((await w.desgw('build')).status).toBe(1);
  expect(w.text('tries')).toBe('x\n'.repeat(tries));
});

test('Ctrl-C during the pause before another try ends the build at once', {
  timeout: 300_000,
}, async () => {
  w = only('echo x >> tries; exit 75', '{ retry: { times: 1, delay: 1000 } }');
  const build = w.start(['build']);
  await build.said('retry   a');
  build.kill('SIGINT');
  expect((await build.ended).status).toBe(130);
  expect(w.text('tries')).toBe('x\n');
});

test('a program left in the background is stopped and told of; its target is made', async () => {
  w = only('sleep 1000 & echo made > a', '{}');
  const { status, out, err } = await w.desgw('build');
  expect([status, w.text('a'), w.processes()]).toEqual([0, 'made\n', []]);
  expect(out + err).toContain('bash left programs running in the background; they were stopped');
});

test('a background program that ignores being asked to end holds nothing up', async () => {
  w = only(`(trap '' TERM INT HUP; while true; do sleep 1000; done) & echo made > a`, '{}');
  expect((await w.desgw('build')).status).toBe(0);
  expect(w.processes()).toEqual([]);
});

test('programs see no terminal, no input, and only the environment that was declared', async () => {
  w = workspace(
    'a',
    `target('a', { env: ['SEEN'], outputs: ['a'],
       recipe: [sh('cat > input; env | grep -E "^(SEEN|UNSEEN|ADDED|TZ)=" | sort > a', { env: { ADDED: '{workspace}/x' } })] })`,
  );
  const build = w.start(['build'], { SEEN: '1', UNSEEN: '1' });
  expect((await build.ended).status).toBe(0);
  expect([w.text('a'), w.text('input')]).toEqual([`ADDED=${w.dir}/x\nSEEN=1\nTZ=UTC\n`, '']);
});

test('a program that cannot be started says why', async () => {
  // A PATH of its own: in a directory of it that may not be read the program might be.
  w = workspace(
    'all',
    `group('all', ['none', 'forbidden']),
     target('none', { recipe: [exec(['no-such-program'], { env: { PATH: '/usr/bin:/bin' } })] }),
     target('forbidden', { inputs: ['plain'], recipe: [exec(['./plain'])] })`,
  );
  w.put('plain', 'text\n');
  const { status, out } = await w.desgw('build');
  expect(status).toBe(1);
  expect(out).toContain(
    'no-such-program could not be started: no such program (or working directory)',
  );
  expect(out).toContain('plain could not be started: may not be executed (permission denied)');
});

test('with few file descriptors and many jobs everything is built, without a warning', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `t${i}`);
  w = workspace(
    'all',
    `...${JSON.stringify(names)}.map((name) => target(name, { outputs: [name], recipe: [sh('sleep 0.2; echo > ' + name)] })), group('all', ${JSON.stringify(names)})`,
  );
  const few = ['sh', '-c', 'ulimit -n 44; exec "$@"', 'few'];
  const { status, out, err } = await w.within(few, ['build', '-j40']);
  expect([status, err]).toEqual([0, '']);
  expect(out).toContain('40 of 40 targets fresh');
});

test.each([24, 32])(
  'with %i file descriptors it is built, or told why not, and what was detached was not lost',
  async (count) => {
    w = workspace(
      'all',
      `...Array.from({ length: 6 }, (_, i) => target('t' + i, { outputs: ['o' + i], recipe: [sh('echo > o' + i, i > 3 ? { detached: 'rerun' } : {})] })), group('all', ['t0', 't1', 't2', 't3', 't4', 't5'])`,
    );
    const few = ['sh', '-c', `ulimit -n ${count}; exec "$@"`, 'few'];
    const { status, out, err } = await w.within(few, ['build', '-j40']);
    expect(out + err).not.toMatch(/^ {4}at |fault of desgw|in doubt/m);
    if (status !== 0) expect(out + err).toMatch(/EMFILE|too many open files/);
    expect(await w.desgw('build')).toMatchObject({ status: 0, err: '' });
  },
);

test.each(['--version', '--help', 'build --help', '__complete 1 desgw b'])(
  'what `desgw %s` prints onto a full disk is lost, which is told without a trace',
  async (words) => {
    w = workspace('a', '');
    const full = ['sh', '-c', 'exec "$@" > /dev/full', 'full'];
    const { status, err } = await w.within(full, words.split(' '));
    expect([status, err]).toEqual([
      5,
      expect.stringMatching(/^desgw: what it printed was lost: .*\n$/),
    ]);
  },
);

test('an input that is no file, or cannot be looked at, fails its target and nothing else', async () => {
  w = workspace(
    'all',
    `...['pipe', 'loop', 'long', '/dev/zero', 'good'].map((input, i) => target('t' + i, { inputs: [input === 'long' ? 'x'.repeat(300) : input], outputs: ['o' + i], recipe: [sh('echo > o' + i)] })), group('all', ['t0', 't1', 't2', 't3', 't4'])`,
  );
  w.pipe('pipe');
  symlinkSync('loop', w.path('loop'));
  w.put('good', '');
  const { status, out } = await w.desgw('build');
  expect(status).toBe(1);
  for (const told of [
    'pipe is a pipe, not a file',
    'loop is a link that leads in circles',
    'is a name that is too long',
    '/dev/zero is a device, not a file',
  ])
    expect(out).toContain(told);
  expect(w.text('o4')).toBe('\n');
});

test('a file that is too large for a text fails the target that reads it, by its name, and nothing else', async () => {
  w = workspace(
    'all',
    `target('a', { inputs: ['small'], outputs: ['a'], recipe: { version: '1', reads: ['large'], steps: ({ text }) => [write('a', text('large'))] } }),
     target('b', { outputs: ['b'], recipe: [write('b', 'b')] }), group('all', ['a', 'b'])`,
  );
  w.put('small', '');
  w.put('large', '');
  truncateSync(w.path('large'), 600 * 2 ** 20);
  const { status, out } = await w.desgw('build');
  expect([status, w.text('b')], out).toEqual([1, 'b']);
  expect(out).toContain(`Cannot read ${w.path('large')}: it is too large to be read as a whole`);
});
