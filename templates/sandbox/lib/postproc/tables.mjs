/** Steps 3 and 4: host galaxies and the table of fakes. */
import fs from 'node:fs';
import { join } from 'node:path';
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

export function truthTable({ outdir, season, truth, exposures }) {
  const dir = join(outdir, `truthtable${season}`);
  const rows = exposures
    .map((exposure, i) => `${1000 + i} ${exposure} ${(20 + (i % 4)).toFixed(2)}\n`)
    .join('');
  put(join(dir, truth.filename), `SNFAKE_ID EXPNUM TRUEMAG\n${rows}`);
  put(join(dir, truth.plusname), `SNFAKE_ID EXPNUM TRUEMAG\n${rows}`);
}
