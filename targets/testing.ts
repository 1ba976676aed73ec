/**
 * The test of the whole pipeline: the programs of DESGW-Pipeline-Testing-Suite as targets of the
 * group `testing`. Everything runs in directories of its own under `testing/`, so that neither the
 * suite nor the dagmaker.rc of a follow-up is touched:
 *
 *   testing/suite/         configure_dag.py, fetchJobSubStats.py, make_postproc_ini.py
 *   testing/gw_workflow/   run_gw_workflow.py with DAGMaker.sh and what it needs
 *
 * configure_dag.py picks a field at random: a test that began is finished with its own exposures.
 * `desgw clean testing` makes way for another one.
 */
import {
  type Exec,
  editShell,
  exec,
  group,
  type Json,
  type Look,
  link,
  type OnceSighting,
  type Params,
  type Path,
  type Problem,
  Refusal,
  type Rule,
  type RuleItem,
  type RunFacts,
  remove,
  type Seen,
  type Sighting,
  target,
  write,
} from '../core/index.ts';
import { type CcdReport, ccdLooks, ccdSighting, reportFrom } from './ccd-report.ts';
import { BANDS, type Exposure, isExposure, type Season } from './domain.ts';
import { bandFileText, parseExposureTable, rowOf } from './exposure-table.ts';
import { explainSubmitFailure, jobsOf, type Queue, receiptPattern } from './jobsub.ts';
import { EXCLUSIVE, postprocEnvironment } from './postproc.ts';
import { iniBands } from './postproc-params.ts';
import { judgeForcephoto, judgePostproc, postprocArguments, statusFile } from './postproc-steps.ts';
import { bandIn, rowsText } from './rows.ts';
import { TEST_SEASONS } from './season-rules.ts';
import { type Site, setupOf } from './site/site.ts';

/** Not the one that `--set season=test` takes first, so that both may run at the same time. */
export const TESTING_SEASON: Season = TEST_SEASONS[1]!;

const SUITE: Path = 'testing/suite';
const WORK: Path = 'testing/gw_workflow';
const PROGRAMS: Path = 'testing/programs.list';
/** The exposures that configure_dag.py chose, one number a line. */
const LIST: Path = 'testing/exposures.txt';
const ROWS: Path = 'testing/rows.list';
const MARKER: Path = 'testing/submitted.json';
const STATISTICS: Path = 'testing/statistics.txt';
/** Exposures with enough complete CCDs. Its name must not clash in Post-Processing. */
const COMPLETE: Path = `testing/complete_exposures_S${TESTING_SEASON}.list`;
const RUN_OUT: Path = 'testing/postproc.out';
/** Relative to Post-Processing. */
const OUTDIR = './outputs_testing';

/** Seconds. */
const HOUR = 3600;
const DAY = 24 * HOUR;

/** What the scripts of gw_workflow need beside them, by name. */
const WORKFLOW_FILES = /\.(?:sh|csh|py|INPUT|DAT)$|^SE_blacklist\.txt$/;
/** The suite starts get_full_exp_info.py by itself, and its programs share utils.py. */
const SUITE_FILES = /\.py$/;

/** Proposal and time of the trigger that the template of the ini has; a test needs some. */
const PROPOSAL = '2017B-0110';

/** The targets of the test and the group `testing`. */
export function testing(site: Site, params: Params): readonly RuleItem[] {
  const steps = [
    programs(site),
    configure(site),
    workflow(site),
    submitted(site),
    statistics(site, params),
    ini(site, params),
    postprocessing(site),
  ];
  return [
    ...steps,
    group(
      'testing',
      steps.map((rule) => rule.name),
      'the test of the whole pipeline by its testing suite',
    ),
  ];
}

/** A test under way must not have its inputs replaced. */
const hold = { since: 'testing:submitted', until: 'testing:statistics' };

const absolute = (path: Path): string => (path.startsWith('/') ? path : `{workspace}/${path}`);

/** A program of the suite, in the environment of image processing. */
function suiteProgram(site: Site, argv: Exec['argv'], options: Omit<Exec, 'kind' | 'argv'>): Exec {
  const { env, passEnv, imageSetup } = site;
  const environment = imageSetup === undefined ? {} : { environment: { ...imageSetup, env } };
  return exec(argv, { env, passEnv, ...environment, ...options });
}

function programs(site: Site): Rule {
  const places = [
    { from: site.testingSuite, to: SUITE, wanted: SUITE_FILES },
    { from: site.gwWorkflow, to: WORK, wanted: WORKFLOW_FILES },
  ];
  return target('testing:programs', {
    doc: 'working directories with the programs of the testing suite and of gw_workflow',
    after: setupOf(site),
    outputs: [PROGRAMS],
    observe: {
      look: () => places.map(({ from }): Look => ({ kind: 'list', pattern: from })),
      judge: (seen): Sighting => {
        const found = places.map(({ wanted }, i) =>
          namesIn(seen[i]).filter((name) => wanted.test(name)),
        );
        const missing = [
          'configure_dag.py',
          'run_gw_workflow.py',
          'fetchJobSubStats.py',
          'make_postproc_ini.py',
        ].filter((name) => !found[0]!.includes(name));
        if (missing.length === 0) return { state: 'ready', value: found };
        const why = `${site.testingSuite} lacks ${missing.join(', ')}`;
        return {
          state: 'failed',
          why,
          advice:
            'name the checkout of DESGW-Pipeline-Testing-Suite in the rule file: testingSuite',
        };
      },
    },
    recipe: {
      version: '1',
      steps: ({ value }) => {
        const found = value as readonly (readonly string[])[];
        // Links, so that it is the programs of now that are tested, and they find what lies beside them.
        const links = places.flatMap(({ from, to }, i) =>
          found[i]!.map((name) =>
            link(
              `${to}/${name}`,
              from.startsWith('/') ? `${from}/${name}` : `../../${from}/${name}`,
            ),
          ),
        );
        return [
          ...links,
          write(
            PROGRAMS,
            found
              .flat()
              .map((name) => `${name}\n`)
              .join(''),
          ),
        ];
      },
    },
  });
}

function configure(site: Site): Rule {
  return target('testing:configure', {
    doc: 'exposures for a test and the settings for them, by configure_dag.py',
    after: ['testing:programs'],
    hold,
    outputs: [`${SUITE}/dagmaker.rc`, LIST],
    recipe: {
      version: '1',
      steps: [
        // The name of its list holds year and month, YYMM: one of another month must not be taken for it.
        exec(['bash', '-c', 'rm -f -- [0-9][0-9][0-9][0-9]exposures.list'], { cwd: SUITE }),
        suiteProgram(site, ['python3', 'configure_dag.py'], { cwd: SUITE, timeout: HOUR }),
        exec(['bash', '-c', 'cat -- [0-9][0-9][0-9][0-9]exposures.list'], {
          cwd: SUITE,
          stdout: LIST,
        }),
      ],
      // The list is put in place after the judgement, so it is looked at where the suite leaves it.
      evidence: () => [{ kind: 'read', path: `${SUITE}/dagmaker.rc` }],
      judge: ({ stdout }, [rc]) => {
        if (rc?.kind !== 'read' || rc.text === undefined)
          return [{ what: 'configure_dag.py wrote no dagmaker.rc' }];
        return exposuresIn(stdout).length > 0
          ? []
          : [
              {
                what: 'configure_dag.py chose no exposures',
                advice: 'Its field is random: build again.',
              },
            ];
      },
    },
  });
}

function workflow(site: Site): Rule {
  const table = `${WORK}/exposures.list`;
  const rc = `${SUITE}/dagmaker.rc`;
  return target('testing:workflow', {
    doc: 'a working directory of gw_workflow with the settings and the exposure table of the test',
    deps: ['testing:configure'],
    after: ['testing:programs'],
    hold,
    params: { season: TESTING_SEASON },
    outputs: [`${WORK}/dagmaker.rc`, ROWS],
    recipe: {
      version: '1',
      reads: [rc, LIST, table],
      steps: ({ text }) => [
        // The suite takes year and month for a season, which may be a real one.
        write(`${WORK}/dagmaker.rc`, editShell(text(rc), { SEASON: TESTING_SEASON })),
        exec(['./getExposureInfo.sh'], {
          cwd: WORK,
          env: site.env,
          passEnv: site.passEnv,
          timeout: HOUR,
        }),
        // All bands now: five DAGMakers at a time would race for those that are missing.
        ...BANDS.map((band) =>
          write(`${WORK}/exposures_${band}.list`, (run) =>
            bandFileText(parseExposureTable(run.text(table)), band),
          ),
        ),
        write(ROWS, (run) =>
          rowsText(parseExposureTable(run.text(table)), exposuresIn(run.text(LIST))),
        ),
      ],
    },
  });
}

const submitOut = (exposure: Exposure): Path => `${WORK}/jobsub_${exposure}.out`;

/** run_gw_workflow.py submits by itself; the jobs are told by attributes that jobsub takes from the environment. */
function submitted(site: Site): Rule {
  const lines = `+DesgwSubmission="{token}",+DesgwSeason="${TESTING_SEASON}"`;
  return target('testing:submitted', {
    doc: 'DAGs of the test made and submitted, by run_gw_workflow.py',
    deps: ['testing:configure', 'testing:workflow'],
    outputs: [{ path: MARKER, quiet: true }],
    once: {
      look: () => [
        { kind: 'list', pattern: WORK },
        { kind: 'read', path: MARKER },
        { kind: 'ask', adapter: 'queue', question: null },
      ],
      judge: judgeOnce,
    },
    recipe: {
      version: '1',
      reads: [LIST, MARKER],
      steps: ({ text }) => [
        ...exposuresIn(text(LIST)).map((exposure) => remove(submitOut(exposure))),
        suiteProgram(
          site,
          ['python3', absolute(`${SUITE}/run_gw_workflow.py`), '--exp_list', absolute(LIST)],
          {
            cwd: WORK,
            env: { ...site.env, JOBSUB_EXTRA_LINES: lines },
            detached: 'doubt',
            idempotent: false,
            okExits: 'any',
            timeout: DAY,
          },
        ),
        write(MARKER, (run) => run.maybeText(MARKER) ?? markerText(run)),
      ],
      evidence: ({ text }) =>
        exposuresIn(text(LIST)).map(
          (exposure): Look => ({ kind: 'read', path: submitOut(exposure) }),
        ),
      judge: judgeSubmissions,
    },
  });
}

const markerText = ({ token, startedAt }: RunFacts): string =>
  `${JSON.stringify({ season: TESTING_SEASON, token, submitted: new Date(startedAt).toISOString() }, null, 2)}\n`;

/** Some exposures may have no templates; a test without any job at all has failed. */
function judgeSubmissions(run: RunFacts, seen: readonly Seen[]): readonly Problem[] {
  const outs = seen.flatMap((one) => (one.kind === 'read' ? (one.text ?? []) : []));
  if (outs.some((out) => new RegExp(receiptPattern).test(out))) return [];
  const exit = run.exits.at(-1) ?? { kind: 'exit', code: 0 };
  return [explainSubmitFailure(outs[0] ?? run.stdout, run.stderr, exit)];
}

function judgeOnce(
  [folder, marker, queueSeen]: readonly Seen[],
  attempt?: { readonly token: string },
): OnceSighting {
  if (marker?.kind === 'read' && marker.text !== undefined)
    return { state: 'done', how: `${MARKER} says so` };
  const queue = queueSeen?.kind === 'answer' ? (queueSeen.answer as unknown as Queue) : undefined;
  const job = queue?.jobs.find(({ token }) => attempt !== undefined && token === attempt.token);
  if (job !== undefined)
    return { state: 'done', how: `job ${job.id} is in the queue`, receipt: job.id };
  const outs = namesIn(folder).filter((name) => /^jobsub_\d+\.out$/.test(name));
  if (outs.length > 0)
    return {
      state: 'unknown',
      why: `${outs[0]} in ${WORK} is from a submission without a record`,
      advice: `read it; then mark, or remove ${WORK}`,
    };
  if (queue?.state === 'seen') return { state: 'not done' };
  return {
    state: 'unknown',
    why: 'the queue could not be seen',
    advice: 'see `desgw jobs`, then build again',
  };
}

function statistics(site: Site, params: Params): Rule {
  const threshold = Number(params.ccdThreshold);
  const looksAt = (exposure: Exposure): readonly Look[] =>
    ccdLooks(site.pnfs, { exposure, season: TESTING_SEASON });
  return target('testing:statistics', {
    doc: 'what came back of the test, by fetchJobSubStats.py',
    after: ['testing:submitted'],
    deps: ['testing:workflow'],
    params: { threshold },
    outputs: [STATISTICS, COMPLETE],
    observe: {
      reads: [LIST, ROWS, MARKER],
      look: ({ text }) => [
        { kind: 'ask', adapter: 'queue', question: null },
        ...exposuresIn(text(LIST)).flatMap(looksAt),
      ],
      judge: (seen, { text, maybeText, unchangedFor }): Sighting => {
        const [queue, ...rest] = seen;
        const jobs =
          queue?.kind === 'answer'
            ? jobsOf(queue.answer as unknown as Queue, { token: tokenIn(maybeText(MARKER)) })
            : 'unknown';
        const sightings = exposuresIn(text(LIST)).map((exposure, i, all): Sighting => {
          const band = bandIn(text(ROWS), exposure);
          if (band === undefined)
            return { state: 'failed', why: `the band of ${exposure} is not known` };
          const n = rest.length / all.length;
          const judged = reportFrom(rest.slice(n * i, n * (i + 1)), {
            exposure,
            band,
            season: TESTING_SEASON,
            threshold,
          });
          if (judged.state === 'failed') return judged;
          return ccdSighting({
            report: judged.report,
            jobs,
            unchangedForSeconds: unchangedFor,
            settleAfterSeconds: site.settleAfter,
            goneForSeconds: unchangedFor,
            settleDelaySeconds: site.settleDelay,
          });
        });
        return together(sightings, jobs === 'none' ? 'gone' : 'queued');
      },
    },
    recipe: {
      version: '1',
      steps: ({ value }) => [
        suiteProgram(
          site,
          [
            'python3',
            'fetchJobSubStats.py',
            '--season',
            TESTING_SEASON,
            '--exp_list',
            absolute(LIST),
          ],
          {
            cwd: SUITE,
            stdout: STATISTICS,
            timeout: HOUR,
          },
        ),
        write(
          COMPLETE,
          (value as unknown as readonly Outcome[])
            .flatMap(({ exposure, enough }) => (enough ? `${exposure}\n` : []))
            .join(''),
        ),
      ],
    },
  });
}

/** What an exposure of the test came to. */
interface Outcome {
  readonly exposure: Exposure;
  readonly enough: boolean;
}

/** All exposures of the test as one: ready when each of them is. */
function together(sightings: readonly Sighting[], stage: string): Sighting {
  const failed = sightings.find((sighting) => sighting.state === 'failed');
  if (failed !== undefined) return failed;
  const value: Json = sightings.flatMap((sighting) => {
    if (sighting.state === 'failed') return [];
    const { exposure, enough, counts } = sighting.value as unknown as CcdReport;
    return [
      {
        exposure,
        enough,
        complete: counts.complete,
        failed: counts.failed,
        incomplete: counts.incomplete,
      },
    ];
  });
  const settled = sightings.filter(({ state }) => state === 'ready').length;
  const progress = `${settled} of ${sightings.length} exposures have settled`;
  return settled === sightings.length
    ? { state: 'ready', value, note: progress }
    : { state: 'waiting', value, progress, stage };
}

function ini(site: Site, params: Params): Rule {
  const made = `${SUITE}/postproc_${TESTING_SEASON}.ini`;
  return target('testing:ini', {
    doc: 'ini of post processing for the test, by make_postproc_ini.py',
    deps: ['testing:statistics'],
    params: { propid: params.propid ?? null, triggermjd: params.triggermjd ?? null },
    outputs: [made],
    recipe: {
      version: '1',
      reads: [COMPLETE, ROWS],
      steps: ({ text }) => {
        const exposures = exposuresIn(text(COMPLETE));
        const table = parseExposureTable(text(ROWS));
        const rows = exposures.flatMap((exposure) => rowOf(table, exposure) ?? []);
        if (rows.length === 0)
          throw new Refusal(
            'no exposure of the test has enough complete CCDs',
            `See ${STATISTICS}.`,
          );
        const mjd = params.triggermjd ?? Math.floor(Math.min(...rows.map((row) => row.mjd)));
        const options = {
          season: TESTING_SEASON,
          recycler_mjd: String(mjd),
          propid: String(params.propid ?? PROPOSAL),
          exp_list: COMPLETE.split('/').pop()!,
          bands: iniBands(rows.map((row) => row.band)),
        };
        const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
        return [
          suiteProgram(site, ['python3', 'make_postproc_ini.py', ...words], {
            cwd: SUITE,
            timeout: HOUR,
          }),
        ];
      },
    },
  });
}

/** The suite's last step: run_postproc.py, then light curves, pages and stamps must be there (its README). */
function postprocessing(site: Site): Rule {
  const { postProcessing, env, passEnv, programs: found } = site;
  const name = `postproc_${TESTING_SEASON}.ini`;
  const run = {
    cwd: postProcessing,
    env,
    passEnv,
    environment: postprocEnvironment({ site, season: TESTING_SEASON }),
  };
  const out = `${postProcessing}/${OUTDIR.replace('./', '')}`;
  return target('testing:postproc', {
    doc: 'post processing of the test; light curves, pages and stamps must be there',
    deps: ['testing:statistics', 'testing:ini'],
    exclusive: [EXCLUSIVE],
    outputs: [{ path: RUN_OUT, quiet: true }],
    recipe: {
      version: '1',
      reads: [`${SUITE}/${name}`, COMPLETE],
      steps: ({ text }) => [
        write(`${postProcessing}/${name}`, text(`${SUITE}/${name}`)),
        write(`${postProcessing}/${COMPLETE.split('/').pop()}`, text(COMPLETE)),
        exec(['bash', './update_forcephoto_links.sh'], { ...run, timeout: HOUR }),
        exec(
          [
            found.python,
            'run_postproc.py',
            ...postprocArguments({ season: TESTING_SEASON, outdir: OUTDIR }),
          ],
          {
            ...run,
            detached: 'rerun',
            stdout: RUN_OUT,
            okExits: 'any',
            silence: site.postprocSilence,
          },
        ),
      ],
      evidence: () => [
        { kind: 'read', path: `${postProcessing}/${statusFile(TESTING_SEASON)}` },
        { kind: 'read', path: `${postProcessing}/hostmatchstatus.txt` },
        {
          kind: 'list',
          pattern: `${postProcessing}/forcephoto/output/dp${TESTING_SEASON}/*_DESY${TESTING_SEASON}`,
        },
        { kind: 'list', pattern: `${out}/makedatafiles/LightCurvesReal` },
        { kind: 'list', pattern: `${out}/htmls` },
        { kind: 'list', pattern: `${out}/stamps` },
      ],
      judge: judgeTest,
    },
  });
}

function judgeTest(
  run: RunFacts,
  [status, hostmatch, forcephoto, ...made]: readonly Seen[],
): readonly Problem[] {
  const text = (one: Seen | undefined): string | undefined =>
    one?.kind === 'read' ? one.text : undefined;
  const problems = judgePostproc({
    exit: run.exits.at(-1) ?? { kind: 'exit', code: 0 },
    stdout: run.stdout,
    stderr: run.stderr,
    statusText: text(status),
    hostmatch: text(hostmatch),
  });
  if (problems.length > 0) return problems;
  const wanted = [
    ['light curves (.dat)', /\.dat$/],
    ['pages of candidates (.html)', /\.html$/],
    ['stamps (.gif)', /\.gif$/],
  ] as const;
  const lacking = wanted.flatMap(([what, pattern], i): Problem[] =>
    namesIn(made[i]).some((name) => pattern.test(name))
      ? []
      : [
          {
            what: `post processing left no ${what}`,
            advice: `Look into ${OUTDIR} of Post-Processing.`,
          },
        ],
  );
  const listings = forcephoto?.kind === 'list' ? forcephoto.dirs : [];
  return [...judgeForcephoto(listings, TESTING_SEASON), ...lacking];
}

/** Exposure numbers of a list, one a line; anything else is none. */
function exposuresIn(text: string): readonly Exposure[] {
  return [
    ...new Set(
      text
        .split('\n')
        .map((line) => line.trim())
        .filter(isExposure),
    ),
  ];
}

function namesIn(seen: Seen | undefined): readonly string[] {
  if (seen?.kind === 'failed') throw new Refusal(seen.why);
  return seen?.kind === 'list' ? seen.dirs.flatMap(({ names }) => names) : [];
}

function tokenIn(marker: string | undefined): string {
  return /"token": "([^"]+)"/.exec(marker ?? '')?.[1] ?? '';
}
