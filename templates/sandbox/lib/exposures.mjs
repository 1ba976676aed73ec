/** The exposure database (exposures.tsv) and the lists made from it. */
import fs from 'node:fs';
import { join } from 'node:path';
import { linesOf } from './files.mjs';
import { ROOT } from './site.mjs';

/** Every row of the stand-in for the table exposure.exposure, as text by column name. */
export function exposureDatabase() {
  const [head, ...rows] = linesOf(fs.readFileSync(join(ROOT, 'exposures.tsv'), 'utf8'));
  const columns = head.split('\t');
  return rows.map((row) => {
    const cells = row.split('\t');
    return Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? '']));
  });
}

/** Columns of exposures.list in their order. */
export const LIST_COLUMNS = [
  'expnum',
  'nite',
  'mjd_obs',
  'radeg',
  'decdeg',
  'band',
  'exptime',
  'propid',
  'obstype',
  'teff',
  'object',
];

/** The text of exposures.list: fixed-width columns, right aligned, headers left aligned. */
export function listText(rows) {
  const widths = LIST_COLUMNS.map((column) =>
    Math.max(column.length, ...rows.map((row) => row[column].length)),
  );
  const line = (cells, align) => ` ${cells.map((cell, i) => align(cell, widths[i])).join(' ')}\n`;
  const head = line(LIST_COLUMNS, (cell, width) => cell.padEnd(width));
  const right = (cell, width) => cell.padStart(width);
  return (
    head +
    rows
      .map((row) =>
        line(
          LIST_COLUMNS.map((column) => row[column]),
          right,
        ),
      )
      .join('')
  );
}

/** Reads exposures.list or a band list the way awk does: columns by blanks, the object is the rest. */
export function parseList(text) {
  const rows = [];
  for (const line of linesOf(text)) {
    const cells = line.trim().split(/\s+/);
    if (!/^\d+$/.test(cells[0])) continue;
    const [expnum, nite, mjd, ra, dec, band, exptime, propid, obstype, teff, ...object] = cells;
    rows.push({
      line,
      expnum,
      nite,
      mjd: Number(mjd),
      ra: Number(ra),
      dec: Number(dec),
      band,
      exptime: Number(exptime),
      propid,
      obstype,
      teff,
      object: object.join(' '),
    });
  }
  return rows;
}
