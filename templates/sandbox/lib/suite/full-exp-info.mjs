/** Stand-in for get_full_exp_info.py: exp_list_full.list, a CSV of what is known of a list. */
import { recordCall } from '../calls.mjs';
import { exposureDatabase } from '../exposures.mjs';
import { linesOf, put, textOf } from '../files.mjs';
import { optionsOf } from './options.mjs';

export function run(argv) {
  const { exp_list } = optionsOf(argv, 'get_full_exp_info.py', { needed: ['exp_list'] });
  recordCall('get_full_exp_info.py');
  const wanted = new Set(linesOf(textOf(exp_list)).map((line) => line.trim()));
  const rows = exposureDatabase()
    .filter((row) => wanted.has(row.expnum))
    .map((row) => [row.expnum, row.nite, row.radeg, row.decdeg, row.band].join(','));
  put('exp_list_full.list', `${['exposure,nite,radeg,decdeg,band', ...rows].join('\n')}\n`);
}
