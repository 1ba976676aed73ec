/** Secrets planted in every way in: nothing that desgw writes or prints shows one. */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { type Workspace, workspace } from './workspace.ts';

let w: Workspace;
afterEach(() => w.dispose());

const CANARIES = {
  env: 'canary"in\'the env 1',
  set: 'canary-by-set-2',
  file: 'canary_of_rule_file_3',
  marked: 'canaryMarked4',
  sourced: 'canary.left.by.script.5',
  option: 'canary-option-6',
} as const;

/** Everything below the workspace but what tests and programs wrote themselves. */
const written = (): readonly string[] =>
  Object.entries(w.snapshot())
    .filter(([path]) => path.startsWith('.desgw/') || path.startsWith('report'))
    .map(([path, state]) => `${path} ${state}`);

function expectHidden(text: string): void {
  for (const canary of Object.values(CANARIES)) {
    expect(text).not.toContain(canary);
    expect(text).not.toContain(JSON.stringify(canary).slice(1, -1));
    // Neither is anything that could be guessed at.
    expect(text).not.toContain(Buffer.from(canary).toString('base64'));
  }
}

const RULES = `
  target('a', {
    params: { password: P.db_password, other: [P.innocent, 'x'], pin: P.apiToken },
    env: ['SITE_TOKEN'],
    outputs: ['a'],
    recipe: { steps: () => [
      exec(['sh', '-c', 'test "$DB" = "$WANT" && date > a'], {
        env: { DB: P.db_password, WANT: P.db_password, MY_KEY: 'k1' },
        passEnv: ['SITE_TOKEN'],
        environment: { script: 'setup.sh' },
      }),
    ] },
  }),
  target('b', { inputs: ['a'], outputs: [{ path: 'b.ini', keys: { format: 'shell', names: ['DB_PASSWORD', 'PLAIN'] } }],
    params: { DB_PASSWORD: P.db_password },
    recipe: [edit('b.ini', 'shell', { DB_PASSWORD: P.db_password, PLAIN: 'seen' }, 'b.template')] }),
  target('leaks', { recipe: [exec(['echo', 'pw=' + P.db_password])] }),
  target('says', { recipe: { steps: () => { throw new Error('refused for ' + P.innocent); } } }),
`;

function planted(): Workspace {
  const made = workspace('all', '');
  made.put(
    'desgwfile.ts',
    `import { defineBuild, edit, exec, group, param, target } from 'desgw';
export default defineBuild({
  goal: 'all',
  params: {
    db_password: param('none yet'),
    innocent: param('', { secret: true, option: '--innocent <text>' }),
    apiToken: '${CANARIES.file}',
    pin: param(0, { secret: true, check: (n) => n > 1e9 ? 'too large' : undefined }),
  },
  rules: (P) => [group('all', ['a', 'b']), ${RULES}],
});
`,
  );
  made.put('b.template', 'DB_PASSWORD=old\nPLAIN=x\n');
  made.put('setup.sh', `export LEFT_TOKEN=${CANARIES.sourced}\n`);
  return made;
}

const GIVEN = [
  '--set',
  `db_password=${CANARIES.set}`,
  '--set',
  `innocent=${CANARIES.marked}`,
] as const;
const ENV = { SITE_TOKEN: CANARIES.env };

test('no secret is shown, put on record, or left in any file', { timeout: 300_000 }, async () => {
  w = planted();
  const run = async (...args: readonly string[]): Promise<string> => {
    const { status, out, err } = await w.start(args, ENV).ended;
    return `${args[0]} ${status}\n${out}${err}`;
  };
  const said = [
    await run('build', '-n', ...GIVEN),
    await run('build', '-n', '--json', ...GIVEN),
    await run('build', '--json', ...GIVEN),
    await run('build', ...GIVEN),
    await run('build', '--innocent', CANARIES.option, '--set', 'db_password=other12'),
    await run('build', '--report', 'report.html', ...GIVEN),
    await run('build', 'leaks', ...GIVEN),
    await run('build', 'says', ...GIVEN),
    await run('why', 'a', '--set', 'db_password=third-one'),
    await run('why', 'a', '--json', ...GIVEN),
    await run('params', ...GIVEN),
    await run('params', '--json', ...GIVEN),
    await run('status', '--json', ...GIVEN),
    await run('journal'),
    await run('journal', '--json'),
    await run('history'),
    await run('history', '--json'),
    await run('show', 'a', ...GIVEN),
    await run('show', 'b', '--json', ...GIVEN),
    await run('build', '--set', `pin=${CANARIES.set}`),
    await run('build', '--set', `db_passwort=${CANARIES.set}`),
    await run('build', `--set=db_password=${CANARIES.set}`, '--nonsense'),
    await run('report', ...GIVEN),
    await run('stats', ...GIVEN),
    await run('log', 'a', ...GIVEN),
  ].join('\n');
  expectHidden(said);
  for (const one of written()) expectHidden(one);
  // Compiled code too, of which no snapshot tells.
  for (const canary of Object.values(CANARIES)) {
    const found = spawnSync('grep', ['-rlF', canary, w.path('.desgw')], { encoding: 'utf8' });
    expect(found.stdout).toBe('');
  }
  expect(said).toContain('build 0');
  expect(said).toMatch(/leaks.*\n?.*arguments hold the value of db_password/);
  expect(said).toContain('db_password: *** -> ***'.replace('db_', ''));
  expect(w.text('b.ini')).toContain(CANARIES.set);
  expect(statSync(w.path('.desgw/salt')).mode & 0o777).toBe(0o600);
});

test('a secret that did not change makes nothing stale, one that did does', async () => {
  w = planted();
  expect((await w.start(['build', ...GIVEN], ENV).ended).status).toBe(0);
  expect((await w.start(['build', '-q', ...GIVEN], ENV).ended).status).toBe(0);
  const other = { SITE_TOKEN: `${CANARIES.env}.` };
  const { out } = await w.start(['why', 'a', ...GIVEN], other).ended;
  expect(out).toContain('$SITE_TOKEN');
});

test('what everybody can see of a command that runs does not show what --set gives', async () => {
  w = planted();
  w.pipe('begun');
  w.pipe('go');
  w.put('setup.sh', 'echo > begun; read line < go; exit 1\n');
  const building = w.start(['build', ...GIVEN], ENV);
  await w.heard('begun');
  const seen = w.processes().join('\n');
  const lock = readFileSync(w.path('.desgw/lock'), 'utf8');
  for (const one of written()) expectHidden(one);
  await w.tell('go');
  await building.ended;
  expectHidden(seen);
  expectHidden(lock);
  expect(lock).toContain('db_password=***');
});

test('a build that is killed while it captures an environment leaves none', async () => {
  w = planted();
  w.pipe('begun');
  w.put('setup.sh', `export LEFT_TOKEN=${CANARIES.sourced}\nset; env; echo > begun; sleep 1000\n`);
  const building = w.start(['build', ...GIVEN], ENV);
  await w.heard('begun');
  building.kill('SIGKILL');
  await building.ended;
  const left = written().filter((one) => !one.includes('logs/environment.'));
  for (const one of left) expectHidden(one);
});
