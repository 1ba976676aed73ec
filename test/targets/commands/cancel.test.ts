import { describe, expect, test } from 'vitest';
import type { Queue } from '../../../core/index.ts';
import { job, node, QUEUE, run } from './called.ts';

describe('desgw cancel', () => {
  const GONE: Queue = { state: 'seen', jobs: QUEUE.slice(0, 2) };
  const RM = 'ran {workspace}/sandbox/bin/jobsub_rm -G des --role=desgw 90.0@jobsub01.fnal.gov';

  test('it shows what would go, asks, removes the DAG with its job id, and looks again', async () => {
    const { status, did, out } = await run('cancel', {
      args: ['668439'],
      agrees: true,
      queue: [{ state: 'seen', jobs: QUEUE }, GONE],
    });
    expect(did).toEqual(['asked the queue', 'Remove the jobs of 668439?', RM, 'asked the queue']);
    expect(status).toBe(0);
    expect(out).toBe(
      [
        'To be removed from the queue:',
        '  668439  90.0@jobsub01.fnal.gov  1 running, 3 held (memory exceeded)',
        'Removed: the queue has no jobs of 668439 any more.',
        'Nothing else was touched: the next `desgw build` judges what came back.',
      ].join('\n'),
    );
  });

  test('without a yes nothing is done', async () => {
    const { status, did } = await run('cancel', { args: ['668439'] });
    expect({ status, did }).toEqual({
      status: 0,
      did: ['asked the queue', 'Remove the jobs of 668439?'],
    });
  });

  test('jobs that have outlived their DAG are removed one by one; those of other seasons stay', async () => {
    const jobs = [
      node(1),
      node(2),
      job({ labels: { exposure: '668439', season: '417' }, token: 'else' }),
    ];
    const { did } = await run('cancel', {
      args: ['668439'],
      agrees: true,
      queue: [{ state: 'seen', jobs }],
    });
    expect(did[2]).toBe(
      'ran {workspace}/sandbox/bin/jobsub_rm -G des --role=desgw 91.0@jobsub01.fnal.gov 92.0@jobsub01.fnal.gov',
    );
  });

  test('what is still there afterwards is told with what the program said, whatever its exit status', async () => {
    const { status, out } = await run('cancel', {
      args: ['668439'],
      agrees: true,
      said: 'not the owner',
    });
    expect(status).toBe(1);
    expect(out).toContain('Still in the queue:\n  668439  90.0@jobsub01.fnal.gov');
    expect(out).toContain('jobsub_rm said: not the owner');
  });

  test('a queue that cannot be seen afterwards leaves it open', async () => {
    const { status, out } = await run('cancel', {
      args: ['668439'],
      agrees: true,
      queue: [
        { state: 'seen', jobs: QUEUE },
        { state: 'failed', why: 'down', jobs: [] },
      ],
    });
    expect(status).toBe(1);
    expect(out).toContain(
      'Whether they are gone is not known: the queue could not be seen (down).',
    );
  });

  test('nothing is removed while the queue cannot be seen, and nothing needs removing without jobs', async () => {
    expect(
      await run('cancel', {
        args: ['668439'],
        agrees: true,
        queue: [{ state: 'failed', why: 'down', jobs: QUEUE }],
      }),
    ).toMatchObject({ status: 1, did: ['asked the queue'] });
    expect(await run('cancel', { args: ['668441'], agrees: true })).toMatchObject({
      status: 0,
      did: ['asked the queue'],
      out: '668441 has no jobs of season 2206 in the queue.',
    });
  });
});
