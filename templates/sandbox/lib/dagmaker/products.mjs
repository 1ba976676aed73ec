/** What DAGMaker puts into mytemp_EXP and copies to dCache. */
import fs from 'node:fs';
import { join } from 'node:path';
import { namesIn, put } from '../files.mjs';
import { copyFiles, placesOf } from '../pnfs.mjs';
import { SEARCH_CCDS, two } from '../sky.mjs';
import { tarGz } from '../tar.mjs';

/** Fills mytemp_EXP: scripts for every CCD, input files, the description of the exposure. */
export function writeInputs({ work, settings, search, templates, field, places }) {
  const { expnum, nite, band } = search;
  const top = join(work, settings.procnum);
  const input = join(top, 'input_files');
  const about = `EXPNUM: ${expnum}\nNITE: ${nite}\nBAND: ${band}\nFIELD: ${field}\nSEASON: ${settings.SEASON}\nWRITEDB: ${settings.WRITEDB}\n`;
  for (const ccd of SEARCH_CCDS) {
    const dir = join(top, `${band}_${two(ccd)}`);
    fs.mkdirSync(dir, { recursive: true });
    fs.writeFileSync(
      join(dir, `RUN_ALL-${band}_${two(ccd)}`),
      `#!/bin/bash\n# ${expnum} ccd ${ccd}\n`,
    );
  }
  put(join(input, 'SN_cuts.filterObj'), `${about}MINIMUM_SN: 3.5\n`);
  put(join(input, `copy_pairs_for_${expnum}.sh`), copyPairs(templates, settings));
  for (const kind of ['filterObj', 'fakeMatch', 'autoScan', 'makeCand']) {
    const list = SEARCH_CCDS.map((ccd) => `${band}_${two(ccd)}/${kind}.out\n`).join('');
    put(join(top, `SN_mon_${nite}_${field}_${kind}.list`), list);
  }
  put(join(top, 'FILTERCHIPLIST'), SEARCH_CCDS.map((ccd) => `${band} ${two(ccd)}\n`).join(''));
  put(join(top, 'PROCFILES.LIST'), `${places.exp}\n`);
  put(join(top, 'EMPTY.LIST'), '');
  put(join(work, `INTERNAL_INFO_${expnum}_tile1.KH`), about);
  put(join(work, `MAKE_DIFFIMG_DIRS_${expnum}.INPUT`), about);
  put(join(work, `WSinput_${nite}_${field}.lis`), `${expnum}\n`);
  put(join(work, `${expnum}_run_inputs.tar.gz`), tarGz({ 'RUN_INPUTS.txt': about }));
  fs.symlinkSync('.', join(work, 'JOBDIR'));
}

/** Copies the inputs; `copyError` names what cannot be copied: inputFiles, inputs or wsDiff. */
export function copyToDcache({ work, settings, places, copyError, say }) {
  const top = join(work, settings.procnum);
  const tar = namesIn(work).find((name) => name.endsWith('_run_inputs.tar.gz'));
  const target = join(places.dp, 'input_files');
  const copy = process.env.USER === 'desgw' ? 'cp -r' : 'ifdh cp -D';
  say('File EMPTY.LIST has zero length; skipping copy');
  say('now doing coy of input_files directory');
  say(`copydcmd = ${copy} ${join(top, 'input_files')} ${places.dp}/`);
  fs.rmSync(target, { recursive: true, force: true });
  if (copyError === 'inputFiles') say('Error copying data dir!!!!');
  else copyFiles(join(top, 'input_files'), target);
  say('ls first:');
  for (const name of namesIn(places.dp)) say(name);
  if (copyError === 'inputs') {
    say('Error copying input files to dCache!!!!');
  } else {
    const plain = (name) =>
      fs.statSync(join(top, name)).isFile() && fs.statSync(join(top, name)).size > 0;
    copyFiles(top, places.dp, namesIn(top).filter(plain));
    copyFiles(work, places.dp, [tar]);
  }
  if (copyError !== 'wsDiff' && fs.existsSync(join(work, 'KH_diff.list1'))) {
    put(join(places.exp, 'WS_diff.list'), fs.readFileSync(join(work, 'KH_diff.list1')));
  }
}

function copyPairs(templates, settings) {
  const outs = templates.map(({ expnum, nite }) => {
    const { DESTCACHE: cache, SCHEMA: schema, procnum } = settings;
    return join(placesOf({ cache, schema, nite, exposure: expnum, procnum }).exp, `${expnum}.out`);
  });
  return `ifdh cp -D ${outs.join(' ')} $TOPDIR_WSTEMPLATES/pairs/\n`;
}
