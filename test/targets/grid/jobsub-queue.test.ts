/** Asking the queue: the collector before and after, so that a schedd that fell silent meanwhile is known. */
import { describe, expect, test } from 'vitest';
import { answer, askedOf, BOTH, COLLECTOR, IDLE, line } from './answers.ts';

test('asks the collector, the queue, and the collector again', async () => {
  const { asked, found } = await askedOf({ queue: answer(line(71, 2, 'undefined')) });
  expect(asked.map(([program]) => program)).toEqual(['condor_status', 'jobsub_q', 'condor_status']);
  expect(asked[0]).toEqual(COLLECTOR);
  expect(found).toMatchObject({ state: 'seen', jobs: [{ id: '71.0@jobsub01.fnal.gov' }] });
});

describe('nothing is taken for an empty queue', () => {
  test('that is a failure of jobsub_q, and then nobody is asked any more', async () => {
    const { asked, found } = await askedOf({ queue: answer('', 'no schedds', 1) });
    expect(found).toMatchObject({ state: 'failed', jobs: [] });
    expect(asked).toHaveLength(2);
  });

  test('where a schedd was there before and is not any more', async () => {
    const collector = [answer(BOTH), answer(BOTH.split('\n')[0]!)];
    const { found } = await askedOf({ queue: answer(IDLE), collector });
    expect(JSON.stringify(found)).toMatch(/silent.*jobsub02/);
  });
});
