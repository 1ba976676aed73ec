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

test('log looks at nothing but logs, also for what follows from a text', async ({ w, expect }) => {
  w.rules(
    `target('list', { outputs: ['list'], recipe: [sh('list', 'echo one > list')] }),
    expand('list', (text) => [
      target(text.trim(), {
        observe: {
          look: () => [],
          judge: () => {
            process.stderr.write('looked\\n');
            return { state: 'ready', value: 1 };
          },
        },
        recipe: [sh('one', 'echo told >&2')],
      }),
    ]),
    target('goal', { after: ['list'], recipe: [] }),`,
  );
  await w.desgw(['build', 'list']);
  expect((await w.desgw(['build', 'one'])).err).toContain('looked');
  expect(await w.desgw(['log', 'one'])).toEqual({ code: 0, out: 'told\n', err: '' });
});
