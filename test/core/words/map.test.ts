import { expect, test } from 'vitest';
import type { Part } from '../../../core/api/looks.ts';
import { knowsUnicode, mapLines } from '../../../core/words/map.ts';
import { plain } from '../../../core/words/paint.ts';

const part = (label: string, x: number, y: number, state: Part['state'] = 'complete'): Part => ({
  label,
  state,
  notes: [],
  place: { x, y, width: 0.9, height: 0.5 },
});

const parts = [
  part('01', 0.5, 1),
  part('02', -0.5, 1, 'failed'),
  part('03', 1, 0, 'incomplete'),
  part('04', 0, 0, 'not started'),
  part('05', -1, 0, 'unused'),
];

test('parts are drawn where they lie, the uppermost first, with what the signs mean', () => {
  expect(mapLines(parts, { paint: plain, ascii: true })).toEqual([
    '  X02 +01',
    '-05 .04 o03',
    '',
    '+ complete 1  X failed 1  o incomplete 1  . not started 1  - unused 1',
  ]);
  expect(mapLines(parts, { paint: plain, ascii: false })[1]).toBe('·05 ○04 ◐03');
  expect(mapLines([], { paint: plain, ascii: true })).toEqual([]);
});

test('the locale tells whether a terminal shows more than ASCII', () => {
  expect(knowsUnicode({ LANG: 'en_US.UTF-8' })).toBe(true);
  expect(knowsUnicode({ LANG: 'en_US.UTF-8', LC_ALL: 'C' })).toBe(false);
  expect(knowsUnicode({})).toBe(false);
});
