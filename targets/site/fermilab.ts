/** The real site. */
import { existsSync } from 'node:fs';
import { exec } from '../../core/index.ts';
import { postprocImports } from '../doctor/python.ts';
import { jobsub } from '../grid/jobsub.ts';
import type { JobsubOptions } from '../grid/jobsub-commands.ts';
import { jobsubCommands } from '../grid/jobsub-commands.ts';
import { jobsubChecks } from '../grid/jobsub-doctor.ts';
import { watchedQueue } from '../grid/work.ts';
import { oracleSeasons } from '../seasons/registry.ts';
import { credentialsLook, renewals, tokensIn } from './credentials-look.ts';
import { type DatabaseOptions, postgresExposures } from './exposure-database.ts';
import { JOBSUB_PROFILE, LOGIN_ENV } from './login-env.ts';
import { otherRuns } from './other-runs.ts';
import { programsLook } from './programs-look.ts';
import type { Site } from './site.ts';

/** What differs between accounts and machines; everything else has the value used at Fermilab. */
export interface FermilabOptions {
  /** Checkout of gw_workflow. */
  readonly gwWorkflow: string;
  /** Checkout of Post-Processing. */
  readonly postProcessing: string;
  readonly testingSuite?: string;
  /** Folder shared by all who claim seasons. */
  readonly registry: string;
  /** The tree that holds `exp/` and `forcephoto/`, for desgw and for post processing. */
  readonly pnfs?: string;
  /** Where raw images arrive beside /pnfs; `{nite}` stands for the nite. */
  readonly rawImages?: readonly string[];
  /** The account that runs the pipeline decides which DAGMaker script it may use. */
  readonly user?: string;
  readonly role?: string;
  /** Variables that programs get from the shell of whoever builds, beside `LOGIN_ENV`: names or patterns. */
  readonly passEnv?: readonly string[];
  /** Sourced for the programs of jobsub where it exists. */
  readonly profile?: string;
  readonly python?: string;
  /** Section of ~/.desservices.ini that reaches the season tables. */
  readonly section?: string;
  readonly servicesFile?: string;
  /** True when run_postproc.py loads its saved table with `.item()`. */
  readonly fixedPostproc?: boolean;
  readonly settleAfter?: number;
  /** Where `nightOf` looks for exposures; the password is in ~/.pgpass. */
  readonly exposureDatabase?: DatabaseOptions;
  /** False: the target `credentials` is left out, where others look after them or proxies are used. */
  readonly credentials?: false;
  /** Run each DAGMaker in a directory of its own below gw_workflow. */
  readonly isolate?: boolean;
}

const KERBEROS = { kinit: 'kinit', htgettoken: 'htgettoken' };

/** What SEdiff.sh copies to the node when it begins. */
export const CALIBRATION: readonly string[] = [
  'desdmLiby1e2.py',
  'expCalib-isaac-BBH.py',
  'makeWSTemplates_Nora.sh',
];

/** The site at Fermilab: DECam data on /pnfs, jobs through jobsub_lite, seasons in Oracle. */
export function fermilab(options: FermilabOptions): Site {
  const passEnv = [...LOGIN_ENV, ...(options.passEnv ?? [])];
  const account = { experiment: 'des', role: options.role ?? 'desgw' };
  const said = jobsubAt(options, account, passEnv);
  const grid = jobsub(said);
  const { servicesFile: file = '~/.desservices.ini', section = 'db-dessci' } = options;
  return {
    name: 'fermilab',
    gwWorkflow: options.gwWorkflow,
    isolate: options.isolate ?? false,
    postProcessing: options.postProcessing,
    testingSuite: options.testingSuite ?? `${options.gwWorkflow}/../DESGW-Pipeline-Testing-Suite`,
    pnfs: options.pnfs ?? '/pnfs/des/persistent/gw',
    rawImages: options.rawImages ?? ['/data/des51.b/data/DTS/src/{nite}'],
    calibration: CALIBRATION.map((name) => `/pnfs/des/persistent/desgw/${name}`),
    rootdir: options.pnfs,
    // Two events must not write over each other's results.
    outdir: './outputs_S{season}',
    registry: options.registry,
    dagmaker: (options.user ?? 'desgw') === 'desgw' ? './DAGMaker.sh' : './DAGMaker_proxyuser.sh',
    programs: { python: options.python ?? 'python' },
    grid,
    checks: [...jobsubChecks(said), importsCheck(options, passEnv)],
    account,
    ...(options.credentials === false
      ? {}
      : { credentials: renewals(KERBEROS, account, { passEnv }) }),
    env: {},
    passEnv,
    imageSetup: {
      script: `${options.gwWorkflow}/setup_img_proc.sh`,
      cwd: options.gwWorkflow,
      passEnv,
    },
    fixedPostproc: options.fixedPostproc ?? false,
    settleAfter: options.settleAfter ?? 6 * 3600,
    settleDelay: 120,
    postprocSilence: 6 * 3600,
    services: { file, section },
    adapters: {
      seasons: oracleSeasons({ servicesFile: file, section }),
      queue: watchedQueue(grid),
      exposures: postgresExposures(options.exposureDatabase),
      postprocessing: otherRuns(),
      programs: programsLook(jobsubCommands(said).versions),
      credentials: ticketOf(account, passEnv),
    },
    setup: [],
  };
}

function importsCheck(
  { python = 'python', postProcessing }: FermilabOptions,
  passEnv: readonly string[],
) {
  const environment = {
    script: `${postProcessing}/diffimg_setup.sh`,
    cwd: postProcessing,
    passEnv,
  };
  return postprocImports(python, postProcessing, { passEnv, environment });
}

const ticketOf = (account: NonNullable<Site['account']>, passEnv: readonly string[]) =>
  credentialsLook({
    klist: exec(['klist'], { passEnv, env: { LC_ALL: 'C' }, timeout: 10 }),
    tokens: () => tokensIn(account),
  });

function jobsubAt(
  options: FermilabOptions,
  account: { readonly experiment: string; readonly role: string },
  passEnv: readonly string[],
): JobsubOptions {
  const profile = options.profile ?? JOBSUB_PROFILE;
  return {
    programs: {
      submit: 'jobsub_submit_dag',
      queue: 'jobsub_q',
      remove: 'jobsub_rm',
      release: 'jobsub_release',
      logs: 'jobsub_fetchlog',
      collector: 'condor_status',
    },
    group: account.experiment,
    role: account.role,
    storageModify: ['/des/persistent/gw/exp', '/des/persistent/gw/forcephoto'],
    env: {},
    passEnv,
    ...(existsSync(profile)
      ? { environment: { script: profile, passEnv, okExits: 'any' as const } }
      : {}),
  };
}
