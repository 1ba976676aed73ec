import { expect, test } from 'vitest';
import { TEST_SEASONS } from '../../../targets/seasons/season-rules.ts';
import {
  absolute,
  exposuresIn,
  namesIn,
  suiteProgram,
  TESTING_SEASON,
} from '../../../targets/testing/places.ts';
import { followUpWith } from '../../support/follow-up.ts';

test('the test has a season that may be used again, and not the one that is taken first', () => {
  expect(TEST_SEASONS).toContain(TESTING_SEASON);
  expect(TEST_SEASONS[0]).not.toBe(TESTING_SEASON);
});

test('exposures of a list are numbers, each once; anything else is none', () => {
  expect(exposuresIn(' 668440\r\n668441\n\n668440\nexpnum\n66844\n')).toEqual(['668440', '668441']);
});

test('a directory that could not be listed is not one without files', () => {
  expect(() => namesIn({ kind: 'failed', why: 'EIO' })).toThrow('EIO');
  expect(
    namesIn({
      kind: 'list',
      dirs: [
        { dir: 'd', names: ['a'] },
        { dir: 'e', names: ['b'] },
      ],
    }),
  ).toEqual(['a', 'b']);
  expect(namesIn(undefined)).toEqual([]);
});

test('programs of the suite run in the environment of image processing', () => {
  const { site } = followUpWith();
  const step = suiteProgram(site, ['python3', absolute('a.py'), absolute('/b')], { timeout: 5 });
  expect(step.argv).toEqual(['python3', '{workspace}/a.py', '/b']);
  expect(step).toMatchObject({
    timeout: 5,
    environment: { script: 'sandbox/gw_workflow/setup_img_proc.sh', env: site.env },
  });
  const { imageSetup: _, ...plain } = site;
  expect(suiteProgram({ ...plain, imageSetup: undefined }, ['a'], {}).environment).toBeUndefined();
});
