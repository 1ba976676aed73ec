import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, type Site, site } from './site.ts';

const NIGHT = [
  '668437',
  '668438',
  '668439',
  '668440',
  '668441',
  '668442',
  '668443',
  '668444',
  '668445',
  '668446',
  '668447',
  '668448',
];
const bandOf = (exposure: string): string => (Number(exposure) % 2 === 1 ? 'i' : 'z');

let night: Site;
let first: Ended;
beforeAll(async () => {
  night = site();
  first = await night.desgw(['build']);
});
afterAll(() => night.dispose());

describe('the first build of the night', () => {
  test('ends well, submits every exposure once and post processes once, from the beginning', () => {
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out.trimEnd().split('\n').at(-1)).toMatch(
      /^postproc: up to date: 63 built(, \d+ spared)?; 63 of 63 targets fresh/,
    );
    expect([...night.submissions()].sort()).toEqual(NIGHT);
    expect([...night.calls('DAGMaker.sh')].sort()).toEqual(NIGHT);
    expect(night.calls('run_postproc.py')).toEqual([night.season()]);
    expect(night.postprocSteps()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('leaves the season, the exposure table and the settings of DAGMaker', () => {
    const season = night.season();
    expect(season).toMatch(/^[1-9]\d{2,3}$/);
    expect(night.exists(`sandbox/seasons-claimed/season-${season}`)).toBe(true);
    expect(night.text('sandbox/gw_workflow/dagmaker.rc')).toMatch(
      new RegExp(`^SEASON=${season}$`, 'm'),
    );
    const rows = night.text('image_proc_outputs/exposures.list').trimEnd().split('\n');
    expect(rows.map((row) => row.trim().split(/\s+/).slice(0, 2))).toEqual(
      NIGHT.map((e) => [e, '20170817']),
    );
  });

  test('leaves the DAG, its output and the marker of every exposure', () => {
    for (const exposure of NIGHT) {
      const gw = 'sandbox/gw_workflow';
      const output = night.text(`${gw}/dagmaker_${exposure}.out`).trimEnd().split('\n');
      expect(output.at(-1)).toBe(
        'jobsub_submit_dag -G des --role=desgw --need-storage-modify /des/persistent/gw/exp --need-storage-modify /des/persistent/gw/forcephoto ' +
          `file://desgw_pipeline_${exposure}.dag`,
      );
      const marker = JSON.parse(night.text(`${gw}/desgw_pipeline_${exposure}.dag.submitted`));
      const job = night
        .text('sandbox/grid/submissions.log')
        .split('\n')
        .map((line) => line.split('\t'))
        .find((words) => words[3] === exposure)!;
      const lines = JSON.parse(job[5]!);
      expect(marker).toEqual({
        schema: 'desgw/submitted',
        version: 1,
        exposure,
        season: night.season(),
        job: job[1],
        token: lines.DesgwSubmission,
        submitted: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        dag: expect.any(String),
      });
      expect(lines).toEqual({
        DesgwSubmission: marker.token,
        DesgwExposure: exposure,
        DesgwSeason: night.season(),
      });
    }
  });

  test('leaves output.txt, the reports and the list of exposures that go on', () => {
    const season = night.season();
    expect(night.text('image_proc_outputs/output.txt')).toBe(
      `[${NIGHT.map((e) => `${e} ${bandOf(e)}`).join(', ')}]\n${season}\n`,
    );
    const going = NIGHT.filter((e) => e !== '668445');
    expect(night.text(`image_proc_outputs/complete_exposures_S${season}.list`)).toBe(
      going.map((e) => `${e}\n`).join(''),
    );
    for (const exposure of NIGHT) {
      const ccds = JSON.parse(night.text(`image_proc_outputs/ccds_${exposure}.json`));
      expect(ccds).toMatchObject({
        schema: 'desgw/ccds',
        exposure,
        band: bandOf(exposure),
        season,
        nites: ['20170817'],
        enough: exposure !== '668445',
      });
      expect(ccds.counts.total).toBe(59);
      expect(
        JSON.parse(night.text(`image_proc_outputs/forcefiles_${exposure}.json`)),
      ).toMatchObject({ exposure });
    }
  });

  test('leaves the ini, here and where run_postproc.py reads it, and what the steps make', () => {
    const season = night.season();
    const ini = night.text(`postproc_${season}.ini`);
    expect(ini).toMatch(new RegExp(`^season\\s*[=:]\\s*${season}$`, 'm'));
    expect(ini).toMatch(/^bands\s*[=:]\s*i,z$/m);
    expect(ini).toMatch(
      new RegExp(`^exposures_listfile\\s*[=:]\\s*complete_exposures_S${season}\\.list$`, 'm'),
    );
    const pp = 'sandbox/Post-Processing';
    expect(night.text(`${pp}/postproc_${season}.ini`)).toBe(ini);
    expect(night.text(`${pp}/complete_exposures_S${season}.list`)).toBe(
      night.text(`image_proc_outputs/complete_exposures_S${season}.list`),
    );
    expect(night.text(`${pp}/PostProcStatus${season}.txt`)).toMatch(/complete$/);
    for (const file of [
      'outputs/checkoutputs/step0_expnums.txt',
      'outputs/masterlist/MasterExposureList.fits',
      'hostmatchstatus.txt',
      `outputs/truthtable${season}/truthplus.tab`,
      'outputs/makedatafiles/datafiles_combined.fits',
      `outputs/efftest_${season}.png`,
      `masterHTML${season}.html`,
    ])
      expect(night.exists(`${pp}/${file}`), file).toBe(true);
  });
});

describe('when everything is fresh', () => {
  /** All that may be started then. */
  const QUEUE = ['condor_status', 'jobsub_q'];

  test('a build asks at most the queue, runs nothing and exits 0; the one after it writes nothing either', async () => {
    const nothing = /^postproc: up to date: nothing to do; 63 of 63 targets fresh/m;
    const calls = (): readonly string[] =>
      night
        .text('sandbox/calls.log')
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t')[1]!);
    const called = calls();
    const second = await night.desgw(['build']);
    expect(second).toMatchObject({ code: 0, err: '' });
    expect(second.out).toMatch(nothing);
    expect(QUEUE).toEqual(expect.arrayContaining(calls().slice(called.length)));

    const before = lasting(night.listing());
    const calledBefore = calls();
    const third = await night.desgw(['build']);
    expect(third).toMatchObject({ code: 0, err: '' });
    expect(third.out).toMatch(nothing);
    expect(QUEUE).toEqual(expect.arrayContaining(calls().slice(calledBefore.length)));
    expect(lasting(night.listing())).toEqual(before);
  });

  test('a dry run starts nothing and changes nothing', async () => {
    const before = night.listing();
    const dry = await night.desgw(['build', '-n']);
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(dry.out).toMatch(/^Nothing to run: \d+ fresh/m);
    expect(night.listing()).toEqual(before);
  });
});

describe('a dry run', () => {
  test('of a fresh checkout changes nothing and shows what the build then does', async () => {
    const fresh = site(['668440']);
    try {
      const before = fresh.listing();
      const dry = await fresh.desgw(['build', '-n', '--json']);
      expect(dry).toMatchObject({ code: 0, err: '' });
      expect(fresh.listing()).toEqual(before);
      const built = await fresh.desgw(['build', '--json']);
      expect(built).toMatchObject({ code: 0, err: '' });
      const announced = planned(dry.out).all.map((name) =>
        name.replace('<season>', fresh.season()),
      );
      expect(done(built.out)).toEqual(announced.sort());
    } finally {
      fresh.dispose();
    }
  });

  test('after a change shows exactly what the build then does', async () => {
    const before = changed(() =>
      night.remove(`sandbox/Post-Processing/outputs/truthtable${night.season()}/truthplus.tab`),
    );
    const dry = await night.desgw(['build', '-n', '--json']);
    expect(night.listing()).toEqual(before);
    const built = await night.desgw(['build', '--json']);
    expect(built).toMatchObject({ code: 0, err: '' });
    const { certain, all } = planned(dry.out);
    expect(certain).toEqual(all);
    expect(done(built.out)).toEqual(all);
  });

  test('tells apart what is certain and what only follows if something turns out different', async () => {
    const before = changed(() => night.remove('image_proc_outputs/ccds_668440.json'));
    const dry = await night.desgw(['build', '-n', '--json']);
    expect(night.listing()).toEqual(before);
    const { certain, all } = planned(dry.out);
    expect(certain).toEqual(['ccds_668440']);
    expect(all).toEqual([
      'ccds_668440',
      'exposure.list',
      'forcefiles_668440',
      'postproc',
      `postproc_${night.season()}.ini`,
    ]);
    // What is gathered is not known yet: a list without the exposure would be a lie.
    const list = JSON.parse(dry.out).actions.find(
      (action: { name: string }) => action.name === 'exposure.list',
    );
    expect(list).toMatchObject({ steps: null, unknown: 'known once forcefiles_668440 is made' });
    const built = await night.desgw(['build', '--json']);
    expect(built).toMatchObject({ code: 0, err: '' });
    expect(done(built.out)).toEqual(certain);
  });
});

/** Makes a change in the night's workspace and lists all that is there then. */
function changed(change: () => void): ReturnType<Site['listing']> {
  change();
  return night.listing();
}

/** What says that the queue was asked: the record of the sandbox, answers, the log of the profile. */
const ASKED: ReadonlySet<string> = new Set([
  'sandbox/calls.log',
  '.desgw/tmp/',
  '.desgw/logs/',
  '.desgw/logs/environment.jobsub_lite.sh.log',
]);

/** What a build leaves that had nothing to do, for the next one to remember it by. */
const REMEMBERED: ReadonlySet<string> = new Set(['.desgw/', '.desgw/memo', '.desgw/clock']);

/** All but what says that the queue was asked, or that there was nothing to do. */
function lasting(all: { readonly [path: string]: string }): { readonly [path: string]: string } {
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => !ASKED.has(name) && !REMEMBERED.has(name)),
  );
}

/** Names of the actions that a dry run announces, sorted. */
function planned(text: string): {
  readonly certain: readonly string[];
  readonly all: readonly string[];
} {
  const actions: readonly { readonly name: string; readonly certain: boolean }[] =
    JSON.parse(text).actions;
  const names = (wanted: typeof actions): readonly string[] =>
    wanted.map((action) => action.name).sort();
  return { certain: names(actions.filter((action) => action.certain)), all: names(actions) };
}

/** Names of the actions that a build carried out, sorted. */
function done(events: string): readonly string[] {
  return events
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter((event) => event.kind === 'action done')
    .map((event) => event.action.name)
    .sort();
}
