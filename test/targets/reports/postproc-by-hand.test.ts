/** A post processing that somebody ran by hand counts as far as it was given the same, and is newer. */
import { expect, test } from 'vitest';
import type { Look, Seen } from '../../../core/api/looks.ts';
import {
  type HandPlace,
  handLooks,
  judgeByHand,
} from '../../../targets/reports/postproc-by-hand.ts';
import { postprocSteps, type StepNumber } from '../../../targets/reports/postproc-steps.ts';
import { ccd2, SEARCH_CCDS } from '../../../targets/settings/domain.ts';

const place: HandPlace = {
  season: '33',
  postProcessing: 'pp',
  out: 'pp/outputs',
  list: 'pp/complete_exposures_S33.list',
  steps: postprocSteps({ season: '33', outdir: './outputs', ini: new Map() }),
  inPostproc: (path) => `pp/${path.replace(/^\.\//, '')}`,
  exposures: ['668440'],
  pnfs: 'pnfs',
  ccdTable: 'checkoutputs.csv',
};
const RUN = 'pp/forcephoto/output/dp33/20240511_0300_DESY33';
const IMAGE = 'WS0033_668440_x_combined_i_01.fits';

/** Complete are all CCDs but the first. */
const report = JSON.stringify({
  ccds: SEARCH_CCDS.map((n) => ({ ccd: `i_${ccd2(n)}`, state: n === 1 ? 'failed' : 'complete' })),
});
const table = `expnum,${SEARCH_CCDS.map(ccd2).join(',')},unfinished,successes,fraction\n668440,${SEARCH_CCDS.map((n) => (n === 1 ? 3 : 0)).join(',')},0,58,0.98\n`;
const INI = '[general]\noutdir = ./outputs\nexposures_listfile = mine.list\nbands = i\n';

/** Text and time of every file of a finished run. */
const files: { readonly [path: string]: readonly [string, number] } = {
  'pp/postproc_33.ini': [INI, 1],
  'postproc_33.ini': [INI.replace('mine', 'complete_exposures_S33'), 99],
  'image_proc_outputs/complete_exposures_S33.list': ['668440\n', 99],
  'image_proc_outputs/ccds_668440.json': [report, 99],
  'pp/outputs/checkoutputs/step0_expnums.txt': ['668440\n', 2],
  'pp/outputs/checkoutputs/step0_a_blacklist.txt': ['', 2],
  'pp/outputs/checkoutputs/checkoutputs.csv': [table, 2],
  'pp/outputs/masterlist/expniteband_df.csv': ['x', 2],
  'pp/outputs/masterlist/MasterExposureList_prelim.fits': ['x', 2],
  'pp/outputs/masterlist/MasterExposureList.fits': ['x', 3],
  [`${RUN}/RUN000_MAKELIST`]: ['', 4],
  [`${RUN}/RUN000_MAKELIST.DONE`]: ['', 4],
  [`${RUN}/RUN001_FORCEPHOTO`]: ['', 4],
  [`${RUN}/RUN001_FORCEPHOTO.LOG`]: ['RETURN CODE: 0\n', 5],
  [`${RUN}/RUN001_FORCEPHOTO.DONE`]: ['', 5],
  [`pp/forcephoto/images/dp33/20170817/${IMAGE}`]: ['', 0],
  'pp/hostmatchstatus.txt': ['0', 6],
  'pp/outputs/hostmatchhostmatch.db.log': ['#HostMatch Database Update:  SUCCESS', 6],
  'pp/outputs/truthtable33/fakes_truth.tab': ['x', 7],
  'pp/outputs/truthtable33/truthplus.tab': ['x', 7],
  'pp/outputs/makedatafiles/datafiles_combined.fits': ['x', 8],
  'pp/outputs/mastertableinfo.npy': ['x', 8],
  'pp/outputs/efftest_33.png': ['x', 9],
  'pp/PostProcStatus33.txt': ['1 \n0 \n1 \n0 \n1 \n1 \n1 \n0 \n1 \ncomplete', 10],
  'pp/masterHTML33.html': ['x', 10],
};

type Change = { readonly [path: string]: readonly [string, number] | undefined };

function seenOf(look: Look, change: Change): Seen {
  const all = { ...files, ...change };
  switch (look.kind) {
    case 'read':
      return { kind: 'read', text: all[look.path]?.[0] };
    case 'stat': {
      const [text, mtime] = all[look.path] ?? [];
      return {
        kind: 'stat',
        stat: text === undefined ? undefined : { size: text.length, mtime: mtime! },
      };
    }
    case 'ends': {
      const matcher = new RegExp(`^${look.pattern.replaceAll('*', '[^/]*')}$`);
      const found = Object.entries(all).filter(([path, one]) => one && matcher.test(path));
      return {
        kind: 'ends',
        files: found.map(([path, one]) => ({ path, end: one![0], mtime: one![1] })),
      };
    }
    case 'list':
      return {
        kind: 'list',
        dirs: [
          { dir: 'pnfs/forcephoto/images/dp33/20170817/668440', names: [all.there?.[0] ?? IMAGE] },
        ],
      };
    case 'ask':
      throw new Error('nobody is asked');
  }
}

/** The steps that count as done. */
const done = (change: Change = {}): string =>
  place.steps
    .map(({ step }) => step)
    .filter(
      (step: StepNumber) =>
        judgeByHand(
          place,
          handLooks(place).map((look) => seenOf(look, change)),
          step,
        ).state === 'done',
    )
    .join('');

test('a whole run counts whole', () => {
  expect(done()).toBe('01234567');
});

test.each<[string, string, Change]>([
  ['other settings', '', { 'pp/postproc_33.ini': [INI.replace('= i', '= z'), 1] }],
  ['a setting more', '', { 'pp/postproc_33.ini': [`${INI}[x]\ny = 1\n`, 1] }],
  ['an ini that was changed later', '', { 'pp/postproc_33.ini': [INI, 3] }],
  ['an exposure less', '', { 'pp/outputs/checkoutputs/step0_expnums.txt': ['', 2] }],
  [
    'an exposure more',
    '',
    { 'pp/outputs/checkoutputs/step0_expnums.txt': ['668440\n668441\n', 2] },
  ],
  [
    'a CCD that came later',
    '',
    { 'image_proc_outputs/ccds_668440.json': [report.replace('failed', 'complete'), 99] },
  ],
  ['no table of CCDs', '', { 'pp/outputs/checkoutputs/checkoutputs.csv': undefined }],
  ['a run that desgw began', '', { 'pp/.desgw_postproc_33': ['token', 1] }],
  ['no final master list', '0', { 'pp/outputs/masterlist/MasterExposureList.fits': undefined }],
  ['a script that is not done', '01', { [`${RUN}/RUN001_FORCEPHOTO.DONE`]: undefined }],
  ['a log that failed', '01', { [`${RUN}/RUN001_FORCEPHOTO.LOG`]: ['RETURN CODE: 1\n', 5] }],
  ['a newer image', '01', { [`pp/forcephoto/images/dp33/20170817/${IMAGE}`]: ['', 5] }],
  ['an image that is not linked', '01', { there: ['WS0033_668440_x_combined_i_02.fits', 0] }],
  ['host match of another season', '012', { 'pp/hostmatchstatus.txt': ['12', 6] }],
  [
    'host match of an earlier run',
    '012',
    { 'pp/outputs/hostmatchhostmatch.db.log': ['#HostMatch Database Update:  SUCCESS', 4] },
  ],
  [
    'host match that failed',
    '012',
    { 'pp/outputs/hostmatchhostmatch.db.log': ['#HostMatch Database Update:  FAILURE', 6] },
  ],
  ['an empty truth table', '0123', { 'pp/outputs/truthtable33/truthplus.tab': ['', 7] }],
  ['an old table of candidates', '01234', { 'pp/outputs/mastertableinfo.npy': ['x', 4] }],
  [
    'a combined table that was begun anew',
    '01234',
    { 'pp/outputs/makedatafiles/datafiles_combined.fits': ['x', 9] },
  ],
  ['no plots', '012345', { 'pp/outputs/efftest_33.png': undefined }],
  [
    'a run that has not ended',
    '0123456',
    { 'pp/PostProcStatus33.txt': ['1 \n0 \n1 \n0 \n1 \n1 \n1 \n0 \n0 \nincomplete', 10] },
  ],
])('%s', (_, steps, change) => {
  expect(done(change)).toBe(steps);
});

test('what cannot be seen is neither', () => {
  const seen = handLooks(place).map((look) => seenOf(look, {}));
  expect(
    judgeByHand(place, [...seen.slice(0, -1), { kind: 'failed', why: 'EIO' }], 0),
  ).toMatchObject({ state: 'unknown', unanswered: true });
});
