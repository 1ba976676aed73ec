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
  editShell,
  exec,
  group,
  type Look,
  link,
  type Params,
  type Path,
  type Rule,
  type RuleItem,
  type Sighting,
  target,
  write,
} from '../../core/index.ts';
import { bandFileText, parseExposureTable } from '../reports/exposure-table.ts';
import { rowsText } from '../reports/rows.ts';
import { BANDS } from '../settings/domain.ts';
import { type Site, setupOf } from '../site/site.ts';
import { statistics, submitted } from './grid.ts';
import {
  exposuresIn,
  HOUR,
  hold,
  LIST,
  namesIn,
  PROGRAMS,
  ROWS,
  SUITE,
  suiteProgram,
  TESTING_SEASON,
  WORK,
} from './places.ts';
import { ini, postprocessing } from './postproc.ts';

/** What the scripts of gw_workflow need beside them, by name. */
const WORKFLOW_FILES = /\.(?:sh|csh|py|INPUT|DAT)$|^SE_blacklist\.txt$/;
/** The suite starts get_full_exp_info.py by itself, and its programs share utils.py. */
const SUITE_FILES = /\.py$/;

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

/** Programs that are linked to from elsewhere. */
interface Place {
  readonly from: Path;
  readonly to: Path;
  readonly wanted: RegExp;
}

function programs(site: Site): Rule {
  const places: readonly Place[] = [
    { from: site.testingSuite, to: SUITE, wanted: SUITE_FILES },
    { from: site.gwWorkflow, to: WORK, wanted: WORKFLOW_FILES },
  ];
  return target('testing:programs', {
    doc: 'working directories with the programs of the testing suite and of gw_workflow',
    after: setupOf(site),
    outputs: [PROGRAMS],
    observe: programsThere(site, places),
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

function programsThere(site: Site, places: readonly Place[]): NonNullable<Rule['observe']> {
  return {
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
        advice: 'name the checkout of DESGW-Pipeline-Testing-Suite in the rule file: testingSuite',
      };
    },
  };
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
