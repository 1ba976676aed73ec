import { describe, expect, test } from 'vitest';
import { jobsTable, submissionsIn } from '../../../targets/commands/jobs.ts';
import { job, MINUTE, NOW, QUEUE, run } from './called.ts';

describe('desgw jobs', () => {
  test('each submission has a line with its age and counts, and its held jobs with the reason below', async () => {
    const { status, out } = await run('jobs');
    expect(status).toBe(0);
    expect(out).toBe(
      [
        '2 submissions of 2 exposures: 1 running, 1 idle, 3 held',
        '',
        'EXPOSURE  SEASON  DAG                     AGE    JOBS',
        '668439    2206    90.0@jobsub01.fnal.gov  5 min  1 running, 3 held',
        '    2 held: memory exceeded',
        '    1 held: no reason given',
        '668440    2206    50.0@jobsub02.fnal.gov  5 h    1 idle',
      ].join('\n'),
    );
  });

  test('data have the same in full', async () => {
    const { out } = await run('jobs', { args: ['668440'], options: { '--json': true } });
    expect(JSON.parse(out)).toEqual({
      queue: 'seen',
      why: null,
      unseen: [],
      submissions: [
        {
          exposure: '668440',
          season: '2206',
          dag: '50.0@jobsub02.fnal.gov',
          token: 'two',
          counts: {
            idle: 1,
            running: 0,
            held: 0,
            transferring: 0,
            suspended: 0,
            lead: 'running',
            holdReasons: [],
          },
          held: [],
          since: NOW - 300 * MINUTE,
        },
      ],
    });
  });

  test('an empty queue is said to be empty', async () => {
    const queue = [{ state: 'seen', jobs: [] }] as const;
    expect(await run('jobs', { queue })).toMatchObject({
      status: 0,
      out: 'There are no jobs in the queue.',
    });
    expect(await run('jobs', { queue, args: ['668441'] })).toMatchObject({
      out: 'There are no jobs of 668441 in the queue.',
    });
  });

  test('a queue that cannot be seen is never called empty', async () => {
    expect(
      await run('jobs', { queue: [{ state: 'failed', why: 'no ticket', jobs: [] }] }),
    ).toMatchObject({
      status: 1,
      out: 'The queue could not be seen: no ticket',
    });
    const { status, out } = await run('jobs', {
      queue: [{ state: 'failed', why: 'jobsub02 is down', jobs: QUEUE.slice(2) }],
    });
    expect(status).toBe(1);
    expect(out).toContain('1 running, 3 held');
    expect(out).toContain('The queue could not be seen completely: jobsub02 is down');
    expect((await run('jobs', { queue: [new Error('boom')] })).out).toBe(
      'The queue could not be seen: boom',
    );
  });

  test('a rescue has a line of its own, and jobs without an exposure come last', () => {
    const found = submissionsIn({
      state: 'seen',
      jobs: [
        job({ labels: { season: '2206' } }),
        job({ token: 'rescue', queued: NOW }),
        job({ token: 'first', queued: 0 }),
      ],
    });
    expect(found.map(({ exposure, token }) => [exposure, token])).toEqual([
      ['668439', 'first'],
      ['668439', 'rescue'],
      [null, 'one'],
    ]);
    expect(jobsTable(found.slice(2), NOW)).toContain('-         2206');
  });
});
