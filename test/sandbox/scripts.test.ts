import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox } from './site.ts';

const PP = 'Post-Processing';
const SHOW =
  '. ./diffimg_setup.sh; printf "%s\\n" "$SEASON" "$TOPDIR_SNFORCEPHOTO_IMAGES" "$TOPDIR_SNFORCEPHOTO_OUTPUT" "$DIFFIMG_HOST"';

let site: Sandbox;
beforeAll(() => {
  site = makeSandbox();
});
afterAll(() => site.remove());

/** Puts force-photometry files of one CCD where grid jobs leave them. */
function forcefiles(season: string, exposure: string): void {
  const dir = site.path(
    `pnfs/des/persistent/gw/forcephoto/images/dp${season}/20170817/${exposure}`,
  );
  fs.mkdirSync(dir, { recursive: true });
  for (const suffix of ['fits', 'psf'])
    fs.writeFileSync(`${dir}/WS${season}_${exposure}.${suffix}`, suffix);
}
const ini = (season: string) => fs.writeFileSync(site.path(PP, `postproc_${season}.ini`), '');
const source = () => site.run(['bash', '-c', SHOW], { cwd: PP });
const links = (season: string): string[] =>
  site.names(PP, `forcephoto/images/dp${season}/20170817`);

describe('diffimg_setup.sh', () => {
  test('takes the season of the ini that comes last in the listing and links its images once', () => {
    forcefiles('2206', '668440');
    for (const name of ['2206', '1600', 'template']) ini(name);
    const root = site.path(PP, 'forcephoto');
    expect(source()).toEqual({
      code: 0,
      out: `2206\n${root}/images/dp2206\n${root}/output/dp2206\nFNAL\n`,
      err: '',
    });
    expect([site.read(PP, 'getSeason.txt'), links('2206')]).toEqual([
      '2206\n',
      ['WS2206_668440.fits', 'WS2206_668440.psf'],
    ]);
    ini('416');
    expect(source().out.split('\n')[0]).toBe('416');
    fs.rmSync(site.path(PP, 'postproc_416.ini'));
    forcefiles('2206', '668441');
    source();
    expect(links('2206')).toHaveLength(2);
  });

  test('complains without an ini but does not end the shell that sources it', () => {
    for (const name of ['2206', '1600', 'template'])
      fs.rmSync(site.path(PP, `postproc_${name}.ini`));
    const run = source();
    expect([run.code, run.out.split('\n')[0], run.err]).toEqual([
      0,
      '',
      "ls: cannot access 'postproc_*.ini': No such file or directory\n",
    ]);
  });
});

describe('update_forcephoto_links.sh', () => {
  const env = () => ({
    SEASON: '2206',
    ROOTDIR: site.path('pnfs/des/persistent/gw'),
    TOPDIR_SNFORCEPHOTO_IMAGES: site.path(PP, 'forcephoto/images/dp2206'),
  });

  test.each(['SEASON', 'ROOTDIR', 'TOPDIR_SNFORCEPHOTO_IMAGES'])(
    'ends with status 1 when %s is not set',
    (name) => {
      const run = site.run(['./update_forcephoto_links.sh'], {
        cwd: PP,
        env: { ...env(), [name]: '' },
      });
      expect(run).toEqual({ code: 1, out: `Error: ${name} not set.\n`, err: '' });
    },
  );

  test('links the images of exposures that came later, from anywhere', () => {
    const script = site.path(PP, 'update_forcephoto_links.sh');
    expect(site.run([script, '-n', '20170818'], { cwd: '.', env: env() }).code).toBe(0);
    expect(links('2206')).toHaveLength(2);
    expect(site.run([script, '-n', '20170817'], { cwd: '.', env: env() })).toEqual({
      code: 0,
      out: '',
      err: '',
    });
    expect(links('2206')).toEqual([
      'WS2206_668440.fits',
      'WS2206_668440.psf',
      'WS2206_668441.fits',
      'WS2206_668441.psf',
    ]);
    expect(
      fs.readFileSync(site.path(PP, 'forcephoto/images/dp2206/20170817/WS2206_668441.psf'), 'utf8'),
    ).toBe('psf');
  });
});

describe('getExposureInfo.sh', () => {
  test('writes the list and one list per band, without short exposures and flats', () => {
    expect(site.run(['./getExposureInfo.sh'])).toEqual({ code: 0, out: '', err: '' });
    const [head, first, ...rows] = site.read('gw_workflow/exposures.list').split('\n');
    expect(head?.trim().split(/\s+/)).toEqual([
      'expnum',
      'nite',
      'mjd_obs',
      'radeg',
      'decdeg',
      'band',
      'exptime',
      'propid',
      'obstype',
      'teff',
      'object',
    ]);
    expect(first).toMatch(
      /^ 189000 20130316 56368\.100233 {2}54\.274200 -27\.11160 {4}g {3}175\.0 2012B-0001 {2}object 0\.93 .*DES supernova hex SN-C1 tiling 1$/,
    );
    expect(rows.filter((row) => /^ (668460|668510) /.test(row))).toEqual([]);
    const bands = ['u', 'g', 'r', 'i', 'z', 'Y', 'VR'].map(
      (band) => site.read(`gw_workflow/exposures_${band}.list`).split('\n').length - 1,
    );
    expect(bands).toEqual([1, 3, 2, 17, 15, 1, 1]);
    expect(site.names('gw_workflow')).not.toContain('newdbtest.dat');
  });

  test('leaves the old list when the database does not answer', () => {
    const before = site.read('gw_workflow/exposures.list');
    const run = site.run(['./getExposureInfo.sh'], {
      dials: { exposureInfo: { trouble: 'connection' } },
    });
    expect(run.err).toContain('psycopg2.OperationalError: could not connect to server');
    expect(site.read('gw_workflow/exposures.list')).toBe(before);
  });
});

describe('setup', () => {
  test('leaves alone what exists', () => {
    const mine = '{ "seed": 5, "exposures": { "668439": { "search": { "outcomes": {} } } } }';
    fs.writeFileSync(site.path('dials.json'), mine);
    fs.writeFileSync(site.path('home/.pgpass'), 'mine\n');
    const database = fs.statSync(site.path('seasons.db')).mtimeMs;
    expect(site.setup()).toEqual({ code: 0, out: '', err: '' });
    expect([
      site.read('dials.json'),
      site.read('home/.pgpass'),
      fs.statSync(site.path('seasons.db')).mtimeMs,
    ]).toEqual([mine, 'mine\n', database]);
    expect(fs.statSync(site.path('home/.pgpass')).mode & 0o777).toBe(0o600);
    fs.copyFileSync(site.path('initial/dials.json'), site.path('dials.json'));
  });

  test('names the twelve exposures of the night, all of them in the database', () => {
    const night = site.read('exposures.txt').trim().split('\n');
    const rows = site
      .read('exposures.tsv')
      .split('\n')
      .map((row) => row.split('\t'));
    const found = night.map((exposure) =>
      rows
        .find(([expnum]) => expnum === exposure)
        ?.slice(1, 6)
        .filter((_, i) => i === 0 || i === 4),
    );
    expect(found).toEqual(
      Array.from({ length: 12 }, (_, i) => ['20170817', i % 2 === 0 ? 'i' : 'z']),
    );
  });

  test('a dial that does not exist is an error of every program', () => {
    const run = site.run(['jobsub_q', '-G', 'des'], { dials: { search: { outcome: {} } } });
    expect([run.code, run.err]).toEqual([
      70,
      "sandbox: DESGW_SANDBOX_DIALS: search: there is no dial 'outcome'; see sandbox/README.md\n",
    ]);
  });

  test('setup_img_proc.sh sets the environment of the shell that sources it', () => {
    const run = site.run([
      'bash',
      '-c',
      '. ./setup_img_proc.sh; echo "$CONDA_DEFAULT_ENV $PYTHONPATH"',
    ]);
    expect(run).toEqual({ code: 0, out: `des18a ${site.path('pycurl')}\n`, err: '' });
  });
});

describe('the testing suite', () => {
  const SUITE = 'DESGW-Pipeline-Testing-Suite';

  test('configures, makes and submits DAGs five at a time, counts, and writes an ini', async () => {
    expect(site.run(['python', 'configure_dag.py'], { cwd: SUITE })).toEqual({
      code: 0,
      out: '',
      err: '',
    });
    const rc = site.read(SUITE, 'dagmaker.rc').split('\n');
    const season = /^SEASON=(\d{4})$/.exec(rc[3] ?? '')?.[1] ?? '';
    expect([rc.length - 1, rc[0]]).toEqual([26, '']);
    expect(site.read(SUITE, `${season}exposures.list`).split('\n').slice(0, 2)).toEqual([
      '668437',
      '668438',
    ]);

    fs.copyFileSync(site.path(SUITE, 'dagmaker.rc'), site.path('gw_workflow/dagmaker.rc'));
    fs.writeFileSync(site.path('gw_workflow/mine.list'), '668438\n668440\n999999\n');
    const script = (name: string) => site.path(SUITE, name);
    expect(site.run(['python3', script('run_gw_workflow.py'), '--exp_list', 'mine.list'])).toEqual({
      code: 0,
      out: '',
      err: '',
    });
    expect(site.read('gw_workflow/Problematic_DAGmaker_Outputs.txt')).toBe('999999\n');
    expect(site.read('gw_workflow/jobsub_668440.out')).toContain('Use job id ');
    const clusters = site.submissions().map(([, id = '']) => id.split('.')[0] ?? '');
    expect((await Promise.all(clusters.map((cluster) => site.end(cluster)))).length).toBe(2);

    const stats = site.run([
      'python3',
      script('fetchJobSubStats.py'),
      '--season',
      season,
      '--exp_list',
      'mine.list',
    ]);
    expect(stats.out).toContain('668440: 59 of 59 finished\n  forcephoto present: True\n');
    const made = [
      '--season',
      season,
      '--recycler_mjd',
      '57982.9',
      '--propid',
      '2017B-0110',
      '--exp_list',
      'mine.list',
      '--bands',
      'i',
    ];
    expect(site.run(['python3', script('make_postproc_ini.py'), ...made]).code).toBe(0);
    expect(site.read(`gw_workflow/postproc_${season}.ini`)).toContain('outdir = /fake/outdir\n');
  });
});
