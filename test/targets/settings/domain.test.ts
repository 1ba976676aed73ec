/** The vocabulary: what is an exposure, a season, a night; hostile spellings are none. */
import { describe, expect, test } from 'vitest';
import {
  ccd2,
  isBand,
  isExposure,
  isNite,
  isProposal,
  isSeason,
  parseExposure,
  SEARCH_CCDS,
  shown,
  TEMPLATE_CCDS,
} from '../../../targets/settings/domain.ts';

const all = (is: (text: string) => boolean, ...texts: string[]) => texts.filter(is);

test('CCDs of a search are 59 without the dead ones, of a template 60 with 31', () => {
  expect([SEARCH_CCDS.length, TEMPLATE_CCDS.length]).toEqual([59, 60]);
  expect(TEMPLATE_CCDS.filter((ccd) => !SEARCH_CCDS.includes(ccd))).toEqual([31]);
  expect([2, 61].filter((ccd) => TEMPLATE_CCDS.includes(ccd))).toEqual([]);
  expect([ccd2(1), ccd2(62)]).toEqual(['01', '62']);
});

test('names are what the scripts spell, and nothing like it', () => {
  expect(
    all(
      isExposure,
      '668440',
      '1234567',
      '066844',
      '66844',
      '12345678',
      ' 668440',
      '66844O',
      '668440\n',
    ),
  ).toEqual(['668440', '1234567']);
  expect(all(isSeason, '1', '9999', '0', '01', '10000', '-1', '16.0', '')).toEqual(['1', '9999']);
  expect(all(isBand, 'Y', 'y', 'z', 'Z', 'VR', 'vr', '')).toEqual(['Y', 'z', 'VR']);
  expect(
    all(isProposal, '2017B-0110', '2023B-123456', '2017b-0110', '17B-0110', '2017B-01'),
  ).toEqual(['2017B-0110', '2023B-123456']);
});

test('a night is a date of the calendar', () => {
  expect(
    all(
      isNite,
      '20170817',
      '20240229',
      '20230229',
      '20170431',
      '20171301',
      '20170800',
      '18991231',
      '2017-08-17',
    ),
  ).toEqual(['20170817', '20240229']);
  expect(all(isNite, '21000229', '20000229')).toEqual(['20000229']);
});

describe('an exposure as a person types it', () => {
  test('may have blanks around it', () => {
    expect(parseExposure(' 668440\n')).toBe('668440');
  });

  test('is quoted in the refusal, however strange, on one short line', () => {
    expect(() => parseExposure('\u001b[31m"x"')).toThrow('\'\\u001b[31m"x"\' is not an exposure');
    expect(shown('x'.repeat(100))).toHaveLength(62);
  });
});
