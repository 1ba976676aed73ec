/** What the report page shows of candidates. */
import { describe, expect, test } from 'vitest';
import { candidateExhibits } from '../../../targets/candidates/exhibits.ts';
import { curvesFrom, curvesJson, plainCurve } from '../../../targets/candidates/light-curve.ts';
import { FULL, read } from './curves.ts';

const textOf = (...texts: readonly string[]) =>
  curvesJson(texts.map((text) => plainCurve(read(text))));

test('light curves are the same after they were written and read', () => {
  const curve = read(FULL);
  expect(curvesFrom(JSON.parse(textOf(FULL)))).toEqual([curve]);
});

describe('a candidate', () => {
  const [shown] = candidateExhibits(textOf(FULL), 'stamps');

  test('is told of in facts', () => {
    expect(shown!.facts).toEqual({
      score: '0.910',
      peak: '19.00 mag',
      'mag/day': '-0.50',
      'RA, DEC': '198.01970 -23.29865',
      seen: '4 times in iz, 3 nites',
      'good score': '2 of them',
      'host z': '0.05 +- 0.01',
      'host at': '1.25 arcsec',
      'stamps of': '668440 i_12',
    });
  });

  test('has a point for each magnitude, hollow without a score; what has none is counted', () => {
    const { points, note } = shown!.curve!;
    expect(points.map(({ series, x, y, hollow }) => [series, x, y, hollow])).toEqual([
      ['i', 57983, 20, undefined],
      ['i', 57985, 19, undefined],
      ['i', 57990, 22.5, undefined],
    ]);
    expect(points[0]!.error).toBeCloseTo((2.5 / Math.LN10) * 0.02, 4);
    expect(note).toBe('1 without a magnitude (flux not above zero): not drawn');
    const unscored = candidateExhibits(textOf(FULL.replace(' 0.91 ', ' -9 ')), 'stamps');
    expect(unscored[0]!.curve!.points[0]!.hollow).toBe(true);
  });

  test('has the stamps of its best observation', () => {
    expect(shown!.pictures!.map(({ path }) => path)).toEqual(
      ['temp', 'srch', 'diff'].map((kind) => `stamps/12345678/${kind}9001.gif`),
    );
  });

  test('whose name would be another path has none', () => {
    const text = textOf(FULL.replace('12345678', '../up'));
    expect(candidateExhibits(text, 'stamps')[0]!.pictures).toBeUndefined();
  });
});

test('the best score comes first', () => {
  const faint = FULL.replace('12345678', '7').replace(/0\.91|0\.80/g, '0.2');
  const names = candidateExhibits(textOf(faint, FULL), 's').map(({ name }) => name);
  expect(names).toEqual(['12345678', '7']);
});

test.each(['', '{}', 'null', '[{"snid":"1"}]', '<html>'])(
  'a file that holds something else shows nothing: %s',
  (text) => {
    expect(candidateExhibits(text, 's')).toEqual([]);
  },
);
