/** A small simulated site inside the workspace: stand-ins for the outside world, real everything else. */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { copy, type Exec, exec, target } from '../../core/index.ts';
import { jobsub } from '../grid/jobsub.ts';
import type { JobsubOptions } from '../grid/jobsub-commands.ts';
import { jobsubChecks } from '../grid/jobsub-doctor.ts';
import { watchedQueue } from '../grid/work.ts';
import { sqliteSeasons } from '../seasons/registry.ts';
import { PREPARATION } from '../settings/phases.ts';
import { credentialsLook, renewals } from './credentials-look.ts';
import { fileExposures } from './exposure-database.ts';
import { CALIBRATION } from './fermilab.ts';
import { otherRuns } from './other-runs.ts';
import { packageFile } from './package.ts';
import type { Site } from './site.ts';

/** Where the sandbox is unpacked. */
const ROOT = 'sandbox';

/** Said first by every build. */
const NOTICE = `this is a simulated site: exposures, grid and season tables under ${ROOT}/ are made up`;

/** The twelve exposures of the sandbox's night, one number a line. */
export const sandboxExposures = (): string => packageFile('templates/sandbox/exposures.txt');

/** What may be tried at the sandbox beside the ordinary. */
export interface SandboxOptions {
  readonly isolate?: boolean;
  /** Submissions need a ticket, whose length the dial `credentials.ticket` says. */
  readonly credentials?: boolean;
  /** Others post process on this host, too: they are looked for, and waited for. */
  readonly sharedHost?: boolean;
}

/**
 * The sandbox site. Its first target unpacks the stand-in programs under `sandbox/` and makes the
 * season database; nothing that is there already is touched, so its data may be kept and edited.
 */
export function sandbox(options: SandboxOptions = {}): Site {
  const env = { HOME: `{workspace}/${ROOT}/home`, USER: 'desgw' };
  const bin = `{workspace}/${ROOT}/bin`;
  const gwWorkflow = `${ROOT}/gw_workflow`;
  const passEnv = ['DESGW_SANDBOX_DIALS'];
  const said = jobsubOf(bin, env, passEnv);
  const grid = jobsub(said);
  return {
    name: 'sandbox',
    gwWorkflow,
    isolate: options.isolate ?? false,
    postProcessing: `${ROOT}/Post-Processing`,
    testingSuite: `${ROOT}/DESGW-Pipeline-Testing-Suite`,
    pnfs: `${ROOT}/pnfs/des/persistent/gw`,
    rawImages: [`${ROOT}/dts/{nite}`],
    calibration: CALIBRATION.map((name) => `${ROOT}/pnfs/des/persistent/desgw/${name}`),
    rootdir: undefined,
    outdir: './outputs',
    event: { ligoid: 'GW170817', propid: '2017B-0110', triggermjd: '57982.529' },
    registry: `${ROOT}/seasons-claimed`,
    dagmaker: './DAGMaker.sh',
    programs: { python: `${bin}/python` },
    grid,
    checks: jobsubChecks(said),
    env,
    passEnv,
    imageSetup: { script: `${gwWorkflow}/setup_img_proc.sh`, cwd: gwWorkflow },
    fixedPostproc: false,
    settleAfter: 600,
    settleDelay: 1,
    postprocSilence: 120,
    services: undefined,
    adapters: {
      seasons: sqliteSeasons({ file: `${ROOT}/seasons.db` }),
      queue: { ...watchedQueue(grid), notice: NOTICE },
      exposures: fileExposures(`${ROOT}/exposures.tsv`),
      ...(options.sharedHost === true ? { postprocessing: otherRuns() } : {}),
      ...(options.credentials === true ? { credentials: ticketAt(bin, { env, passEnv }) } : {}),
    },
    ...(options.credentials === true ? { credentials: renewalsAt(bin, { env, passEnv }) } : {}),
    setup: [unpack()],
  };
}

function jobsubOf(bin: string, env: Site['env'], passEnv: readonly string[]): JobsubOptions {
  const jobsubEnv = [...passEnv, 'OTEL_*', 'JOBSUB_*'];
  return {
    programs: {
      submit: `${bin}/jobsub_submit_dag`,
      queue: `${bin}/jobsub_q`,
      remove: `${bin}/jobsub_rm`,
      release: `${bin}/jobsub_release`,
      logs: `${bin}/jobsub_fetchlog`,
      collector: `${bin}/condor_status`,
    },
    group: 'des',
    role: 'desgw',
    storageModify: ['/des/persistent/gw/exp', '/des/persistent/gw/forcephoto'],
    env,
    passEnv: jobsubEnv,
    environment: {
      script: `${ROOT}/etc/profile.d/jobsub_lite.sh`,
      passEnv: jobsubEnv,
    },
    timeout: 20,
  };
}

const renewalsAt = (bin: string, surroundings: Pick<Exec, 'env' | 'passEnv'>) =>
  renewals(
    { kinit: `${bin}/kinit`, htgettoken: `${bin}/htgettoken` },
    { experiment: 'des', role: 'desgw' },
    surroundings,
  );

const ticketAt = (bin: string, surroundings: Pick<Exec, 'env' | 'passEnv'>) =>
  credentialsLook({
    klist: exec([`${bin}/klist`], { ...surroundings, timeout: 10 }),
    tokens: (workspace) => ({
      bearer: join(workspace, ROOT, 'home/bt_token_des_desgw'),
      vault: join(workspace, ROOT, 'home/vt'),
    }),
  });

function unpack() {
  const templates = packageFile('templates/sandbox');
  const sqlite = createRequire(import.meta.url).resolve('node-sqlite3-wasm');
  return target('sandbox', {
    doc: 'the simulated site: stand-in programs, a night of exposures, a season database',
    phase: PREPARATION,
    inputs: filesBelow(templates),
    outputs: [
      { path: `${ROOT}/README.md`, quiet: true },
      { path: `${ROOT}/seasons.db`, quiet: true },
    ],
    recipe: [copy(templates, ROOT), exec(['node', `${ROOT}/lib/setup.mjs`, sqlite])],
  });
}

/** Every file of the stand-ins, so that a new version of desgw brings its own along. */
function filesBelow(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
