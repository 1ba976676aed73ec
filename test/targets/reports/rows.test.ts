/** What the rows of the exposure table say of one exposure, and which of them DAGMaker would stumble over. */
import { describe, expect, test } from 'vitest';
import { parseExposureTable } from '../../../targets/reports/exposure-table.ts';
import { bandIn, entriesIn, rowIn, rowsText } from '../../../targets/reports/rows.ts';
import { tableOf, tableRow } from '../../support/follow-up.ts';

const rows = tableRow('668441', { 5: 'Y' }) + tableRow('668440');

test('rows are those that were asked for, in the order of the table, whatever that of the list', () => {
  const table = parseExposureTable(tableOf(rows, tableRow('668442')));
  expect(rowsText(table, ['668440', '668441', '999999'])).toBe(rows);
});

test('bands are told by the row', () => {
  expect([bandIn(rows, '668441'), bandIn(rows, '668440'), bandIn(rows, '668442')]).toEqual([
    ...['Y', 'i', undefined],
  ]);
  expect(entriesIn(rows, ['668440', '668441', '668442'])).toEqual([
    { expnum: '668441', band: 'Y' },
    { expnum: '668440', band: 'i' },
  ]);
});

describe('one exposure', () => {
  test('has its nite, band and place, and nothing that changes with the night', () => {
    expect(rowIn(rows, '668440')).toEqual({
      ...{ state: 'ready', note: 'nite 20170817, band i' },
      value: { nite: '20170817', band: 'i', ra: 198.019708, dec: -23.29865, mjd: 57983.00578 },
    });
    expect(rowIn(rows.replaceAll('0.48', '0.97'), '668440')).toEqual(rowIn(rows, '668440'));
  });

  test('that is not there was seen not to be: looking again at once would not help', () => {
    expect(rowIn(rows, '668442')).toMatchObject({
      ...{ state: 'failed', definite: true, why: 'exposure 668442 is not in exposures.list' },
    });
  });

  test.each([
    ['a word in OBJECT', { 10: 'DESGW pointing 3' }, "its row holds 'pointing'"],
    ['such a word in any column', { 8: 'TEST' }, "its row holds 'TEST'"],
    ['a band that SEdiff.sh does not take', { 5: 'VR' }, 'SEdiff.sh does not take band VR'],
    ['29.9 seconds', { 6: '29.9' }, 'it was exposed for 29.9 s only'],
  ])('is left out for %s', (_, more, why) => {
    expect(rowIn(tableRow('668440', more), '668440')).toMatchObject({
      ...{ state: 'failed', definite: true, why: expect.stringContaining(`left out: ${why}`) },
    });
  });

  test('of thirty seconds is long enough', () => {
    expect(rowIn(tableRow('668440', { 6: '30' }), '668440').state).toBe('ready');
  });
});
