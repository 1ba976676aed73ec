/** A build that rescues what failed of itself, at the sandbox site. */
import { afterEach, expect, test } from 'vitest';
import { PATCHY, POOR, type Site, site } from './site.ts';

const DAG = `sandbox/gw_workflow/desgw_pipeline_${POOR}`;
const open: Site[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.dispose();
});

function workspace(exposure = POOR): Site {
  const one = site([exposure]);
  open.push(one);
  return one;
}

/** Eleven CCDs fail for want of memory: one too many, and as many as a fifth of all. */
const failing = (rerun: 'same' | 'success') => ({
  search: {
    outcomes: {},
    ccds: Object.fromEntries(
      [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((ccd) => [ccd, 'RUN18_combined+expose_hotpants']),
    ),
  },
  grid: { rerun },
});
const build = (how: string) => ['build', 'exposure.list', '--set', `autoRescue=${how}`];

test('CCDs that more memory may cure are rescued once before the exposure goes on', async () => {
  const one = workspace();
  const built = await one.desgw(build('on'), { dials: failing('success') });
  expect(built.code, built.said).toBe(0);
  expect(built.out).toMatch(/668445: rescue 1 of \d+ CCDs with 5000MB each/);
  expect(built.out).toContain('done    rescue_668445_1');
  expect(one.submissions()).toEqual([POOR, POOR]);
  expect(one.text(`${DAG}_rescue1.dag`)).toContain('--memory=5000MB');
  const history = await one.desgw(['history', '--json']);
  expect(history.out).toContain('rescue_668445_1');
  // Nothing more is to be seen to, and the next build has nothing to do.
  const again = await one.desgw(build('on'), { dials: failing('success') });
  expect(again.code, again.said).toBe(0);
  expect(one.submissions()).toEqual([POOR, POOR]);
});

test('what fails alike once more is not tried for ever; killed anywhere, no rescue is made twice', async () => {
  const one = workspace();
  const dials = failing('same');
  for (const after of [`rescue 1 of`, 'done    rescue_668445_1']) {
    const running = one.start(build('on'), { dials });
    await running.says(after).catch(() => undefined);
    running.killGroup('SIGKILL');
    await running.ended;
  }
  const built = await one.desgw(build('on'), { dials });
  expect(one.submissions(), built.said).toEqual([POOR, POOR]);
  // Nothing goes on of the one exposure there is; but the build ends.
  expect(built.code, built.said).toBe(1);
  expect(built.out).toContain('no try can be expected to help the 11 CCDs');
});

test('without a terminal `ask` only tells what it would do, and off does nothing', async () => {
  const one = workspace();
  const dials = failing('success');
  const asked = await one.desgw(build('ask'), { dials });
  expect(asked.out).toMatch(
    /nobody can be asked: 668445: rescue 1 .*: desgw rescue .*668445 --triage/,
  );
  expect(one.submissions()).toEqual([POOR]);
  const off = await one.desgw(['build', 'exposure.list'], { dials });
  expect(off.out).not.toContain('rescue 1 of');
  expect(one.submissions()).toEqual([POOR]);
  const typed = await one.desgw(['rescue', POOR, '--triage', '--yes'], { dials });
  expect(typed.code, typed.said).toBe(0);
  expect(one.submissions()).toEqual([POOR, POOR]);
});

test('force-photometry files that were not copied are taken out of the outputs, without a job', async () => {
  const one = workspace(PATCHY);
  const built = await one.desgw(build('on'));
  expect(built.code, built.said).toBe(0);
  expect(built.out).toContain('are copied out of their outputs');
  expect(built.out).toMatch(/forcefiles_668442 .*118 of 118 force-photometry files/);
  expect(one.submissions()).toEqual([PATCHY]);
  const season = one.season();
  const folder = `sandbox/pnfs/des/persistent/gw/forcephoto/images/dp${season}/20170817/${PATCHY}`;
  const field = 'WS1969-231';
  const name = (ccd: string) =>
    `${folder}/WS${season}_${PATCHY}_${field}_combined_z_${ccd}+fakeSN_diff_mh`;
  // As the job would have copied it.
  expect(one.text(`${name('04')}.fits`)).toBe(`${PATCHY} 20170817 z_04 dp${season}\nfits\n`);
  const again = await one.desgw(build('on'));
  expect(again.code, again.said).toBe(0);
  expect(again.out).toContain('nothing to do');
});

test('what the outputs do not hold is looked for once, and the exposure goes on without', async () => {
  const one = workspace(PATCHY);
  const judged = await one.desgw(['build', `ccds_${PATCHY}`]);
  expect(judged.code, judged.said).toBe(0);
  const season = one.season();
  const archive = `outputs_dp${season}_20170817_${PATCHY}_z_04.tar.gz`;
  one.put(
    `sandbox/pnfs/des/persistent/gw/exp/20170817/${PATCHY}/dp${season}/z_04/${archive}`,
    'torn',
  );
  const built = await one.desgw(build('on'));
  expect(built.code, built.said).toBe(0);
  expect(built.out).toMatch(/forcefiles_668442 .*116 of 118 .*z_04 lacks .fits and .psf/);
  const shown = await one.desgw(['triage']);
  expect(shown.out).toMatch(/1 without .fits and .psf +final: its outputs hold no more/);
});
