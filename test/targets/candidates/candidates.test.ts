import { describe, expect, test } from 'vitest';
import { readLightCurve } from '../../../targets/candidates/light-curve.ts';
import {
  candidateOf,
  candidatesCsv,
  readCandidates,
  separation,
  sifted,
} from '../../../targets/candidates/table.ts';

const FULL = `SURVEY: DES
SNID: 12345678
IAUC: UNKNOWN
RA: 198.0197 deg
DECL: -23.29865 deg
HOSTGAL_OBJID: 556677
HOSTGAL_PHOTOZ: 0.05 +- 0.01
HOSTGAL_SNSEP: 1.25
NOBS: 4
VARLIST: MJD FLT FIELD FLUXCAL FLUXCALERR PHOTFLAG PHOTPROB NITE EXPNUM CCDNUM OBJID
OBS: 57983.00 i WS1 1000 20 4096 0.91 20170817 668440 12 9001
OBS: 57985.00 i WS1 2511.886431509580 20 4096 0.80 20170819 668550 12 9002
OBS: 57985.02 z WS1 -35 20 4096 -9.000 20170819 668551 12 9003
OBS: 57990.00 i WS1 100 20 4096 0.10 20170824 668700 12 9004
END:
`;

const read = (text: string) => readLightCurve(text)!;

describe('a light-curve file', () => {
  test('gives place, host and observations, with magnitudes from calibrated fluxes', () => {
    const curve = read(FULL);
    expect({ ...curve, host: Object.fromEntries(curve.host), observations: [] }).toEqual({
      snid: '12345678',
      ra: 198.0197,
      dec: -23.29865,
      host: { OBJID: '556677', PHOTOZ: '0.05 +- 0.01', SNSEP: '1.25' },
      observations: [],
    });
    expect(curve.observations[0]).toEqual({
      mjd: 57983,
      band: 'i',
      flux: 1000,
      fluxError: 20,
      mag: 20,
      score: 0.91,
      exposure: '668440',
      ccd: '12',
      object: '9001',
      nite: '20170817',
    });
  });

  test('has no magnitude for a flux below zero and no score where none was given', () => {
    const third = read(FULL).observations[2]!;
    expect([third.mag, third.score]).toEqual([undefined, undefined]);
  });

  test('names its columns, and without that they are those of the pipeline', () => {
    const own = 'SNID: 1\nRA: 10\nDECL: 2\nVARLIST: FLT MJD MAG\nOBS: g 5 21.5\n';
    expect(read(own).observations).toEqual([{ mjd: 5, band: 'g', mag: 21.5 }]);
    const bare = 'SNID: 1\nRA: 10\nDECL: 2\nOBS: 5 g F 1000 3\n';
    expect(read(bare).observations).toEqual([
      { mjd: 5, band: 'g', flux: 1000, fluxError: 3, mag: 20 },
    ]);
  });

  test.each(['', 'SNID: 7\n', 'RA: 1\nDECL: 2\n', 'SNID: 7\nRA: x\nDECL: 2\n'])(
    'that names no candidate or no place is none: %j',
    (text) => {
      expect(readLightCurve(text)).toBeUndefined();
    },
  );
});

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
