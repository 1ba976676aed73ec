import { describe, expect, test } from 'vitest';
import type { Answer, Known } from '../../../core/api/grid.ts';
import { answer, askedOf, BOTH, grid, IDLE, line } from './answers.ts';

describe('whose answer it is', () => {
  const one = '70.0@jobsub01.fnal.gov';
  const two = '80.0@jobsub02.fnal.gov';
  const jobs = answer(IDLE + line(70, 2, 'undefined'));
  const absent = async (known: Known, world: Parameters<typeof askedOf>[0]) =>
    grid.jobsOf((await askedOf(world)).found, known).unseen;

  test('what an idle schedd prints is an answer', async () => {
    expect(await absent({ receipt: two }, { queue: jobs })).toBe(undefined);
    expect(await absent({ receipt: '71.0@jobsub01.fnal.gov' }, { queue: jobs })).toBe(undefined);
    expect(await absent({ token: 'x' }, { queue: jobs })).toBe(undefined);
  });

  test.each<[string, readonly Answer[]]>([
    ['in downtime', [answer('jobsub01.fnal.gov undefined 7\njobsub02.fnal.gov true 3\n')]],
    [
      'left out, since its ad does not say',
      [answer('jobsub01.fnal.gov false 7 true\njobsub02.fnal.gov undefined 3 undefined\n')],
    ],
    ['stopped', [answer('jobsub01.fnal.gov false 7\n')]],
    ['back only after the question', [answer('jobsub01.fnal.gov false 7\n'), answer(BOTH)]],
    ['gone before the question', [answer(BOTH), answer('jobsub01.fnal.gov false 7\n')]],
  ])('absence proves nothing of a schedd that is %s', async (_, collector) => {
    const world = { queue: jobs, collector };
    expect(await absent({ receipt: two }, world)).toBe(
      'jobsub02.fnal.gov, which may hold its jobs, has not answered',
    );
    expect(await absent({ receipt: one }, world)).toBe(undefined);
    // Where nobody knows the job, it is with one of those that took jobs when it was submitted.
    const among = { schedds: ['jobsub01.fnal.gov', 'jobsub02.fnal.gov'], silent: [] };
    expect(await absent({ token: 'x', among }, world)).toMatch(/^jobsub02/);
    const other = { schedds: ['jobsub01.fnal.gov'], silent: [] };
    expect(
      await absent(
        { token: 'x', among: other },
        { queue: jobs, collector: [answer('jobsub01.fnal.gov false 7\n')] },
      ),
    ).toBe(undefined);
  });

  test.each<[string, Answer, string]>([
    [
      'cannot be started',
      { exit: { kind: 'spawn', message: 'not found' }, stdout: '', stderr: '' },
      'condor_status could not be started: not found',
    ],
    [
      'fails',
      answer('', 'Error: communication error\n', 1),
      'condor_status ended with exit status 1: Error: communication error',
    ],
    ['says what is no ad', answer('x\n'), 'condor_status says: x'],
  ])('a collector that %s leaves unknown who has answered', async (_, collector, why) => {
    const world = { queue: jobs, collector: [collector] };
    for (const known of [{ receipt: one }, { token: 'x' }, { purpose: { season: '1' } }])
      expect(await absent(known, world)).toBe(`which schedds have answered is not known: ${why}`);
    expect((await askedOf(world)).found.jobs.map(({ id }) => id)).toEqual([one]);
  });

  test('an answer without a word, though a schedd is idle and would say so, is none', async () => {
    for (const receipt of [one, two])
      expect(await absent({ receipt }, { queue: answer('') })).toBe(
        'which schedds have answered is not known: jobsub_q printed nothing, not even that jobsub02.fnal.gov has no jobs',
      );
    const busy = [answer('jobsub01.fnal.gov false 7\njobsub02.fnal.gov false 9\n')];
    expect(await absent({ receipt: one }, { queue: answer(''), collector: busy })).toBe(undefined);
  });
});
