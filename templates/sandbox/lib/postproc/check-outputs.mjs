/** Step 0, second half: looks at every CCD directory on pnfs and counts what failed where. */
import fs from 'node:fs';
import { join } from 'node:path';
import { linesOf, namesIn, put, textOf } from '../files.mjs';
import { SEARCH_CCDS, two } from '../sky.mjs';
import { PyError } from './python.mjs';

/** Codes of a CCD: 0 success, 1..28 the failed step, -1 no trace of it, -9 begun and not ended. */
const CODES = [-9, -1, ...Array.from({ length: 28 }, (_, i) => i + 1)];

/** Writes the reports; returns the exposures whose output directory exists. */
export function checkOutputs({ outdir, rootdir, season, check, exposures }, rows) {
  const dir = join(outdir, 'checkoutputs');
  const steps = linesOf(textOf('steplist.txt'));
  const good = new Set(linesOf(textOf(join(dir, check.goodfile))));
  const found = [];
  const missing = [];
  rows.forEach((row, i) => {
    const path = join(rootdir, 'exp', row.nite, row.expnum, `dp${season}`);
    console.log(`${i + 1}/${rows.length} - ${path}`);
    if (!fs.existsSync(path)) {
      console.log(`${path} does not exist. Check diffimg outputs.`);
      missing.push(row.expnum);
      return;
    }
    // An exposure that was good once is not looked at again.
    const codes = good.has(row.expnum) ? SEARCH_CCDS.map(() => 0) : codesOf(path, row.band, steps);
    found.push({ expnum: row.expnum, codes });
  });
  if (found.length === 0) throw new PyError('ZeroDivisionError', 'float division by zero');
  put(join(dir, check.logfile), logText(exposures, found, missing));
  const complete = found.filter(({ codes }) => codes.every((code) => code === 0));
  put(join(dir, check.goodfile), complete.map(({ expnum }) => `${expnum}\n`).join(''));
  put(join(dir, check.ccdfile), csvText(found));
  put(join(dir, 'step0_expnums.txt'), found.map(({ expnum }) => `${expnum}\n`).join(''));
  put(join(dir, 'step0_a_blacklist.txt'), missing.map((expnum) => `${expnum}\n`).join(''));
  return found.map(({ expnum }) => expnum);
}

function codesOf(path, band, steps) {
  const codes = SEARCH_CCDS.map((ccd) => codeOf(join(path, `${band}_${two(ccd)}`), steps));
  if (codes.includes(undefined)) throw new PyError('ValueError', 'arrays must all be same length');
  return codes;
}

function codeOf(dir, steps) {
  if (!fs.existsSync(dir)) return undefined;
  const names = namesIn(dir);
  const failed = steps.findIndex((step) => names.includes(`${step}.FAIL`));
  if (failed >= 0) return failed + 1;
  if (names.some((name) => /^outputs_.*\.tar\.gz$/.test(name))) return 0;
  const code = names.some((name) => name.startsWith('RUN01')) ? -9 : -1;
  console.log(`${dir} is a ${code} CCD.`);
  return code;
}

function csvText(found) {
  const head = ['expnum', ...SEARCH_CCDS.map(two), 'unfinished', 'successes', 'fraction'];
  const rows = found.map(({ expnum, codes }) => {
    const successes = codes.filter((code) => code === 0).length;
    const unfinished = codes.filter((code) => code < 0).length;
    return [expnum, ...codes, unfinished, successes, pyFloat(successes / 59)];
  });
  return [head, ...rows].map((cells) => `${cells.join(',')}\n`).join('');
}

/** A float as str() of Python 2 writes it: twelve significant digits, always with a point. */
function pyFloat(value) {
  const text = String(Number(value.toPrecision(12)));
  return text.includes('.') ? text : `${text}.0`;
}

function logText(provided, found, missing) {
  const codes = found.flatMap((exposure) => exposure.codes);
  const count = (code) => codes.filter((other) => other === code).length;
  const rate = (code) => `${((100 * count(code)) / codes.length).toFixed(1)}%`;
  const lines = [
    'CHECKOUTPUTS',
    '---',
    `EXPOSURES PROVIDED: ${provided.join(',')}`,
    `EXPOSURES CHECKED: ${found.map(({ expnum }) => expnum).join(',')}`,
    `EXPOSURES NOT FOUND: ${missing.length === 0 ? 'none' : missing.join(',')}`,
    `TOTAL EXPOSURES PROVIDED: ${provided.length}`,
    `TOTAL EXPOSURES FOUND: ${found.length}`,
    `TOTAL EXPOSURES NOT FOUND: ${missing.length}`,
    '----------',
    `TOTAL CCDS CHECKED: ${codes.length}`,
    `TOTAL CCDS SUCCEEDED: ${count(0)}`,
    `CCD SUCCESS RATE: ${rate(0)}`,
    '----------',
  ];
  for (const code of CODES) {
    lines.push(`STEP ${code} FAILURES: ${count(code)}`, `FAILURE RATE: ${rate(code)}`, '');
  }
  return `${lines.join('\n')}\n`;
}
