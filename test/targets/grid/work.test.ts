/** Whether work that was handed over is still under way: over only when the queue was seen without it. */
import { expect, test } from 'vitest';
import type { HandedOver, Job, Queue } from '../../../core/index.ts';
import { idsOf, watchedQueue } from '../../../targets/grid/work.ts';
import { followUpWith, leadJob } from '../../support/follow-up.ts';

const { site } = followUpWith();
const labels = { exposure: '668440', season: '1600' };
const lead = leadJob(labels);
const node = leadJob(labels, { id: '8.0@jobsub01.fnal.gov', node: 'stage_1' });
const BOTH = { schedds: ['jobsub01.fnal.gov', 'jobsub02.fnal.gov'], silent: [] as string[] };
const marker = JSON.stringify({
  ...{ schema: 'desgw/submitted', version: 1, ...labels, job: '7.0@jobsub01.fnal.gov' },
  ...{ token: 'mine', submitted: '', dag: '' },
});
const liveness = (jobs: readonly Job[], of: Partial<HandedOver> = {}, more: Partial<Queue> = {}) =>
  watchedQueue(site.grid).work!.judge(
    { state: 'seen', jobs, answered: BOTH, ...more } as never,
    { texts: [], ...of } as HandedOver,
  );

test('what nobody knows anything of is over, what has left the queue too', () => {
  expect(liveness([lead])).toEqual({ state: 'over' });
  expect(liveness([], { texts: [marker] })).toEqual({ state: 'over' });
  expect(liveness([{ ...lead, status: 'completed' }], { texts: [marker] }).state).toBe('over');
});

test('what is alive is told with the command that ends it', () => {
  expect(liveness([lead, node], { texts: [marker] })).toMatchObject({
    ...{ state: 'live', what: '1 running', advice: 'desgw cancel 668440' },
    cancel: { argv: expect.arrayContaining(['7.0@jobsub01.fnal.gov']) },
  });
});

test('a queue that was not seen, or the silence of its schedd, says nothing', () => {
  const unseen = { state: 'failed', why: 'no ticket' } as never;
  expect(liveness([], { texts: [marker] }, unseen).state).toBe('unknown');
  const answered = { schedds: ['jobsub02.fnal.gov'], silent: ['jobsub01.fnal.gov'] };
  expect(liveness([], { texts: [marker] }, { answered } as never).state).toBe('unknown');
});

test('jobs whose DAG has gone are ended one by one, others with their DAG', () => {
  const orphan = leadJob(labels, { id: '9.0@s', submission: 'other', node: 'stage_2' });
  const dead = leadJob(labels, { id: '6.0@s', submission: 'gone', status: 'removed' });
  expect(idsOf({ jobs: [lead, node, orphan, dead] })).toEqual(['7.0@jobsub01.fnal.gov', '9.0@s']);
});
