/** Whether an exposure has its force-photometry files, and when that is final. */
import { describe, expect, test } from 'vitest';
import type { Seen } from '../../core/api/looks.ts';
import { forcefiles } from '../../targets/forcefiles.ts';
import { ccdReport } from '../../targets/reports/ccd-report.ts';
import { EXPOSURE, followUpWith, judgingFacts, SEASON } from '../support/follow-up.ts';

const CCDS = `image_proc_outputs/ccds_${EXPOSURE}.json`;
/** Three of the CCDs are complete; two are asked for. */
const report = ccdReport(
  [5, 7, 9].map((ccd) => ({
    dir: `/pnfs/exp/20170817/${EXPOSURE}/dp${SEASON}/i_0${ccd}/`,
    names: ['outputs_1'],
  })),
  { exposure: EXPOSURE, band: 'i', season: SEASON, threshold: 2 },
);
const file = (ccd: number, suffix: string) =>
  `WS${SEASON}_${EXPOSURE}_WS1974-233_combined_i_0${ccd}+fakeSN_diff_mh${suffix}`;
const images = (...ccds: number[]): Seen => ({
  kind: 'list',
  dirs: [
    {
      dir: `/pnfs/forcephoto/images/dp${SEASON}/20170817/${EXPOSURE}/`,
      names: ccds.flatMap((ccd) => [file(ccd, '.fits'), file(ccd, '.psf')]),
    },
  ],
});

function sighting(seen: readonly Seen[], unchangedFor = 0, set: readonly string[] = []) {
  const rule = forcefiles(followUpWith({ set }), EXPOSURE);
  const facts = judgingFacts({ [CCDS]: JSON.stringify(report) }, { unchangedFor });
  return rule.observe!.judge(seen, facts);
}

test('files of every complete CCD let it go on', () => {
  expect(sighting([images(5, 7, 9)])).toMatchObject({
    ...{ state: 'ready', value: { verdict: 'pass-all', goesOn: true } },
  });
});

describe('files that are missing', () => {
  test('may be late: they are waited for until nothing has changed for a while', () => {
    expect(sighting([images(5)], 0).state).toBe('waiting');
    expect(sighting([images(5)], 1e6)).toMatchObject({
      ...{ state: 'ready', value: { verdict: 'too-few', goesOn: false } },
    });
  });

  test('are not waited for where the image processing was done elsewhere', () => {
    expect(sighting([images(5)], 0, ['fromOutput=given.txt']).state).toBe('ready');
  });

  test('are never taken for missing where pnfs could not be read', () => {
    expect(sighting([{ kind: 'failed', why: 'EIO' }], 1e6)).toMatchObject({ state: 'failed' });
  });
});

test('the share that is enough, and what becomes of more than expected, make it stale', () => {
  const params = (...set: string[]) => forcefiles(followUpWith({ set }), EXPOSURE).params;
  expect(params()).toEqual({ share: 0.5, surplus: 'refuse' });
  expect(params('forceShare=0.9', 'acceptSurplus=true')).toEqual({
    ...{ share: 0.9, surplus: 'accept' },
  });
  expect(sighting([images(5, 7)], 1e6, ['forceShare=0.9'])).toMatchObject({
    value: { goesOn: false },
  });
});
