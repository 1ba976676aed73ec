import { describe, expect, test } from 'vitest';
import {
  candidateOf,
  candidatesCsv,
  readCandidates,
  separation,
  sifted,
} from '../../../targets/candidates/table.ts';
import { FULL, read } from './curves.ts';

describe('the table', () => {
  const row = candidateOf(read(FULL));

  test('counts observations, nights and good scores', () => {
    expect(row).toMatchObject({ observations: 4, nites: 3, bands: 'iz', good: 2, best: 0.91 });
  });

  test('tells first and brightest magnitude of good observations, and the change between', () => {
    expect(row.firstMag).toBe(20);
    expect(row.peakMag).toBeCloseTo(19);
    expect(row.change).toBeCloseTo(-0.5);
  });

  test('of a candidate without observations has nothing to tell', () => {
    expect(candidateOf(read('SNID: 1\nRA: 10\nDECL: 2\n'))).toMatchObject({
      observations: 0,
      nites: 0,
      best: null,
      firstMag: null,
      change: null,
    });
  });

  test('is sorted by score and sifted by score, nights and place', () => {
    const other = { ...row, snid: '2', best: 0.5, nites: 1, ra: 10, dec: 0 };
    const snids = (wanted: Parameters<typeof sifted>[1]) =>
      sifted([other, row], wanted).map(({ snid }) => snid);
    expect(snids({})).toEqual(['12345678', '2']);
    expect(snids({ score: 0.7 })).toEqual(['12345678']);
    expect(snids({ twoNites: true })).toEqual(['12345678']);
    expect(snids({ near: { ra: 10.1, dec: 0, radius: 0.2 } })).toEqual(['2']);
  });

  test('separations are right across the meridian and near the pole', () => {
    expect(separation({ ra: 359.9, dec: 0 }, { ra: 0.1, dec: 0 })).toBeCloseTo(0.2);
    expect(separation({ ra: 0, dec: 89 }, { ra: 180, dec: 89 })).toBeCloseTo(2);
    expect(separation({ ra: 10, dec: 60 }, { ra: 10.2, dec: 60 })).toBeCloseTo(0.1, 4);
  });

  test('as comma-separated values quotes what needs it', () => {
    const [header, line] = candidatesCsv([{ ...row, host: 'a "b", c' }]).split('\n');
    expect(header!.split(',')[0]).toBe('snid');
    expect(line).toContain('"a ""b"", c"');
  });

  test('can be read back', () => {
    const rows = [
      { ...row, host: 'a "b", c' },
      { ...row, best: null, change: null, host: '' },
    ];
    expect(readCandidates(candidatesCsv(rows))).toEqual(rows);
    expect(readCandidates(candidatesCsv([]))).toEqual([]);
  });
});
