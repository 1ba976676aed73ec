/** What programs print: kept as it was, shown so that it can do no harm. */
import { readFileSync, statSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { type Workspace, workspace } from './workspace.ts';

let w: Workspace;
afterEach(() => w.dispose());

const MIB = 1024 * 1024;

test('a log keeps carriage returns, invalid UTF-8 and a missing last newline as they were', async () => {
  w = workspace(
    'a',
    `target('a', { recipe: [sh(String.raw\`printf '10%%\\r100%%\\n\\xff\\xfe ok\\n\\e[2Jlast'; exit 1\`)] })`,
  );
  const { status, out, err } = await w.desgw('build');
  expect(status).toBe(1);
  const bytes = Buffer.from('10%\r100%\n\xff\xfe ok\n\x1b[2Jlast', 'latin1');
  expect(readFileSync(w.path('.desgw/logs/a.1.log'))).toEqual(bytes);
  // What is shown cannot clear the screen or overwrite what was said before.
  expect(out + err).not.toMatch(/[\r\x1b]/);
  expect(out).toContain('last');
});

test('a failure shows the end of what was printed, and where all of it is', async () => {
  w = workspace('a', `target('a', { recipe: [sh('seq 1000; echo oh no >&2; exit 3')] })`);
  const { out } = await w.desgw('build');
  expect(out).toContain('bash ended with exit status 3');
  expect(out).toContain('more like it)\n  | oh no');
  expect(out).not.toMatch(/^\s*500$/m);
  expect(out).toContain('.desgw/logs/a.1.log');
  expect(w.text('.desgw/logs/a.1.log')?.split('\n')).toHaveLength(1002);
});

test.each([
  ['into the log', '{}', '.desgw/logs/a.1.log'],
  ['to be judged', `{ okExits: 'any' }`, '.desgw/logs/a.1.out'],
  ['into a file', `{ stdout: 'printed' }`, 'printed'],
])(
  'printing 200 MiB %s costs no memory and loses nothing',
  { timeout: 300_000 },
  async (_where, options, file) => {
    w = workspace(
      'a',
      `target('a', { recipe: [
       sh('head -c ${200 * MIB} /dev/zero | tr "\\\\\\\\0" x', ${options}),
       sh('echo up > ready; read -r x < go'),
     ] })`,
    );
    w.pipe('ready');
    w.pipe('go');
    const build = w.start(['build']);
    await w.heard('ready');
    const peak = Number(
      /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${build.pid}/status`, 'utf8'))?.[1],
    );
    await w.tell('go');
    expect((await build.ended).status).toBe(0);
    expect(statSync(w.path(file)).size).toBe(200 * MIB);
    expect(peak).toBeGreaterThan(0);
    expect(peak * 1024).toBeLessThan(150 * MIB);
  },
);

test('a log holds what every step printed, and every try of a step', async () => {
  w = workspace(
    'a',
    `target('a', { recipe: [
       sh('echo first'),
       sh('echo try >> tries; cat tries; [ $(wc -l < tries) = 2 ]', { retry: { times: 1, delay: 0.01 } }),
       sh('echo last'),
     ] })`,
  );
  expect((await w.desgw('build')).status).toBe(0);
  expect(w.text('.desgw/logs/a.1.log')).toBe('first\ntry\ntry\ntry\nlast\n');
});

test('of what went well without a word there is no log, of what failed there is', async () => {
  w = workspace(
    'all',
    `target('silent', { recipe: [sh(':')] }), target('down', { recipe: [sh('exit 3')] }),
     group('all', ['silent', 'down'])`,
  );
  expect((await w.desgw('build')).status).toBe(1);
  expect(w.text('.desgw/logs/silent.1.log')).toBeUndefined();
  expect(w.text('.desgw/logs/down.1.log')).toBe('');
  expect((await w.desgw('log', 'silent')).err).toContain('it printed nothing');
});

test('what was printed by a run before is not taken for the last words', async () => {
  w = workspace('a', `target('a', { recipe: [sh('test -e again || echo first; touch again')] })`);
  await w.desgw('build');
  expect((await w.desgw('log', 'a')).out).toBe('first\n');
  await w.desgw('build', '--force');
  expect((await w.desgw('log', 'a')).out).toBe('');
});

test('each run of a target has a log of its own', async () => {
  w = workspace('a', `target('a', { outputs: ['a'], recipe: [sh('echo run; touch a')] })`);
  await w.desgw('build');
  await w.desgw('build', '--force');
  expect((await w.desgw('log', 'a', '--list')).out).toBe(
    'run 1  .desgw/logs/a.1.log\nrun 2  .desgw/logs/a.2.log\n',
  );
  expect((await w.desgw('log', 'a')).out).toBe('run\n');
});

test('the last run can be followed while it prints', async () => {
  w = workspace(
    'a',
    `target('a', { recipe: [sh('echo first; echo up > ready; read -r x < go; echo last')] })`,
  );
  w.pipe('ready');
  w.pipe('go');
  const build = w.start(['build']);
  await w.heard('ready');
  const log = w.start(['log', 'a', '--follow']);
  await log.said('first');
  await w.tell('go');
  await log.said('last');
  log.kill('SIGINT');
  const { status, out } = await log.ended;
  expect([status, out]).toEqual([0, 'first\nlast\n']);
  expect((await build.ended).status).toBe(0);
});

test('a build goes on when whoever reads its output has gone away', async () => {
  w = workspace(
    'all',
    `group('all', ['a', 'b']),
     target('a', { outputs: ['a'], recipe: [sh('echo a > a; echo up > ready; read -r x < go')] }),
     target('b', { deps: ['a'], outputs: ['b'], recipe: [sh('cp a b')] })`,
  );
  w.pipe('ready');
  w.pipe('go');
  const build = w.start(['build', '-v']);
  await w.heard('ready');
  build.hangUp();
  await w.tell('go');
  expect((await build.ended).status).toBe(0);
  expect(w.text('b')).toBe('a\n');
});
