/** dagmaker_EXP.out: DAGMaker.sh makes the DAG of one exposure. */
import {
  exec,
  type Grid,
  type Look,
  link,
  move,
  type OnceSighting,
  type Path,
  Refusal,
  type Rule,
  type RunFacts,
  type Seen,
  type Step,
  target,
  write,
} from '../core/index.ts';
import { type DagPurpose, judgeDag, parseDag } from './grid/dag.ts';
import { readMarker } from './grid/marker.ts';
import { judgeDagmaker } from './reports/dagmaker-judge.ts';
import { parseExposureTable, rowOf } from './reports/exposure-table.ts';
import { awaitedRaw, rawPlaces } from './reports/raw-image.ts';
import { rowIn } from './reports/rows.ts';
import { BANDS, type Exposure } from './settings/domain.ts';
import {
  ccdsName,
  dagFile,
  dagmakerName,
  dagmakerOutFile,
  type FollowUp,
  ROWS_FILE,
  rcFile,
  submittedName,
  workDir,
} from './settings/follow-up.ts';
import { inOneTree } from './settings/output-tree.ts';
import { DAGMAKER, exposureSubject } from './settings/phases.ts';
import { holdWorkflow } from './site/holding.ts';
import { setupOf } from './site/site.ts';
import { isOfDag, judgeSubmitted, submissionLooks, unseenSubmission } from './submitted.ts';

/** Seconds; DAGMaker takes minutes. */
const TIMEOUT = 2 * 3600;

/** What DAGMaker.sh reads in gw_workflow, or hands to the grid. */
export const READ_BY_DAGMAKER: readonly string[] = [
  'SEdiff.sh',
  'RUNMON.sh',
  'SE_blacklist.txt',
  'MAKESCRIPT_DIFFIMG_TEMPLATE.INPUT',
  'INTERNAL_INFO_TEMPLATE.DAT',
  'getOverlaps_single_expo.csh',
  'getcorners.sh',
];

/** What DAGMaker.sh and the submission look for in their working directory (gw_workflow). */
const SHARED_FILES = [
  'DAGMaker.sh',
  'DAGMaker_proxyuser.sh',
  ...READ_BY_DAGMAKER,
  'getExposureInfo.sh',
  'exposures.list',
  ...BANDS.map((band) => `exposures_${band}.list`),
];

/** Runs DAGMaker.sh. Success is judged by what it left, not by its exit status alone. */
export function dagmaker(followUp: FollowUp, exposure: Exposure): Rule {
  const { site, season } = followUp;
  const dag = dagFile(followUp, exposure);
  const out = dagmakerOutFile(followUp, exposure);
  return target(dagmakerName(exposure), {
    doc: `DAG of exposure ${exposure}, by ${site.dagmaker.replace('./', '')}`,
    phase: DAGMAKER,
    subject: exposureSubject(exposure),
    deps: ['dagmaker.rc'],
    after: ['exposures.list', ...setupOf(site)],
    params: { script: site.dagmaker, isolate: site.isolate },
    // The exposure's own row only: the table grows all night without changing what is made here.
    observe: rowWithRaw(followUp, exposure),
    // Those of one band would copy the same raw images of templates at the same time.
    exclusive: (value) => {
      const { band } = (value ?? {}) as { readonly band?: string };
      return band === undefined ? [] : [`DAGMaker of band ${band}`];
    },
    // With the record lost, a DAG that was submitted is not made again under its jobs.
    doneBefore: {
      look: ({ maybeText }) =>
        maybeText(dag) === undefined
          ? []
          : [{ kind: 'read', path: dag }, ...submissionLooks(followUp, exposure)],
      judge: ([own, ...seen]) => judgeMade(site.grid, own, seen, { exposure, season }),
    },
    // A rerun would replace files that jobs on the grid still read.
    hold: { since: submittedName(exposure), until: ccdsName(exposure) },
    // The output differs from run to run; what counts is the DAG.
    outputs: [{ path: out, quiet: true }, dag],
    recipe: {
      version: '1',
      reads: [rcFile(followUp)],
      steps: ({ maybeText }) => stepsOf(followUp, exposure, maybeText(rcFile(followUp))),
      evidence: () => evidenceOf(followUp, exposure),
      judge: (run, seen) => judgeRun(run, seen, exposure, season),
    },
  });
}

/** The exposure's row; before there is a DAG, together with the raw image that DAGMaker starts from. */
function rowWithRaw(followUp: FollowUp, exposure: Exposure): Observation {
  const { site, params } = followUp;
  const dag = dagFile(followUp, exposure);
  const places = (text: string): readonly Path[] => {
    const row = rowOf(parseExposureTable(text), exposure);
    return row === undefined ? [] : rawPlaces(site, { exposure, nite: row.nite });
  };
  return {
    reads: [ROWS_FILE, dag],
    look: ({ text, maybeText }) =>
      maybeText(dag) === undefined
        ? places(text(ROWS_FILE)).map((path) => ({ kind: 'stat', path }))
        : [],
    judge: (seen, facts) => {
      const rows = facts.text(ROWS_FILE);
      const sighting = rowIn(rows, exposure);
      if (sighting.state !== 'ready' || !seen.every(isAbsent) || seen.length === 0) return sighting;
      const { mjd } = rowOf(parseExposureTable(rows), exposure)!;
      const wait = Number(params.rawWait);
      return awaitedRaw({ places: places(rows), mjd, now: facts.now, wait }) ?? sighting;
    },
  };
}

type Observation = NonNullable<Rule['observe']>;

const isAbsent = (one: Seen): boolean => one.kind === 'stat' && one.stat === undefined;

function evidenceOf(followUp: FollowUp, exposure: Exposure): readonly Look[] {
  const { site, season } = followUp;
  const dag = dagFile(followUp, exposure);
  const mytemp = `${workDir(followUp, exposure)}/mytemp_${exposure}`;
  return [
    { kind: 'read', path: dag },
    { kind: 'read', path: `${mytemp}/DAGMaker.DONE` },
    { kind: 'read', path: `${mytemp}/KH_diff.list1` },
    {
      kind: 'list',
      pattern: `${site.pnfs}/exp/*/${exposure}/dp${season}/input_files`,
      partly: true,
    },
  ];
}

/** @param rc what dagmaker.rc says now */
function stepsOf(followUp: FollowUp, exposure: Exposure, rc: string | undefined): readonly Step[] {
  const { site } = followUp;
  const dag = dagFile(followUp, exposure);
  const dir = workDir(followUp, exposure);
  const mytemp = `${dir}/mytemp_${exposure}`;
  return [
    // Not only desgw writes into that file.
    ...inOneTree(site, rc),
    ...holdWorkflow(followUp),
    ...(site.isolate
      ? [
          ...SHARED_FILES.map((name) => link(`${dir}/${name}`, `../${name}`)),
          link(`${dir}/dagmaker.rc`, `../${rcFile(followUp).split('/').pop()}`),
        ]
      : []),
    // A failing DAGMaker leaves an older DAG in place, which must not be taken for the new one.
    move(dag, `${dag}.previous`),
    move(`${mytemp}/DAGMaker.DONE`, `${mytemp}/DAGMaker.DONE.previous`),
    exec([site.dagmaker, exposure], {
      cwd: dir,
      env: site.env,
      passEnv: site.passEnv,
      ...(site.imageSetup === undefined
        ? {}
        : { environment: { ...site.imageSetup, env: site.env } }),
      okExits: 'any',
      timeout: TIMEOUT,
    }),
    write(dagmakerOutFile(followUp, exposure), outputText),
  ];
}

/** Whether the DAG that is there is the one that was submitted. */
function judgeMade(
  grid: Grid,
  own: Seen | undefined,
  seen: readonly Seen[],
  asked: DagPurpose,
): OnceSighting {
  const text = own?.kind === 'read' ? own.text : undefined;
  if (text === undefined || judgeDag(parseDag(text), asked).length > 0)
    return { state: 'not done' };
  const [markerSeen] = seen;
  const marker = markerSeen?.kind === 'read' ? readMarker(markerSeen.text) : undefined;
  if (marker !== undefined && !isOfDag(marker, text)) return { state: 'not done' };
  const submitted = judgeSubmitted(seen, { ...asked, grid });
  if (submitted.state === 'not done') return { state: 'not done' };
  if (submitted.state === 'done') return { state: 'done', how: submitted.how };
  // A DAG that may have been submitted is not replaced; who has not answered may know of it.
  return unseenSubmission(seen, grid, asked)
    ? submitted
    : { state: 'done', how: `the DAG is there, and may have been submitted: ${submitted.why}` };
}

/** Standard error first, so that the last line stays the submit command that people look for. */
function outputText({ stdout, stderr }: RunFacts): string {
  return stderr.trim() === ''
    ? stdout
    : `${stderr.trimEnd()}\n----- standard output -----\n${stdout}`;
}

function judgeRun(run: RunFacts, seen: readonly Seen[], exposure: Exposure, season: string) {
  const text = (one: Seen | undefined): string | undefined =>
    one?.kind === 'read' ? one.text : undefined;
  const [dag, done, overlaps, inputs] = seen;
  if (inputs?.kind === 'failed') throw new Refusal(`pnfs could not be seen: ${inputs.why}`);
  const names = inputs?.kind === 'list' ? inputs.dirs.flatMap((listing) => listing.names) : [];
  const unread = inputs?.kind === 'list' && names.length === 0 ? inputs.unread?.[0] : undefined;
  if (unread !== undefined) throw new Refusal(`pnfs could not be seen: ${unread.why}`);
  return judgeDagmaker({
    exposure,
    season,
    exit: run.exits.at(-1) ?? { kind: 'exit', code: 0 },
    stdout: run.stdout,
    stderr: run.stderr,
    dag: text(dag),
    done: text(done),
    overlaps: text(overlaps),
    copyPairs: names.includes(`copy_pairs_for_${exposure}.sh`),
  });
}
