/** Steps 0 and 1: the master lists of exposures. */
import { join } from 'node:path';
import { exposureDatabase } from '../exposures.mjs';
import { put } from '../files.mjs';
import { fieldOf } from '../sky.mjs';
import { fits } from './fits.mjs';
import { PyError } from './python.mjs';

/** Exposures of any other program vanish without a word. */
const PROGRAMS = new Set([
  'des gw',
  'GW-MMADS',
  'survey',
  'des nu',
  'DESGW ER TEST EXPOSURE',
  'GROWTH DECam GW',
]);

/** The database rows of the exposures asked for, in the order of the database. */
export function rowsOf({ exposures, bands }) {
  if (bands.includes('all')) {
    throw new PyError(
      'TypeError',
      'only list-like objects are allowed to be passed to isin(), you passed a [NoneType]',
    );
  }
  const asked = new Set(exposures);
  return exposureDatabase().filter(
    (row) => asked.has(row.expnum) && PROGRAMS.has(row.program) && bands.includes(row.band),
  );
}

/** Preliminary list; returns its rows. */
export function firstMasterList(job) {
  const rows = rowsOf(job);
  if (rows.length === 0) throw new PyError('ValueError', 'No objects to concatenate');
  const dir = join(job.outdir, 'masterlist');
  put(join(dir, job.masterlist.filename_1), listFits(job.exposures, rows));
  put(join(dir, job.masterlist.blacklist), '');
  const csv = rows.map((row, i) => `${i},${row.expnum},${row.nite},${row.band}\n`).join('');
  put(join(dir, 'expniteband_df.csv'), `,expnum,nite,band\n${csv}`);
  return rows;
}

/** Final list: only exposures whose output directory was found. */
export function finalMasterList({ outdir, masterlist, rows, exposures }) {
  if (rows.length === 0) {
    throw new PyError('UnboundLocalError', "local variable 'newdf' referenced before assignment");
  }
  put(join(outdir, 'masterlist', masterlist.blacklist), '');
  put(join(outdir, 'masterlist', masterlist.filename_2), listFits(exposures, rows));
}

/** One row per exposure; the hex column has a value for exposures without a row too. */
function listFits(exposures, rows) {
  const found = new Set(rows.map((row) => row.expnum));
  const lines = rows.map((row) => {
    const hex = fieldOf(Number(row.radeg), Number(row.decdeg));
    return [
      row.expnum,
      row.nite,
      row.mjd_obs,
      row.radeg,
      row.decdeg,
      row.band,
      row.exptime,
      row.teff,
      hex,
    ].join(' ');
  });
  const junk = exposures
    .filter((exposure) => !found.has(exposure))
    .map(() => 'nan nan nan nan nan nan nan nan WS');
  return fits('MASTERLIST', [...lines, ...junk]);
}
