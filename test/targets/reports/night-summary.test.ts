/** A night in numbers: success is counted against what was submitted, not against what came back. */
import { describe, expect, test } from 'vitest';
import { ccdReport } from '../../../targets/reports/ccd-report.ts';
import {
  type ExposureResult,
  nightSummary,
  statisticsCsv,
  summaryHtml,
  summaryText,
} from '../../../targets/reports/night-summary.ts';
import { SEARCH_CCDS } from '../../../targets/settings/domain.ts';

const ccds = (exposure: string, complete: number, failed: number) =>
  ccdReport(
    SEARCH_CCDS.slice(0, complete + failed).map((n, i) => ({
      dir: `/pnfs/exp/20170817/${exposure}/dp1600/i_${String(n).padStart(2, '0')}/`,
      names: [i < complete ? 'outputs_1' : 'RUN18_combined+expose_hotpants.FAIL'],
    })),
    { exposure, band: 'i', season: '1600', threshold: 50 },
  );
const force = (exposure: string, goesOn: boolean) =>
  ({
    ...{
      exposure,
      goesOn,
      expected: 118,
      found: 116,
      verdict: goesOn ? 'pass-partial' : 'too-few',
    },
    ...{ missing: { fits: ['i_07'], psf: ['i_09'] }, surplus: [] },
  }) as unknown as ExposureResult['forcefiles'];
const results: readonly ExposureResult[] = [
  { exposure: '668440', band: 'i', ccds: ccds('668440', 55, 2), forcefiles: force('668440', true) },
  { exposure: '668441', band: 'i', ccds: ccds('668441', 20, 3), forcefiles: undefined },
  { exposure: '668442', band: 'z', ccds: undefined, forcefiles: undefined },
];
const facts = {
  event: 'GW170817',
  season: '1600',
  candidates: undefined,
  postprocessing: undefined,
};
const summary = nightSummary(results, facts);

test('CCDs that did not come back count against the night', () => {
  expect(summary.ccds).toEqual({ total: 118, complete: 75, failed: 5, notBack: 38 });
  expect(summary.exposures).toEqual({
    ...{ submitted: 3, judged: 2, goOn: 1 },
    short: [{ exposure: '668441', complete: 20, total: 59 }],
  });
  expect(summary.steps).toEqual([{ step: 'RUN18_combined+expose_hotpants', ccds: 5 }]);
  expect(summary.forcefiles).toEqual({ goOn: 1, missing: 2, incomplete: 1, surplus: [] });
});

describe('for people', () => {
  test('as a page it says the same, needs nothing else, and no name in it acts', () => {
    const odd = nightSummary(results, { ...facts, event: '<script>x</script>' });
    const page = summaryHtml(odd, '03:40');
    const cells = [...page.matchAll(/<th[^>]*>(.*?)<\/th><td>(.*?)<\/td>/g)];
    expect(cells.map(([, name, text]) => `${name}: ${text}`)).toEqual([
      'exposures: 3 submitted, 2 judged',
      'CCDs: 75 of 118 complete (64 %), 5 failed, 38 not back',
      'by step: RUN18 5',
      'too few: 668441 (20 of 59)',
      'force files: 1 of 2 exposures go on; 2 files missing in 1 of them',
      'post proc.: not begun',
    ]);
    expect(page).toContain('<h1>&lt;script&gt;x&lt;/script&gt;  season 1600  (03:40)</h1>');
    expect(page).not.toMatch(/<script|https?:|src=/);
  });

  test('it is a few lines, those without anything left out', () => {
    expect(summaryText(summary, '03:40').split('\n')).toEqual([
      'GW170817  season 1600  (03:40)',
      'exposures   3 submitted, 2 judged',
      'CCDs        75 of 118 complete (64 %), 5 failed, 38 not back',
      '  by step   RUN18 5',
      '  too few   668441 (20 of 59)',
      'force files 1 of 2 exposures go on; 2 files missing in 1 of them',
      'post proc.  not begun',
      '',
    ]);
  });

  test('with nothing there yet no share is told of nothing', () => {
    const none = nightSummary([], { ...facts, event: undefined, season: undefined });
    expect(summaryText(none, '03:40')).toContain(
      'CCDs        0 of 0 complete, 0 failed, 0 not back',
    );
    expect(summaryText(none, '03:40')).toMatch(/^no season yet {2}\(03:40\)\n/);
  });
});

test('the table has a line for each exposure, judged or not, and a column for each step that failed', () => {
  const [head, ...lines] = statisticsCsv(results).trimEnd().split('\n');
  expect(head).toMatch(/goes_on,RUN18_combined\+expose_hotpants$/);
  expect(lines).toEqual([
    '668440,i,1600,20170817,59,55,2,0,2,true,118,116,pass-partial,true,2',
    '668441,i,1600,20170817,59,20,3,0,36,false,,,,,3',
    '668442,z,,,,,,,,,,,,,',
  ]);
});
