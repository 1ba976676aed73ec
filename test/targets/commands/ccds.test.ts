/** `desgw ccds`: the reports as they were built last. */
import { describe, expect, test } from 'vitest';
import { ccdReport } from '../../../targets/reports/ccd-report.ts';
import { ccd2, SEARCH_CCDS } from '../../../targets/settings/domain.ts';
import { run } from './called.ts';

const report = ccdReport(
  SEARCH_CCDS.map((n) => ({
    dir: `/pnfs/exp/20170817/668440/dp2206/i_${ccd2(n)}/`,
    names: [n === 5 ? 'RUN18_combined+expose_hotpants.FAIL' : 'outputs_1'],
  })),
  { exposure: '668440', band: 'i', season: '2206', threshold: 59 },
);
const texts = {
  'image_proc_outputs/output.txt': '[668440 i, 668441 i]\n2206\n',
  'image_proc_outputs/ccds_668440.json': JSON.stringify(report),
};
const screen = { width: 100, paint: (_: unknown, text: string) => text };

test('shows every exposure of output.txt; one without a report says how to get it', async () => {
  const { status, out, did } = await run('ccds', { texts });
  expect([status, did]).toEqual([0, []]);
  expect(out).toContain('RUN18');
  expect(out).toContain('668441: no report yet; `desgw build ccds_668441` makes it');
  expect(out).not.toContain('north up');
});

test('of one that is not followed up says so, and what can be done', async () => {
  const { status, out } = await run('ccds', { texts, args: ['999999'] });
  expect([status, out]).toEqual([
    2,
    '999999 is not among the exposures of the rule file: add it there, or see `desgw status` for those there are',
  ]);
});

test('shows those that were typed, and no others', async () => {
  const { out } = await run('ccds', { texts, args: ['668440'] });
  expect(out).not.toContain('668441');
});

describe('the focal plane', () => {
  test('is drawn on a screen, or where it is asked for', async () => {
    expect((await run('ccds', { texts, screen })).out).toContain('north up, east left');
    expect((await run('ccds', { texts, options: { '--map': true } })).out).toContain('north up');
  });

  test('keeps to what every terminal knows where that was asked for', async () => {
    const { out } = await run('ccds', { texts, options: { '--map': true, '--ascii': true } });
    expect(out.slice(out.indexOf('north up'))).toMatch(/^[\x20-\x7e\n]*$/);
  });
});

test('for programs each exposure is there, null for what is not known', async () => {
  const { out } = await run('ccds', { texts, options: { '--json': true } });
  expect(JSON.parse(out)).toMatchObject([
    { exposure: '668440', ccds: { counts: { complete: 58, failed: 1 } }, forcefiles: null },
    { exposure: '668441', ccds: null, forcefiles: null },
  ]);
});
