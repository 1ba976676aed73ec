import { describe, expect, test } from 'vitest';
import type { Params } from '../../../core/api/builds.ts';
import type { Facts, RunFacts } from '../../../core/api/facts.ts';
import type { Job, Queue } from '../../../core/api/grid.ts';
import type { Look, Seen } from '../../../core/api/looks.ts';
import type { Recipe, Rule } from '../../../core/api/rules.ts';
import type { Step } from '../../../core/api/steps.ts';
import { TEST_SEASONS } from '../../../targets/seasons/season-rules.ts';
import { ccd2, SEARCH_CCDS } from '../../../targets/settings/domain.ts';
import { sandbox } from '../../../targets/site/sandbox.ts';
import { TESTING_SEASON } from '../../../targets/testing/places.ts';
import { testing } from '../../../targets/testing/testing.ts';

const site = sandbox();
const params: Params = { ccdThreshold: 50, propid: null, triggermjd: null };
const rules = testing(site, params) as readonly Rule[];
const rule = (name: string): Rule => rules.find((one) => one.name === name)!;

const ROWS = [
  '668440  20170817  57983.1  197.45  -23.38  i  100  2017B-0110  1.0  object',
  '668441  20170817  57983.2  197.45  -23.38  z  100  2017B-0110  1.0  object',
].join('\n');
const LIST = '668440\n668441\n';

/** Facts with these texts and this value. */
function facts(texts: { readonly [path: string]: string }, value: Facts['value'] = null): Facts {
  const maybeText = (path: string): string | undefined => texts[path];
  const text = (path: string): string => texts[path] ?? `missing: ${path}`;
  return { text, maybeText, value, gathered: [], due: [], workspace: '/ws', settled: true };
}

function steps(name: string, given: Facts): readonly Step[] {
  const recipe = rule(name).recipe as Recipe;
  return typeof recipe.steps === 'function' ? recipe.steps(given) : recipe.steps;
}

const programs = (all: readonly Step[]): readonly string[] =>
  all.flatMap((step) => (step.kind === 'exec' ? [step.argv.join(' ')] : []));
const run = (given: Facts, more: Partial<RunFacts> = {}): RunFacts => ({
  ...given,
  token: 'mine',
  again: false,
  startedAt: 0,
  exits: [{ kind: 'exit', code: 0 }],
  stdout: '',
  stderr: '',
  receipt: undefined,
  claims: [],
  ...more,
});

describe('the test of the pipeline', () => {
  test('the steps of the suite follow one another, and the group stands for all of them', () => {
    expect(rules.map(({ name, deps = [], after = [] }) => [name, [...deps, ...after]])).toEqual([
      ['testing:programs', ['sandbox']],
      ['testing:configure', ['testing:programs']],
      ['testing:workflow', ['testing:configure', 'testing:programs']],
      ['testing:submitted', ['testing:configure', 'testing:workflow']],
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

describe('its submission', () => {
  const submitted = rule('testing:submitted');
  const given = facts({ 'testing/exposures.txt': LIST });

  test('names its jobs through the environment, and answers of an earlier test are removed first', () => {
    const all = steps('testing:submitted', given);
    expect(all.slice(0, 2)).toEqual([
      { kind: 'remove', path: 'testing/gw_workflow/jobsub_668440.out' },
      { kind: 'remove', path: 'testing/gw_workflow/jobsub_668441.out' },
    ]);
    expect(all[2]).toMatchObject({
      argv: [
        'python3',
        '{workspace}/testing/suite/run_gw_workflow.py',
        '--exp_list',
        '{workspace}/testing/exposures.txt',
      ],
      cwd: 'testing/gw_workflow',
      env: { JOBSUB_EXTRA_LINES: `+DesgwSubmission="{token}",+DesgwSeason="${TESTING_SEASON}"` },
      detached: 'doubt',
      idempotent: false,
    });
  });

  test('succeeds by a job id, not by an exit status', () => {
    const { judge } = submitted.recipe as Recipe;
    const said = (text: string | undefined): Seen => ({ kind: 'read', text });
    const id = 'Use job id 7.0@jobsub01.fnal.gov to retrieve output\n';
    expect(judge!(run(given), [said(undefined), said(id)])).toEqual([]);
    expect(
      judge!(run(given), [
        said('Error: condor_submit exited with failed status code 1\n'),
        said(undefined),
      ])[0]!.what,
    ).toContain('condor_submit failed with status 1');
    expect(judge!(run(given), [said(undefined), said(undefined)])).toHaveLength(1);
  });

  const FOLDER = (...names: string[]): Seen => ({
    kind: 'list',
    dirs: [{ dir: 'testing/gw_workflow', names }],
  });
  const queue = (...jobs: Partial<Job>[]): Seen => ({
    kind: 'answer',
    answer: {
      state: 'seen',
      jobs: jobs.map((job) => ({ submission: '', labels: {}, ...job })),
    } as never,
  });
  const NONE: Seen = { kind: 'read', text: undefined };

  test.each<[string, readonly Seen[], string | undefined, string]>([
    ['a marker is final', [FOLDER(), { kind: 'read', text: '{}' }, queue()], undefined, 'done'],
    [
      'a job of the attempt is final',
      [FOLDER(), NONE, queue({ id: '7.0@a', token: 'mine' })],
      'mine',
      'done',
    ],
    [
      'jobs of others prove nothing',
      [FOLDER(), NONE, queue({ id: '7.0@a', token: 'else' })],
      'mine',
      'not done',
    ],
    [
      'answers of jobsub without a record leave it open',
      [FOLDER('jobsub_668440.out'), NONE, queue()],
      undefined,
      'unknown',
    ],
    [
      'without the queue nothing is known',
      [FOLDER(), NONE, { kind: 'failed', why: 'down' }],
      undefined,
      'unknown',
    ],
  ])('%s', (_what, seen, token, state) => {
    expect(
      submitted.once!.judge(seen, token === undefined ? undefined : { token, at: 0, again: false })
        .state,
    ).toBe(state);
  });
});

describe('what came back of it', () => {
  const observe = rule('testing:statistics').observe!;
  const texts = {
    'testing/exposures.txt': LIST,
    'testing/rows.list': ROWS,
    'testing/submitted.json': '{\n  "token": "mine"\n}\n',
  };
  const given = facts(texts);

  /** What is seen when so many CCDs of each exposure are complete, and jobs of these tokens live. */
  function seen(complete: readonly [number, number], tokens: readonly string[]): readonly Seen[] {
    const bands = ['i', 'z'];
    const looks = observe.look(given) as readonly Look[];
    const answer: Queue = {
      state: 'seen',
      jobs: tokens.map((token) => ({
        id: '1.0@a',
        submission: token,
        labels: {},
        status: 'running',
        node: 'stage_1',
        token,
      })),
    };
    return looks.map((look): Seen => {
      if (look.kind === 'ask') return { kind: 'answer', answer: answer as never };
      if (look.kind === 'stat') return { kind: 'stat', stat: { size: 1, mtime: 0 } };
      if (look.kind !== 'list') throw new Error(look.kind);
      const i = look.pattern.includes('668440') ? 0 : 1;
      const dir = look.pattern.replace('/*/', '/20170817/').replace(/\/(\*\/)?$/, '');
      if (!look.pattern.endsWith('*/')) return { kind: 'list', dirs: [] };
      const done = SEARCH_CCDS.slice(0, complete[i]!);
      return {
        kind: 'list',
        dirs: done.map((ccd) => ({ dir: `${dir}/${bands[i]}_${ccd2(ccd)}`, names: ['outputs_x'] })),
      };
    });
  }
  const judge = (
    complete: readonly [number, number],
    tokens: readonly string[] = [],
    unchangedFor = 1e9,
  ) => observe.judge(seen(complete, tokens), { ...given, now: 0, unchangedFor });

  test('it waits for its own jobs and for no others', () => {
    expect(judge([10, 59], ['mine'], 0)).toMatchObject({
      state: 'waiting',
      progress: '0 of 2 exposures have settled',
      movement: [expect.anything(), 'queued'],
    });
    expect(judge([10, 59], ['else'])).toMatchObject({ state: 'ready' });
  });

  test('files may be late when the jobs are gone', () => {
    expect(judge([10, 59], [], 0)).toMatchObject({
      state: 'waiting',
      movement: [expect.anything(), 'gone'],
    });
  });

  test('the value counts the CCDs of each exposure, and those with enough go on', () => {
    const sighting = judge([10, 59]);
    if (sighting.state !== 'ready') throw new Error(sighting.state);
    expect(sighting.value).toEqual([
      { exposure: '668440', enough: false, complete: 10, failed: 0, incomplete: 0 },
      { exposure: '668441', enough: true, complete: 59, failed: 0, incomplete: 0 },
    ]);
    const all = steps('testing:statistics', facts(texts, sighting.value));
    expect(programs(all)).toEqual([
      `python3 fetchJobSubStats.py --season ${TESTING_SEASON} --exp_list {workspace}/testing/exposures.txt`,
    ]);
    expect(all.at(-1)).toMatchObject({ kind: 'write', content: '668441\n' });
  });
});

describe('its post processing', () => {
  const complete = `testing/complete_exposures_S${TESTING_SEASON}.list`;

  test('the ini is made for the exposures that came back and their bands', () => {
    const all = steps('testing:ini', facts({ [complete]: LIST, 'testing/rows.list': ROWS }));
    expect(programs(all)).toEqual([
      `python3 make_postproc_ini.py --season ${TESTING_SEASON} --recycler_mjd 57983 --propid 2017B-0110 --exp_list complete_exposures_S${TESTING_SEASON}.list --bands i,z`,
    ]);
  });

  test('nothing is started when no exposure came back', () => {
    expect(() =>
      steps('testing:ini', facts({ [complete]: '', 'testing/rows.list': ROWS })),
    ).toThrow('no exposure of the test has enough complete CCDs');
  });

  test('it must leave light curves, pages and stamps', () => {
    const { judge } = rule('testing:postproc').recipe as Recipe;
    const run9 = run(facts({}), { stdout: 'END END TIME\n' });
    const list = (dir: string, ...names: string[]): Seen => ({
      kind: 'list',
      dirs: [{ dir, names }],
    });
    const forced = ['RUN000_MAKELIST', 'RUN000_MAKELIST.DONE'].map((name) => ({
      path: `x/20170901_0101_DESY${TESTING_SEASON}/${name}`,
      mtime: 1,
      end: '',
    }));
    const good: readonly Seen[] = [
      { kind: 'stat', stat: { size: 1, mtime: 0 } },
      { kind: 'ends', files: forced },
      { kind: 'read', text: LIST },
      { kind: 'read', text: `${'1 \n'.repeat(9)}complete` },
      { kind: 'read', text: '0' },
      { kind: 'read', text: '#HostMatch Database Update:  SUCCESS\n' },
      { kind: 'read', text: LIST },
      { kind: 'read', text: '' },
    ];
    const made = [
      list('d', 'des_real_1.dat'),
      list('h', 'candidate_1.html'),
      list('s', 'temp1.gif'),
    ];
    expect(judge!(run9, [...made, ...good])).toEqual([]);
    expect(
      judge!(run9, [list('d', 'README'), { kind: 'list', dirs: [] }, made[2]!, ...good]).map(
        ({ what }) => what,
      ),
    ).toEqual([
      'post processing left no light curves (.dat)',
      'post processing left no pages of candidates (.html)',
    ]);
  });
});
