/** What became of an exposure is counted from what is there, and what nothing tells is not made up. */
import { describe, expect, test } from 'vitest';
import type { CcdEntry, CcdReport } from '../../../targets/reports/ccd-report.ts';
import {
  type ExposureFiles,
  exposureStatistics,
  LEFT_NOTHING,
} from '../../../targets/statistics/exposure.ts';

const entry = (n: number, state: CcdEntry['state'], ...failures: string[]): CcdEntry => ({
  ...{ ccd: `i_0${n}`, nite: '20170817', state, failures },
});
const report: CcdReport = {
  ...{ schema: 'desgw/ccds', version: 1, exposure: '668440', band: 'i', season: '1600' },
  ...{ nites: ['20170817'], threshold: 2, enough: true, inputFiles: true, strays: [] },
  counts: { complete: 2, failed: 1, incomplete: 1, missing: 0, total: 4 },
  ccds: [
    entry(1, 'complete'),
    entry(3, 'complete'),
    entry(4, 'failed', 'RUN02'),
    entry(5, 'incomplete'),
  ],
};

const line = (ccd: number, memory?: string) =>
  `jobsub -n ${memory === undefined ? '' : `--memory=${memory} `}file://SEdiff.sh -E 668440 -c ${ccd} -S dp1600`;
const dag = (...lines: readonly string[]) => `<parallel>\n${lines.join('\n')}\n</parallel>\n`;
const TEMPLATES = 'jobsub -n -N 60 file://SEdiff.sh -E 500 -c 0 -t';
const HOUR = 3_600_000;

const files = (more: Partial<ExposureFiles> = {}): ExposureFiles => {
  const first = dag(TEMPLATES, ...[1, 3, 4, 5].map((ccd) => line(ccd, '2500MB')));
  return {
    ...{ report, dag: first, first: { dag: first, at: 0 } },
    ...{ rescues: new Map(), passes: [], aside: [], outputs: [] },
    ...more,
  };
};

test('without a rescue the first time is now', () => {
  const found = exposureStatistics(files());
  expect(found.before).toEqual({ RUN02: 1, [LEFT_NOTHING]: 1 });
  expect(found.after).toEqual(found.before);
  expect(found).toMatchObject({
    ...{ total: 4, complete: 2, failed: 1, notBack: 1, rescues: 0, rescued: 0, spared: 0 },
    jobs: { search: 4, templates: 60, rescues: 0 },
  });
});

describe('after a rescue', () => {
  const rescued = (memory: string | undefined) =>
    files({
      rescues: new Map([[1, { dag: dag(line(3, memory), line(4, memory)), at: 5 * HOUR }]]),
      aside: [{ ccd: 'i_03', rescue: 1, step: 'RUN18' }],
    });

  test('how a CCD failed the first time is what was moved aside; where nothing was, it left nothing', () => {
    const found = exposureStatistics(rescued('5000MB'));
    expect(found.before).toEqual({ RUN18: 1, [LEFT_NOTHING]: 2 });
    expect(found.after).toEqual({ RUN02: 1, [LEFT_NOTHING]: 1 });
    expect(found).toMatchObject({ rescues: 1, rescued: 2, jobs: { rescues: 2 } });
  });

  test.each([
    ['5000MB', { more: 1, same: 0, untold: 0 }],
    ['2500MB', { more: 0, same: 1, untold: 0 }],
    [undefined, { more: 0, same: 0, untold: 1 }],
  ])('what is complete since counts by its memory: %s', (memory, cured) => {
    expect(exposureStatistics(rescued(memory)).cured).toEqual(cured);
  });

  test('it is the last rescue that has cured', () => {
    const twice = new Map([
      [2, { dag: dag(line(3, '5000MB')), at: undefined }],
      [1, { dag: dag(line(3, '5000MB')), at: undefined }],
    ]);
    expect(exposureStatistics(files({ rescues: twice })).cured).toMatchObject({ more: 0, same: 1 });
  });

  test('hours are from the submission of the very run to its outputs', () => {
    const outputs = [
      { ccd: 'i_01', rescue: undefined, at: 2 * HOUR },
      { ccd: 'i_03', rescue: 1, at: HOUR },
      { ccd: 'i_03', rescue: undefined, at: 8 * HOUR },
    ];
    const found = exposureStatistics({ ...rescued('5000MB'), outputs });
    expect(found.hours).toEqual({ atMost: 2 + 1 + 3, runs: 3, unknown: 3 });
  });
});

test('outputs older than their run, or of a run nobody knows the start of, tell no hours', () => {
  const outputs = [{ ccd: 'i_01', rescue: undefined, at: HOUR }];
  const late = files({ outputs, first: { dag: files().dag, at: 2 * HOUR } });
  expect(exposureStatistics(late).hours).toEqual({ atMost: 0, runs: 0, unknown: 4 });
  const never = files({ outputs, first: { dag: files().dag, at: undefined } });
  expect(exposureStatistics(never).hours).toEqual({ atMost: 0, runs: 0, unknown: 4 });
});

test('template jobs that were not handed over are spared; those of passes were', () => {
  const search = dag(...[1, 3, 4, 5].map((ccd) => line(ccd)));
  const passed = { dag: dag(TEMPLATES.replace('60', '20')), at: 0 };
  const found = exposureStatistics(files({ first: { dag: search, at: 0 }, passes: [passed] }));
  expect([found.jobs.templates, found.spared]).toEqual([20, 40]);
});
