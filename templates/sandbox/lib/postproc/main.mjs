/** Stand-in for run_postproc.py: the order of the steps, what SKIPTO leaves out, how it ends. */
import fs from 'node:fs';
import { join } from 'node:path';
import { recordCall } from '../calls.mjs';
import { dialsFor, paced } from '../dials.mjs';
import { put, textOf } from '../files.mjs';
import { die, hang, pause } from '../site.mjs';
import { checkOutputs } from './check-outputs.mjs';
import { forcePhotometry } from './force-photometry.mjs';
import { combine, lightCurves } from './light-curves.mjs';
import { finalMasterList, firstMasterList, rowsOf } from './masterlist.mjs';
import { drawPlots, writePage } from './pages.mjs';
import { PyError, printTuple, runAsPython } from './python.mjs';
import { isFixed } from './script.mjs';
import { parseArguments, settingsOf } from './settings.mjs';
import { hostMatch, truthTable } from './tables.mjs';

/** First step that is not skipped -> the steps that are. Step 1, 6 and 7 always run. */
const SKIPPED = {
  0: [],
  1: [0],
  2: [0],
  3: [0, 2],
  4: [0, 2, 3],
  5: [0, 2, 3, 4],
  6: [0, 2, 3, 4, 5],
  7: [0, 2, 3, 4, 5],
};
/** What diffimg_setup.sh must have set; without it the environment has no easyaccess either. */
const NEEDED = [
  'EUPS_PATH',
  'DIFFIMG_HOST',
  'TOPDIR_SNFORCEPHOTO_IMAGES',
  'TOPDIR_SNFORCEPHOTO_OUTPUT',
  'TOPDIR_TEMPLATES',
];

/** @param script path of the script as it was named; its text tells whether step 7 is mended */
export function run(argv, script) {
  runAsPython(script, () => {
    if (NEEDED.some((name) => !process.env[name])) {
      throw new PyError('ImportError', 'No module named easyaccess');
    }
    const options = parseArguments(argv);
    recordCall('run_postproc.py', options.season ?? '-');
    postprocess(settingsOf(options), isFixed(textOf(script)));
  });
}

function postprocess(settings, fixed) {
  const { season, outdir, skipTo } = settings;
  const dials = dialsFor();
  const lines = Array(9).fill(0);
  const writeStatus = (word) => {
    put(`PostProcStatus${season}.txt`, `${lines.map((line) => `${line} \n`).join('')}${word}`);
  };
  const mark = (step, value) => {
    lines[step + 1] = value;
    writeStatus('incomplete');
  };
  const start = (step) => {
    printTuple('RUNNING STEP', step);
    const { hangAt, dieAt, failAt } = dials.postproc;
    pause(paced(dials.postproc.stepSeconds, dials));
    if (hangAt === step) hang();
    if (dieAt === step) die();
    if (failAt === step) throw new PyError('RuntimeError', `step ${step} failed`);
  };

  const stamp = stampOf(new Date());
  put(`seasonTime${season}.txt`, `${season}\n${stamp}\n`);
  for (const dir of ['', 'stamps', 'plots/lightcurves', 'pngs', 'htmls']) {
    fs.mkdirSync(join(outdir, dir), { recursive: true });
  }
  mark(-1, 1);
  if (settings.exposures.length === 0) {
    throw new PyError('RuntimeError', 'Need an exposures.list file or exposures in argument');
  }
  const skipped = SKIPPED[skipTo];
  const due = (step) => !skipped.includes(step);
  const job = { ...settings, dials, stamp };

  if (due(0)) {
    start(0);
    job.exposures = checkOutputs(job, firstMasterList(job));
    if (settings.checkOnly) return;
  } else {
    job.exposures = exposuresOfStepZero(job);
  }
  start(1);
  job.rows = rowsOf(job);
  finalMasterList(job);
  mark(1, 1);
  if (due(2)) {
    start(2);
    forcePhotometry(job);
  }
  if (due(3)) {
    start(3);
    hostMatch(job);
  }
  mark(3, hostMatchStatus() === '0' ? 1 : 0);
  if (due(4)) {
    start(4);
    truthTable(job);
  }
  mark(4, fs.existsSync(join(outdir, `truthtable${season}`, settings.truth.plusname)) ? 1 : 0);
  if (due(5)) {
    start(5);
    lightCurves(job);
    combine(job);
    mark(5, 1);
  } else {
    mark(5, 0);
  }
  start(6);
  if (!drawPlots(job)) {
    console.log('Step 6 failed due to empty candidate dfs. Ending PostProc.');
    return printTuple('END END TIME', stampOf(new Date()));
  }
  start(7);
  writePage(job, { fixed, loaded: skipped.includes(5) });
  lines[8] = 1;
  writeStatus('complete');
  printTuple('END END TIME', stampOf(new Date()));
}

/** With SKIPTO the exposures are those of the last step 0; the list of the ini is not used. */
function exposuresOfStepZero({ outdir, masterlist, skipTo, season, truth, real }) {
  const must = [
    join(outdir, 'masterlist', 'expniteband_df.csv'),
    join(outdir, 'masterlist', masterlist.filename_1),
    join(outdir, 'checkoutputs', 'step0_expnums.txt'),
    join(outdir, 'checkoutputs', 'step0_a_blacklist.txt'),
  ];
  if (skipTo >= 4) must.push('hostmatchstatus.txt');
  if (skipTo >= 5) must.push(join(outdir, `truthtable${season}`, truth.plusname));
  if (skipTo >= 6) {
    must.push(
      join(outdir, 'makedatafiles', real.combined_fits),
      join(outdir, 'mastertableinfo.npy'),
    );
  }
  for (const path of must) {
    if (!fs.existsSync(path)) {
      throw new PyError('IOError', `[Errno 2] No such file or directory: '${path}'`);
    }
  }
  return textOf(must[2])
    .split('\n')
    .filter((line) => line !== '');
}

const hostMatchStatus = () => textOf('hostmatchstatus.txt')?.trim();

/** YYYYMMDD_HHMM in universal time. */
function stampOf(date) {
  return date.toISOString().slice(0, 16).replace(/[-:]/g, '').replace('T', '_');
}
