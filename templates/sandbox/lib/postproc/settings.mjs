/** Command line and ini of run_postproc.py, gathered into what its steps need. */
import { join, resolve } from 'node:path';
import { textOf } from '../files.mjs';
import { local, stop } from '../site.mjs';
import { readIni } from './ini.mjs';
import { PyError } from './python.mjs';

const WITH_VALUE = new Set([
  '--outputdir',
  '--season',
  '--mjdtrigger',
  '--ups',
  '--checkonly',
  '--schema',
  '--SKIPTO',
]);
const SWITCHES = new Set(['--post', '--skip_lightcurves']);

/** The options as argparse reads them; a wrong one ends the program with status 2. */
export function parseArguments(argv) {
  const options = {};
  for (let at = 0; at < argv.length; at++) {
    const [word, inline] = argv[at].startsWith('--') ? argv[at].split(/=(.*)/s) : [argv[at]];
    if (word === '--expnums') {
      options.expnums = [];
      while (/^\d+$/.test(argv[at + 1] ?? '')) options.expnums.push(argv[++at]);
      if (options.expnums.length === 0) usage('argument --expnums: expected at least one argument');
    } else if (SWITCHES.has(word)) {
      options[word.slice(2)] = true;
    } else if (WITH_VALUE.has(word)) {
      const value = inline ?? argv[++at];
      if (value === undefined) usage(`argument ${word}: expected one argument`);
      options[word.slice(2)] = value;
    } else {
      usage(`unrecognized arguments: ${argv[at]}`);
    }
  }
  if (options.SKIPTO !== undefined && !/^-?\d+$/.test(options.SKIPTO)) {
    usage(`argument --SKIPTO: invalid int value: '${options.SKIPTO}'`);
  }
  if (options.mjdtrigger !== undefined && Number.isNaN(Number(options.mjdtrigger))) {
    usage(`argument --mjdtrigger: invalid float value: '${options.mjdtrigger}'`);
  }
  return options;
}

function usage(complaint) {
  return stop(
    `usage: run_postproc.py [-h] [--expnums EXPNUMS [EXPNUMS ...]] [--outputdir OUTPUTDIR] [--season SEASON] ...\nrun_postproc.py: error: ${complaint}`,
    2,
  );
}

/**
 * Everything the steps need. Reads ./postproc_<season>.ini and every key in it, as the script does
 * before its first step.
 * @throws {PyError} for a missing file, section or key
 */
export function settingsOf(options) {
  const season = options.season ?? 'None';
  const texts = [textOf(`postproc_${season}.ini`) ?? ''];
  // Any word is true, the word False too.
  let ini = readIni(...texts);
  if (options.ups !== undefined ? options.ups !== '' : ini.boolean('general', 'ups')) {
    texts.push(textOf(join(process.env.GWPOST_DIR ?? '', `postproc_${season}.ini`)) ?? '');
    ini = readIni(...texts);
  }
  const general = (key) => ini.text('general', key);
  const skipTo = options.SKIPTO === undefined ? 0 : Number(options.SKIPTO);
  if (skipTo < 0 || skipTo > 7)
    throw new PyError('ValueError', 'SKIPTO must be an integer between 0 and 7');
  const outdir = options.outputdir ?? general('outdir');
  return {
    season,
    skipTo,
    outdir,
    checkOnly: options.checkonly !== undefined && options.checkonly !== '',
    skipLightCurves: options.skip_lightcurves === true,
    propid: general('propid'),
    triggerMjd: options.mjdtrigger ?? ini.float('general', 'triggermjd'),
    envSetup: general('env_setup_file'),
    rootdir: local(general('rootdir')),
    db: general('db'),
    schema: general('schema'),
    bands: general('bands')
      .split(',')
      .map((band) => band.trim()),
    goodSnids: general('GoodSNIDs'),
    exposures: options.expnums ?? exposureList(ini),
    mlCut: ini.float('plots', 'mlscore_cut'),
    masterlist: keys(ini, 'masterlist', ['blacklist', 'filename_1', 'filename_2']),
    check: keys(ini, 'checkoutputs', ['logfile', 'ccdfile', 'goodfile', 'steplist']),
    force: {
      epochs: ini.integer('GWFORCE', 'numepochs_min'),
      ncore: ini.integer('GWFORCE', 'ncore'),
      writeDb: ini.boolean('GWFORCE', 'writeDB'),
    },
    host: keys(ini, 'HOSTMATCH', ['version']),
    truth: keys(ini, 'truthtable', ['filename', 'plusname']),
    make: keys(ini, 'GWmakeDataFiles', ['format', 'numepochs_min', '2nite_trigger']),
    real: keys(ini, 'GWmakeDataFiles-real', ['outFile_stdout', 'outDir_data', 'combined_fits']),
    fake: keys(ini, 'GWmakeDataFiles-fake', ['outFile_stdout', 'outDir_data', 'version']),
  };
}

function keys(ini, section, names) {
  return Object.fromEntries(names.map((name) => [name, ini.text(section, name)]));
}

/** One number per line; any other line, a blank one too, discards the whole list. */
function exposureList(ini) {
  const file = resolve(ini.text('general', 'indir'), ini.text('general', 'exposures_listfile'));
  const lines = (textOf(file) ?? '').replace(/\n$/, '').split('\n');
  if (lines.every((line) => /^\s*\d+\s*$/.test(line))) return lines.map((line) => line.trim());
  console.log('WARNING: List of exposures file not found or empty.');
  return [];
}
