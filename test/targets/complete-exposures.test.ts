/** Which exposures go on to post processing, and what is said of the others. */
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../core/api/errors.ts';
import { exposureList } from '../../targets/complete-exposures.ts';
import { factsOf, followUpWith, recipeOf, SEASON, textOf } from '../support/follow-up.ts';

const exposures = ['668440', '668441', '668442'];
const all = followUpWith({ exposures });
const rule = exposureList(all);
const LIST = `image_proc_outputs/complete_exposures_S${SEASON}.list`;
const OUTPUT = 'image_proc_outputs/output.txt';
const report = (exposure: string, more: object = {}) =>
  JSON.stringify({
    ...{ schema: 'desgw/forcefiles', version: 1, exposure, band: 'i', season: SEASON },
    ...{ complete: 59, expected: 118, found: 118, verdict: 'pass-all', goesOn: true },
    ...{ missing: { fits: [], psf: [] }, surplus: [], strays: [], ...more },
  });
const file = (exposure: string) => `image_proc_outputs/forcefiles_${exposure}.json`;
const files = {
  [OUTPUT]: `[668442 z, 668440 i, 668441 i]\n${SEASON}\n`,
  [file('668440')]: report('668440'),
  [file('668441')]: report('668441', { verdict: 'too-few', goesOn: false, found: 3 }),
  [file('668442')]: report('668442', { band: 'z' }),
};
const named = (...list: string[]) => list.map((exposure) => `forcefiles_${exposure}`);

test('those that go on stand in it, one a line, in the order of output.txt, and no blank line', () => {
  const made = textOf(rule, LIST, factsOf(files, { gathered: named(...exposures) }));
  expect(made).toBe('668442\n668440\n');
});

test('a report of an exposure that has not been judged in this build does not count', () => {
  expect(textOf(rule, LIST, factsOf(files, { gathered: named('668440') }))).toBe('668440\n');
});

test('with none that goes on nothing is made, and each is told why', () => {
  const none = () => textOf(rule, LIST, factsOf(files, { gathered: named('668441') }));
  expect(none).toThrow(Refusal);
  expect(none).toThrow(/no exposure goes on to post processing: .*668441/);
});

test('the line of its success names those that were left', () => {
  const run = factsOf(files, { gathered: named(...exposures) });
  expect(recipeOf(rule).note!(run)).toBe('2 of 3 exposures go on; not 668441');
});

describe('what is not well', () => {
  const told = (of: { readonly [path: string]: string }) =>
    rule.findings!.judge(factsOf(of)).map(({ what }) => what);

  test('is told of each exposure that does not go on, with the reason', () => {
    expect(told({ ...files, [LIST]: '668442\n668440\n' })).toEqual([
      expect.stringMatching(/^2 of 3 exposures go on; not 668441/),
    ]);
  });

  test('is told of those that nothing is known of, too', () => {
    expect(told({ [LIST]: '' })).toEqual([
      '0 of 3 exposures go on; not 668440, 668441, 668442: they are not through with the grid',
    ]);
  });

  test('names those with a reason of their own one by one', () => {
    const { [file('668440')]: _, ...others } = files;
    expect(told({ ...others, [LIST]: '668442\n' })).toEqual([
      expect.stringMatching(/^1 of 3 exposures go on; not 668441: 3 of 118 force-photometry files/),
      'nor 668440: it is not through with the grid',
    ]);
  });

  test('fails a build where that was asked for', () => {
    expect(rule.findings!.strict).toBe(false);
    const strict = exposureList(followUpWith({ exposures, set: ['strict=true'] }));
    expect(strict.findings!.strict).toBe(true);
  });
});
