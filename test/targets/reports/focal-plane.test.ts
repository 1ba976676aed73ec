import { expect, test } from 'vitest';
import { ccdReport } from '../../../targets/reports/ccd-report.ts';
import { ccdTally } from '../../../targets/reports/ccd-settling.ts';
import { CCD_PLACES, focalPlane } from '../../../targets/reports/focal-plane.ts';

const report = ccdReport(
  [
    { dir: 'exp/20230518/668440/dp2206/', names: ['i_01/', 'i_03/', 'i_04/'] },
    { dir: 'exp/20230518/668440/dp2206/i_01/', names: ['outputs_668440_1'] },
    { dir: 'exp/20230518/668440/dp2206/i_03/', names: ['RUN02_expose_makeStarCat.FAIL'] },
  ],
  { exposure: '668440', band: 'i', season: '2206' },
);

test('every CCD lies where it does on the sky: CCD 1 north-west, 62 south-east', () => {
  expect(CCD_PLACES.size).toBe(62);
  const rounded = (ccd: number) => {
    const { x, y } = CCD_PLACES.get(ccd)!;
    return [Number(x.toFixed(4)), y];
  };
  expect([1, 25, 31, 35, 62].map(rounded)).toEqual([
    [0.3113, 0.909],
    [0.9339, 0.0875],
    [-0.9339, 0.0875],
    [0, -0.0775],
    [-0.3113, -0.899],
  ]);
});

test('the focal plane shows every CCD with its state, and those that are never processed as such', () => {
  const parts = focalPlane(report);
  const states = Object.fromEntries(parts.map((part) => [part.label, part.state]));
  expect([states['01'], states['02'], states['03'], states['04'], states['05']]).toEqual([
    'complete',
    'unused',
    'failed',
    'incomplete',
    'not started',
  ]);
  expect(parts[2]!.notes).toEqual(['RUN02_expose_makeStarCat']);
  expect(parts.filter(({ state }) => state === 'unused').map(({ label }) => label)).toEqual([
    '02',
    '31',
    '61',
  ]);
});

test('jobs count only for CCDs of which nothing is known, held ones first', () => {
  const jobs = { running: 40, idle: 30, held: 5, transferring: 0, suspended: 0, holdReasons: [] };
  expect(ccdTally(report, jobs)).toEqual({
    unit: 'CCDs',
    total: 59,
    complete: 1,
    failed: 1,
    held: 5,
    running: 40,
    idle: 12,
  });
  expect(ccdTally(report, 'unknown')).toMatchObject({ held: 0, running: 0, idle: 0 });
});
