/** `desgw init` as it is typed, and what comes of it. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
let home: string;

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'desgw-init-')));
  for (const [folder, script] of [
    ['gw_workflow', 'DAGMaker.sh'],
    ['Post-Processing', 'run_postproc.py'],
  ] as const) {
    mkdirSync(join(home, folder));
    writeFileSync(join(home, folder, script), '');
  }
  mkdirSync(join(home, 'cwd'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const run = (program: string, args: readonly string[], cwd = join(home, 'cwd')) => {
  const env = { PATH: process.env.PATH, HOME: home, USER: 'mara', TZ: 'UTC' };
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  return { code: status, out: `${stdout}${stderr}` };
};
const desgw = (...args: string[]) => run(process.execPath, [join(ROOT, 'core/bin.cjs'), ...args]);
const rules = (folder: string): string =>
  readFileSync(join(home, 'cwd', folder, 'desgwfile.ts'), 'utf8');

/** The compiler as it comes, in a folder where nothing is installed. */
const compiled = (folder: string) =>
  run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', '.'], join(home, 'cwd', folder));

const EVENT = ['--ligoid', 'GW170817', '--propid', '2017B-0110', '--triggermjd', '57982.529'];

describe('a workspace of the real site', () => {
  test('checkouts are found; numbers become a list; editors find the types with nothing installed', () => {
    const made = desgw(
      'init',
      'ev',
      '--site',
      'fermilab',
      ...EVENT,
      '--exposures',
      '700001,700002',
    );
    expect(made).toMatchObject({ code: 0 });
    const text = rules('ev');
    expect(text).toContain(`gwWorkflow: '${home}/gw_workflow'`);
    expect(text).toContain(`postProcessing: '${home}/Post-Processing'`);
    expect(text).toContain(`registry: '${home}/seasons'`);
    expect(text).toContain("user: 'mara'");
    expect(text).toContain(
      "params: { ...followUpParams(site), ligoid: 'GW170817', propid: '2017B-0110', triggermjd: 57982.529 },",
    );
    expect(text).not.toMatch(/[A-Z]{2,}_[A-Z]|'ACCOUNT'|'REGISTRY'/);
    expect(readFileSync(join(home, 'cwd/ev/exposures.txt'), 'utf8')).toBe('700001\n700002\n');
    expect(compiled('ev')).toEqual({ code: 0, out: '' });
    expect(
      run(process.execPath, [join(ROOT, 'core/bin.cjs'), 'params'], join(home, 'cwd/ev')).out,
    ).toContain('57982.529');
  });

  test('exposures of a night', () => {
    desgw(
      'init',
      'ev',
      '--site',
      'fermilab',
      ...EVENT,
      '--nites',
      '20170817,20170818',
      '--object',
      'G.*',
    );
    expect(rules('ev')).toContain(
      "const exposures = nightOf({ propid: '2017B-0110', nites: ['20170817', '20170818'], object: 'G.*' });",
    );
    expect(existsSync(join(home, 'cwd/ev/exposures.txt'))).toBe(false);
    expect(compiled('ev')).toEqual({ code: 0, out: '' });
  });

  test('a list that lies elsewhere, a season that was begun by hand, what stays open', () => {
    writeFileSync(join(home, 'cwd/list'), '700001\n');
    const { out } = desgw(
      'init',
      'ev',
      '--site',
      'fermilab',
      '--exposures',
      'list',
      '--season',
      '1600',
    );
    expect(rules('ev')).toContain(`const exposures = '${home}/cwd/list';`);
    expect(out).toContain('desgw adopt season --as 1600');
    expect(out).toContain('set ligoid, propid, triggermjd');
    expect(rules('ev')).toContain('params: followUpParams(site),');
  });

  test.each([
    [['--gw-workflow', '/nowhere'], '--gw-workflow /nowhere: there is no DAGMaker.sh in /nowhere'],
    [['--triggermjd', '17'], '--triggermjd 17: it must be a modified Julian date'],
    [['--exposures', 'no-such-file'], 'it is neither a file nor exposure numbers'],
    [['--nites', '20170817'], '--nites needs the proposal'],
    [['--nites', 'yesterday'], 'it must be one night or two'],
    [['--season', 'x'], 'it must be a number'],
    [['--trigger', '1'], '--trigger'],
  ])('%j is refused, and nothing is written', (words, expected) => {
    const { code, out } = desgw('init', 'ev', '--site', 'fermilab', ...words);
    expect(code).toBe(2);
    expect(out).toContain(expected);
    expect(existsSync(join(home, 'cwd/ev'))).toBe(false);
  });

  test('what cannot be found and is not told is asked for by its option', () => {
    rmSync(join(home, 'gw_workflow'), { recursive: true });
    const { code, out } = desgw('init', 'ev', '--site', 'fermilab');
    expect(code).toBe(2);
    expect(out).toContain('desgw init has to know: checkout of gw_workflow');
    expect(out).toContain('--gw-workflow ...');
  });
});

describe('a workspace to play with', () => {
  test.each([[['--sandbox']], [[]], [['--site', 'sandbox']]])('%j', (words) => {
    const { code, out } = desgw('init', 'play', ...words);
    expect({ code, out }).toMatchObject({ code: 0 });
    expect(out).toContain('desgw build -n');
    expect(rules('play')).toBe(readFileSync(join(ROOT, 'desgwfile.ts'), 'utf8'));
    expect(compiled('play')).toEqual({ code: 0, out: '' });
  });

  test('a rule file that is there stays', () => {
    const made = desgw('init', 'play', '--sandbox', '--json');
    const data = made.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(data.map(({ kind }) => kind)).toEqual(['said', 'ended']);
    const { code, out } = desgw('init', 'play', '--sandbox');
    expect(code).toBe(2);
    expect(out).toContain('exists');
  });
});

test('the help of init tells of every answer', () => {
  const { out } = desgw('init', '--help');
  expect(out).toContain('--site <fermilab|sandbox>');
  expect(out).toContain('--sandbox ');
  expect(out).toContain('--triggermjd <value>');
});
