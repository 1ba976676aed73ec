/** Stand-in for fetchJobSubStats.py: what the grid has left on pnfs, exposure by exposure. */
import { join } from 'node:path';
import { recordCall } from '../calls.mjs';
import { linesOf, namesIn, put, textOf } from '../files.mjs';
import { placesOf } from '../pnfs.mjs';
import { SEARCH_CCDS, two } from '../sky.mjs';
import { run as fullExposureInfo } from './full-exp-info.mjs';
import { optionsOf } from './options.mjs';

export function run(argv) {
  const { season, exp_list } = optionsOf(argv, 'fetchJobSubStats.py', {
    needed: ['season', 'exp_list'],
  });
  recordCall('fetchJobSubStats.py', season);
  fullExposureInfo(['--exp_list', exp_list]);
  const statistics = {};
  for (const line of linesOf(textOf('exp_list_full.list')).slice(1)) {
    const [exposure, nite, , , band] = line.split(',');
    statistics[exposure] = statisticsOf({ exposure, nite, band, season });
    for (const text of report(exposure, statistics[exposure])) console.log(text);
  }
  put('fetchJobSubStatsDict.pkl', `${JSON.stringify(statistics)}\n`);
}

function statisticsOf({ exposure, nite, band, season }) {
  const places = placesOf({
    cache: 'persistent',
    schema: 'gw',
    nite,
    exposure,
    procnum: `dp${season}`,
  });
  const steps = {};
  let finished = 0;
  for (const ccd of SEARCH_CCDS) {
    const names = namesIn(join(places.dp, `${band}_${two(ccd)}`));
    const failed = names.filter((name) => name.endsWith('.FAIL'));
    for (const name of failed) steps[name] = (steps[name] ?? 0) + 1;
    if (failed.length > 0 || names.some((name) => name.startsWith('outputs_'))) finished++;
  }
  // One file of each kind counts as all of them.
  const force = namesIn(places.force);
  const forcephoto = ['.fits', '.psf'].every((suffix) =>
    force.some((name) => name.endsWith(suffix)),
  );
  return { finished, steps, forcephoto };
}

function report(exposure, { finished, steps, forcephoto }) {
  const percent = (count) => `${((100 * count) / SEARCH_CCDS.length).toFixed(1)}%`;
  return [
    `${exposure}: ${finished} of ${SEARCH_CCDS.length} finished`,
    ...Object.entries(steps).map(([name, count]) => `  ${name}: ${percent(count)}`),
    `  forcephoto present: ${forcephoto ? 'True' : 'False'}`,
  ];
}
