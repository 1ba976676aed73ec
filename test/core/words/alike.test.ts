import { expect, test } from 'vitest';
import { foldedAlike } from '../../../core/words/alike.ts';

const times = (n: number, line: (i: number) => string) =>
  Array.from({ length: n }, (_, i) => line(i));

test.each<[string, readonly string[], readonly string[]]>([
  ['different lines stand as they are', ['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd']],
  ['a few like ones too', ['x 1', 'x 2', 'x 3', 'end'], ['x 1', 'x 2', 'x 3', 'end']],
  ['many are counted', [...times(18, (i) => `x ${i}`), 'end'], ['x 0', '(17 more like it)', 'end']],
  [
    'pairs are counted as pairs, from where they begin',
    [
      'first',
      ...times(6, (i) => `warning at ${i}\nignored`).flatMap((two) => two.split('\n')),
      'end',
    ],
    ['first', 'warning at 0', 'ignored', '(5 more like these)', 'end'],
  ],
  [
    'at the end of the text the last is shown: that is how far it came',
    ['begin', ...times(10, (i) => `step ${i} of 10`)],
    ['begin', 'step 0 of 10', '(8 more like it)', 'step 9 of 10'],
  ],
  ['of empty lines one is left', ['a', '', '', ' ', 'b'], ['a', '', 'b']],
  ['no lines', [], []],
])('%s', (_what, lines, folded) => {
  expect(foldedAlike(lines)).toEqual(folded);
});
