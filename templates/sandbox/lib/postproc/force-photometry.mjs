/** Step 2: forcePhoto_master.pl. Its return code is ignored by run_postproc.py. */
import fs from 'node:fs';
import { join } from 'node:path';
import { namesIn, put, takePlace } from '../files.mjs';
import { noteSeason } from '../seasons.mjs';
import { ROOT } from '../site.mjs';
import { candidatesOf, recordCandidates } from './candidates.mjs';
import { waitForEver } from './python.mjs';

/** Held while force photometry runs: only one at a time on a host. */
const LOCK = join(ROOT, 'forcephoto.lock');

export function forcePhotometry(job) {
  if (!takePlace(LOCK)) {
    console.log('ABORT: force job already running.');
    return;
  }
  try {
    master(job);
  } finally {
    fs.rmSync(LOCK, { force: true });
  }
}

function master({ season, force, stamp, dials }) {
  const images = process.env.TOPDIR_SNFORCEPHOTO_IMAGES;
  const dir = join(process.env.TOPDIR_SNFORCEPHOTO_OUTPUT, `${stamp}_DESY${season}`);
  fs.mkdirSync(dir, { recursive: true });
  const epochs = `-season ${season} -numepochs_min ${force.epochs} -ncore ${force.ncore}`;
  const today = stamp.slice(0, 8);
  const command = `forcePhoto_master.pl ${epochs} -noprompt -SKIP_CORRUPTFILE -nite_max ${today}${force.writeDb ? ' -writeDB' : ''}`;
  put(join(dir, 'AAA_forcePhoto_master_COMMAND.LOG'), `${command}\n`);
  put(join(dir, `forcePhoto_${stamp}.input`), `TOPDIR_IMAGES: ${images}\n`);
  if (Number(season) > 10) put(join(dir, 'INTERNAL_SEASON.DAT'), `SEASON: ${season}\n`);
  const linked = namesIn(images).some((nite) => namesIn(join(images, nite)).length > 0);
  finishScript(dir, 'RUN000_MAKELIST', linked ? 0 : 1);
  put(join(dir, `forcePhoto_${stamp}_makeList.stdout`), `${images}\n`);
  if (!linked) {
    put(join(dir, 'MAKEFORCELIST.ABORT'), 'no images\n');
    return;
  }
  const scripts = scriptsFor(force.ncore);
  scripts.forEach(([first, last], i) => {
    const range = `_ccdnum${pad(first, 2)}-${pad(last, 2)}`;
    put(join(dir, `forcePhoto_${stamp}${range}.out`), '');
    put(join(dir, `forcePhoto_${stamp}${range}.stdout`), `CCDs ${first} to ${last}\n`);
    finishScript(dir, `RUN${pad(i + 1, 3)}_FORCEPHOTO`, 0);
  });
  // It waits for as many .DONE files as there are cores, even if it made fewer scripts.
  if (scripts.length < force.ncore) waitForEver(`waiting for ${force.ncore} DONE files`);
  const known = candidatesOf(season).length > 0;
  recordCandidates(season, images, dials);
  if (force.writeDb && !known) noteSeason(season);
}

/** Ranges of CCDs, one for each script: 62 CCDs in equal parts, the last one smaller. */
function scriptsFor(ncore) {
  const size = Math.ceil(62 / ncore);
  return Array.from({ length: Math.ceil(62 / size) }, (_, i) => [
    i * size + 1,
    Math.min(62, (i + 1) * size),
  ]);
}

function finishScript(dir, name, code) {
  put(join(dir, name), '#!/bin/bash\n');
  put(join(dir, `${name}.LOG`), `RETURN CODE: ${code}\n`);
  put(join(dir, `${name}.DONE`), '');
}

const pad = (number, width) => String(number).padStart(width, '0');
