import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  postprocArguments,
  postprocSteps,
  progressFromStatus,
  type StepNumber,
  skipTo,
  sweep,
} from '../../../targets/reports/postproc-steps.ts';

const steps = postprocSteps({ season: '2206', outdir: './outputs', ini: new Map() });
const ALL: readonly StepNumber[] = [0, 1, 2, 3, 4, 5, 6, 7];
const master = { fixed: false };
const fixed = { fixed: true };

describe('the evidence of each step', () => {
  test('with the template’s names', () => {
    expect(steps.map(({ step, evidence }) => [step, evidence])).toEqual([
      [
        0,
        [
          { path: './outputs/checkoutputs/step0_expnums.txt' },
          { path: './outputs/checkoutputs/step0_a_blacklist.txt' },
          { path: './outputs/masterlist/expniteband_df.csv' },
          { path: './outputs/masterlist/MasterExposureList_prelim.fits' },
        ],
      ],
      [1, [{ path: './outputs/masterlist/MasterExposureList.fits' }]],
      [2, [{ path: 'forcephoto/output/dp2206/*_DESY2206/RUN*.DONE', glob: true }]],
      [
        3,
        [
          { path: 'hostmatchstatus.txt', shared: true, quiet: true },
          { path: './outputs/hostmatchhostmatch.db.log' },
        ],
      ],
      [
        4,
        [
          { path: './outputs/truthtable2206/fakes_truth.tab' },
          { path: './outputs/truthtable2206/truthplus.tab' },
        ],
      ],
      [
        5,
        [
          { path: './outputs/makedatafiles/datafiles_combined.fits' },
          { path: './outputs/mastertableinfo.npy' },
          {
            path: './outputs/makedatafiles/LightCurvesReal/*.dat',
            glob: true,
            shared: true,
            quiet: true,
          },
        ],
      ],
      [6, [{ path: './outputs/efftest_2206.png' }]],
      [7, [{ path: 'PostProcStatus2206.txt' }, { path: 'masterHTML2206.html' }]],
    ]);
  });

  test('follows the names in the ini and an outdir as it stands', () => {
    const ini = new Map([
      ['masterlist.filename_1', 'a.fits'],
      ['masterlist.filename_2', 'b.fits'],
      ['truthtable.filename', 'c.tab'],
      ['truthtable.plusname', 'd.tab'],
      ['GWmakeDataFiles-real.combined_fits', 'e.fits'],
      ['GWmakeDataFiles-real.outdir_data', 'Curves'],
    ]);
    const paths = postprocSteps({ season: '7', outdir: '/data/x/', ini }).flatMap((step) =>
      step.evidence.map((file) => file.path),
    );
    expect(paths).toEqual([
      '/data/x/checkoutputs/step0_expnums.txt',
      '/data/x/checkoutputs/step0_a_blacklist.txt',
      '/data/x/masterlist/expniteband_df.csv',
      '/data/x/masterlist/a.fits',
      '/data/x/masterlist/b.fits',
      'forcephoto/output/dp7/*_DESY7/RUN*.DONE',
      'hostmatchstatus.txt',
      '/data/x/hostmatchhostmatch.db.log',
      '/data/x/truthtable7/c.tab',
      '/data/x/truthtable7/d.tab',
      '/data/x/makedatafiles/e.fits',
      '/data/x/mastertableinfo.npy',
      '/data/x/makedatafiles/Curves/*.dat',
      '/data/x/efftest_7.png',
      'PostProcStatus7.txt',
      'masterHTML7.html',
    ]);
  });

  test('B28: light curves show nothing without the files combined from them', () => {
    const of5 = steps[5]!.evidence.map((file) => file.path);
    expect(of5).toEqual([
      './outputs/makedatafiles/datafiles_combined.fits',
      './outputs/mastertableinfo.npy',
      './outputs/makedatafiles/LightCurvesReal/*.dat',
    ]);
  });
});

describe('B28: SKIPTO', () => {
  test('is read off the first step that is not fresh, at most 5', () => {
    expect(ALL.map((first) => skipTo(first, master))).toEqual([undefined, 2, 2, 3, 4, 5, 5, 5]);
  });

  test('reaches 6 only when the script can load what it saved', () => {
    expect(ALL.map((first) => skipTo(first, fixed))).toEqual([undefined, 2, 2, 3, 4, 5, 6, 6]);
  });

  test('a run makes what is not skipped; steps 1, 6 and 7 always run', () => {
    expect(ALL.map((first) => sweep(first, master).join(''))).toEqual([
      '01234567',
      '1234567',
      '1234567',
      '134567',
      '14567',
      '1567',
      '1567',
      '1567',
    ]);
    expect(sweep(6, fixed)).toEqual([1, 6, 7]);
    expect(sweep(7, fixed)).toEqual([1, 6, 7]);
  });

  test('every run makes the step for which it is started', () => {
    for (const first of ALL)
      for (const script of [master, fixed]) expect(sweep(first, script)).toContain(first);
  });

  test('B27: the run writes where the evidence is looked for', () => {
    expect(postprocArguments({ season: '2206', outdir: './outputs', skipTo: 5 })).toEqual([
      '--season',
      '2206',
      '--outputdir',
      './outputs',
      '--SKIPTO',
      '5',
    ]);
    expect(postprocArguments({ season: '2206', outdir: '/x' })).toEqual([
      '--season',
      '2206',
      '--outputdir',
      '/x',
    ]);
  });
});

const status = (flags: string, word: string) =>
  [...flags].map((flag) => `${flag} \n`).join('') + word;

describe('the status file', () => {
  test('tells how far the last run came', () => {
    expect(progressFromStatus(status('000000000', 'incomplete'))).toEqual({
      complete: false,
      reached: undefined,
      progress: 'no step done',
    });
    expect(progressFromStatus(status('101011000', 'incomplete'))).toEqual({
      complete: false,
      reached: 4,
      progress: 'step 4 of 7 done',
    });
    expect(progressFromStatus(status('101011101', 'complete'))).toEqual({
      complete: true,
      reached: 7,
      progress: 'all steps done',
    });
  });

  test('cut short anywhere it is no success', () => {
    const whole = status('101011101', 'complete');
    for (let n = 0; n < whole.length; n++)
      expect(progressFromStatus(whole.slice(0, n))?.complete ?? false).toBe(false);
  });

  test('any other text tells nothing', () => {
    for (const flags of ['11111111', '1111111111', '111111112'])
      expect(progressFromStatus(status(flags, 'complete'))).toBe(undefined);
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        expect(progressFromStatus(text)).toBe(undefined);
      }),
      { numRuns: 50 },
    );
  });
});
