/**
 * What run_postproc.py does, step by step: which files show that a step is done, and which steps
 * one run makes (Post-Processing run_postproc.py, postproc.py).
 */

import { iniName } from '../../core/index.ts';

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
  /** It only must be there: what it holds may be of other seasons too. */
  readonly quiet?: true;
}

/** A step of run_postproc.py, as SKIPTO counts them. */
export type StepNumber = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** What a step leaves, and what it reads. */
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
  const { season } = place;
  const { out, here, value, lists, truth, truthPlus, combined, lightCurves, hostmatch, forced } =
    filesOf(place);
  return [
    { step: 0, title: 'master list and output check', evidence: lists, neededWhenSkipped: lists },
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
    { step: 4, title: 'truth table', evidence: [truth, truthPlus], neededWhenSkipped: [truthPlus] },
    {
      step: 5,
      title: 'data files',
      // Made anew by every run, whatever anybody did to them.
      evidence: [...combined, { ...lightCurves, glob: true, shared: true, quiet: true }],
      neededWhenSkipped: combined,
    },
    { step: 6, title: 'plots', evidence: [out(`efftest_${season}.png`)], neededWhenSkipped: [] },
    {
      step: 7,
      title: 'web page',
      evidence: [here(statusFile(season)), here(`masterHTML${season}.html`)],
      neededWhenSkipped: [],
    },
  ];
}

/** Where steps leave what, and what they leave. */
function filesOf(place: PostprocPlace) {
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
  const hostmatch: StepFile = { path: 'hostmatchstatus.txt', shared: true, quiet: true };
  const forced: StepFile = {
    path: `forcephoto/output/dp${season}/*_DESY${season}/RUN*.DONE`,
    glob: true,
  };
  return { out, here, value, lists, truth, truthPlus, combined, lightCurves, hostmatch, forced };
}

/** Where a run writes how far it came, in Post-Processing. */
export function statusFile(season: string): string {
  return `PostProcStatus${season}.txt`;
}

/** Steps that SKIPTO can leave out; 1, 6 and 7 always run. */
const SKIPPABLE: readonly StepNumber[] = [0, 2, 3, 4, 5];
/** All steps, in their order. */
export const STEPS: readonly StepNumber[] = [0, 1, 2, 3, 4, 5, 6, 7];

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

/** Arguments of run_postproc.py. The outdir is the one in which the evidence is looked for. */
export function postprocArguments(run: {
  readonly season: string;
  readonly outdir: string;
  readonly skipTo?: StepNumber | undefined;
}): readonly string[] {
  const skip = run.skipTo === undefined ? [] : ['--SKIPTO', String(run.skipTo)];
  return ['--season', run.season, '--outputdir', run.outdir, ...skip];
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
