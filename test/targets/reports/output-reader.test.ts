import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../core/api/errors.ts';
import { readOutputText, writeOutputText } from '../../../targets/reports/output-reader.ts';
import { BANDS } from '../../../targets/settings/domain.ts';

const entries = [
  { expnum: '668443', band: 'i' },
  { expnum: '1234567', band: 'VR' },
] as const;

/** The message of the refusal; any other outcome is an error. */
function refusalOf(act: () => unknown): string {
  try {
    return `not refused: ${JSON.stringify(act())}`;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

describe('reading output.txt', () => {
  const forms: readonly [string, string, object][] = [
    ['the list and the season', '[668443 i, 1234567 VR]\n2206\n', { entries, season: '2206' }],
    [
      'the list in quotes and the season',
      "['668443 i', '1234567 VR']\n2206\n",
      { entries, season: '2206' },
    ],
    [
      'the list in double or Python 2 quotes',
      '[u\'668443 i\', "1234567 VR"]\n2206',
      { entries, season: '2206' },
    ],
    [
      'the nite and the season',
      '[668443 i, 1234567 VR]\n20170817\n2206\n',
      { entries, season: '2206', nite: '20170817' },
    ],
    [
      'the season and the proposal',
      "['668443 i', '1234567 VR']\n2206\n2017B-0110\n",
      { entries, season: '2206', propid: '2017B-0110' },
    ],
    ['the list alone', '[668443 i, 1234567 VR]', { entries }],
    ['the nite alone', '[668443 i, 1234567 VR]\n20170817\n', { entries, nite: '20170817' }],
    ['no exposure at all', '[]\n2206\n', { entries: [], season: '2206' }],
    [
      'generous blanks and Windows line ends',
      '\ufeff [ 668443  i ,\t1234567 VR ] \r\n 2206 \r\n\r\n',
      { entries, season: '2206' },
    ],
    [
      'an exposure given twice, which counts once',
      '[668443 i, 1234567 VR, 668443 i]\n2206\n',
      { entries, season: '2206' },
    ],
  ];
  test.each(forms)('understands %s', (_title, text, expected) => {
    expect(readOutputText(text)).toEqual(expected);
  });

  const refused: readonly [string, string, string][] = [
    ['nothing', '', "output.txt, line 1: '' is not a list in brackets"],
    [
      'a list without brackets',
      '668443 i\n2206\n',
      "output.txt, line 1: '668443 i' is not a list in brackets",
    ],
    [
      'a missing band',
      '[668443]\n2206\n',
      "output.txt, line 1: '668443' is not an exposure number and a band",
    ],
    [
      'several bands',
      '[668443 iz]\n2206\n',
      "output.txt, line 1: '668443 iz' is not an exposure number and a band",
    ],
    [
      'an empty entry',
      '[668443 i,]\n2206\n',
      "output.txt, line 1: '' is not an exposure number and a band",
    ],
    [
      'one exposure in two bands',
      '[668443 i, 668443 z]\n2206\n',
      'output.txt gives exposure 668443 the bands i and z',
    ],
    [
      'a path',
      "['../../668443 i']\n2206\n",
      "output.txt, line 1: '../../668443 i' is not an exposure number and a band",
    ],
    [
      'a command',
      '[668443 i; rm -rf .]\n2206\n',
      "output.txt, line 1: '668443 i; rm -rf .' is not an exposure number and a band",
    ],
    [
      'a NUL',
      '[668443\0 i]\n2206\n',
      "output.txt, line 1: '668443\\u0000 i' is not an exposure number and a band",
    ],
    [
      'a season in front of the list',
      '2206\n[668443 i]\n',
      "output.txt, line 1: '2206' is not a list in brackets",
    ],
    [
      'a season that is none',
      '[668443 i]\n../2206\n',
      "output.txt, line 2: '../2206' is neither a season nor a nite",
    ],
    [
      'a nite as season',
      '[668443 i]\n20170817\n20170818\n',
      "output.txt, line 3: '20170818' is not a season",
    ],
    ['a second season', '[668443 i]\n2206\n2207\n', "output.txt, line 3: '2207' is not a proposal"],
    [
      'a fourth line',
      '[668443 i]\n2206\n2017B-0110\nmore\n',
      "output.txt, line 4: 'more' is more than there should be",
    ],
  ];
  test.each(refused)('refuses %s', (_title, text, message) => {
    expect(refusalOf(() => readOutputText(text))).toBe(message);
  });

  test('ends in entries or a refusal, whatever the text', () => {
    const unit = fc.constantFrom(
      ...'[]\'",0123456789izVR \n\r\t\0\ufeff../;$',
      '668443 i',
      '[668443 i]\n',
      '2206\n',
      '20170817\n',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
        try {
          for (const { expnum, band } of readOutputText(text).entries) {
            expect(`${expnum} ${band}`).toMatch(/^[1-9][0-9]{5,6} ([ugrizY]|VR)$/);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
      { numRuns: 1000 },
    );
    for (const large of ['[', "'", '[668443 i, ', ' \n', ',', '[]']) {
      expect(refusalOf(() => readOutputText(large.repeat(400_000)))).toMatch(
        /^output\.txt, line \d/,
      );
    }
  });
});

describe('writing output.txt', () => {
  test('gives two lines without quotes', () => {
    expect(writeOutputText(entries, '2206')).toBe('[668443 i, 1234567 VR]\n2206\n');
    expect(writeOutputText([], '7')).toBe('[]\n7\n');
  });

  test('gives what reading understands', () => {
    const entry = fc.record({
      expnum: fc.integer({ min: 100_000, max: 9_999_999 }).map(String),
      band: fc.constantFrom(...BANDS),
    });
    const list = fc.uniqueArray(entry, { selector: ({ expnum }) => expnum });
    fc.assert(
      fc.property(list, fc.integer({ min: 1, max: 9999 }).map(String), (many, season) => {
        expect(readOutputText(writeOutputText(many, season))).toEqual({ entries: many, season });
      }),
    );
  });

  test('refuses what could not be read back', () => {
    expect(refusalOf(() => writeOutputText([{ expnum: '668443 i, 1', band: 'z' }], '1'))).toBe(
      "'668443 i, 1 z' is not an exposure number and a band",
    );
    expect(refusalOf(() => writeOutputText([], '02206'))).toBe("'02206' is not a season");
  });
});
