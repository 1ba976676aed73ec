/** What targets have found goes onto a page as far as there is room, and what does not is counted. */
import { expect, test } from 'vitest';
import type { Exhibit } from '../../../core/api/exhibits.ts';
import { exhibitionsOf } from '../../../core/views/exhibitions.ts';
import { planOf } from '../../support/plans.ts';

const ITEMS: readonly Exhibit[] = ['a', 'b', 'c'].map((name) => ({
  name,
  facts: { score: '1' },
  pictures: [{ label: 'search', path: `${name}.gif` }],
}));

const plan = (items: readonly Exhibit[]) =>
  planOf({ found: { exhibits: { title: 'things', advice: 'desgw things', items: () => items } } });

const GIF = new Uint8Array([71, 73, 70]);
const showcase = { read: () => undefined, bytes: () => GIF };

test('all of it, where there is room', () => {
  expect(exhibitionsOf(plan(ITEMS), showcase)).toEqual([
    {
      ...{ title: 'things', advice: 'desgw things', tables: [], total: 3, unpictured: 0 },
      items: ['a', 'b', 'c'].map((name) => ({
        ...{ name, facts: { score: '1' } },
        pictures: [{ label: 'search', src: 'data:image/gif;base64,R0lG' }],
      })),
    },
  ]);
});

test('the first ones, where there is little; and pictures of fewer still', () => {
  const one = JSON.stringify({ name: 'a', facts: { score: '1' } }).length;
  const room = { items: 2 * one, pictures: 'data:image/gif;base64,R0lG'.length };
  const [shown] = exhibitionsOf(plan(ITEMS), showcase, room);
  expect(shown).toMatchObject({ total: 3, unpictured: 1 });
  expect(shown!.items.map(({ name, pictures }) => [name, pictures.length])).toEqual([
    ['a', 1],
    ['b', 0],
  ]);
});

test('a picture that is not there, or is none, is not shown', () => {
  const text = [{ ...ITEMS[0]!, pictures: [{ label: 'x', path: 'a.txt' }] }];
  expect(exhibitionsOf(plan(text), showcase)[0]!.items[0]!.pictures).toEqual([]);
  const absent = { ...showcase, bytes: () => undefined };
  expect(exhibitionsOf(plan(ITEMS), absent)[0]).toMatchObject({ unpictured: 0 });
});

test('nothing at all, where nothing was found', () => {
  expect(exhibitionsOf(plan([]), showcase)).toEqual([]);
});
