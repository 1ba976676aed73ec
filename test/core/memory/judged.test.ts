/** Whose verdicts hold although a file has changed, told from the bytes in which that is kept. */
import { expect, test } from 'vitest';
import { affectedBy, type Judged, packJudged, readJudged } from '../../../core/memory/judged.ts';
import { recalledFrom } from '../../../core/observe/recalled.ts';

/** `a` goes by files 0 and 1, `b` by 1, `c` needs `a`, `all` needs `b` and `c`. */
const JUDGED: Judged = {
  names: ['a', 'b', 'ä/c', 'all'],
  products: ['A', 'B', 'C', ''],
  others: { 1: { state: 'fresh', reasons: [], product: 'B', note: 'held' } },
  lookers: [[0], [0, 1], []],
  dependents: [[2], [3], [3], []],
};
const packed = () => readJudged(packJudged(JUDGED));

test('what was packed is read again', () => {
  const { names, products, others, lookers, dependents } = packed();
  expect({ names, products, others }).toEqual({
    names: JUDGED.names,
    products: JUDGED.products,
    others: JUDGED.others,
  });
  expect([0, 1, 2].map((file) => [...lookers(file)])).toEqual(JUDGED.lookers);
  expect([0, 1, 2, 3].map((target) => [...dependents(target)])).toEqual(JUDGED.dependents);
});

test.each([
  [[], []],
  [[2], []],
  [[0], [0, 2, 3]],
  [[1], [0, 1, 2, 3]],
])('changed files %j concern targets %j', (files, targets) => {
  expect([...affectedBy(files, packed())].sort()).toEqual(targets);
});

test('verdicts are recalled as they were, of all others only who needs them', () => {
  const { verdicts, dependents, order } = recalledFrom(packed(), [0]);
  expect([...verdicts]).toEqual([['b', JUDGED.others[1]]]);
  expect([...dependents]).toEqual([
    ['a', ['ä/c']],
    ['ä/c', ['all']],
    ['all', []],
  ]);
  expect(order).toEqual(JUDGED.names);
});

test('other products take the place of those before, and nothing else changes', () => {
  const changed = readJudged(packed().with(new Map([[0, 'new']])));
  expect(changed.products).toEqual(['new', 'B', 'C', '']);
  expect([[...changed.lookers(1)], changed.names, changed.others]).toEqual([
    [0, 1],
    JUDGED.names,
    JUDGED.others,
  ]);
});

test.each([1000, 10_000, 100_000])('of %i targets with a file each, one file concerns two', (n) => {
  const numbers = Array.from({ length: n }, (_, i) => i);
  const judged = readJudged(
    packJudged({
      names: [...numbers.map(String), 'all'],
      products: [...numbers.map(String), ''],
      others: {},
      lookers: numbers.map((i) => [i]),
      dependents: [...numbers.map(() => [n]), []],
    }),
  );
  const { affected, verdicts } = recalledFrom(judged, [n - 1]);
  expect([...affected]).toEqual([n - 1, n]);
  expect(verdicts.size).toBe(n - 1);
});
