import { expect, test } from 'vitest';
import { likeTyped } from '../../../targets/commands/like-typed.ts';

const all = ['668439', '668440', '1668440'].map((exposure) => ({ exposure }));

test('a star stands for any digits, and for nothing else', () => {
  expect(likeTyped({ args: ['6684*'] }, all)).toEqual(['668439', '668440']);
  expect(likeTyped({ args: ['*40', '668439'] }, all)).toEqual(['668440', '1668440', '668439']);
  expect(() => likeTyped({ args: ['9*'] }, all)).toThrow('no exposure is like 9*');
  expect(() => likeTyped({ args: ['6.*'] }, all)).toThrow('no exposure is like');
});
