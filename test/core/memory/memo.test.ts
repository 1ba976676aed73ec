/** The bytes of a memo; what is done with one is tried in test/core/cli/memo.test.ts. */
import { expect, test } from 'vitest';
import { type MemoKey, packMemo, readMemo } from '../../../core/memory/memo.ts';

const KEY: MemoKey = {
  ...{ program: 'p', words: ['build'], cwd: '/ws', interactive: false },
  env: 1,
};
const NOTES = {
  paths: ['/ws/in', '/ws/sub/ä', '/elsewhere'],
  numbers: new Float64Array([1, 2, 3, 4, 5, 6, 7, 8, -1, -1, -1, -1]),
};
const LATER = { here: 1e12, onDisk: 1e12 };
const packed = (): Buffer =>
  Buffer.from(packMemo({ key: KEY, summary: { built: 0 } }, NOTES, LATER, '/ws')!);

test('what was packed is read again, wherever in memory it lies', () => {
  const expected = {
    shared: 3,
    ...{ key: KEY, summary: { built: 0 }, paths: ['in', 'sub/ä', '/elsewhere'] },
    numbers: NOTES.numbers,
  };
  expect(readMemo(packed())).toEqual(expected);
  const shifted = Buffer.concat([Buffer.alloc(3), packed()]).subarray(3);
  expect(readMemo(shifted)).toEqual(expected);
});

test('what is cut short, longer, or none is not read', () => {
  const bytes = packed();
  const cut = Array.from({ length: bytes.length }, (_, size) => readMemo(bytes.subarray(0, size)));
  expect(new Set(cut)).toEqual(new Set([undefined]));
  expect(readMemo(Buffer.concat([bytes, Buffer.from('\n')]))).toBe(undefined);
  const strange = Buffer.from(bytes);
  strange.write('mimo', 12, 'latin1');
  expect(readMemo(strange)).toBe(undefined);
});
