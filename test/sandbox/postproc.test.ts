import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSandbox, type RunOptions, type Sandbox, tail } from './site.ts';

const PP = 'Post-Processing';
const INI = fs.readFileSync(new URL('./postproc.ini', import.meta.url), 'utf8');
const SETUP = '. ./diffimg_setup.sh && ./update_forcephoto_links.sh && exec env';

let site: Sandbox;
/** What diffimg_setup.sh sets, captured once. */
let environment: Record<string, string>;
beforeAll(async () => {
  site = makeSandbox();
  for (const exposure of ['668440', '668442']) site.run(['./DAGMaker.sh', exposure]);
  const clusters = ['668440', '668442'].map((exposure) => site.submit(exposure));
  expect(await Promise.all(clusters.map((cluster) => site.end(cluster)))).toEqual([
    'success',
    'success',
  ]);
  writeIni('2206');
  writeList('668440\n668442\n');
  const { out } = site.run(['bash', '-c', SETUP], { cwd: PP });
  environment = Object.fromEntries(
    out
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/=(.*)/s)),
  );
});
afterAll(() => site.remove());

function writeIni(season: string, edit: (text: string) => string = (text) => text): void {
  fs.writeFileSync(site.path(PP, `postproc_${season}.ini`), edit(INI.replace('SEASON', season)));
}
const writeList = (text: string): void => fs.writeFileSync(site.path(PP, 'exposures.list'), text);
const ARGV = ['python', 'run_postproc.py', '--season', '2206'] as const;
const inPostproc = (dials: object = {}): RunOptions => ({
  cwd: PP,
  env: { ...environment, DESGW_SANDBOX_DIALS: JSON.stringify({ speed: 200, ...dials }) },
});
const postproc = (args: readonly string[], { dials }: RunOptions = {}) =>
  site.run([...ARGV, ...args], inPostproc(dials));
const status = (): string => site.read(PP, 'PostProcStatus2206.txt');
const exception = (err: string): string => tail(err, 1)[0] ?? '';

/** Every file below a directory with its content. */
function tree(dir: string, below = ''): Record<string, string> {
  return Object.assign(
    {},
    ...site.names(dir, below).map((name) => {
      const path = below === '' ? name : `${below}/${name}`;
      const whole = site.path(dir, path);
      return fs.statSync(whole).isDirectory()
        ? tree(dir, path)
        : { [path]: fs.readFileSync(whole, 'latin1') };
    }),
  );
}

describe('a run from the beginning', () => {
  test('ends with status 0, a complete status file, and the files of every step', () => {
    const run = postproc([]);
    expect([run.code, run.err]).toEqual([0, '']);
    expect(tail(run.out, 1)[0]).toMatch(/^\('END END TIME', '\d{8}_\d{4}'\)$/);
    expect(status()).toBe('1 \n0 \n1 \n0 \n1 \n1 \n1 \n0 \n1 \ncomplete');
    const files = Object.keys(tree(`${PP}/outputs`));
    expect(files).toEqual(
      expect.arrayContaining([
        'masterlist/MasterExposureList_prelim.fits',
        'masterlist/MasterExposureList.fits',
        'masterlist/expniteband_df.csv',
        'checkoutputs/checkoutputs.log',
        'checkoutputs/step0_a_blacklist.txt',
        'hostmatchhostmatch.db.log',
        'truthtable2206/truthplus.tab',
        'makedatafiles/datafiles_combined.fits',
        'makedatafiles/makeDataFiles_real.stdout_8',
        'mastertableinfo.npy',
        'efftest_2206.png',
      ]),
    );
    expect(site.read(PP, 'outputs/checkoutputs/step0_expnums.txt')).toBe('668440\n668442\n');
    expect(site.read(PP, 'hostmatchstatus.txt')).toBe('0');
    expect(
      files.filter((name) => /^makedatafiles\/LightCurvesReal\/des_real_\d{8}\.dat$/.test(name))
        .length,
    ).toBeGreaterThan(0);
    expect(site.read(PP, 'masterHTML2206.html')).toContain('<th>SNID</th>');
  });

  test('counts CCDs from pnfs: complete ones, also without force photometry', () => {
    const rows = site
      .read(PP, 'outputs/checkoutputs/checkoutputs.csv')
      .trimEnd()
      .split('\n')
      .map((row) => row.split(','));
    expect(rows[0]?.slice(-3)).toEqual(['unfinished', 'successes', 'fraction']);
    expect(rows.slice(1).map((row) => [row[0], row.length, ...row.slice(-3)])).toEqual([
      ['668440', 63, '0', '59', '1.0'],
      ['668442', 63, '0', '59', '1.0'],
    ]);
    expect(site.read(PP, 'outputs/checkoutputs/checkoutputs.log').split('\n').slice(0, 13)).toEqual(
      [
        'CHECKOUTPUTS',
        '---',
        'EXPOSURES PROVIDED: 668440,668442',
        'EXPOSURES CHECKED: 668440,668442',
        'EXPOSURES NOT FOUND: none',
        'TOTAL EXPOSURES PROVIDED: 2',
        'TOTAL EXPOSURES FOUND: 2',
        'TOTAL EXPOSURES NOT FOUND: 0',
        '----------',
        'TOTAL CCDS CHECKED: 118',
        'TOTAL CCDS SUCCEEDED: 118',
        'CCD SUCCESS RATE: 100.0%',
        '----------',
      ],
    );
  });

  test('force photometry leaves a script, a log and a .DONE for each of its parts', () => {
    const dir = `${PP}/forcephoto/output/dp2206`;
    const [run = ''] = site.names(dir);
    expect(run).toMatch(/^\d{8}_\d{4}_DESY2206$/);
    const names = site.names(dir, run);
    expect(names.filter((name) => name.endsWith('.DONE'))).toEqual([
      'RUN000_MAKELIST.DONE',
      ...Array.from({ length: 8 }, (_, i) => `RUN00${i + 1}_FORCEPHOTO.DONE`),
    ]);
    expect(
      names
        .filter((name) => name.endsWith('.LOG') && name.startsWith('RUN'))
        .map((name) => site.read(dir, run, name)),
    ).toEqual(Array(9).fill('RETURN CODE: 0\n'));
  });

  test('a second run makes the same outputs to the byte', () => {
    const before = tree(`${PP}/outputs`);
    expect(postproc([]).code).toBe(0);
    expect(tree(`${PP}/outputs`)).toEqual(before);
  });

  test('notes the season in the tables that force photometry fills', async () => {
    const sqlite = await import('node-sqlite3-wasm');
    const database = new sqlite.default.Database(site.path('seasons.db'), { readOnly: true });
    const count = (table: string) =>
      database.get(`SELECT count(*) AS n FROM ${table} WHERE SEASON = 2206.0`);
    expect([count('SNFORCE'), count('SNSCAN')]).toEqual([{ n: 1 }, { n: 0 }]);
    database.close();
  });
});

describe('SKIPTO', () => {
  test.each([
    ['1', [1, 2, 3, 4, 5, 6, 7]],
    ['2', [1, 2, 3, 4, 5, 6, 7]],
    ['3', [1, 3, 4, 5, 6, 7]],
    ['4', [1, 4, 5, 6, 7]],
    ['5', [1, 5, 6, 7]],
  ])('%s runs the steps %s', (skipTo, steps) => {
    const run = postproc(['--SKIPTO', skipTo]);
    expect(run.code).toBe(0);
    expect(
      [...run.out.matchAll(/^\('RUNNING STEP', (\d)\)$/gm)].map((match) => Number(match[1])),
    ).toEqual(steps);
    expect(status()).toMatch(/complete$/);
  });

  test.each(['6', '7'])(
    '%s draws the plots and dies in step 7, unless the script has been mended',
    (skipTo) => {
      const broken = postproc(['--SKIPTO', skipTo]);
      expect([broken.code, exception(broken.err)]).toEqual([
        1,
        'ValueError: DataFrame constructor not properly called!',
      ]);
      expect([
        status().endsWith('incomplete'),
        site.read(PP, 'masterHTML2206.html').includes('</html>'),
      ]).toEqual([true, false]);
      site.setup({ postproc: { fixed: true } });
      expect(site.read(PP, 'run_postproc.py')).toContain('.item()');
      expect(postproc(['--SKIPTO', skipTo]).code).toBe(0);
      expect(status()).toBe('1 \n0 \n1 \n0 \n1 \n1 \n0 \n0 \n1 \ncomplete');
      site.setup();
      expect(site.read(PP, 'run_postproc.py')).not.toContain('.item()');
    },
  );

  test('takes the exposures of the last step 0, whatever the list says now', () => {
    writeList('668440\n');
    expect(postproc(['--SKIPTO', '2']).code).toBe(0);
    writeList('668440\n668442\n');
    expect(site.read(PP, 'outputs/truthtable2206/truthplus.tab').split('\n')).toHaveLength(
      2 * 24 + 2,
    );
  });

  test.each([
    ['2', 'checkoutputs/step0_a_blacklist.txt'],
    ['5', 'truthtable2206/truthplus.tab'],
    ['6', 'mastertableinfo.npy'],
  ])('%s needs %s', (skipTo, file) => {
    const path = site.path(PP, 'outputs', file);
    fs.renameSync(path, `${path}.away`);
    const run = postproc(['--SKIPTO', skipTo]);
    fs.renameSync(`${path}.away`, path);
    expect([run.code, exception(run.err)]).toEqual([
      1,
      `IOError: [Errno 2] No such file or directory: 'outputs/${file}'`,
    ]);
  });

  test('of 8 is refused', () => {
    expect(postproc(['--SKIPTO', '8'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('ValueError: SKIPTO'),
    });
  });
});

describe('trouble', () => {
  test.each([
    [
      'an unknown option',
      ['--triggerid', 'G1'],
      2,
      'run_postproc.py: error: unrecognized arguments: --triggerid',
    ],
    [
      'another season without an ini',
      ['--season', '99'],
      1,
      "ConfigParser.NoSectionError: No section: 'general'",
    ],
    [
      'an exposure of no known program',
      ['--expnums', '668473'],
      1,
      'ValueError: No objects to concatenate',
    ],
    [
      'exposures without output',
      ['--expnums', '668438'],
      1,
      'ZeroDivisionError: float division by zero',
    ],
  ])('%s', (_, args, code, message) => {
    const run = postproc(args);
    expect([run.code, exception(run.err)]).toEqual([code, message]);
  });

  test.each([
    [
      'a missing key',
      (text: string) => text.replace('bands = i,z\n', ''),
      "ConfigParser.NoOptionError: No option 'bands' in section: 'general'",
    ],
    [
      'bands = all',
      (text: string) => text.replace('i,z', 'all'),
      'TypeError: only list-like objects are allowed to be passed to isin(), you passed a [NoneType]',
    ],
    [
      'a boolean that is none',
      (text: string) => text.replace('ups = False', 'ups = maybe'),
      'ValueError: Not a boolean: maybe',
    ],
    [
      'a line that is no option',
      (text: string) => text.replace('db = destest', 'destest'),
      "ConfigParser.ParsingError: File contains parsing errors\n\t'destest'",
    ],
    [
      '2nite_trigger',
      (text: string) => text.replace('trigger = null', 'trigger = yes'),
      "NameError: global name 'twonite' is not defined",
    ],
  ])('%s in the ini', (_, edit, message) => {
    writeIni('2206', edit);
    const run = postproc([]);
    writeIni('2206');
    expect(run.code).toBe(1);
    expect(run.err.trimEnd().endsWith(message)).toBe(true);
  });

  test('the ini is read as Python 2 reads it: inline comments after a blank, "" as nothing', () => {
    writeIni('2206', (text) =>
      text
        .replace('bands = i,z', 'bands: i , z ; both')
        .replace('indir = ./', 'indir = ""\n; a comment'),
    );
    const run = postproc(['--checkonly', 'False']);
    writeIni('2206');
    expect([run.code, run.err, site.read(PP, 'outputs/checkoutputs/step0_expnums.txt')]).toEqual([
      0,
      '',
      '668440\n668442\n',
    ]);
  });

  test('a blank line in the list discards the list', () => {
    writeList('668440\n\n668442\n');
    const run = postproc([]);
    writeList('668440\n668442\n');
    expect(run.out).toContain('WARNING: List of exposures file not found or empty.');
    expect([run.code, exception(run.err)]).toEqual([
      1,
      'RuntimeError: Need an exposures.list file or exposures in argument',
    ]);
  });

  test('without the environment of diffimg_setup.sh there is no easyaccess', () => {
    const run = site.run(['python', 'run_postproc.py', '--season', '2206'], { cwd: PP });
    expect([run.code, exception(run.err)]).toEqual([1, 'ImportError: No module named easyaccess']);
  });

  test('a CCD directory that is missing ends step 0', () => {
    const dir = site.path('pnfs/des/persistent/gw/exp/20170817/668442/dp2206/z_07');
    fs.renameSync(dir, `${dir}.away`);
    fs.rmSync(site.path(PP, 'outputs/checkoutputs/goodchecked.list'));
    const run = postproc([]);
    fs.renameSync(`${dir}.away`, dir);
    expect([run.code, exception(run.err)]).toEqual([
      1,
      'ValueError: arrays must all be same length',
    ]);
  });

  test('nothing to plot: status 0, and yet not complete', () => {
    const run = postproc([], { dials: { postproc: { emptyPlots: true } } });
    expect([run.code, status().endsWith('incomplete')]).toEqual([0, true]);
    expect(tail(run.out, 2)[0]).toBe('Step 6 failed due to empty candidate dfs. Ending PostProc.');
    expect(run.out).toContain('END END TIME');
  });

  test('hangs when no .dat file is made', async () => {
    const waits = (out: string) => out.includes('0 .dat files so far');
    await site.runUntil(ARGV, waits, inPostproc({ postproc: { zeroDat: true } }));
  });

  test('hangs when force photometry makes fewer scripts than there are cores', async () => {
    writeIni('2206', (text) => text.replace('ncore = 8', 'ncore = 10'));
    await site.runUntil(ARGV, (out) => out.includes('waiting for 10 DONE files'), inPostproc());
    writeIni('2206');
  });

  test('a second force photometry on the host aborts, and the run goes on', () => {
    fs.writeFileSync(site.path('forcephoto.lock'), String(process.pid));
    const run = postproc(['--SKIPTO', '2']);
    fs.rmSync(site.path('forcephoto.lock'));
    expect([run.code, run.out.includes('ABORT: force job already running.')]).toEqual([0, true]);
  });

  test('fails, or is killed, at the step that the dial names', () => {
    const fails = postproc([], { dials: { postproc: { failAt: 4 } } });
    expect([fails.code, exception(fails.err), status()]).toEqual([
      1,
      'RuntimeError: step 4 failed',
      '1 \n0 \n1 \n0 \n1 \n0 \n0 \n0 \n0 \nincomplete',
    ]);
    expect(postproc([], { dials: { postproc: { dieAt: 2 } } }).code).toBeNull();
  });

  test('without a linked image force photometry aborts and step 5 has no candidate', () => {
    fs.renameSync(site.path('candidates/dp2206.json'), site.path('candidates/away'));
    const images = site.path('Post-Processing/empty');
    const run = site.run(['python', 'run_postproc.py', '--season', '2206'], {
      cwd: PP,
      env: { ...environment, TOPDIR_SNFORCEPHOTO_IMAGES: images },
    });
    expect([run.code, exception(run.err)]).toEqual([1, 'IndexError: list index out of range']);
    expect(
      site
        .names(PP, 'forcephoto/output/dp2206')
        .flatMap((name) => site.names(PP, 'forcephoto/output/dp2206', name)),
    ).toContain('MAKEFORCELIST.ABORT');
  });
});
