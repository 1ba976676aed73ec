/** What a site is: where things lie, how programs are called, what can be asked. */

import type { Adapter, Exec, Grid, Path, Rule, Sourced, TargetName } from '../../core/index.ts';
import type { Check } from '../doctor/doctor.ts';
import type { EventOf } from '../settings/postproc-params.ts';

/** One place where the pipeline runs. Paths may be relative to the workspace. */
export interface Site {
  readonly name: string;
  /** Checkout of gw_workflow, where DAGMaker.sh runs and DAGs lie. */
  readonly gwWorkflow: Path;
  /** A working directory for each exposure, so that DAGMakers at the same time cannot disturb each other. */
  readonly isolate: boolean;
  /** Checkout of Post-Processing. */
  readonly postProcessing: Path;
  /** Checkout of the testing suite. */
  readonly testingSuite: Path;
  /** The root that holds `exp/` and `forcephoto/`. */
  readonly pnfs: Path;
  /** Where raw images arrive before DAGMaker copies them; `{nite}` stands for the nite. */
  readonly rawImages: readonly Path[];
  /** Files that jobs of templates fetch when they run, beside SEdiff.sh: another calibration is another result. */
  readonly calibration: readonly Path[];
  /** Where post processing is told to look for `exp/` and `forcephoto/`; undefined: where its own files say. */
  readonly rootdir: Path | undefined;
  /**
   * Where post processing puts its output unless the parameter or a template of one's own says
   * so; `{season}` stands for the season.
   */
  readonly outdir: string;
  /** The event that it is about, where there is one alone. */
  readonly event?: EventOf;
  /** Folder shared by everybody who claims seasons, one file each. */
  readonly registry: Path;
  /** Script in gw_workflow: DAGMaker.sh for the desgw account, else DAGMaker_proxyuser.sh. */
  readonly dagmaker: string;
  /** Programs, as paths or names found through PATH. */
  readonly programs: {
    /** The interpreter of run_postproc.py. */
    readonly python: string;
  };
  /** Where the DAGs go. Its queue is the adapter `queue`. */
  readonly grid: Grid;
  /** As whom credentials are held; none where nothing needs them. */
  readonly account?: { readonly experiment: string; readonly role: string };
  /** How credentials are renewed, where the adapter `credentials` tells of any. */
  readonly credentials?: { readonly ticket: Exec; readonly vault: Exec };
  /** What `desgw doctor` tries here beside what it looks at everywhere. */
  readonly checks: readonly Check[];
  /** Set for every program. */
  readonly env: { readonly [name: string]: string };
  /** Credentials passed on to every program when they are set. */
  readonly passEnv: readonly string[];
  /** What must be sourced for image processing; none where nothing needs it. */
  readonly imageSetup: Sourced | undefined;
  /** Whether run_postproc.py is a copy that survives SKIPTO 6. */
  readonly fixedPostproc: boolean;
  /** Seconds: nothing has moved for so long that nothing more is waited for. */
  readonly settleAfter: number;
  /** Seconds that late files may take to appear when jobs have left the queue. */
  readonly settleDelay: number;
  /** Seconds without any output after which post processing is reported as hanging. */
  readonly postprocSilence: number;
  /** The DES services file and its section, for the season tables. */
  readonly services: { readonly file: string; readonly section: string } | undefined;
  readonly adapters: { readonly seasons: Adapter; readonly queue: Adapter } & {
    readonly [name: string]: Adapter;
  };
  /** Rules that make the site ready; whatever runs programs of the site comes after them. */
  readonly setup: readonly Rule[];
}

/** Names of the targets that make a site ready. */
export const setupOf = (site: Site): readonly TargetName[] => site.setup.map((rule) => rule.name);
