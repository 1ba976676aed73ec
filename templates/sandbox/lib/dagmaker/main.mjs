/**
 * Stand-in for the body of DAGMaker.sh; the shell script has checked the arguments and sourced
 * dagmaker.rc. Prints, exits and leaves behind what the true one does.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { recordCall, troubleOf } from '../calls.mjs';
import { dialsFor, paced } from '../dials.mjs';
import { parseList } from '../exposures.mjs';
import { linesOf, put, textOf } from '../files.mjs';
import { makeSearchDirectories, placesOf, seState, writeSeWhole } from '../pnfs.mjs';
import { die, pause, ROOT } from '../site.mjs';
import { BANDS, fieldOf, SEARCH_CCDS } from '../sky.mjs';
import * as dag from './dag-text.mjs';
import { list1, list2, overlapsOf, whyNot } from './overlaps.mjs';
import { copyToDcache, writeInputs } from './products.mjs';
import { settingsBlock, settingsFrom } from './settings.mjs';

const say = (line = '') => console.log(line);
const quit = (code, line) => {
  say(line);
  process.exit(code);
};

const exposures = process.argv.slice(2);
const exposure = exposures[0];
// The script takes the lowest number for the overlaps and the first for the file names.
const lowestFirst = exposures.every((other) => Number(other) >= Number(exposure));
const settings = settingsFrom(process.env);
const dials = dialsFor(exposure);
const calls = recordCall('DAGMaker.sh', exposure);
const trouble = (name) => troubleOf(dials.dagmaker[name], calls);
const work = `mytemp_${exposure}`;
const scratch = `syspfiles_${process.pid}`;
const dagFile = `desgw_pipeline_${exposure}.dag`;
const searchFile = `search_${exposure}.dag`;

prepare();
const search = searchImage();
const templates = chooseTemplates();
finish();

/** Everything before the first look at the exposure. */
function prepare() {
  for (const line of settingsBlock(settings)) say(line);
  for (const name of ['.pgpass', '.desservices.ini', '.wgetrc-desdm']) {
    const path = join(homedir(), name);
    if (!fs.existsSync(path)) quit(2, `Error: ${path} not found.`);
  }
  if (fs.existsSync(work)) {
    say(`RM_MYTEMP flag was set, so we are deleting the pre-existing ${work} dir`);
    fs.rmSync(work, { recursive: true });
  }
  say('set up environment, and handy commands');
  fs.mkdirSync(scratch);
  put('dummyjob.sh', '#!/bin/bash\necho "dummy job"\nexit 0\n');
  fs.chmodSync('dummyjob.sh', 0o775);
  say('prep the list files');
  if (!fs.existsSync('exposures.list')) {
    spawnSync('./getExposureInfo.sh', { stdio: 'inherit' });
    fs.rmSync(join(work, 'KH_diff.list2'), { force: true });
  }
  const rows = parseList(textOf('exposures.list'));
  for (const band of BANDS.filter((name) => name !== 'VR')) {
    const file = `exposures_${band}.list`;
    if (fs.existsSync(file)) continue;
    const own = rows.filter((row) => row.band === band);
    fs.writeFileSync(file, own.map((row) => `${row.line}\n`).join(''));
  }
}

/** The row of the search image; its first two files are begun. */
function searchImage() {
  const row = parseList(textOf('exposures.list')).find(
    (candidate) => candidate.expnum === exposure,
  );
  if (row === undefined || !BANDS.includes(row.band)) {
    quit(
      1,
      'Error with setting band. Check exposures.list to see if there is a problem with this exposure. Exiting...',
    );
  }
  fs.mkdirSync(work);
  fs.symlinkSync(`../exposures_${row.band}.list`, join(work, `exposures_${row.band}.list`));
  fs.writeFileSync(dagFile, `<parallel>\n${dag.DUMMY_LINE(settings)}\n`);
  fs.writeFileSync(searchFile, '<parallel>\n');
  return row;
}

/** Goes through the overlaps as the script does; the templates that survive. */
function chooseTemplates() {
  if (!lowestFirst) {
    writeLists([], []);
    return [];
  }
  say(`Setting t_eff cut to ${settings.teffCut(search.band)}`);
  say('figure out overlaps');
  pause(paced(dials.dagmaker.seconds / 2, dials));
  if (trouble('dieAt') === 'overlaps') die();
  const band = parseList(textOf(`exposures_${search.band}.list`));
  const { considered, overlaps } = overlapsOf(exposure, band);
  if (overlaps.length === 0) return withoutSearchImage();
  const used = trouble('noTemplates') ? overlaps.slice(0, 1) : overlaps;
  say(considered);
  say(`NOVERLAPS ${used.length}`);
  writeLists(used.slice(1), used.slice(1));
  const blacklist = new Set(linesOf(textOf('SE_blacklist.txt')).map((line) => line.trim()));
  const kept = used.filter((row) => tryImage(row, blacklist));
  const chosen = kept.filter((row) => row.expnum !== exposure);
  writeLists(chosen, used.slice(1));
  return chosen;
}

/** The overlap script stumbles over a search image that is not in its list, and the rest goes on. */
function withoutSearchImage() {
  for (let i = 0; i < 3; i++) process.stderr.write('expinfo: Subscript out of range.\n');
  process.stderr.write('./DAGMaker.sh: line 721: ((: i<=: syntax error: operand expected\n');
  process.stderr.write('./DAGMaker.sh: line 750: [: -le: unary operator expected\n');
  say('NOVERLAPS ');
  search.refused = true;
  search.lost = true;
  return [];
}

/** One image of the overlap list; true when it goes on as template (or is the search image). */
function tryImage(row, blacklist) {
  const isSearch = row.expnum === exposure;
  say('get expnum, nite info');
  say('try to use this exposure');
  if (isSearch) say('this is the search image; dont apply teff cuts');
  const reason = whyNot(row, search, settings, blacklist);
  if (reason !== undefined) {
    say(reason);
    if (isSearch) search.refused = true;
    return false;
  }
  say();
  say(
    `overlapnum = ${row.expnum} , overlapnite = ${row.nite} , explength = ${row.exptime.toFixed(1)}, teff = ${row.teff}`,
  );
  say('checking if image has been SE processed already');
  const places = placesFor(row);
  const state = seStateOf(row, places);
  const redo = settings.IGNORECALIB === 'true' && state.images >= 59 && state.zeroPoints < 59;
  let found = true;
  if (state.complete) {
    say(`SE proc. already complete for exposure ${row.expnum}`);
  } else if (!isSearch && settings.SKIP_INCOMPLETE_SE === 'true') {
    say(`removing overlap ${row.expnum} from diff.list file`);
    return false;
  } else {
    found = fetchRaw(row, places.raw);
  }
  if (isSearch || !state.complete) {
    say('add the SE+diff jobs to the dag');
    const lines = isSearch
      ? dag.searchLines(settings, row, redo)
      : [dag.templateLine(settings, row, redo)];
    fs.appendFileSync(isSearch ? searchFile : dagFile, `${lines.join('\n')}\n`);
  }
  say();
  return found;
}

function placesFor(row) {
  const { DESTCACHE: cache, SCHEMA: schema, procnum } = settings;
  return placesOf({ cache, schema, nite: row.nite, exposure: row.expnum, procnum });
}

function seStateOf(row, places) {
  const asked = {
    exposure: row.expnum,
    rp: settings.rp,
    calibrated: settings.SEARCH_OPTS.includes('-C'),
  };
  const state = seState(places.exp, asked);
  // getcorners.sh makes the .out file from the images when only that is missing.
  if (state.complete) writeSeWhole(places.exp, asked);
  return state;
}

/** Brings the raw image to dCache; false when it is to be had nowhere. */
function fetchRaw(row, path) {
  const own = dialsFor(row.expnum).dagmaker;
  const on = (name) => (row.expnum === exposure ? trouble(name) : troubleOf(own[name], 0));
  if (fs.existsSync(path)) {
    say('Raw image present in dCache');
  } else if (fs.existsSync(arrived(row))) {
    say('Raw image not present in dcache; transferring from /data/des30.b');
    say('... trying from des51.b');
    put(path, textOf(arrived(row)));
  } else if (on('rawMissing') || isOfTonight(row)) {
    say('Raw image not present in dcache; transferring from /data/des30.b');
    say('... trying from des51.b');
    say(
      ` Raw image for exposure ${row.expnum} not in dcache and not in /data/des30.b or /data/des51.b. Try to tansfer from NCSA...`,
    );
    say(`wget failed! Will try to get image ${row.expnum} ${row.nite} from NOAO.`);
    return false;
  } else {
    say('Raw image not present in dcache; transferring from /data/des30.b');
    if (on('cpFailed')) quit(2, 'cp failed!');
    put(path, `raw image ${row.expnum} ${row.nite} ${row.band}\n`);
  }
  if (Number(settings.DO_HEADER_CHECK) === 1 && on('headerFails')) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    fs.rmSync(path);
    quit(1, `Error copying edited file ${name} back to dCache!`);
  }
  return true;
}

/** Where images of the camera arrive, as on des51.b. */
function arrived({ expnum, nite }) {
  return join(ROOT, 'dts', nite, `DECam_${expnum.padStart(8, '0')}.fits.fz`);
}

/** Others have arrived long ago. */
function isOfTonight({ mjd }) {
  const hours = (Date.now() / 86_400_000 + 40_587 - Number(mjd)) * 24;
  return hours >= 0 && hours < 12;
}

function writeLists(chosen, all) {
  put(join(work, 'KH_diff.list1'), list1(search, chosen, all));
  put(join(work, 'KH_diff.list2'), list2(search, all));
  put(join(work, 'KH.list'), `${exposure}\n`);
}

/** The rest of the DAG, the inputs, the copies; the submit command comes last. */
function finish() {
  if (trouble('dieAt') === 'dag') die();
  if (!lowestFirst) {
    // The malformed line that the script makes of a list whose first number is not the lowest.
    fs.appendFileSync(
      dagFile,
      `${dag.templateLine(settings, { ...search, expnum: '0' }, false)}\n`,
    );
  }
  const bare = templates.length === 0;
  if (bare && !search.lost)
    say(`There appear to be no templates for this exposure ${exposure}. Diffimg will fail.`);
  const field = fieldOf(search.ra, search.dec);
  const lines = ['</parallel>', ...linesOf(textOf(searchFile)), '</parallel>'];
  if (!bare) lines.push('<serial>', dag.monitorLine(settings, search, field), '</serial>');
  fs.appendFileSync(dagFile, `${lines.join('\n')}\n`);

  // A refused search image leaves the script without a night: it copies to exp//EXP.
  const nite = search.refused ? '' : search.nite;
  const places = placesFor({ ...search, nite });
  writeInputs({ work, settings, search, templates, field, places });
  for (const ccd of SEARCH_CCDS)
    say(`newlink = ${work}/${settings.procnum}/${search.band}_${String(ccd).padStart(2, '0')}`);
  pause(paced(dials.dagmaker.seconds / 2, dials));
  if (trouble('dieAt') === 'copy') die();
  if (!fs.existsSync(places.night)) say('Creating output directory for search night');
  if (!fs.existsSync(places.exp)) say('Creating output directory for search image');
  makeSearchDirectories(places, SEARCH_CCDS, { nite, field, band: search.band });
  copyToDcache({ work, settings, places, copyError: trouble('copyError'), say });

  const command = dag.submitCommand(settings, exposure);
  put(join(work, 'DAGMaker.DONE'), `${command}\n`);
  fs.rmSync(scratch, { recursive: true });
  if (bare && !search.lost) say('NO TEMPLATE IMAGES, DIFFIMG WILL FAIL');
  say('To submit this DAG do');
  say(command);
}
