import { expect, test } from 'vitest';
import type { Queue } from '../../../core/index.ts';
import { QUEUE, run } from './called.ts';

const PARTLY: Queue = { state: 'failed', why: 'jobsub02 is silent', jobs: QUEUE };
const [RELEASES, REMOVES] = [/jobsub_release/, /jobsub_rm/];

test('a part of the queue is enough to let held jobs go on, and too little to remove any', async () => {
  const released = await run('release', { args: ['668439'], queue: [PARTLY] });
  expect(released.did).toEqual([
    'asked the queue',
    expect.stringMatching(RELEASES),
    'asked the queue',
  ]);
  const cancelled = await run('cancel', { args: ['668439'], queue: [PARTLY], agrees: true });
  expect([cancelled.status, cancelled.did]).toEqual([1, ['asked the queue']]);
  expect(cancelled.out).toContain('Nothing was cancelled: the queue could not be seen (jobsub02');
});

test('what is gone for one exposure is told, and what the other has is changed', async () => {
  const gone: Queue = { state: 'seen', jobs: [] };
  const { out, did, status } = await run('cancel', {
    args: ['668441', '668439'],
    queue: [{ state: 'seen', jobs: QUEUE }, gone],
    agrees: true,
  });
  expect(out).toMatch(/^668441 has no jobs of season 2206 in the queue\.\nTo be removed/);
  expect(did.filter((line) => REMOVES.test(line))).toHaveLength(1);
  expect(status).toBe(0);
});
