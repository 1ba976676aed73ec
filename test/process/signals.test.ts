/** Ctrl-C, lost connections and programs that do not listen. */
import { readFileSync, truncateSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { until, type Workspace, workspace } from './workspace.ts';

let w: Workspace;
afterEach(() => w.dispose());

/** Hangs, with a child of its own, until a file `go` exists. */
const HANGS = `echo begun >> begun
if [ -e go ]; then echo made > a; exit; fi
sleep 1000 &
echo up > ready
wait`;

/** A workspace whose target `a` runs `script`, and its build, which has got as far as `ready`. */
async function interruptible(script: string, options = '{}') {
  w = workspace(
    'a',
    `target('a', { outputs: ['a'], recipe: [sh(${JSON.stringify(script)}, ${options})] })`,
  );
  w.pipe('ready');
  const build = w.start(['build']);
  expect(await w.heard('ready')).toBe('up\n');
  return build;
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s to the build alone takes the whole tree of programs along and ends with 130',
  { timeout: 300_000 },
  async (signal) => {
    const build = await interruptible(HANGS);
    expect(w.processes()).toHaveLength(3); // desgw, bash, sleep
    build.kill(signal);
    const { status, out, err } = await build.ended;
    expect({ status, left: w.processes() }).toEqual({ status: 130, left: [] });
    expect(out + err).toContain('interrupted');
    expect(w.text('.desgw/lock')).toBe(undefined);
  },
);

test('after an interruption the next build says so, makes the target again and is clean', async () => {
  const build = await interruptible(HANGS);
  build.kill('SIGINT');
  await build.ended;
  w.put('go', '');
  const why = await w.desgw('why', 'a');
  expect(why.out).toContain('interrupted');
  expect(await w.desgw('build')).toMatchObject({ status: 0, err: '' });
  expect(w.text('a')).toBe('made\n');
  expect(await w.desgw('build', '-q')).toEqual({
    status: 0,
    signal: null,
    out: '',
    err: '',
  });
});

test('a program is asked to end by SIGINT, and what it does then is in its log', {
  timeout: 300_000,
}, async () => {
  const build = await interruptible(
    `trap 'echo tidied up; exit 3' INT; echo up > ready; sleep 1000 & wait`,
  );
  build.kill('SIGINT');
  expect((await build.ended).status).toBe(130);
  expect(w.text('.desgw/logs/a.1.log')).toBe('tidied up\n');
});

test('a program that ignores SIGINT and SIGTERM is killed all the same', {
  timeout: 300_000,
}, async () => {
  const build = await interruptible(
    `trap '' INT TERM; echo up > ready; while true; do sleep 1000; done`,
  );
  build.kill('SIGINT');
  expect((await build.ended).status).toBe(130);
  expect(w.processes()).toEqual([]);
});

test('a second Ctrl-C kills at once, without tidying up, and the next build takes over', async () => {
  const build = await interruptible(
    `trap 'echo int > ready' INT
     trap '' TERM
     if [ -e go ]; then echo made > a; exit; fi
     echo up > ready
     while true; do sleep 1000 & wait; done`,
  );
  build.kill('SIGINT');
  expect(await w.heard('ready')).toBe('int\n');
  build.kill('SIGINT');
  expect((await build.ended).status).toBe(130);
  // Had it ended in an orderly way, the lock would be gone.
  expect(w.text('.desgw/lock')).not.toBe(undefined);
  await until(() => w.processes().length === 0);
  w.put('go', '');
  expect(await w.desgw('build')).toMatchObject({ status: 0, err: '' });
  expect(w.text('a')).toBe('made\n');
});

test('a target that was made before the interruption stays made', async () => {
  w = workspace(
    'b',
    `target('a', { outputs: ['a'], recipe: [sh('echo a >> ran; echo a > a')] }),
     target('b', { deps: ['a'], outputs: ['b'],
       recipe: [sh('echo b >> ran; [ -e go ] || { echo up > ready; sleep 1000; }; cp a b')] })`,
  );
  w.pipe('ready');
  const build = w.start(['build']);
  await w.heard('ready');
  build.kill('SIGINT');
  expect((await build.ended).status).toBe(130);
  w.put('go', '');
  expect((await w.desgw('build')).status).toBe(0);
  expect(w.text('ran')).toBe('a\nb\nb\n');
});

test('nothing that was ready to run is started after Ctrl-C', async () => {
  w = workspace(
    'all',
    `group('all', ['a', 'b', 'c']),
     ...['a', 'b', 'c'].map((name) => target(name, { outputs: [name],
       recipe: [sh('echo ' + name + ' >> ran; echo up > ready; sleep 1000')] }))`,
  );
  w.pipe('ready');
  const build = w.start(['build', '-j', '1']);
  await w.heard('ready');
  build.kill('SIGINT');
  expect((await build.ended).status).toBe(130);
  expect(w.text('ran')).toBe('a\n');
  expect(w.processes()).toEqual([]);
});

test.each([
  ['hashing', `inputs: ['big'], outputs: ['a'], recipe: [sh('touch a')]`, ''],
  ['expanding', `outputs: ['a'], recipe: [sh('touch a')]`, 'for (;;);'],
  ['running a rule', `outputs: ['a'], recipe: { version: '1', steps: () => { for (;;); } }`, ''],
])('while it is %s, too, a signal ends it', { timeout: 300_000 }, async (_what, rule, endless) => {
  w = workspace('a', `...(() => { ${endless} return [target('a', { ${rule} })]; })()`);
  w.put('big', '');
  // A hole that would take hours to read.
  truncateSync(w.path('big'), 2 ** 42);
  const build = w.start(['build']);
  await until(() => processorTicks(build.pid) > 200);
  build.kill('SIGINT');
  const { status, signal } = await build.ended;
  expect(status ?? signal).toBe('SIGKILL');
});

test('Ctrl-C that was noticed before long work began ends that too', async () => {
  w = workspace(
    'a',
    `...(() => { process.kill(process.pid, 'SIGINT'); return [target('a', { inputs: ['big'], recipe: [sh('true')] })]; })()`,
  );
  w.put('big', '');
  truncateSync(w.path('big'), 2 ** 42);
  const { status, signal } = await w.start(['build']).ended;
  expect([130, 'SIGKILL']).toContain(status ?? signal);
});

test('a command that only looks, and has started nothing, is ended by the signal itself', async () => {
  w = workspace('a', `...(() => { for (;;); })()`);
  const status = w.start(['status']);
  await until(() => processorTicks(status.pid) > 50);
  status.kill('SIGINT');
  const { status: code, signal } = await status.ended;
  expect(code ?? signal).toBe('SIGINT');
});

/** Hundredths of a second that a process has computed. */
function processorTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
