/** An exposure has a job id for its DAG and one for each rescue; each may be on another schedd. */
import { describe, expect, test } from 'vitest';
import type { Queue } from '../../../core/api/grid.ts';
import type { Seen } from '../../../core/api/looks.ts';
import { liveJobs, submissionsIn } from '../../../targets/grid/submissions.ts';
import { watchedQueue } from '../../../targets/grid/work.ts';
import { sandbox } from '../../../targets/site/sandbox.ts';

const { grid } = sandbox();
const asked = { exposure: '668440', season: '1600' };
const marker = (job: string | null, more: object = {}): string =>
  JSON.stringify({ schema: 'desgw/submitted', ...asked, job, token: null, ...more });
const file = (name: string, end = ''): { path: string; mtime: number; end: string } => ({
  ...{ path: `gw/desgw_pipeline_${name}`, mtime: 1, end },
});
const seen = (...files: ReturnType<typeof file>[]): Seen => ({ kind: 'ends', files });
const FIRST = file('668440.dag.submitted', marker('7.0@jobsub01.fnal.gov'));
const RESCUE = file('668440_rescue1.dag.submitted', marker('9.0@jobsub02.fnal.gov'));
/** Of the schedds that are named the queue shows no job. */
const answered = (...schedds: string[]): Queue => ({
  ...{ state: 'seen', jobs: [] },
  answered: { schedds, silent: [] },
});
const live = (queue: Queue, ...files: ReturnType<typeof file>[]) =>
  liveJobs(grid, queue, submissionsIn(seen(...files), asked));

describe('nothing of an exposure is live', () => {
  test('when every schedd has answered that has one of its submissions', () => {
    const both = answered('jobsub01.fnal.gov', 'jobsub02.fnal.gov');
    expect(live(both, FIRST, RESCUE)).toEqual({ jobs: 'none' });
    expect(live(answered('jobsub01.fnal.gov'), FIRST)).toEqual({ jobs: 'none' });
  });

  test('but not while one of them is silent, be it that of a rescue', () => {
    for (const schedd of ['jobsub01.fnal.gov', 'jobsub02.fnal.gov'])
      expect(live(answered(schedd), FIRST, RESCUE)).toMatchObject({ jobs: 'unknown' });
  });

  test('nor while a rescue was begun and nobody knows as what, or the markers cannot be read', () => {
    const queue: Queue = {
      ...{ state: 'seen', jobs: [] },
      answered: { schedds: ['jobsub01.fnal.gov'], silent: ['jobsub02.fnal.gov'] },
    };
    expect(live(queue, FIRST)).toEqual({ jobs: 'none' });
    const begun = file('668440_rescue1.dag.submitting');
    expect(live(queue, FIRST, begun)).toMatchObject({ jobs: 'unknown' });
    const all = submissionsIn({ kind: 'failed', why: 'EIO' }, asked);
    expect(liveJobs(grid, answered('jobsub01.fnal.gov'), all)).toEqual({
      jobs: 'unknown',
      unseen: 'EIO',
    });
  });

  test('whatever others left whose names begin alike', () => {
    const files = [
      file('6684401_rescue1.dag.submitting'),
      file('6684401.dag.submitted', marker('9.0@x', { exposure: '6684401' })),
      file('668440.dag.submitted', marker('9.0@x', { season: '1599' })),
    ];
    expect(live(answered('jobsub01.fnal.gov'), ...files)).toEqual({ jobs: 'none' });
  });
});

test('a rescue is part of the submission of its exposure', () => {
  const { judge } = watchedQueue(grid).work!;
  const of = (target: string) =>
    judge(answered('jobsub01.fnal.gov') as never, {
      ...{ target, receipt: '9.0@jobsub02.fnal.gov', texts: [] },
    });
  expect(of('rescue_668440_1')).toMatchObject({ state: 'unknown', partOf: 'submitted_668440' });
  expect(of('submitted_668440')).not.toHaveProperty('partOf');
});
