import { describe, expect, test } from 'vitest';
import { jobsInWords, leadOf } from '../../../core/api/grid.ts';
import { readQueueColumns } from '../../../targets/grid/jobsub-answer.ts';
import { answer, grid, jobsOf, line } from './answers.ts';

describe('the jobs of one submission', () => {
  const queue = readQueueColumns(
    answer(
      [
        line(70, 2, 'undefined'),
        line(71, 2, 'stage_2'),
        line(72, 1, 'stage_3'),
        line(73, 1, 'stage_4'),
        line(74, 5, 'stage_5', 'disk quota exceeded'),
        line(75, 5, 'stage_6', 'disk quota exceeded'),
        line(76, 4, 'stage_7'),
        line(77, 3, 'stage_8'),
        line(80, 2, 'undefined', 'undefined', 'tok2'),
        line(90, 4, 'undefined', 'undefined', 'tok3'),
      ].join(''),
    ),
  );
  const counts = {
    idle: 2,
    running: 1,
    held: 2,
    transferring: 0,
    suspended: 0,
    lead: 'running',
    holdReasons: ['disk quota exceeded'],
  };

  test('B6: they are found by token, and by job id through the token it carries', () => {
    expect(jobsOf(queue, { token: 'tok1' })).toEqual(counts);
    expect(jobsOf(queue, { receipt: '70.0@jobsub01.fnal.gov' })).toEqual(counts);
    expect(jobsOf(queue, { receipt: '70@jobsub01.fnal.gov' })).toEqual(counts);
  });

  test('a submission whose token is lost is found by exposure and season', () => {
    const mine = readQueueColumns(answer(line(71, 2, 'stage_2') + line(70, 2, 'undefined')));
    const purpose = { exposure: '668439', season: '2206' };
    expect(leadOf(grid.jobsOf(mine, { purpose }))).toMatchObject({
      id: '70.0@jobsub01.fnal.gov',
      token: 'tok1',
    });
    expect(jobsOf(mine, { purpose })).toMatchObject({ running: 1, lead: 'running' });
    expect(jobsOf(mine, { purpose: { ...purpose, season: '416' } })).toBe('none');
    expect(leadOf(grid.jobsOf(mine, { token: 'tok2' }))).toBe(undefined);
  });

  test('the same cluster number on another schedd is another job', () => {
    expect(jobsOf(queue, { receipt: '70.0@jobsub02.fnal.gov' })).toBe('none');
  });

  test('jobs that have completed or were removed are not alive', () => {
    expect(jobsOf(queue, { token: 'tok3' })).toBe('none');
    expect(jobsOf(queue, { token: 'tok9' })).toBe('none');
  });

  test('absence from an answer that failed proves nothing, presence does', () => {
    const failed = { ...queue, state: 'failed', why: 'jobsub02 is down' } as const;
    expect(jobsOf(failed, { token: 'tok9' })).toBe('unknown');
    expect(jobsOf(failed, { token: 'tok1' })).toEqual(counts);
  });

  test('a job whose files never came is no submission, and while they may come nothing is known', () => {
    const held = answer(line(70, 5, 'undefined', 'Spooling input data files'));
    expect(grid.jobsOf(readQueueColumns(held), { token: 'tok1' })).toEqual({
      jobs: [],
      unseen: expect.stringContaining('job 70.0@jobsub01.fnal.gov is being handed over'),
    });
    const removed = answer(line(70, 3, 'undefined', 'Staging of job files failed'));
    expect(grid.jobsOf(readQueueColumns(removed), { token: 'tok1' })).toEqual({ jobs: [] });
  });

  test('without token and job id nothing matches', () => {
    expect(jobsOf(queue, {})).toBe('none');
  });

  test('they are told in words, held ones with their reason', () => {
    const jobs = jobsOf(queue, { token: 'tok1' });
    if (typeof jobs === 'string') throw new Error('no jobs');
    expect(jobsInWords(jobs)).toBe('1 running, 2 idle, 2 held (disk quota exceeded)');
    expect(jobsInWords({ ...jobs, idle: 0, running: 0, held: 0 })).toBe(
      'its submission is in the queue',
    );
  });
});
