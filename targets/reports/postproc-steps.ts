/**
 * What run_postproc.py does, step by step: which files show that a step is done, which steps one
 * run makes, and whether a run succeeded (Post-Processing run_postproc.py, postproc.py).
 */

import { type Exit, iniName, type Listing, type Problem } from '../../core/index.ts';
import { ending } from '../grid/ending.ts';

/** Where a run reads and writes. `ini` holds values by `section.key`, as in the ini. */
export interface PostprocPlace {
  readonly season: string;
  /** As it stands in the ini; relative to the Post-Processing directory. */
  readonly outdir: string;
  readonly ini: ReadonlyMap<string, string>;
}

/** A file that a step leaves. `path` is relative to Post-Processing unless outdir is absolute. */
export interface StepFile {
  readonly path: string;
  /** A fast-glob pattern. */
  readonly glob?: true;
  /** Overwritten by runs of other seasons too. */
  readonly shared?: true;
}

export type StepNumber = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

export interface PostprocStep {
  readonly step: StepNumber;
  readonly title: string;
  /** All of these exist when the step is done. */
  readonly evidence: readonly StepFile[];
  /** Files of this step that a run which skips it reads. */
  readonly neededWhenSkipped: readonly StepFile[];
}

/** Values of template_postproc.ini, for keys that the ini at hand lacks. */
const DEFAULTS: { readonly [key: string]: string } = {
  'masterlist.filename_1': 'MasterExposureList_prelim.fits',
  'masterlist.filename_2': 'MasterExposureList.fits',
  'truthtable.filename': 'fakes_truth.tab',
  'truthtable.plusname': 'truthplus.tab',
  'GWmakeDataFiles-real.combined_fits': 'datafiles_combined.fits',
  'GWmakeDataFiles-real.outDir_data': 'LightCurvesReal',
};

/** The eight steps in order. */
export function postprocSteps(place: PostprocPlace): readonly PostprocStep[] {
  const { season, outdir } = place;
  const value = (key: string) => place.ini.get(iniName(key)) ?? DEFAULTS[key] ?? '';
  const out = (path: string): StepFile => ({ path: `${outdir.replace(/\/+$/, '')}/${path}` });
  const here = (path: string): StepFile => ({ path });

  const lists = [
    out('checkoutputs/step0_expnums.txt'),
    out('checkoutputs/step0_a_blacklist.txt'),
    out('masterlist/expniteband_df.csv'),
    out(`masterlist/${value('masterlist.filename_1')}`),
  ];
  const truth = out(`truthtable${season}/${value('truthtable.filename')}`);
  const truthPlus = out(`truthtable${season}/${value('truthtable.plusname')}`);
  const combined = [
    out(`makedatafiles/${value('GWmakeDataFiles-real.combined_fits')}`),
    out('mastertableinfo.npy'),
  ];
  const lightCurves = out(`makedatafiles/${value('GWmakeDataFiles-real.outDir_data')}/*.dat`);
  // One file for all seasons: on its own it says nothing, so the log beside it counts too.
  const hostmatch: StepFile = { path: 'hostmatchstatus.txt', shared: true };
  const forced: StepFile = {
    path: `forcephoto/output/dp${season}/*_DESY${season}/RUN*.DONE`,
    glob: true,
  };
  return [
    {
      step: 0,
      title: 'master list and output check',
      evidence: lists,
      neededWhenSkipped: lists,
    },
    {
      step: 1,
      title: 'final master list',
      evidence: [out(`masterlist/${value('masterlist.filename_2')}`)],
      neededWhenSkipped: [],
    },
    { step: 2, title: 'force photometry', evidence: [forced], neededWhenSkipped: [] },
    {
      step: 3,
      title: 'host match',
      // The script joins outdir and this name without a separator of its own.
      evidence: [hostmatch, out('hostmatchhostmatch.db.log')],
      neededWhenSkipped: [hostmatch],
    },
    {
      step: 4,
      title: 'truth table',
      evidence: [truth, truthPlus],
      neededWhenSkipped: [truthPlus],
    },
    {
      step: 5,
      title: 'data files',
      // Made anew by every run, whatever anybody did to them.
      evidence: [...combined, { ...lightCurves, glob: true, shared: true }],
      neededWhenSkipped: combined,
    },
    {
      step: 6,
      title: 'plots',
      evidence: [out(`efftest_${season}.png`)],
      neededWhenSkipped: [],
    },
    {
      step: 7,
      title: 'web page',
      evidence: [here(statusFile(season)), here(`masterHTML${season}.html`)],
      neededWhenSkipped: [],
    },
  ];
}

/** Where a run writes how far it came, in Post-Processing. */
export function statusFile(season: string): string {
  return `PostProcStatus${season}.txt`;
}

/** Steps that SKIPTO can leave out; 1, 6 and 7 always run. */
const SKIPPABLE: readonly StepNumber[] = [0, 2, 3, 4, 5];
const STEPS: readonly StepNumber[] = [0, 1, 2, 3, 4, 5, 6, 7];

/**
 * SKIPTO for a run whose first step that is not fresh is `first`; undefined when nothing may be
 * skipped. 1 means what 2 means. SKIPTO 6 and 7 crash in a copy of the script that is not `fixed`,
 * so that step 5 is made again then.
 */
export function skipTo(
  first: StepNumber,
  script: { readonly fixed: boolean },
): StepNumber | undefined {
  if (first === 0) return undefined;
  if (first === 1) return 2;
  if (first >= 6) return script.fixed ? 6 : 5;
  return first;
}

/** The steps that such a run makes, in order. */
export function sweep(
  first: StepNumber,
  script: { readonly fixed: boolean },
): readonly StepNumber[] {
  const to = skipTo(first, script) ?? 0;
  return STEPS.filter((step) => step >= to || !SKIPPABLE.includes(step));
}

/** What must exist for a run with this SKIPTO, cumulative over the steps it leaves out. */
export function neededFor(
  to: StepNumber | undefined,
  steps: readonly PostprocStep[],
): readonly StepFile[] {
  const skipped = SKIPPABLE.filter((step) => step < (to ?? 0));
  return steps.filter(({ step }) => skipped.includes(step)).flatMap((s) => s.neededWhenSkipped);
}

/** Arguments of run_postproc.py. The outdir is the one in which the evidence is looked for. */
export function postprocArguments(run: {
  readonly season: string;
  readonly outdir: string;
  readonly skipTo?: StepNumber | undefined;
}): readonly string[] {
  const skip = run.skipTo === undefined ? [] : ['--SKIPTO', String(run.skipTo)];
  return ['--season', run.season, '--outputdir', run.outdir, ...skip];
}

/**
 * Whether a copy of run_postproc.py (or postproc.py) survives SKIPTO 6: it unpacks the saved
 * table with `.item()`.
 */
export function fixedScript(text: string): boolean {
  return text.split('\n').some((line) => line.replace(/#.*/, '').includes('.item()'));
}

/** How far the last run came. `reached`: the last step marked done, or undefined. */
export interface PostprocProgress {
  readonly complete: boolean;
  readonly reached: StepNumber | undefined;
  /** For people: `step 5 of 7 done`. */
  readonly progress: string;
}

/**
 * Reads PostProcStatusSEASON.txt: nine lines `0` or `1` for the steps -1 (environment) to 7, then
 * `incomplete` or `complete`. Steps 0, 2 and 6 are never marked. Undefined for any other text.
 */
export function progressFromStatus(text: string): PostprocProgress | undefined {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const last = words.pop();
  if (words.length !== 9 || !words.every((word) => word === '0' || word === '1')) return undefined;
  if (last !== 'complete' && last !== 'incomplete') return undefined;
  const at = words.lastIndexOf('1') - 1;
  const reached = STEPS.find((step) => step === at);
  const complete = last === 'complete';
  const progress = complete
    ? 'all steps done'
    : reached === undefined
      ? 'no step done'
      : `step ${reached} of 7 done`;
  return { complete, reached, progress };
}

/** One run of run_postproc.py and what it left. */
export interface PostprocRun {
  readonly exit: Exit;
  readonly stdout: string;
  readonly stderr: string;
  /** PostProcStatusSEASON.txt after the run. */
  readonly statusText: string | undefined;
  /** hostmatchstatus.txt after a run that made step 3: how many updates failed. */
  readonly hostmatch?: string | undefined;
}

/** A known end of a run: what shows it, what it means, what to do. */
interface Ending {
  readonly shows: RegExp;
  readonly what: string;
  readonly advice: string;
}

const HOST_TAKEN: Ending = {
  shows: /ABORT: force job already running/,
  what: 'another force photometry is running on this host, and only one may',
  advice: 'wait for it (ps -ef shows a perl forcePhoto), or build on another host',
};

const ENDINGS: readonly Ending[] = [
  HOST_TAKEN,
  {
    shows: /Step 6 failed due to empty candidate dfs/,
    what: 'no candidates are left for the plots, and the web page was not made',
    advice:
      'see whether plots.mlscore_cut or GWFORCE.numepochs_min leave any; else there is nothing to show',
  },
  {
    shows: /Need an exposures\.list file|List of exposures file not found or empty/,
    what: 'the exposure list is missing, empty, or holds a line that is not a number',
    advice: 'it must hold one number a line and no blank line: see exposures_listfile in the ini',
  },
  {
    shows: /No(?:Option|Section)Error: (.+)/,
    what: 'the ini is incomplete: $1',
    advice: 'add what is missing to the ini template, then build again',
  },
  {
    shows: /(?:Parsing|MissingSectionHeader|DuplicateOption|DuplicateSection)Error/,
    what: 'the ini cannot be read',
    advice: 'look for a line without = or before the first section in the ini',
  },
  {
    shows: /ZeroDivisionError/,
    what: 'the output check found no directory of this season for any exposure',
    advice: 'see whether the season is right and the CCD directories are on pnfs',
  },
  {
    shows: /Error: .{0,300}?(tableSortTest\.html|steplist\.txt|forcePhoto_master\.pl)/,
    what: '$1 is not in the Post-Processing directory',
    advice: 'run_postproc.py needs a whole checkout of Post-Processing as its working directory',
  },
  {
    shows: /(?:IOError|OSError|FileNotFoundError): (.{1,300})/,
    what: 'a file could not be read: $1',
    advice: 'if a step that was skipped should have made it, desgw build --force postproc:0 does',
  },
  {
    shows: /((?:cx_Oracle|oracledb)\.\w*Error.{0,300}|ORA-\d+.{0,300})/,
    what: 'the database refused: $1',
    advice: 'see whether the database is up (desgw doctor), then build again',
  },
  {
    shows: /^query failed/m,
    what: 'the query for the truth table failed',
    advice: 'see whether the database is up (desgw doctor), then build again',
  },
  {
    shows: /TypeError: only list-like/,
    what: 'the bands of the ini cannot be used',
    advice: 'bands must be a list such as i,z; the word all does not work',
  },
  {
    shows: /IndexError/,
    what: 'the data files step found no candidates',
    advice: 'see whether force photometry found any: the .LOG files below forcephoto/output',
  },
];

/**
 * Everything wrong with a run. Success is exit status 0 and `complete` in the status file; the
 * script also exits 0 after giving up in step 6.
 */
export function judgePostproc(run: PostprocRun): readonly Problem[] {
  const status = run.statusText === undefined ? undefined : progressFromStatus(run.statusText);
  const good = run.exit.kind === 'exit' && run.exit.code === 0 && status?.complete === true;
  if (good) return judgeHostmatch(run.hostmatch);
  const where = status === undefined ? '' : ` (${status.progress})`;
  const said = `${run.stdout}\n${run.stderr}`;
  for (const { shows, what, advice } of ENDINGS) {
    const found = shows.exec(said);
    if (found === null) continue;
    const words = what.replace('$1', () => found[1] ?? '');
    return [{ what: `post processing: ${words}${where}`, advice }];
  }
  return [unexplained(run, status, where)];
}

function unexplained(
  { exit, stderr, statusText }: PostprocRun,
  status: PostprocProgress | undefined,
  where: string,
): Problem {
  if (exit.kind === 'timeout')
    return {
      what: `post processing ${ending(exit)}${where}`,
      advice:
        'step 5 waits for ever when no .dat file appears in LightCurvesReal, step 2 when ncore is one of 10, 12, 20, 24, 32: see the .LOG files below forcephoto/output',
    };
  if (exit.kind === 'exit' && exit.code === 2)
    return {
      what: 'run_postproc.py refuses its arguments',
      advice: 'see whether this copy of Post-Processing knows --season, --outputdir and --SKIPTO',
    };
  if (exit.kind === 'exit' && exit.code === 0)
    return {
      what:
        statusText === undefined
          ? 'post processing ended without its status file'
          : status === undefined
            ? 'the status file of post processing cannot be read'
            : `post processing ended early, without an error${where}`,
      advice: 'the end of its output, kept in the log, shows what it did last',
    };
  const error = /^\w*(?:Error|Exception)\b.*$/m.exec(stderr)?.[0];
  return {
    what: `post processing ${ending(exit)}${where}${error === undefined ? '' : `: ${error.slice(0, 200)}`}`,
    advice: 'the end of its output, kept in the log, shows the error',
  };
}

function judgeHostmatch(text: string | undefined): readonly Problem[] {
  const failed = text?.trim();
  if (failed === undefined || failed === '0') return [];
  return [
    {
      what: `host match: ${/^\d+$/.test(failed) ? `${failed} updates failed` : 'its status cannot be read'}`,
      advice: 'see hostmatchhostmatch.db.log in the output directory',
    },
  ];
}

/**
 * Whether force photometry gave way to another one on this host; run_postproc.py goes on all the
 * same, with whatever an earlier one left.
 */
export function judgeHost(stdout: string): readonly Problem[] {
  const { shows, what, advice } = HOST_TAKEN;
  return shows.test(stdout) ? [{ what: `post processing: ${what}`, advice }] : [];
}

/**
 * Whether force photometry (step 2) finished: in the newest of its output directories
 * (`YYYYMMDD_HHMM_DESYSEASON`) every script RUNnnn has left a `.DONE`, every log that is given ends
 * in `RETURN CODE: 0`, and nothing was aborted. run_postproc.py does not look itself
 * (forcePhoto_master.pl).
 * @param logs text of `.LOG` files of that directory, by name
 */
export function judgeForcephoto(
  listings: readonly Listing[],
  season: string,
  logs: ReadonlyMap<string, string> = new Map(),
): readonly Problem[] {
  const isRun = new RegExp(`(?:^|/)(\\d{8}_\\d{4}_DESY${season})/?$`);
  const runs = listings
    .flatMap(({ dir, names }) => {
      const name = isRun.exec(dir)?.[1];
      return name === undefined ? [] : [{ name, names }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const newest = runs.at(-1);
  const advice = 'read the .LOG files there, then build again';
  if (newest === undefined)
    return [{ what: `force photometry of season ${season} has left no output`, advice }];
  const { name, names } = newest;
  const done = (script: string) => names.includes(`${script}.DONE`);
  const scripts = names.filter((one) => /^RUN\d{3}_[A-Z]+$/.test(one));
  const open = scripts.filter((script) => !done(script));
  const bad = [...logs]
    .filter(([, text]) => !/RETURN CODE: *0\s*$/.test(text.slice(-200)))
    .map(([log]) => log);
  const wrong = [
    ...(names.includes('MAKEFORCELIST.ABORT') ? ['it was aborted (MAKEFORCELIST.ABORT)'] : []),
    ...(done('RUN000_MAKELIST') ? [] : ['RUN000_MAKELIST is not done']),
    ...open.filter((script) => script !== 'RUN000_MAKELIST').map((one) => `${one} is not done`),
    ...bad.map((log) => `${log} does not end in RETURN CODE: 0`),
  ];
  return wrong.length === 0
    ? []
    : [{ what: `force photometry in ${name}: ${wrong.join(', ')}`, advice }];
}
