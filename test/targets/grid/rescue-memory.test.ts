import { describe, expect, test } from 'vitest';
import {
  failuresOf,
  memoryFor,
  memoryIn,
  memoryOfJob,
} from '../../../targets/grid/rescue-memory.ts';
import { ccdReport } from '../../../targets/reports/ccd-report.ts';
import { dagText } from '../../fixtures/postproc/dag-text.ts';

const report = ccdReport(
  [
    ['05', 'RUN18_combined+expose_hotpants.FAIL'],
    ['07', 'RUN11_combined+expose_doFake.FAIL'],
  ].map(([ccd, name]) => ({
    dir: `/pnfs/exp/20170817/668439/dp2206/i_${ccd}/`,
    names: [name!],
  })),
  { exposure: '668439', band: 'i', season: '2206', threshold: 50 },
);
const MEMORY = 5;
const COPY = 7;
const DIED = 9;

describe('memory of a rescue', () => {
  test('is doubled where memory may have lacked, and not where something else did', () => {
    expect(failuresOf(report, MEMORY)).toEqual(['RUN18_combined+expose_hotpants']);
    expect([MEMORY, DIED, COPY].map((ccd) => memoryFor(report, ccd, '2500MB'))).toEqual([
      '5000MB',
      '5000MB',
      '2500MB',
    ]);
  });

  test.each([
    ['3GB', '6144MB'],
    ['3GiB', '6144MB'],
    ['2500', '5000MB'],
    ['2097152KB', '4096MB'],
    ['20000MB', '32000MB'],
    ['64GB', '65536MB'],
    ['much', '6000MB'],
    [undefined, '6000MB'],
  ])('%s becomes %s', (before, after) => {
    expect(memoryFor(report, MEMORY, before)).toBe(after);
  });
});

test('what a job had is told by its line', () => {
  expect(memoryIn(dagText())).toBe('2500MB');
  expect(memoryIn(dagText({ options: '--disk=70GB' }))).toBeUndefined();
  expect(memoryOfJob('jobsub -n --memory 4GB file://x')).toBe('4GB');
});
