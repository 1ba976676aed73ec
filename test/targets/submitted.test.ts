/** What proves that a DAG was submitted, and what is only history. */
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../core/api/digest.ts';
import type { RunFacts } from '../../core/api/facts.ts';
import type { Job, Queue } from '../../core/api/grid.ts';
import type { Seen } from '../../core/api/looks.ts';
import type { Attempt } from '../../core/api/rules.ts';
import { sandbox } from '../../targets/site/sandbox.ts';
import { judgeSubmitted, markerText } from '../../targets/submitted.ts';

const { grid } = sandbox();
const NO_MARKER: Seen = { kind: 'read', text: undefined };
const NO_RESULTS: Seen = { kind: 'list', dirs: [] };
const RESULTS: Seen = {
  kind: 'list',
  dirs: [{ dir: 'exp/20170817/668440/dp1600/i_07', names: ['outputs_x'] }],
};
const labels = { exposure: '668440', season: '1600' };
const dag = (status: Job['status'], token = 'old'): Job => ({
  ...{ id: '7.0@jobsub01.fnal.gov', submission: token, status, token, labels },
});
const queue = (...jobs: Job[]): Seen => ({
  kind: 'answer',
  answer: { state: 'seen', jobs } satisfies Queue as never,
});
const UNSEEN: Seen = { kind: 'failed', why: 'no ticket' };
const NO_CLAIM: Seen = { kind: 'read', text: undefined };
const judge = (seen: readonly Seen[], attempt?: Attempt) =>
  judgeSubmitted([...seen, NO_CLAIM], { grid, ...labels, attempt });

describe('of a first submission', () => {
  test.each(['idle', 'running', 'held', 'completed'] as const)(
    'a %s DAG of the exposure proves it, and its token is kept',
    (status) => {
      expect(judge([NO_MARKER, NO_RESULTS, queue(dag(status))])).toMatchObject({
        state: 'done',
        how: expect.stringContaining('job 7.0@jobsub01.fnal.gov is in the queue'),
        receipt: '7.0@jobsub01.fnal.gov',
        token: 'old',
      });
    },
  );

  test('results prove it, and a queue that shows nothing disproves it', () => {
    expect(judge([NO_MARKER, RESULTS, UNSEEN]).state).toBe('done');
    expect(judge([NO_MARKER, NO_RESULTS, queue()]).state).toBe('not done');
    expect(judge([NO_MARKER, NO_RESULTS, UNSEEN]).state).toBe('unknown');
  });

  test.each<[string, Seen]>([
    ['pnfs', { kind: 'failed', why: 'EIO' }],
    [
      'one directory of it',
      {
        kind: 'list',
        dirs: [],
        unread: [{ dir: 'pnfs/exp/20170817/668440/dp1600', why: 'EACCES' }],
      },
    ],
  ])('with %s unseen nobody can say that there are no results', (_, results) => {
    expect(judge([NO_MARKER, results, queue()])).toMatchObject({
      ...{ state: 'unknown', unanswered: true, why: expect.stringContaining('pnfs') },
    });
    // A job in the queue proves it all the same; people's own directories say nothing.
    expect(judge([NO_MARKER, results, queue(dag('idle'))]).state).toBe('done');
    const other = {
      kind: 'list',
      dirs: [],
      unread: [{ dir: 'pnfs/exp/old', why: 'EACCES' }],
    } as const;
    expect(judge([NO_MARKER, other, queue()]).state).toBe('not done');
  });

  test('a marker gives its job and its token', () => {
    const text = JSON.stringify({
      ...{ schema: 'desgw/submitted', version: 1, ...labels, dag: 'd' },
      ...{ job: '7.0@jobsub01.fnal.gov', token: 't', submitted: '2026-11-26T00:00:00.000Z' },
    });
    expect(judge([{ kind: 'read', text }, NO_RESULTS, UNSEEN])).toMatchObject({
      state: 'done',
      receipt: '7.0@jobsub01.fnal.gov',
      token: 't',
    });
  });
});

describe('of what was asked for once more', () => {
  const doubtful: Attempt = { token: 'new', at: 0, again: true };
  const refused: Attempt = { at: 0, again: true };

  test('results and finished jobs of an earlier submission prove nothing', () => {
    for (const attempt of [doubtful, refused])
      expect(judge([NO_MARKER, RESULTS, queue(dag('completed'))], attempt)).toMatchObject({
        state: 'not done',
      });
  });

  test('a job with the token of this attempt proves it, whatever became of it', () => {
    for (const status of ['idle', 'completed', 'removed'] as const)
      expect(
        judge([NO_MARKER, RESULTS, queue(dag('completed'), dag(status, 'new'))], doubtful),
      ).toMatchObject({ state: 'done', token: 'new' });
  });

  test('when this attempt is known to have failed, a living job of somebody else counts', () => {
    expect(judge([NO_MARKER, RESULTS, queue(dag('idle'))], refused)).toMatchObject({
      state: 'done',
      token: 'old',
    });
  });

  test('with the queue unseen it is not known, whatever results there are', () => {
    expect(judge([NO_MARKER, RESULTS, UNSEEN], doubtful).state).toBe('unknown');
  });
});

test('a marker of work that was found done is of the DAG beside it, when the copy that was handed in is lost', () => {
  const run = {
    receipt: '7.0@s',
    token: 't',
    startedAt: 0,
    maybeText: (path: string) => (path === 'beside' ? 'text' : undefined),
  } as unknown as RunFacts;
  const about = { exposure: '668440', season: '1601' };
  const dagOf = (dags: readonly string[]): string =>
    JSON.parse(markerText(run, { ...about, dags })).dag;
  expect(dagOf(['copy', 'beside'])).toBe(digestOf('text'));
  expect(dagOf(['copy'])).toBe(digestOf(''));
});
