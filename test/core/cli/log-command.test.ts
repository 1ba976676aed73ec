/** `desgw log`, through the real command line. */
import { test } from '../../scenarios/workspace.ts';

test('log shows what a program printed to either stream, also where one of them made a file', async ({
  w,
  expect,
}) => {
  w.rules(
    `target('goal', { outputs: ['a.txt'], recipe: [sh('goal', 'echo made; echo told >&2', { stdout: 'a.txt' })] }),`,
  );
  await w.desgw(['build']);
  expect(await w.desgw(['log', 'goal'])).toEqual({ code: 0, out: 'made\ntold\n', err: '' });
  expect(w.read('a.txt')).toBe('made\n');
});

test('log says where a detached program prints', async ({ w, expect }) => {
  w.rules(
    `target('goal', { outputs: ['a.txt'], recipe: [sh('goal', 'echo told >&2; echo made; : > a.txt', { detached: 'rerun', stdout: 'run.out' })] }),`,
  );
  await w.desgw(['build']);
  expect(await w.desgw(['log', 'goal'])).toEqual({
    code: 0,
    out: 'what sh prints is in run.out\ntold\n',
    err: '',
  });
});
