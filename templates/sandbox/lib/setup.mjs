/**
 * Makes what a copied sandbox lacks: the files that people edit (first versions in initial/), HOME,
 * the pnfs tree, the state of the grid, the season tables. Run as
 * `node sandbox/lib/setup.mjs <path of the module node-sqlite3-wasm>`. What exists is left alone,
 * so it may be run again at any time; run_postproc.py follows the dial postproc.fixed.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { dialsFor } from './dials.mjs';
import { exposureDatabase } from './exposures.mjs';
import { namesIn, put, putNew, textOf } from './files.mjs';
import { placesOf, writeSeCcd, writeSeWhole } from './pnfs.mjs';
import { scriptText } from './postproc/script.mjs';
import { createSeasonTables } from './seasons.mjs';
import { GRID, PNFS, ROOT, stop } from './site.mjs';
import { TEMPLATE_CCDS } from './sky.mjs';

/**
 * Templates whose single-epoch output is there already. Two that the night needs as well are left
 * out, 311526 and 311527, so that its DAGs carry a job for a template.
 */
const PROCESSED = '189213 191877 277402 277403 405118 428812 528331 528332'.split(' ');
/** The request and attempt of templates/dagmaker.rc. */
const RP = 'r4p7';

const driver = process.argv[2];
if (driver === undefined) stop('usage: node sandbox/lib/setup.mjs <path of node-sqlite3-wasm>', 2);

for (const name of namesIn(join(ROOT, 'initial'))) {
  putNew(join(ROOT, name), textOf(join(ROOT, 'initial', name)));
}
makeHome();
makeExecutable();
makeTrees();
processTemplates();
writeScript();
putNew(join(GRID, 'driver'), `${driver}\n`);
createSeasonTables(createRequire(import.meta.url)(driver));

function makeHome() {
  const home = join(ROOT, 'home');
  const section = (name) =>
    `[${name}]\nuser = sandbox\npasswd = none\nname = sandbox\nserver = localhost\nport = 1\n`;
  const files = {
    '.pgpass': 'localhost:1:sandbox:sandbox:none\n',
    '.desservices.ini': ['db-sn-test', 'db-dessci', 'db-destest'].map(section).join('\n'),
    '.wgetrc-desdm': 'user = sandbox\n',
  };
  for (const [name, text] of Object.entries(files)) {
    putNew(join(home, name), text);
    fs.chmodSync(join(home, name), 0o600);
  }
}

/** A copy may have lost its modes. */
function makeExecutable() {
  for (const dir of ['bin', 'gw_workflow', 'Post-Processing']) {
    for (const name of namesIn(join(ROOT, dir))) {
      if (dir === 'bin' || /\.(sh|csh|pl)$/.test(name)) fs.chmodSync(join(ROOT, dir, name), 0o755);
    }
  }
}

function makeTrees() {
  const trees = ['persistent/gw/exp', 'persistent/gw/forcephoto/images', 'scratch/gw/dts'];
  for (const tree of trees) fs.mkdirSync(join(PNFS, 'des', tree), { recursive: true });
  for (const name of ['desdmLiby1e2.py', 'expCalib-isaac-BBH.py', 'makeWSTemplates_Nora.sh'])
    putNew(join(PNFS, 'des/persistent/desgw', name), `# ${name}: jobs fetch it when they run\n`);
  fs.mkdirSync(GRID, { recursive: true });
  for (const log of ['submissions.log', 'history.log']) {
    fs.closeSync(fs.openSync(join(GRID, log), 'a'));
  }
}

function processTemplates() {
  for (const { expnum, nite, band } of exposureDatabase()) {
    if (!PROCESSED.includes(expnum)) continue;
    const { exp } = placesOf({
      cache: 'persistent',
      schema: 'gw',
      nite,
      exposure: expnum,
      procnum: '',
    });
    if (fs.existsSync(exp)) continue;
    // Whole or not at all: half of one would be left alone for ever, and change every DAG that needs it.
    const half = join(dirname(exp), `.${expnum}.half`);
    fs.rmSync(half, { recursive: true, force: true });
    fs.mkdirSync(half, { recursive: true });
    for (const ccd of TEMPLATE_CCDS) {
      writeSeCcd(half, { exposure: expnum, band, ccd, rp: RP }, fs.writeFileSync);
    }
    writeSeWhole(half, { exposure: expnum, rp: RP });
    fs.renameSync(half, exp);
  }
}

function writeScript() {
  const path = join(ROOT, 'Post-Processing', 'run_postproc.py');
  const text = scriptText(dialsFor().postproc.fixed);
  if (textOf(path) !== text) put(path, text);
}
