/**
 * A night as large as any, on a true disk: exposures whose DAGs (59 search lines, 49 of templates) are
 * submitted, half of them settled. The grid is simulated within the rule file, a thousand times as
 * fast as the true one.
 */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ccd2, SEARCH_CCDS } from '../../targets/settings/domain.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NITE = '20170817';
const SEASON = '1600';
const TEMPLATE_LINES = 49;
const PNFS = 'sandbox/pnfs/des/persistent/gw';

/** What one command cost, and what it said. */
export interface Cost {
  readonly stats: number;
  readonly lists: number;
  readonly opens: number;
  /** The most memory that it took. */
  readonly mib: number;
  /** Seconds of the processor. */
  readonly cpu: number;
  readonly out: string;
  readonly code: number | null;
  /** When the queue was asked, in milliseconds. */
  readonly asked: readonly number[];
}

export interface Night {
  readonly dir: string;
  /** Runs desgw. */
  readonly desgw: (...args: readonly string[]) => Cost;
  readonly dispose: () => void;
}

/** Lays out so many exposures, the first half settled, and adopts what was submitted. */
export function nightOf(many: number): Night {
  const dir = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'desgw-night-')));
  const put = (path: string, text: string): void => {
    fs.mkdirSync(dirname(join(dir, path)), { recursive: true });
    fs.writeFileSync(join(dir, path), text);
  };
  const exposures = Array.from({ length: many }, (_, i) => String(700_001 + i));
  put('exposures.txt', exposures.map((exposure) => `${exposure}\n`).join(''));
  put('desgwfile.ts', RULES);
  const night: Night = {
    dir,
    desgw: (...args) => run(dir, args),
    dispose: () => fs.rmSync(dir, { recursive: true, force: true }),
  };
  const prepared = night.desgw('build', 'sandbox');
  if (prepared.code !== 0) throw new Error(prepared.out);
  put('sandbox/exposures.tsv', tableOf(dir, exposures));
  const lists = join(dir, 'sandbox/gw_workflow');
  for (const name of fs.readdirSync(lists))
    if (/^exposures.*\.list$/.test(name)) fs.rmSync(join(lists, name));
  for (const args of [
    ['adopt', 'season', '--as', SEASON],
    ['build', 'dagmaker.rc', 'exposures.list'],
  ]) {
    const { code, out } = night.desgw(...args);
    if (code !== 0) throw new Error(`${args.join(' ')}: ${out}`);
  }
  exposures.forEach((exposure, i) => {
    layOut(put, exposure, { settled: i < many / 2 });
  });
  return night;
}

function run(dir: string, args: readonly string[]): Cost {
  const [counts, asked] = [join(dir, 'counts'), join(dir, 'asked')];
  for (const path of [counts, asked]) fs.rmSync(path, { force: true });
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(ROOT, 'core/bin.cjs'), ...args],
    {
      cwd: dir,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      env: {
        ...process.env,
        NODE_OPTIONS: `--require ${join(ROOT, 'test/whole-night/counting.cjs')}`,
        DESGW_COUNTS: counts,
      },
    },
  );
  const lines = (path: string) =>
    fs.existsSync(path) ? fs.readFileSync(path, 'utf8').trimEnd().split('\n') : [];
  const last = JSON.parse(lines(counts).at(-1) ?? '{}');
  return { ...last, out: stdout + stderr, code: status, asked: lines(asked).map(Number) };
}

function tableOf(dir: string, exposures: readonly string[]): string {
  const [head = ''] = fs.readFileSync(join(dir, 'sandbox/exposures.tsv'), 'utf8').split('\n');
  const rows = exposures.map((exposure, i) =>
    [
      ...[exposure, NITE, (57982.5 + i / 1000).toFixed(6), '197.400000', '-23.30000', 'i'],
      ...['90.0', '2017B-0110', 'desgw', 'object', '0.60', 'DESGW: LIGO event G298048'],
    ].join('\t'),
  );
  return `${[head, ...rows].join('\n')}\n`;
}

type Put = (path: string, text: string) => void;

/** What DAGMaker and the submission left of an exposure, and the grid of a settled one. */
function layOut(put: Put, exposure: string, { settled }: { readonly settled: boolean }): void {
  const dag = `sandbox/gw_workflow/desgw_pipeline_${exposure}.dag`;
  put(dag, dagOf(exposure));
  put(`sandbox/gw_workflow/dagmaker_${exposure}.out`, 'made\n');
  const marker = {
    ...{ schema: 'desgw/submitted', version: 1, exposure, season: SEASON },
    ...{ job: `${exposure}.0@jobsub01.fnal.gov`, token: exposure, dag: '' },
    submitted: '2017-08-18T00:00:00.000Z',
  };
  put(`${dag}.submitted`, JSON.stringify(marker));
  const dp = `${PNFS}/exp/${NITE}/${exposure}/dp${SEASON}`;
  put(`${dp}/input_files/copy_pairs_for_${exposure}.sh`, '');
  for (const ccd of SEARCH_CCDS) {
    const own = `${dp}/i_${ccd2(ccd)}`;
    if (settled) put(`${own}/outputs_dp${SEASON}_${NITE}_${exposure}_i_${ccd2(ccd)}.tar.gz`, '');
    put(`${own}/ingest`, '');
    const force = `${PNFS}/forcephoto/images/dp${SEASON}/${NITE}`;
    const image = `WS${SEASON}_${exposure}_WS1974-233_combined_i_${ccd2(ccd)}+fakeSN_diff_mh`;
    if (settled) for (const type of ['fits', 'psf']) put(`${force}/${image}.${type}`, '');
  }
}

const OPTIONS =
  '-n --group=des --memory=2500MB --disk=70GB --cpu=1 --expected-lifetime=5h --need-storage-modify /des/persistent/gw/exp --need-storage-modify /des/persistent/gw/forcephoto -e GFAL_PLUGIN_DIR=/usr/lib64/gfal2-plugins';

function dagOf(exposure: string): string {
  const dummy = 'jobsub -n --group=des --memory=500MB --disk=100MB file://dummyjob.sh';
  const common = `-r 4 -p 7 -v gw8 -b i -d persistent -m gw -S dp${SEASON}`;
  const templates = Array.from(
    { length: TEMPLATE_LINES },
    (_, i) =>
      `jobsub ${OPTIONS} -N 60 file://SEdiff.sh ${common} -E ${300_000 + i} -n 20140517 -c 0 -C -t`,
  );
  const search = SEARCH_CCDS.map(
    (ccd) =>
      `jobsub ${OPTIONS} file://SEdiff.sh ${common} -E ${exposure} -n ${NITE} -c ${ccd} -C -T SNSTAR_${exposure}_${ccd}_r4p7.LIST -V SNVETO_${exposure}_${ccd}_r4p7.LIST`,
  );
  const monitor = `jobsub ${OPTIONS} file://RUNMON.sh -r r4p7 -p dp${SEASON} -E ${exposure} -n ${NITE} -d persistent -m gw`;
  const parallel = (lines: readonly string[]): string =>
    `<parallel>\n${lines.join('\n')}\n</parallel>\n`;
  return [
    parallel([dummy, ...templates]),
    parallel(search),
    `<serial>\n${monitor}\n</serial>\n`,
  ].join('');
}

/** Exposures end one after the other, a CCD in half a second of the true grid's ten minutes. */
const RULES = `import * as fs from 'node:fs';
import { defineBuild } from 'desgw';
import { followUp, followUpParams, sandbox } from 'desgw/targets';
const here = sandbox();
const ids = () => fs.readFileSync('exposures.txt', 'utf8').trim().split('\\n');
const DP = (exposure) => '${PNFS}/exp/${NITE}/' + exposure + '/dp${SEASON}/';
const open = (exposure) => fs.readdirSync(DP(exposure)).filter((name) =>
  name.startsWith('i_') && !fs.readdirSync(DP(exposure) + name).some((file) => file.startsWith('outputs_')));
const begun = Date.now();
let ended = 0;
const queue = {
  dry: false, timeout: 60,
  ask: async () => {
    fs.appendFileSync('asked', Date.now() + '\\n');
    const second = ids().slice(ids().length / 2);
    const jobs = [];
    for (const exposure of second) {
      const left = open(exposure);
      while (left.length > 0 && ended < Number(process.env.DESGW_ENDING ?? 0) * (Date.now() - begun) / 1000) {
        const ccd = left.shift();
        fs.writeFileSync(DP(exposure) + ccd + '/outputs_' + ccd + '.tar.gz', '');
        ended += 1;
      }
      if (left.length === 0) continue;
      const common = { submission: exposure, token: exposure, status: 'running', labels: { exposure, season: '${SEASON}' } };
      jobs.push({ ...common, id: exposure + '.0@jobsub01.fnal.gov' });
      left.forEach((ccd, i) => jobs.push({ ...common, id: exposure + i + '.0@jobsub01.fnal.gov', node: 'stage_' + ccd }));
    }
    return { state: 'seen', jobs, answered: { schedds: ['jobsub01.fnal.gov', 'jobsub02.fnal.gov'], silent: [] } };
  },
};
const site = { ...here, adapters: { ...here.adapters, queue } };
export default defineBuild({
  goal: 'exposure.list', adapters: site.adapters, params: followUpParams(site), openParams: true,
  rules: (params) => followUp(site, 'exposures.txt', params),
});
`;
