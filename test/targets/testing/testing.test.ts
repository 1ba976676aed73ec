import { describe, expect, test } from 'vitest';
import type { Seen } from '../../../core/api/looks.ts';
import type { Recipe } from '../../../core/api/rules.ts';
import { TEST_SEASONS } from '../../../targets/seasons/season-rules.ts';
import { TESTING_SEASON } from '../../../targets/testing/places.ts';
import { facts, LIST, programs, rule, rules, run, steps } from './tested.ts';

describe('the test of the pipeline', () => {
  test('the steps of the suite follow one another, and the group stands for all of them', () => {
    expect(rules.map(({ name, deps = [], after = [] }) => [name, [...deps, ...after]])).toEqual([
      ['testing:programs', ['sandbox']],
      ['testing:configure', ['testing:programs']],
      ['testing:workflow', ['testing:configure', 'testing:programs']],
      ['testing:submitted', ['testing:configure', 'testing:workflow', 'sandbox']],
      ['testing:statistics', ['testing:workflow', 'testing:submitted']],
      ['testing:ini', ['testing:statistics']],
      ['testing:postproc', ['testing:statistics', 'testing:ini']],
      ['testing', rules.slice(0, -1).map(({ name }) => name)],
    ]);
  });

  test('its season is made for tests, and not the first that a follow-up with season=test takes', () => {
    expect(TEST_SEASONS.indexOf(TESTING_SEASON)).toBeGreaterThan(0);
  });

  test('everything is written below testing/, save what post processing needs beside it', () => {
    const written = [
      'testing:programs',
      'testing:configure',
      'testing:workflow',
      'testing:submitted',
      'testing:statistics',
      'testing:ini',
      'testing:postproc',
    ]
      .flatMap((name) => rule(name).outputs ?? [])
      .map((output) => (typeof output === 'string' ? output : output.path));
    expect(written.filter((path) => !path.startsWith('testing/'))).toEqual([]);
    expect(new Set(written).size).toBe(written.length);
  });
});

describe('its programs', () => {
  const seen = (suite: readonly string[]): Seen[] => [
    { kind: 'list', dirs: [{ dir: 'suite', names: suite }] },
    {
      kind: 'list',
      dirs: [
        {
          dir: 'gw',
          names: [
            'DAGMaker.sh',
            'SE_blacklist.txt',
            'dagmaker.rc',
            'desgw_pipeline_1.dag',
            'mytemp_1/',
            'x.DAT',
            'notes.txt',
          ],
        },
      ],
    },
  ];
  const judge = (suite: readonly string[]) =>
    rule('testing:programs').observe!.judge(seen(suite), {
      text: () => '',
      maybeText: () => undefined,
      now: 0,
      unchangedFor: 0,
    });
  const SUITE = [
    'README.md',
    'configure_dag.py',
    'fetchJobSubStats.py',
    'make_postproc_ini.py',
    'run_gw_workflow.py',
    'tests/',
    'utils.py',
  ];

  test('are linked from both checkouts; settings, DAGs and leavings of a follow-up are not', () => {
    const sighting = judge(SUITE);
    if (sighting.state !== 'ready') throw new Error(sighting.state);
    expect(sighting.value).toEqual([
      [
        'configure_dag.py',
        'fetchJobSubStats.py',
        'make_postproc_ini.py',
        'run_gw_workflow.py',
        'utils.py',
      ],
      ['DAGMaker.sh', 'SE_blacklist.txt', 'x.DAT'],
    ]);
    const links = steps('testing:programs', facts({}, sighting.value)).filter(
      (step) => step.kind === 'link',
    );
    expect(links[0]).toEqual({
      kind: 'link',
      path: 'testing/suite/configure_dag.py',
      to: '../../sandbox/DESGW-Pipeline-Testing-Suite/configure_dag.py',
    });
    expect(links).toHaveLength(8);
  });

  test('a checkout that lacks some is told which', () => {
    expect(judge(['configure_dag.py', 'run_gw_workflow.py'])).toMatchObject({
      state: 'failed',
      why: 'sandbox/DESGW-Pipeline-Testing-Suite lacks fetchJobSubStats.py, make_postproc_ini.py',
    });
  });
});

describe('its settings', () => {
  test('are those of configure_dag.py, but for the season', () => {
    const rc = '\nRNUM=4\nPNUM=7\nSEASON=2611\nTWINDOW=4.5\n';
    const all = steps(
      'testing:workflow',
      facts({ 'testing/suite/dagmaker.rc': rc, 'testing/exposures.txt': LIST }),
    );
    expect(all[0]).toMatchObject({
      kind: 'write',
      path: 'testing/gw_workflow/dagmaker.rc',
      content: rc.replace('2611', TESTING_SEASON),
    });
    expect(programs(all)).toEqual(['./getExposureInfo.sh']);
  });

  test('no exposures is a failure that says to try once more', () => {
    const { judge } = rule('testing:configure').recipe as Recipe;
    const rc: Seen = { kind: 'read', text: 'SEASON=2611\n' };
    expect(judge!(run(facts({}), { stdout: LIST }), [rc])).toEqual([]);
    expect(judge!(run(facts({}), { stdout: '\n' }), [rc])).toEqual([
      { what: 'configure_dag.py chose no exposures', advice: 'Its field is random: build again.' },
    ]);
    expect(judge!(run(facts({}), { stdout: LIST }), [{ kind: 'read', text: undefined }])).toEqual([
      { what: 'configure_dag.py wrote no dagmaker.rc' },
    ]);
  });
});
