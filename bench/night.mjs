/**
 * The CCDs of a night, judged by desgw and by the scripts' way (two globs in every CCD directory), on the
 * same tree. Prints ratios only, medians over rounds in which each runs once.
 *
 *   node bench/night.mjs [--exposures 200] [--rounds 3]
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const BIN = fileURLToPath(new URL('../core/bin.cjs', import.meta.url));
const { values: options } = parseArgs({
  options: {
    exposures: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '3' },
  },
});
const [NITE, BAND, SEASON] = ['20230519', 'i', '1600'];
const CCDS = Array.from({ length: 62 }, (_, i) => i + 1).filter((n) => ![2, 31, 61].includes(n));
/** A build with nothing to do is remembered once nothing has changed for three seconds. */
const REMEMBERED_MS = 4000;

const GLOBS = `import glob, sys
found = 0
for ccd in glob.glob(sys.argv[1] + '/*/*/dp' + sys.argv[2] + '/*_*'):
    failed = glob.glob(ccd + '/*.FAIL')
    found += 1 if glob.glob(ccd + '/outputs*') and not failed else 0
print(found)
`;

function put(dir, names) {
  mkdirSync(dir, { recursive: true });
  for (const name of names) writeFileSync(join(dir, name), '');
}

/** Every CCD complete, with its two files for force photometry. */
function layOut(root) {
  const exposures = Array.from({ length: Number(options.exposures) }, (_, i) => 700_001 + i);
  for (const exposure of exposures) {
    const ccds = CCDS.map((ccd) => `${BAND}_${String(ccd).padStart(2, '0')}`);
    for (const ccd of ccds) {
      const name = `${exposure}_${ccd}`;
      const files = [`outputs_${name}.tar`, `${name}.sci.fits`, `${name}.stdout`, `${name}.stderr`];
      put(join(root, 'exp', NITE, `${exposure}`, `dp${SEASON}`, ccd), files);
    }
    const force = ccds.flatMap((ccd) =>
      ['fits', 'psf'].map((type) => `D${exposure}_${ccd}_sci.${type}`),
    );
    put(join(root, 'forcephoto/images', `dp${SEASON}`, NITE, `${exposure}`), force);
  }
  return exposures;
}

function workspace(dir, pnfs, exposures) {
  for (const name of ['gw_workflow', 'Post-Processing', 'seasons'])
    mkdirSync(join(dir, name), { recursive: true });
  writeFileSync(
    join(dir, 'output.txt'),
    `[${exposures.map((exposure) => `${exposure} ${BAND}`).join(', ')}]\n${SEASON}\n`,
  );
  writeFileSync(
    join(dir, 'desgwfile.ts'),
    `import { defineBuild } from 'desgw';
import { fermilab, followUp, followUpParams } from 'desgw/targets';
const site = fermilab({
  gwWorkflow: '${dir}/gw_workflow', postProcessing: '${dir}/Post-Processing',
  registry: '${dir}/seasons', pnfs: '${pnfs}',
});
export default defineBuild({
  goal: 'exposure.list', adapters: site.adapters, params: followUpParams(site), openParams: true,
  rules: (params) => followUp(site, ['${exposures[0]}'], params),
});
`,
  );
}

function run(argv, cwd) {
  const begun = process.hrtime.bigint();
  const { status, stdout, stderr } = spawnSync(argv[0], argv.slice(1), { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return Number(process.hrtime.bigint() - begun) / 1e6;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const dir = mkdtempSync(join(tmpdir(), 'bench-night-'));
try {
  const ws = join(dir, 'ws');
  const pnfs = join(ws, 'pnfs');
  workspace(ws, pnfs, layOut(pnfs));
  const desgw = [process.execPath, BIN, 'build', 'exposure.list', '--from-output', 'output.txt'];
  const globs = ['python3', '-c', GLOBS, join(pnfs, 'exp'), SEASON];
  const ratios = { 'from nothing': [], 'with records, nothing changed': [] };
  for (let round = 0; round < Number(options.rounds); round++) {
    rmSync(join(ws, '.desgw'), { recursive: true, force: true });
    rmSync(join(ws, 'image_proc_outputs'), { recursive: true, force: true });
    ratios['from nothing'].push(run(desgw, ws) / run(globs, ws));
    await sleep(REMEMBERED_MS);
    run(desgw, ws);
    ratios['with records, nothing changed'].push(run(desgw, ws) / run(globs, ws));
  }
  for (const [what, found] of Object.entries(ratios))
    console.log(
      `${options.exposures} exposures, ${what}: desgw / scripts = ${median(found).toFixed(2)}x`,
    );
} finally {
  rmSync(dir, { recursive: true, force: true });
}
