/** Stand-in for getExposureInfo.py: queries the exposure database, writes exposures.list in cwd. */
import fs from 'node:fs';
import { recordCall, troubleOf } from './calls.mjs';
import { dialsFor, paced } from './dials.mjs';
import { exposureDatabase, listText } from './exposures.mjs';
import { pause, stop } from './site.mjs';

/** First exposure on or after 2013-03-01. */
const FIRST = 182809;

const calls = recordCall('getExposureInfo.sh');
const dials = dialsFor();
pause(paced(dials.exposureInfo.seconds, dials));
if (troubleOf(dials.exposureInfo.trouble, calls) === 'connection') {
  stop(
    'psycopg2.OperationalError: could not connect to server: Connection timed out\n' +
      '\tIs the server running on host "des90.fnal.gov" and accepting\n' +
      '\tTCP/IP connections on port 5442?',
  );
}
const rows = exposureDatabase()
  .filter((row) => row.obstype === 'object' && Number(row.exptime) > 29.999)
  .filter((row) => row.radeg !== '' && Number(row.expnum) >= FIRST)
  .sort((a, b) => Number(a.expnum) - Number(b.expnum));
fs.writeFileSync('newdbtest.dat', listText(rows));
fs.renameSync('newdbtest.dat', 'exposures.list');
