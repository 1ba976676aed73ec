/** Exposures that are odd among those of the night are told, and nothing is left out for it. */
import { describe, expect, test } from 'vitest';
import { readLightCurve } from '../../../targets/candidates/light-curve.ts';
import {
  oddities,
  type Quality,
  qualityCsv,
  qualityOf,
  readQuality,
} from '../../../targets/candidates/quality.ts';

const row = (exposure: string, more: Partial<Quality> = {}): Quality => ({
  ...{ exposure, band: 'i', teff: 0.5, ccds: 58, candidates: 58, zeroPoint: 31.2 },
  ...{ injected: 10, found: 8, ...more },
});
const night = (odd: Partial<Quality>): readonly Quality[] => [
  row('1'),
  row('2'),
  row('3'),
  row('4', odd),
];

describe('an exposure is odd', () => {
  test.each<[string, Partial<Quality>, string]>([
    ['with little t_eff', { teff: 0.19 }, '4: t_eff 0.19 is below 0.2'],
    [
      'where fewer fakes are found',
      { found: 5 },
      '4: 5 of 10 fakes of 21 mag were found, elsewhere 80 %',
    ],
    [
      'with too many candidates',
      { candidates: 175 },
      '4: 175 candidates, more than 3 times as many a CCD as elsewhere',
    ],
    ['without any, on many CCDs', { candidates: 0 }, '4: no candidate on 58 CCDs'],
    ['with another zero point', { zeroPoint: 30.8 }, '4: zero point 30.80, in i elsewhere 31.20'],
  ])('%s', (_, odd, said) => {
    expect(oddities(night(odd))).toEqual([said]);
  });

  test.each<[string, Partial<Quality>]>([
    ['like the others', {}],
    ['just within each limit', { teff: 0.2, found: 6, candidates: 174, zeroPoint: 31.49 }],
    [
      'of which nothing is known',
      { teff: null, ccds: null, candidates: 0, zeroPoint: null, injected: 0, found: 0 },
    ],
    ['with too few fakes to tell', { injected: 4, found: 0 }],
    ['without candidates on a few CCDs', { candidates: 0, ccds: 50 }],
    ['of another band', { band: 'z', zeroPoint: 30 }],
  ])('but not %s', (_, odd) => {
    expect(oddities(night(odd))).toEqual([]);
  });
});

test('rows are made from light curves, fakes and what was known before, and read back as they were', () => {
  const obs = (exposure: string, zp: number) =>
    `OBS: 57983.1 i WS 1000 10 4096 0.9 ${zp} 1 1 1 1 1 1 20170817 ${exposure} 5 1\n`;
  const curve = readLightCurve(
    `SNID: 11\nRA: 198\nDECL: -23\n${obs('1', 31)}${obs('1', 31.4)}${obs('2', 30)}`,
  )!;
  const truth = [
    'SNFAKE_ID EXPNUM CCDNUM MAG TRUEMAG REJECT ML_SCORE BAND SEASON',
    ...['1 1 5 21 20.5 0 0.9 i 7', '2 1 5 21 21.4 3 0.1 i 7', '3 1 5 21 21.5 0 0.9 i 7'],
  ].join('\n');
  const known = [
    { exposure: '1', band: 'i', teff: 0.4, ccds: 59 },
    { exposure: '3', band: 'z', teff: undefined, ccds: undefined },
  ];
  const rows = qualityOf(known, [curve], truth);
  expect(rows).toEqual([
    {
      exposure: '1',
      band: 'i',
      teff: 0.4,
      ccds: 59,
      candidates: 2,
      zeroPoint: 31.2,
      injected: 2,
      found: 1,
    },
    {
      exposure: '3',
      band: 'z',
      teff: null,
      ccds: null,
      candidates: 0,
      zeroPoint: null,
      injected: 0,
      found: 0,
    },
  ]);
  expect(readQuality(qualityCsv(rows))).toEqual(rows);
});

test('a place that is merely measured on an exposure is no candidate on it', () => {
  const obs = (exposure: string, score: string) =>
    `OBS: 57983.1 i WS1 1000 10 4096 ${score} 31 1 1 1 1 1 1 20170817 ${exposure} 5 7\n`;
  const curve = readLightCurve(`SNID: 1\nRA: 198\nDECL: -23\n${obs('1', '0.8')}${obs('2', '-9')}`)!;
  const known = ['1', '2'].map((exposure) => ({
    ...{ exposure, band: 'i', teff: undefined, ccds: undefined },
  }));
  const rows = qualityOf(known, [curve], '');
  expect(rows.map(({ exposure, candidates }) => [exposure, candidates])).toEqual([
    ['1', 1],
    ['2', 0],
  ]);
});
