/** Submissions that somebody made by hand: their jobs have none of desgw's attributes. */
import { describe, expect, test } from 'vitest';
import type { Job } from '../../../core/api/grid.ts';
import { grid, LEAD, lead, node, SEARCH, seen, TEMPLATE } from './foreign.ts';

describe('jobs without our attributes', () => {
  test('belong to their DAG, and tell for all of it what they are for', () => {
    const queue = seen(lead() + node(2, TEMPLATE, 2) + node(3, SEARCH, 5));
    expect(
      queue.jobs.map(({ id, submission, labels, node: at, status }) => ({
        ...{ id, submission, at, status },
        ...{ exposure: labels.exposure, season: labels.season },
      })),
    ).toEqual(
      [
        { id: LEAD, at: undefined, status: 'running' },
        { id: '72.0@jobsub01.fnal.gov', at: 'stage_2', status: 'running' },
        { id: '73.0@jobsub01.fnal.gov', at: 'stage_3', status: 'held' },
      ].map((job) => ({
        ...job,
        ...{ submission: '70@jobsub01.fnal.gov', exposure: '668439', season: '2206' },
      })),
    );
    expect(grid.jobsOf(queue, { receipt: LEAD }).jobs).toHaveLength(1);
    expect(
      grid.jobsOf(queue, { purpose: { exposure: '668439', season: '2206' } }).jobs,
    ).toHaveLength(3);
  });

  test('a DAG that has not begun counts as live work of its exposure, whatever the season', () => {
    const files = (status: number) =>
      seen(lead(status).replace('\n', ' dagman_wrapper.sh,dag.dag,desgw_pipeline_668439.dag\n'));
    const of = (queue: ReturnType<typeof seen>, exposure: string) =>
      grid.jobsOf(queue, { purpose: { exposure, season: '2206' } }).jobs.map(({ id }) => id);
    expect(of(files(1), '668439')).toEqual([LEAD]);
    expect(of(files(4), '668439')).toEqual([]);
    expect(of(files(1), '668440')).toEqual([]);
  });

  test('that are ours are known by their attributes, whatever their arguments say', () => {
    const [job] = seen(
      `71.0@s tok 668440 2206 1 stage_2 1772000000 undefined undefined undefined args: 70 5 SEdiff.sh ${SEARCH} undefined\n`,
    ).jobs;
    expect(job).toMatchObject({
      submission: 'tok',
      labels: { exposure: '668440', season: '2206' },
    } satisfies Partial<Job>);
  });

  test('a hold reason that holds blanks and numbers ends where the arguments begin', () => {
    const held = `71.0@s undefined undefined undefined 5 stage_2 1 memory 3 4 5 used undefined undefined args: 70 5 SEdiff.sh ${SEARCH} undefined\n`;
    expect(seen(held).jobs[0]).toMatchObject({ holdReason: 'memory 3 4 5 used' });
    const unknowing = '71.0@s tok 1 2 5 stage_2 1 memory of 3 undefined undefined';
    expect(seen(`${unknowing}${' undefined'.repeat(7)}\n`).jobs[0]).toMatchObject({
      holdReason: 'memory of 3',
    });
  });
});
