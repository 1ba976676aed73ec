import { expect, test } from 'vitest';
import { boardOf } from '../../../core/views/board.ts';
import { phaseEstimate } from '../../../core/views/estimate.ts';
import { planOf } from '../../support/plans.ts';

const MINUTE = 60_000;

/** Ten targets of a phase; so many are made, this long after each other, a second each. */
function estimate(made: number, apart: number, options: { readonly begun?: number } = {}) {
  const names = Array.from({ length: 10 }, (_, i) => `dag_${i}`);
  const plan = planOf(
    Object.fromEntries(
      names.map((name, i) => [name, { phase: 'dags', state: i < made ? 'fresh' : 'missing' }]),
    ),
  );
  const board = boardOf(plan);
  const place = (name: string) => (names.indexOf(name) < made ? names.indexOf(name) : undefined);
  const ended = (name: string) => {
    const i = place(name);
    return i === undefined ? undefined : i * apart;
  };
  const past = {
    took: (name: string) => (place(name) === undefined ? undefined : 1000),
    ended,
    awaited: () => undefined,
    since: () => undefined,
  };
  const [row] = board.phases();
  return phaseEstimate(row!, board, { past, jobs: 5, now: made * apart, begun: 0, ...options });
}

test('with too few that were made before nothing is said', () => {
  expect(estimate(4, 100)).toBeUndefined();
});

test('what may run at the same time takes so many turns', () => {
  expect(estimate(5, 100)).toEqual({ low: 1000, high: 1000 });
});

test('where they come one after the other, they are not expected faster than they have come', () => {
  expect(estimate(5, MINUTE)).toEqual({ low: 5 * 0.75 * MINUTE, high: 5 * 1.5 * MINUTE });
});

test('the pace of an earlier build does not count', () => {
  expect(estimate(5, MINUTE, { begun: 60 * MINUTE })).toEqual({ low: 1000, high: 1000 });
});
