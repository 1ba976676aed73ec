import { describe, expect, test } from 'vitest';
import {
  isWanted,
  leftOutBecause,
  type NightRow,
  nightText,
  withRows,
} from '../../../targets/reports/night-rows.ts';

const row = (expnum: string, more: Partial<NightRow> = {}): NightRow => ({
  expnum,
  nite: '20170817',
  mjd: '57983.000694',
  ra: '197.45',
  dec: '-23.38',
  band: 'i',
  exptime: '100',
  propid: '2017B-0110',
  teff: '0.5',
  object: 'DESGW: LIGO event 1',
  ...more,
});

const LINE =
  ' 668440 20170817 57983.000694 197.45 -23.38 i 100 2017B-0110 object 0.5 DESGW: LIGO event 1\n';

describe('rows of the night', () => {
  test('are kept in the form of exposures.list, by number', () => {
    expect(nightText(undefined, [row('668441'), row('668440')])).toBe(
      LINE + LINE.replace('668440', '668441'),
    );
  });

  test('that were found once stay as they were, also when the database drops or changes them', () => {
    expect(nightText(LINE, [])).toBe(LINE);
    expect(nightText(LINE, [row('668440', { ra: '1' })])).toBe(LINE);
  });

  test.each([
    [{ object: 'DESGW pointing 3' }, 'OBJECT says pointing'],
    [{ object: 'SN-C1 hex' }, 'OBJECT says sn-'],
    [{ band: 'VR' }, 'band VR is not processed'],
    [{ exptime: '15.0' }, '15 s are too short'],
    [{ exptime: '30' }, undefined],
    [{}, undefined],
  ] as const)('%j: %s', (more, why) => {
    expect(leftOutBecause(row('668440', more))).toBe(why);
    expect(nightText(undefined, [row('668440', more)]) === '').toBe(why !== undefined);
  });

  test('answer the question by proposal, night and object', () => {
    const question = {
      propids: ['2017B-0110'],
      nites: ['20170816', '20170818'],
      object: '^desgw',
    } as const;
    expect(isWanted(row('668440'), question)).toBe(true);
    expect(isWanted(row('668440', { propid: '2012B-0001' }), question)).toBe(false);
    expect(isWanted(row('668440', { nite: '20170819' }), question)).toBe(false);
    expect(isWanted(row('668440', { object: 'hex DESGW' }), question)).toBe(false);
  });
});

describe('the exposure table', () => {
  const HEAD = ' expnum nite mjd_obs radeg decdeg band exptime propid obstype teff object\n';

  test('grows by the rows that it lacks, and by no others', () => {
    const rows = nightText(undefined, [row('668440'), row('668441'), row('668442')]);
    expect(withRows(HEAD + LINE, rows, ['668440', '668441'])).toBe(
      HEAD + LINE + LINE.replace('668440', '668441'),
    );
  });

  test('whose last line was cut short gets its line end first', () => {
    expect(withRows(HEAD.trimEnd(), LINE, ['668440'])).toBe(HEAD + LINE);
  });
});
