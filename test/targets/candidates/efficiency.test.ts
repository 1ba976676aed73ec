import { expect, test } from 'vitest';
import {
  depthAt,
  depthText,
  efficiencyCsv,
  efficiencyIn,
  readEfficiency,
} from '../../../targets/candidates/efficiency.ts';

const HEADING = 'SNFAKE_ID EXPNUM CCDNUM MAG TRUEMAG REJECT ML_SCORE BAND SEASON';
const fake = (band: string, trueMag: number | string, reject: number, mag = '20.0') =>
  `1 668440 3 ${mag} ${trueMag} ${reject} 0.9 ${band} 1600`;

test('fakes are counted by band and true magnitude, whatever was measured', () => {
  const text = [
    HEADING,
    fake('z', 20.1, 0),
    fake('i', 21.2, 0, '25.0'),
    fake('i', 21.49, 1),
    fake('i', 20.5, 0),
    '',
  ].join('\n');
  expect(efficiencyIn(text)).toEqual([
    { band: 'i', from: 20.5, injected: 1, found: 1 },
    { band: 'i', from: 21, injected: 2, found: 1 },
    { band: 'z', from: 20, injected: 1, found: 1 },
  ]);
});

test('a row that lacks a column, or has no number, is left out; another text is no table', () => {
  expect(efficiencyIn([HEADING, '1 668440 3', fake('i', 'nan', 0)].join('\n'))).toEqual([]);
  expect(efficiencyIn('')).toBeUndefined();
  expect(efficiencyIn('SNFAKE_ID EXPNUM TRUEMAG\n1 2 3\n')).toBeUndefined();
});

test('the depth lies between the middles of the two bins around it', () => {
  const bin = (from: number, found: number) => ({ band: 'i', from, injected: 10, found });
  expect(depthAt([bin(21, 10), bin(21.5, 8), bin(22, 2)], 0.5)).toBeCloseTo(22);
  expect(depthAt([bin(21, 10), bin(21.5, 9)], 0.5)).toBeUndefined();
  expect(depthAt([bin(21, 4)], 0.5)).toBeUndefined();
  expect(depthText([bin(21, 10), bin(21.5, 0)])).toBe('i 21.5');
});

test('the table is read back as it was', () => {
  const bins = [{ band: 'i', from: 20.5, injected: 3, found: 1 }];
  expect(efficiencyCsv(bins)).toBe('band,from,to,injected,found,share\ni,20.5,21,3,1,0.333\n');
  expect(readEfficiency(efficiencyCsv(bins))).toEqual(bins);
});
