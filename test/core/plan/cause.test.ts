import { expect, test } from 'vitest';
import type { TargetName } from '../../../core/api/values.ts';
import { rootCause } from '../../../core/plan/cause.ts';
import type { Reason } from '../../../core/words/reasons.ts';
import { planOf } from '../../support/plans.ts';

const edited: Reason = { kind: 'never built' };
const changed = (target: TargetName): Reason => ({ kind: 'dep changed', target });

test.each<Reason>([
  changed('b'),
  { kind: 'gathered', target: 'b' },
  { kind: 'not gathered', target: 'b' },
])('a reason that points to another target is followed there: $kind', (reason) => {
  const plan = planOf({
    b: { state: 'stale', reasons: [edited] },
    a: { state: 'stale', reasons: [reason] },
  });
  expect(rootCause(plan, 'a', new Map())).toEqual([
    { kind: 'reason', target: 'a', reason },
    { kind: 'reason', target: 'b', reason: edited },
  ]);
});
