import { expect, test } from 'vitest';
import { isSubmitted, outcomeText, refusals } from '../../../targets/commands/rescuing.ts';
import type { RescuePlan } from '../../../targets/grid/rescue-files.ts';

const plan = { exposure: '668440', number: 2 } as RescuePlan;

test('what is in the way of several alike is said once', () => {
  expect(
    refusals([
      { exposure: '1', why: 'jobs of 1 are in the queue' },
      { exposure: '2', why: 'jobs of 2 are in the queue' },
      { exposure: '3', why: 'the DAG is gone' },
    ]),
  ).toEqual([
    '1, 2 are not rescued: jobs of <exposure> are in the queue',
    '3 is not rescued: the DAG is gone',
  ]);
});

test('only a record tells that a rescue is submitted; else it says what to type', () => {
  const record = (name: string) =>
    name === 'rescue_668440_2' ? { state: 'made' as const, at: 0, receipt: '7.0@s' } : undefined;
  expect(isSubmitted(plan, { record })).toBe(true);
  expect(outcomeText(plan, { record })).toBe('668440: rescue 2 is submitted as 7.0@s');
  const begun = { record: () => ({ state: 'begun' as const, at: 0 }) };
  expect(isSubmitted(plan, begun)).toBe(false);
  expect(outcomeText(plan, begun)).toContain('desgw rescue 668440 --not-submitted');
});
