import { expect, test } from 'vitest';
import { resultsOf } from '../../../targets/commands/results.ts';

const FILES: { readonly [path: string]: string } = {
  'image_proc_outputs/output.txt': '[668440 i, 668441 z]\n1600\n',
};

test('every exposure of output.txt is there, with the reports that there are', () => {
  expect(resultsOf({ readText: (path) => FILES[path] })).toEqual([
    { exposure: '668440', band: 'i', ccds: undefined, forcefiles: undefined },
    { exposure: '668441', band: 'z', ccds: undefined, forcefiles: undefined },
  ]);
  expect(resultsOf({ readText: () => undefined })).toEqual([]);
});

test('a report that cannot be read is an error, not an exposure without one', () => {
  const files = { ...FILES, 'image_proc_outputs/ccds_668440.json': 'not json' };
  const readText = (path: string) => (files as { [path: string]: string })[path];
  expect(() => resultsOf({ readText })).toThrow('not json');
});
