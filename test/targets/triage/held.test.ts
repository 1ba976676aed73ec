import { expect, test } from 'vitest';
import { heldPlan, readHeld, type SeenJob } from '../../../targets/triage/held.ts';

const job: SeenJob = { id: '1.0@s', exposure: '668439', held: true, whole: false };
const care = { now: 100_000, after: 60, mayRemove: true };
const ids = (jobs: readonly SeenJob[]) => jobs.map(({ id }) => id);

test('a job is released once it has been held for so long, and removed when that was in vain', () => {
  const first = heldPlan([job], {}, care);
  expect([ids(first.release), ids(first.remove)]).toEqual([[], []]);
  const early = heldPlan([job], first.jobs, { ...care, now: 159_999 });
  expect(early.release).toEqual([]);
  const due = heldPlan([job], early.jobs, { ...care, now: 160_000 });
  expect(ids(due.release)).toEqual(['1.0@s']);
  // It runs, and is held again: the time begins anew.
  const runs = heldPlan([{ ...job, held: false }], due.jobs, { ...care, now: 170_000 });
  const again = heldPlan([job], runs.jobs, { ...care, now: 500_000 });
  expect([ids(again.release), ids(again.remove)]).toEqual([[], []]);
  const vain = heldPlan([job], again.jobs, { ...care, now: 560_000 });
  expect([ids(vain.release), ids(vain.remove)]).toEqual([[], ['1.0@s']]);
  // Once, however long that takes.
  expect(heldPlan([job], vain.jobs, { ...care, now: 990_000 }).remove).toEqual([]);
});

test('nothing is removed that would not be tried again, and no submission as a whole', () => {
  const jobs = { '1.0@s': { exposure: '668439', since: 0, released: 1 } };
  expect(heldPlan([job], jobs, { ...care, mayRemove: false }).remove).toEqual([]);
  expect(heldPlan([{ ...job, whole: true }], jobs, care).remove).toEqual([]);
});

test('jobs that have left the queue are forgotten; half a note is none', () => {
  expect(heldPlan([], { '1.0@s': { exposure: '668439', since: 0 } }, care).jobs).toEqual({});
  expect(readHeld('{"schema":')).toEqual({});
  expect(readHeld(undefined)).toEqual({});
});
