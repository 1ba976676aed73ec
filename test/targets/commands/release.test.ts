import { describe, expect, test } from 'vitest';
import type { Queue } from '../../../core/index.ts';
import { QUEUE, run } from './called.ts';

describe('release', () => {
  const after: Queue = { state: 'seen', jobs: QUEUE.filter(({ status }) => status !== 'held') };

  test('releases the held jobs of an exposure alone, and looks whether they go on', async () => {
    const { out, did, status } = await run('release', {
      args: ['668439'],
      queue: [{ state: 'seen', jobs: QUEUE }, after],
    });
    expect(status).toBe(0);
    expect(did.find((line) => line.includes('jobsub_release'))).toMatch(
      /jobsub_release .*92\.0@jobsub01\.fnal\.gov 93\.0@jobsub01\.fnal\.gov 94\.0@jobsub01\.fnal\.gov$/,
    );
    expect(out).toContain('memory exceeded; no reason given');
    expect(out).toContain('Released: no job of 668439 is held any more.');
  });

  test('does nothing where nothing is held, and nothing blindly', async () => {
    const none = await run('release', { args: ['668440'] });
    expect([none.status, none.did]).toEqual([0, ['asked the queue']]);
    const unseen = await run('release', {
      args: ['668439'],
      queue: [{ state: 'failed', why: 'no ticket', jobs: [] }],
    });
    expect([unseen.status, unseen.did]).toEqual([1, ['asked the queue']]);
  });

  test('jobs that stay held are told with what the program said', async () => {
    const { out, status } = await run('release', { args: ['668439'], said: 'not yours' });
    expect(status).toBe(1);
    expect(out).toContain('Still held');
    expect(out).toContain('not yours');
  });
});
