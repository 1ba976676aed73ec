import { describe, expect, test } from 'vitest';
import type { Job, Queue } from '../../../core/api/grid.ts';
import type { Look, Seen } from '../../../core/api/looks.ts';
import type { Recipe } from '../../../core/api/rules.ts';
import { ccd2, SEARCH_CCDS } from '../../../targets/settings/domain.ts';
import { TESTING_SEASON } from '../../../targets/testing/places.ts';
import { facts, LIST, programs, ROWS, rule, run, steps } from './tested.ts';

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
