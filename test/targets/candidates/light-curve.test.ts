import { describe, expect, test } from 'vitest';
import { readLightCurve } from '../../../targets/candidates/light-curve.ts';
import { FULL, read } from './curves.ts';

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
      field: 'WS1',
    });
  });

  test('has no magnitude for a flux below zero and no score where none was given', () => {
    const third = read(FULL).observations[2]!;
    expect([third.mag, third.score]).toEqual([undefined, undefined]);
  });

  test('names its columns, and without that they are those of the pipeline', () => {
    const own = 'SNID: 1\nRA: 10\nDECL: 2\nVARLIST: FLT MJD MAG\nOBS: g 5 21.5\n';
    expect(read(own).observations).toEqual([{ mjd: 5, band: 'g', mag: 21.5 }]);
    const bare = 'SNID: 1\nRA: 10\nDECL: 2\nOBS: 5 g F 1000 3 0 0.9 31.2\n';
    expect(read(bare).observations).toEqual([
      {
        ...{ mjd: 5, band: 'g', flux: 1000, fluxError: 3, mag: 20, score: 0.9 },
        ...{ field: 'F', zeroPoint: 31.2 },
      },
    ]);
  });

  test.each(['', 'SNID: 7\n', 'RA: 1\nDECL: 2\n', 'SNID: 7\nRA: x\nDECL: 2\n'])(
    'that names no candidate or no place is none: %j',
    (text) => {
      expect(readLightCurve(text)).toBeUndefined();
    },
  );
});
