import { describe, expect, test } from 'vitest';
import { exec } from '../../../core/api/define.ts';
import type { Exec, Sourced } from '../../../core/api/steps.ts';
import { Environments, environmentsOf } from '../../../core/observe/environment.ts';
import type { Spawn } from '../../../core/world/world.ts';
import { type Program, stubWorld } from '../stub-world.ts';

const OURS = { PATH: '/bin', HOME: '/home/mara', TOKEN: 't', SEEN: 's', EDITOR: 'vi' };
const signal = new AbortController().signal;

/** An environment as a step would get it, with bash standing in for the sourcing. */
async function environment(step: Exec, bash: Program = () => 1, declared: readonly string[] = []) {
  const world = stubWorld({}, { bash }, OURS);
  const environments = new Environments(world);
  const env = await environments.of(step, declared, signal);
  return { env, world, environments };
}

const SCRIPT: Sourced = {
  script: 'setup.sh',
  args: ['-x'],
  cwd: 'sub',
  env: { NEEDED: '1' },
  passEnv: ['TOKEN'],
  set: { FORCED: '2', A: 'forced' },
};
const sourced = (more: Partial<Sourced> = {}): Exec =>
  exec(['x'], { environment: { ...SCRIPT, ...more } });
const leaves =
  (text: string): Program =>
  (_args, files, { stdout }) =>
    void files.put(stdout, `${text}DESGW_CAPTURED=1\0`);

describe('without a script', () => {
  test.each<[string, Exec, readonly string[], object]>([
    ['only what programs cannot do without', exec(['x']), [], {}],
    ['what the rule declared', exec(['x']), ['SEEN', 'UNSET'], { SEEN: 's' }],
    [
      'credentials that are passed through',
      exec(['x'], { passEnv: ['TOKEN', 'NONE'] }),
      [],
      { TOKEN: 't' },
    ],
    [
      'variables that match a pattern, and no others',
      exec(['x'], { passEnv: ['TOK*', 'S*N', 'E.*', 'NONE*'] }),
      [],
      { TOKEN: 't', SEEN: 's' },
    ],
    [
      'what the step adds, above everything else',
      exec(['x'], { env: { SEEN: 'mine', NEW: 'n' } }),
      ['SEEN'],
      { SEEN: 'mine', NEW: 'n' },
    ],
  ])('a program sees %s', async (_what, step, declared, more) => {
    expect((await environment(step, undefined, declared)).env).toEqual({
      PATH: '/bin',
      HOME: '/home/mara',
      ...more,
    });
  });
});

describe('a script that must be sourced', () => {
  test('is sourced in a clean bash; what it leaves is what the program gets', async () => {
    let spawned: Spawn | undefined;
    const bash: Program = (_args, files, spawn) => {
      spawned = spawn;
      files.put(
        spawn.stdout,
        [
          'A=1',
          'B=two\nlines=',
          'PATH=/conda/bin',
          '_=/usr/bin/env',
          'SHLVL=2',
          'PWD=/x',
          'BASH_FUNC_module%%=() { :; }',
          'DESGW_CAPTURED=1',
          '',
        ].join('\0'),
      );
    };
    const { env } = await environment(sourced(), bash);
    expect(env).toEqual({
      A: 'forced',
      B: 'two\nlines=',
      PATH: '/conda/bin',
      HOME: '/home/mara',
      FORCED: '2',
    });
    expect(spawned).toMatchObject({
      argv: [
        'bash',
        '--norc',
        '--noprofile',
        '-c',
        expect.any(String),
        'capture',
        '/w/setup.sh',
        '0',
        '-x',
      ],
      cwd: '/w/sub',
      env: { PATH: '/bin', HOME: '/home/mara', TOKEN: 't', NEEDED: '1' },
      timeout: 300,
    });
  });

  test('is sourced once for all who need it, and once more for other arguments', async () => {
    const { world, environments } = await environment(sourced(), leaves('A=1\0'));
    await Promise.all([
      environments.of(sourced(), [], signal),
      environments.of(sourced(), [], signal),
    ]);
    expect(world.ran).toHaveLength(1);
    await environments.of(sourced({ args: [] }), [], signal);
    expect(world.ran).toHaveLength(2);
  });

  test('that fails refuses the target, says where to look, and is tried again by the next', async () => {
    let tries = 0;
    const bash: Program = (args, files, spawn) =>
      ++tries === 1 ? 97 : void leaves('A=1\0')(args, files, spawn);
    const world = stubWorld({}, { bash }, OURS);
    const environments = new Environments(world);
    await expect(environments.of(sourced(), [], signal)).rejects.toMatchObject({
      message: 'sourcing setup.sh failed',
      advice: 'It printed nothing.',
    });
    expect(await environments.of(sourced(), [], signal)).toMatchObject({ FORCED: '2' });
  });

  test.each<[string, Program, string]>([
    [
      'calls exit',
      () => 0,
      'setup.sh called exit (status 0) before its environment could be taken',
    ],
    ['leaves nothing', leaves('SHLVL=1\0'), 'sourcing setup.sh left an empty environment'],
  ])('that %s refuses the target, with what it printed', async (_what, bash, message) => {
    const printing: Program = (args, files, spawn) => {
      files.put(spawn.stderr, 'no cvmfs here\n');
      return bash(args, files, spawn);
    };
    await expect(environment(sourced(), printing)).rejects.toMatchObject({
      message,
      advice:
        'It printed last (all of it is in .desgw/logs/environment.setup.sh.log):\nno cvmfs here',
    });
  });

  test('leaves nothing of itself behind', async () => {
    const { world } = await environment(sourced(), leaves('A=1\0'));
    expect(world.files.list('.desgw/tmp') ?? []).toEqual([]);
  });
});

test('an invocation has one set of environments, whoever asks for them', () => {
  const world = stubWorld({}, {}, OURS);
  expect(environmentsOf(world)).toBe(environmentsOf(world));
  expect(environmentsOf(stubWorld({}, {}, OURS))).not.toBe(environmentsOf(world));
});
