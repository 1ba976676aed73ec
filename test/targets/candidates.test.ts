/** The table of candidates follows the light curves that step 5 has written. */
import { describe, expect, test } from 'vitest';
import { candidates, curvesIn, lightCurveFiles } from '../../targets/candidates.ts';
import { factsOf, followUpWith, judgingFacts, SEASON, textOf } from '../support/follow-up.ts';

const rule = candidates(followUpWith());
const INI = `postproc_${SEASON}.ini`;
const TABLE = `image_proc_outputs/candidates_S${SEASON}.csv`;

describe('the light curves', () => {
  test.each([
    ['', 'PP/outputs/makedatafiles/LightCurvesReal/*.dat'],
    ['[general]\noutdir=/data/out\n', '/data/out/makedatafiles/LightCurvesReal/*.dat'],
    [
      '[general]\noutdir=./out_x\n[GWmakeDataFiles-real]\noutDir_data=LC\n',
      'PP/out_x/makedatafiles/LC/*.dat',
    ],
  ])('lie where the ini says: %j', (ini, pattern) => {
    expect(lightCurveFiles(ini, 'PP')).toBe(pattern);
  });

  test('are looked at where the ini of this season says, after step 5', () => {
    expect(rule.after).toEqual(['postproc:5']);
    expect(rule.observe!.look(judgingFacts({ [INI]: '[general]\noutdir=/o\n' }))).toMatchObject([
      { kind: 'ends', pattern: '/o/makedatafiles/LightCurvesReal/*.dat' },
    ]);
  });

  test('that cannot be read are no empty table', () => {
    expect(rule.observe!.judge([{ kind: 'failed', why: 'EIO' }], judgingFacts())).toEqual({
      ...{ state: 'failed', why: 'EIO' },
    });
  });
});

test('what is no light curve is left out, and a table without candidates has its heading', () => {
  const seen = { kind: 'ends', files: [{ path: 'a.dat', end: '<html>404</html>' }] } as never;
  expect(curvesIn(seen)).toEqual([]);
  const made = textOf(rule, TABLE, factsOf({}, { value: [] }));
  expect(made.split('\n').filter(Boolean)).toHaveLength(1);
});
