/** Steps 3 and 4: host galaxies and the table of fakes. */
import fs from 'node:fs';
import { join } from 'node:path';
import { exposureDatabase } from '../exposures.mjs';
import { put } from '../files.mjs';
import { candidatesOf } from './candidates.mjs';

/** Files whose names begin outdir/hostmatch, without a separator. */
export function hostMatch({ outdir, season, dials }) {
  fs.mkdirSync(join(outdir, 'hostmatch'), { recursive: true });
  const failed = dials.postproc.hostmatchFails ? candidatesOf(season).length || 1 : 0;
  const file = (name, text) => put(join(outdir, `hostmatch${name}`), text);
  file('hostmatch.atc.log', `${candidatesOf(season).length} candidates\n`);
  for (const name of ['byDLR.ABT.txt', 'byAngularSeparation.ABT.txt', 'mismatchhost.ABT.txt'])
    file(name, '');
  file('databaseLocation.txt', 'sandbox\n');
  file(
    'hostmatch.db.log',
    `#HostMatch Database Update:  ${failed === 0 ? 'SUCCESS' : 'FAILURE'}\n`,
  );
  put('hostmatchstatus.txt', String(failed));
}

/** Artificial sources of one exposure. */
const FAKES = 24;

/** Fakes from 19th to 25th magnitude, of which fainter ones are found more seldom. */
export function truthTable({ outdir, season, truth, exposures }) {
  const dir = join(outdir, `truthtable${season}`);
  const bandOf = new Map(exposureDatabase().map(({ expnum, band }) => [expnum, band]));
  const fakes = exposures.flatMap((exposure, e) =>
    Array.from({ length: FAKES }, (_, i) => {
      const magnitude = 19 + (6 * (i + 0.5)) / FAKES;
      // The same every time; half of them are lost at 22.5.
      const luck = ((e * 31 + i * 17) % 10) / 10;
      return {
        id: 1000 + e * FAKES + i,
        exposure,
        band: bandOf.get(exposure) ?? 'i',
        ccd: 1 + ((e + i) % 60),
        magnitude: magnitude.toFixed(3),
        reject: luck < 1 / (1 + Math.exp(3 * (magnitude - 22.5))) ? 0 : 1,
      };
    }),
  );
  const table = (head, row) => `${head}\n${fakes.map((fake) => `${row(fake)}\n`).join('')}`;
  put(
    join(dir, truth.filename),
    table('SNFAKE_ID EXPNUM CCDNUM TRUEMAG BAND SEASON', (f) =>
      [f.id, f.exposure, f.ccd, f.magnitude, f.band, season].join(' '),
    ),
  );
  put(
    join(dir, truth.plusname),
    table('SNFAKE_ID EXPNUM CCDNUM MAG TRUEMAG REJECT ML_SCORE BAND SEASON', (f) =>
      [f.id, f.exposure, f.ccd, f.magnitude, f.magnitude, f.reject, 0.9, f.band, season].join(' '),
    ),
  );
}
