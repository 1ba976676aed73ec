/** Stand-in for configure_dag.py: picks the search exposures of a test and writes dagmaker.rc. */
import { recordCall } from '../calls.mjs';
import { exposureDatabase } from '../exposures.mjs';
import { put } from '../files.mjs';

const STORAGE =
  '--need-storage-modify /des/persistent/gw/exp --need-storage-modify /des/persistent/gw/forcephoto';

export function run() {
  const season = new Date().toISOString().slice(2, 7).replace('-', '');
  recordCall('configure_dag.py', season);
  const search = searchExposures();
  const mjds = search.map((row) => Number(row.mjd_obs));
  const span = Math.max(...mjds) - Math.min(...mjds);
  put('dagmaker.rc', configuration(season, span + 2));
  const csv = search.map((row) =>
    [row.expnum, row.nite, row.radeg, row.decdeg, row.band, row.teff].join(','),
  );
  put(`${season}exposures.csv`, `${['expnum,nite,radeg,decdeg,band,teff', ...csv].join('\n')}\n`);
  put(`${season}exposures.list`, search.map((row) => `${row.expnum}\n`).join(''));
  put('configure_dag.log', `season ${season}, ${search.length} search exposures\n`);
}

/** Good exposures of the night that has most of them, at most 20. */
function searchExposures() {
  const nights = new Map();
  for (const row of exposureDatabase()) {
    const time = Number(row.exptime);
    const good = time >= 30 && time <= 200 && Number(row.teff) >= 0.05 && 'griz'.includes(row.band);
    if (good) nights.set(row.nite, [...(nights.get(row.nite) ?? []), row]);
  }
  const best = [...nights.values()].sort((a, b) => b.length - a.length)[0] ?? [];
  return best.slice(0, 20);
}

/** Twenty-six lines: the first is blank, the season stands on the fourth. */
function configuration(season, window) {
  const lines = [
    '',
    'RNUM=4',
    'PNUM=7',
    `SEASON=${season}`,
    'DIFFIMG_EUPS_VERSION=gw7',
    'WRITEDB=on',
    'RM_MYTEMP=true',
    `JOBSUB_OPTS="--memory=3000MB --expected-lifetime=medium --cpu=1 ${STORAGE}"`,
    'RESOURCES=DEDICATED,OPPORTUNISTIC,OFFSITE',
    'IGNORECALIB=true',
    'DESTCACHE=persistent',
    'SEARCH_OPTS="-C"',
    'TEMP_OPTS="-C -t"',
    'SCHEMA=gw',
    ...['g', 'i', 'r', 'Y', 'z', 'u'].map((band) => `TEFF_CUT_${band}=0.3`),
    `TWINDOW=${window}`,
    'MIN_NITE=20100101',
    'MAX_NITE=21000101',
    'SKIP_INCOMPLETE_SE=false',
    'DO_HEADER_CHECK=1',
    '#STASHVER=',
  ];
  return `${lines.join('\n')}\n`;
}
