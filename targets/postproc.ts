/** postproc:0 ... postproc:7, the steps of run_postproc.py, built together by one run of it. */
import {
  type Chain,
  exec,
  exitText,
  type Facts,
  group,
  type Json,
  type Look,
  type Output,
  type Path,
  type Problem,
  type Recipe,
  type Rule,
  type RunFacts,
  readIni,
  type Seen,
  type Sourced,
  type Step,
  target,
  write,
} from '../core/index.ts';
import { postprocTurn, turnOf } from './postproc-turn.ts';
import type { CcdReport } from './reports/ccd-report.ts';
import type { ForcefileReport } from './reports/forcefile-report.ts';
import { type HandPlace, handLooks, judgeByHand } from './reports/postproc-by-hand.ts';
import { beginRun, type EvidencePlace, runFrom, runLooks } from './reports/postproc-evidence.ts';
import { judgePostproc, type PostprocRun, stepsThatStand } from './reports/postproc-judge.ts';
import {
  postprocArguments,
  postprocSteps,
  progressFromStatus,
  type StepFile,
  type StepNumber,
  skipTo,
  statusFile,
  sweep,
} from './reports/postproc-steps.ts';
import {
  ccdsFile,
  exposureListFile,
  type FollowUp,
  forcefilesFile,
  iniFile,
} from './settings/follow-up.ts';
import { POST_PROCESSING } from './settings/phases.ts';
import { holdOutputs } from './site/holding.ts';
import { setupOf } from './site/site.ts';

/** The steps there are. */
export const LINKS: readonly StepNumber[] = [0, 1, 2, 3, 4, 5, 6, 7];
/** The target of a step. */
export const linkName = (step: StepNumber): string => `postproc:${step}`;
const stepOf = (link: string): StepNumber => Number(link.slice('postproc:'.length)) as StepNumber;

/** Only one force photometry may run on a host. */
export const EXCLUSIVE = 'forcephoto on this host';

/**
 * The eight steps and the group that stands for them. SKIPTO is the first step that is not fresh.
 * @param ini values of the template, which name the files that steps leave
 * @param outdir where they leave them, relative to Post-Processing unless absolute
 */
export function postproc(
  followUp: FollowUp,
  ini: ReadonlyMap<string, string>,
  outdir: string,
): readonly Rule[] {
  const { site, season } = followUp;
  const inPostproc = (path: string): Path =>
    path.startsWith('/') ? path : `${site.postProcessing}/${path.replace(/^\.\//, '')}`;
  const steps = postprocSteps({ season, outdir, ini });
  const chain: Chain = {
    name: 'postproc',
    links: LINKS.map(linkName),
    sweep: (first) => sweep(stepOf(first), { fixed: site.fixedPostproc }).map(linkName),
    recipe: recipe(followUp, inPostproc),
    completed: (run, seen) => stepsThatStand(runOf(run, seen, followUp)).map(linkName),
  };
  const byHand: HandPlace = {
    ...{ season, steps, inPostproc, exposures: followUp.exposures },
    ...{ postProcessing: site.postProcessing, pnfs: site.pnfs, out: inPostproc(outdir) },
    list: inPostproc(basename(exposureListFile(season))),
    ccdTable: ini.get('checkoutputs.ccdfile') ?? 'checkoutputs.csv',
  };
  const links = LINKS.map((step) => {
    const { title, evidence } = steps[step]!;
    const outputs = evidence.map((file) => outputOf(file, inPostproc));
    return target(linkName(step), {
      doc: `post processing, step ${step}: ${title}`,
      phase: POST_PROCESSING,
      deps: [iniFile(season)],
      after: [
        ...(step === 0 ? setupOf(site) : [linkName((step - 1) as StepNumber)]),
        ...turnOf(site),
      ],
      exclusive: [EXCLUSIVE],
      outputs: step === 7 ? outputs.map((output) => ({ ...output, shared: true })) : outputs,
      chain,
      doneBefore: {
        look: () => handLooks(byHand),
        judge: (seen) => judgeByHand(byHand, seen, step),
      },
      ...(step === 0 ? firstStep(followUp) : {}),
    });
  });
  return [
    ...postprocTurn(site),
    ...links,
    group('postproc', chain.links, 'all of post processing'),
  ];
}

const outputOf = (file: StepFile, inPostproc: (path: string) => Path): Output => ({
  path: inPostproc(file.path),
  ...(file.glob === true ? { glob: true } : {}),
  ...(file.shared === true ? { shared: true } : {}),
  ...(file.quiet === true ? { quiet: true } : {}),
});

/** Step 0 rests on the exposures that go on, so that data arriving late are noticed. */
function firstStep({ season, exposures }: FollowUp): Pick<Rule, 'deps' | 'observe'> {
  const list = exposureListFile(season);
  return {
    deps: ['exposure.list', iniFile(season)],
    observe: {
      reads: [list, ...exposures.map(ccdsFile), ...exposures.map(forcefilesFile)],
      look: () => [],
      judge: (_seen, { text, maybeText }) => {
        const going = text(list)
          .split('\n')
          .filter((line) => line !== '');
        const value = going.map((e) => [
          e,
          dataOf(maybeText(ccdsFile(e)), maybeText(forcefilesFile(e))),
        ]);
        return { state: 'ready', value, note: `${going.length} exposures go on` };
      },
    },
  };
}

/** What there is of an exposure, without what was thought of it: another threshold is no new data. */
function dataOf(ccdReport: string | undefined, forcefileReport: string | undefined): Json {
  const ccds: CcdReport | undefined = ccdReport && JSON.parse(ccdReport);
  const files: ForcefileReport | undefined = forcefileReport && JSON.parse(forcefileReport);
  return [ccds?.ccds ?? null, files?.missing ?? null, files?.surplus ?? null];
}

function recipe(followUp: FollowUp, inPostproc: (path: string) => Path): Recipe {
  const { site, season } = followUp;
  const ini = iniFile(season);
  const list = exposureListFile(season);
  const status = inPostproc(statusFile(season));
  const place = (text: string): EvidencePlace => ({
    season,
    postProcessing: site.postProcessing,
    out: inPostproc(outdirOf(text)),
    list: inPostproc(basename(list)),
  });
  return {
    version: '1',
    reads: [ini, list],
    prints: [inPostproc('postproc_run.out')],
    steps: ({ text, due }) => stepsOf(followUp, inPostproc, place(text(ini)), { text, due }),
    progress: {
      look: () => [{ kind: 'read', path: status }],
      judge: ([seen]) =>
        seen?.kind === 'read' ? progressFromStatus(seen.text ?? '')?.progress : undefined,
    },
    note: ({ due }) =>
      due.includes(linkName(0)) ? 'all steps' : `steps ${due.map(stepOf).join(', ')}`,
    evidence: ({ text }): readonly Look[] => runLooks(place(text(ini))),
    judge: (run, seen) => judgeRun(run, seen, followUp),
  };
}

function stepsOf(
  followUp: FollowUp,
  inPostproc: (path: string) => Path,
  place: EvidencePlace,
  { text, due }: Pick<Facts, 'text' | 'due'>,
): readonly Step[] {
  const { site, season, params } = followUp;
  const ini = iniFile(season);
  const list = exposureListFile(season);
  const { TOPDIR_SNFORCEPHOTO_IMAGES: images, TOPDIR_SNFORCEPHOTO_OUTPUT: outputs } =
    forcephotoDirectories(followUp);
  const first = stepOf(due.find((link) => stepOf(link) !== 1) ?? due[0]!);
  const to = due.includes(linkName(0)) ? undefined : skipTo(first, { fixed: site.fixedPostproc });
  const run = {
    cwd: site.postProcessing,
    env: site.env,
    passEnv: site.passEnv,
    environment: postprocEnvironment(followUp),
  };
  return [
    holdOutputs(followUp, outdirOf(text(ini))),
    ...beginRun(place, due.map(stepOf)),
    write(inPostproc(ini), text(ini)),
    write(inPostproc(basename(list)), text(list)),
    // Sourcing makes these directories for the season whose ini comes last, which may be another.
    exec(['mkdir', '-p', images, outputs], run),
    ...(params.updateLinks === false
      ? []
      : [exec(['bash', './update_forcephoto_links.sh'], { ...run, timeout: 3600 })]),
    exec(
      [
        site.programs.python,
        'run_postproc.py',
        ...postprocArguments({
          season,
          outdir: outdirOf(text(ini)),
          skipTo: to,
        }),
      ],
      {
        ...run,
        detached: 'rerun',
        stdout: inPostproc('postproc_run.out'),
        okExits: 'any',
        silence: site.postprocSilence,
      },
    ),
  ];
}

/**
 * diffimg_setup.sh takes the season from whatever ini comes last in the directory, so what it
 * derived from that is set right afterwards.
 */
export function postprocEnvironment(followUp: Pick<FollowUp, 'site' | 'season'>): Sourced {
  const { postProcessing, rootdir, env, passEnv } = followUp.site;
  return {
    script: `${postProcessing}/diffimg_setup.sh`,
    cwd: postProcessing,
    env,
    passEnv,
    set: {
      SEASON: followUp.season,
      ...(rootdir === undefined ? {} : { ROOTDIR: fromWorkspace(rootdir) }),
      ...forcephotoDirectories(followUp),
    },
  };
}

const fromWorkspace = (path: Path): string => (path.startsWith('/') ? path : `{workspace}/${path}`);

/** Where force photometry finds its images and leaves its output, as diffimg_setup.sh names them. */
function forcephotoDirectories({ site, season }: Pick<FollowUp, 'site' | 'season'>) {
  const { postProcessing } = site;
  const root = fromWorkspace(postProcessing);
  return {
    TOPDIR_SNFORCEPHOTO_IMAGES: `${root}/forcephoto/images/dp${season}`,
    TOPDIR_SNFORCEPHOTO_OUTPUT: `${root}/forcephoto/output/dp${season}`,
  };
}

const basename = (path: string): string => path.split('/').pop()!;
const outdirOf = (ini: string): string => readIni(ini).get('general.outdir') ?? './outputs';

function judgeRun(run: RunFacts, seen: readonly Seen[], followUp: FollowUp): readonly Problem[] {
  const exit = run.exits.at(-1) ?? { kind: 'exit', code: 0 };
  const failed = exit.kind !== 'exit' || exit.code !== 0;
  if (failed && run.stdout === '' && run.stderr === '') {
    // What prepares the run prints into the log.
    const advice = 'the end of the log shows which program printed what';
    return [{ what: `post processing could not be begun: a program ${exitText(exit)}`, advice }];
  }
  return judgePostproc(runOf(run, seen, followUp));
}

function runOf(run: RunFacts, seen: readonly Seen[], { season }: FollowUp): PostprocRun {
  return runFrom(run, seen, { season, due: run.due.map(stepOf) });
}
