import { expect, test } from 'vitest';
import { gravestFirst } from '../../../core/run/gravest.ts';
import { planOf } from '../../support/plans.ts';

const failures = (...names: readonly string[]) =>
  names.map((target) => ({ target, problems: [{ what: `no ${target}` }] }));
const held = (by: string, n: number) => Array.from({ length: n }, () => ({ by: [by] }));
const order = (failed: ReturnType<typeof gravestFirst>) => failed.map(({ target }) => target);

test('the failure that holds most up comes first, whichever came first', () => {
  const plan = planOf({ dag_1: {}, sent_2: {}, dag_3: {}, goal: {} });
  const blocked = [...held('dag_1', 1), ...held('sent_2', 40), ...held('dag_3', 1)];
  const sorted = gravestFirst(failures('dag_1', 'sent_2', 'dag_3'), blocked, plan, plan.verdicts);
  expect(order(sorted)).toEqual(['sent_2', 'dag_1', 'dag_3']);
});

test('what keeps a goal from being reached comes before what was only left out', () => {
  const plan = planOf({
    dag_1: { state: 'failed' },
    list: { gathers: ['dag_1'] },
    step_1: { state: 'failed' },
    step_2: { state: 'blocked', by: ['step_1'] },
    goal: { group: true, state: 'blocked', by: ['step_2'] },
  });
  const sorted = gravestFirst(failures('dag_1', 'step_1'), held('dag_1', 9), plan, plan.verdicts);
  expect(order(sorted)).toEqual(['step_1', 'dag_1']);
});
