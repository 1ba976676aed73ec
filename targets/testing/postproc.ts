/** Post processing of the test, the suite's last steps. */
import {
  exec,
  type Params,
  type Problem,
  Refusal,
  type Rule,
  type RunFacts,
  type Seen,
  target,
  write,
} from '../../core/index.ts';
import { EXCLUSIVE, postprocEnvironment } from '../postproc.ts';
import { parseExposureTable, rowOf } from '../reports/exposure-table.ts';
import { beginRun, type EvidencePlace, runFrom, runLooks } from '../reports/postproc-evidence.ts';
import { judgePostproc } from '../reports/postproc-judge.ts';
import { postprocArguments, type StepNumber } from '../reports/postproc-steps.ts';
import { iniBands } from '../settings/postproc-params.ts';
import type { Site } from '../site/site.ts';
import {
  COMPLETE,
  exposuresIn,
  HOUR,
  namesIn,
  OUTDIR,
  ROWS,
  RUN_OUT,
  STATISTICS,
  SUITE,
  suiteProgram,
  TESTING_SEASON,
} from './places.ts';

/** A test makes them all. */
const ALL_STEPS: readonly StepNumber[] = [0, 1, 2, 3, 4, 5, 6, 7];

/** Proposal and time of the trigger that the template of the ini has; a test needs some. */
const PROPOSAL = '2017B-0110';

/** The ini for the exposures that came back. */
export function ini(site: Site, params: Params): Rule {
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
export function postprocessing(site: Site): Rule {
  const { postProcessing, env, passEnv, programs: found } = site;
  const name = `postproc_${TESTING_SEASON}.ini`;
  const run = {
    cwd: postProcessing,
    env,
    passEnv,
    environment: postprocEnvironment({ site, season: TESTING_SEASON }),
  };
  const out = `${postProcessing}/${OUTDIR.replace('./', '')}`;
  const list = `${postProcessing}/${COMPLETE.split('/').pop()}`;
  const place: EvidencePlace = { season: TESTING_SEASON, postProcessing, out, list };
  return target('testing:postproc', {
    doc: 'post processing of the test; light curves, pages and stamps must be there',
    deps: ['testing:statistics', 'testing:ini'],
    exclusive: [EXCLUSIVE],
    outputs: [{ path: RUN_OUT, quiet: true }],
    recipe: {
      version: '1',
      reads: [`${SUITE}/${name}`, COMPLETE],
      steps: ({ text }) => [
        ...beginRun(place, ALL_STEPS),
        write(`${postProcessing}/${name}`, text(`${SUITE}/${name}`)),
        write(list, text(COMPLETE)),
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
        { kind: 'list', pattern: `${out}/makedatafiles/LightCurvesReal` },
        { kind: 'list', pattern: `${out}/htmls` },
        { kind: 'list', pattern: `${out}/stamps` },
        ...runLooks(place),
      ],
      judge: judgeTest,
    },
  });
}

function judgeTest(run: RunFacts, seen: readonly Seen[]): readonly Problem[] {
  const made = seen.slice(0, 3);
  const problems = judgePostproc(
    runFrom(run, seen.slice(3), {
      season: TESTING_SEASON,
      due: ALL_STEPS,
    }),
  );
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
  return lacking;
}
