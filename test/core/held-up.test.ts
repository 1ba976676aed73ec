import { expect, test } from 'vitest';
import { heldUp } from '../../core/held-up.ts';
import type { Verdict } from '../../core/types.ts';

test('whoever has to decide about a submission is told what changed since', () => {
  const verdict: Verdict = {
    state: 'submitted, stale',
    reasons: [{ kind: 'param changed', name: 'TWINDOW', from: '15', to: '20' }],
  };
  expect(heldUp(new Map([['s', verdict]]), ['s']).person).toEqual([
    { target: 's', state: 'submitted, stale', note: 'TWINDOW: "15" -> "20"' },
  ]);
});
