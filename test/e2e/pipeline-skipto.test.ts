/** SKIPTO is read off the plan: which steps run_postproc.py goes through after which change. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { POOR, rulesFor, type Site, site, THREE } from './site.ts';

const PP = 'sandbox/Post-Processing';
let at: Site;
let season: string;
beforeAll(async () => {
  at = site(THREE);
  expect(await at.desgw(['build'])).toMatchObject({ code: 0 });
  season = at.season();
});
afterAll(() => at.dispose());

/** What a dry run says it would skip to, and which steps the build then goes through. */
async function rebuilt(...args: readonly string[]) {
  const runs = at.calls('run_postproc.py').length;
  const dry = await at.desgw(['build', '-n', ...args]);
  const built = await at.desgw(['build', ...args]);
  expect(built).toMatchObject({ code: 0, err: '' });
  const ran = at.calls('run_postproc.py').length - runs;
  return {
    skipTo: /--SKIPTO (\d)/.exec(dry.out)?.[1],
    ran,
    steps: ran === 0 ? [] : at.postprocSteps(),
  };
}

test('nothing built: no flag, every step', () => {
  expect(at.postprocSteps()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(at.calls('run_postproc.py')).toEqual([season]);
});

test.each([
  [
    'the output check',
    'outputs/checkoutputs/step0_expnums.txt',
    undefined,
    [0, 1, 2, 3, 4, 5, 6, 7],
  ],
  [
    'the final master list',
    'outputs/masterlist/MasterExposureList.fits',
    '2',
    [1, 2, 3, 4, 5, 6, 7],
  ],
  ['the force photometry', 'forcephoto/output', '2', [1, 2, 3, 4, 5, 6, 7]],
  ['the host match', 'hostmatchstatus.txt', '3', [1, 3, 4, 5, 6, 7]],
  ['the truth table', 'outputs/truthtableSEASON/truthplus.tab', '4', [1, 4, 5, 6, 7]],
  ['the light curves', 'outputs/makedatafiles/LightCurvesReal', '5', [1, 5, 6, 7]],
  ['the table of the page', 'outputs/mastertableinfo.npy', '5', [1, 5, 6, 7]],
  ['the plots, as SKIPTO 6 crashes', 'outputs/efftest_SEASON.png', '5', [1, 5, 6, 7]],
  ['the page, as SKIPTO 6 crashes', 'masterHTMLSEASON.html', '5', [1, 5, 6, 7]],
])('%s deleted', async (_what, path, skipTo, steps) => {
  at.remove(`${PP}/${path.replace('SEASON', season)}`);
  expect(await rebuilt()).toEqual({ skipTo, ran: 1, steps });
});

test('everything fresh: it is not run at all', async () => {
  expect(await rebuilt()).toEqual({ skipTo: undefined, ran: 0, steps: [] });
});

test('a setting of the ini changed: no flag, for the night and for the record', async () => {
  expect(await rebuilt('--set', 'mlscore_cut=0.8')).toEqual({
    skipTo: undefined,
    ran: 1,
    steps: [0, 1, 2, 3, 4, 5, 6, 7],
  });
  expect(at.text(`${PP}/postproc_${season}.ini`)).toMatch(/^mlscore_cut = 0\.8$/m);
  expect(await rebuilt('--set', 'mlscore_cut=0.8')).toEqual({
    skipTo: undefined,
    ran: 0,
    steps: [],
  });
  expect(await rebuilt()).toMatchObject({ skipTo: undefined, ran: 1 });
});

test('data that arrive late let a failed exposure pass: no flag, and it is in the list', async () => {
  const list = `image_proc_outputs/complete_exposures_S${season}.list`;
  expect(at.text(list)).not.toContain(POOR);
  lateData(POOR, 8);
  expect(await rebuilt()).toMatchObject({ ran: 1, steps: [0, 1, 2, 3, 4, 5, 6, 7] });
  expect(at.text(list)).toContain(POOR);
  expect(at.text(`${PP}/outputs/checkoutputs/step0_expnums.txt`)).toContain(POOR);
});

test('late data that change no list still make step 0 look again', async () => {
  lateData(POOR, 1);
  expect(await rebuilt()).toMatchObject({
    skipTo: undefined,
    ran: 1,
    steps: [0, 1, 2, 3, 4, 5, 6, 7],
  });
});

test('with a script that survives it, a page that was deleted alone costs SKIPTO 6', async () => {
  at.put(
    'desgwfile.ts',
    rulesFor(THREE).replace('= sandbox();', '= { ...sandbox(), fixedPostproc: true };'),
  );
  const script = `${PP}/run_postproc.py`;
  at.put(
    'sandbox/dials.json',
    JSON.stringify({ ...JSON.parse(at.text('sandbox/dials.json')), postproc: { fixed: true } }),
  );
  at.remove(script);
  expect(await at.desgw(['build', '--force', 'sandbox'])).toMatchObject({ code: 0 });
  expect(at.text(script)).toContain('.item()');
  at.remove(`${PP}/masterHTML${season}.html`);
  expect(await rebuilt()).toEqual({ skipTo: '6', ran: 1, steps: [1, 6, 7] });
});

/** As if so many CCDs that failed had been run again and had succeeded. */
function lateData(exposure: string, count: number): void {
  const below = 'sandbox/pnfs/des/persistent/gw';
  const exp = `${below}/exp/20170817/${exposure}/dp${season}`;
  const good = Object.keys(at.listing(exp)).find((name) => /\/outputs_/.test(name))!;
  const force = `${below}/forcephoto/images/dp${season}/20170817/${exposure}`;
  const fails = Object.keys(at.listing(exp))
    .filter((name) => name.endsWith('.FAIL'))
    .sort();
  for (const fail of fails.slice(0, count)) {
    const [ccd] = fail.split('/') as [string];
    const [band, number] = ccd.split('_') as [string, string];
    at.remove(`${exp}/${fail}`);
    at.put(
      `${exp}/${ccd}/outputs_dp${season}_20170817_${exposure}_${ccd}.tar.gz`,
      at.text(`${exp}/${good}`),
    );
    for (const kind of ['fits', 'psf'])
      at.put(
        `${force}/WS${season}_${exposure}_WS1979-236_combined_${band}_${number}+fakeSN_diff_mh.${kind}`,
        '',
      );
  }
}
