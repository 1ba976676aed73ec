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

test('log of the group that stands for a chain shows what its program prints, as that of each link does', async ({
  w,
  expect,
}) => {
  w.rules(
    `...((chain) => [
      target('steps:0', { outputs: ['a'], chain }),
      target('steps:1', { outputs: ['b'], after: ['steps:0'], chain }),
      group('steps', chain.links),
    ])({ name: 'steps', links: ['steps:0', 'steps:1'], sweep: () => ['steps:0', 'steps:1'], recipe: {
      version: '1', prints: ['run.out'],
      steps: [sh('steps', 'echo printed; : > a; : > b', { detached: 'rerun', stdout: 'run.out' })],
    } }),`,
    `goal: 'steps'`,
  );
  const built = await w.desgw(['build', 'steps']);
  expect(built.code, built.err).toBe(0);
  const logs = await Promise.all(['steps', 'steps:1'].map((name) => w.desgw(['log', name])));
  for (const { out } of logs) expect(out).toBe('what sh prints is in run.out\nprinted\n');
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
