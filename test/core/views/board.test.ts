import { expect, test } from 'vitest';
import type { State } from '../../../core/api/builds.ts';
import type { Tally } from '../../../core/api/looks.ts';
import { boardOf, conditions, worstOf } from '../../../core/views/board.ts';
import { planOf } from '../../support/plans.ts';

const subject = (name: string) => ({ kind: 'exposure', name });
const tally: Tally = {
  unit: 'CCDs',
  total: 59,
  complete: 20,
  failed: 1,
  running: 3,
  idle: 2,
  held: 4,
};

const plan = planOf({
  season: { phase: 'preparation' },
  dag_1: { phase: 'dags', subject: subject('1') },
  table: { phase: 'reports' },
  dag_2: { phase: 'dags', subject: subject('2'), state: 'failed' },
  own: { state: 'missing' },
  ccds_1: { phase: 'grid', subject: subject('1'), state: 'waiting', tally },
  ccds_2: { phase: 'grid', subject: subject('2'), state: 'blocked' },
  ccds_3: { phase: 'grid', subject: subject('3'), tally },
  list: { phase: 'reports', state: 'maybe' },
  all: { group: true, state: 'maybe' },
});

test('phases stand in the order in which they end, what names none comes last, groups count for nothing', () => {
  const rows = boardOf(plan).phases();
  expect(rows.map(({ phase, states }) => [phase, Object.fromEntries(states)])).toEqual([
    ['preparation', { fresh: 1 }],
    ['dags', { fresh: 1, failed: 1 }],
    ['grid', { waiting: 1, blocked: 1, fresh: 1 }],
    ['reports', { fresh: 1, maybe: 1 }],
    ['other', { missing: 1 }],
  ]);
  expect(rows[2]!.tally).toEqual({
    ...tally,
    total: 118,
    complete: 40,
    failed: 2,
    running: 6,
    idle: 4,
    held: 8,
  });
});

test('a subject stands as the worst of its targets does', () => {
  const rows = boardOf(plan).subjects();
  expect(rows.map((row) => [row.subject, row.condition])).toEqual([
    ['1', 'under way'],
    ['2', 'failed'],
    ['3', 'done'],
  ]);
  expect([...conditions(rows)]).toEqual([
    ['done', 1],
    ['under way', 1],
    ['failed', 1],
  ]);
});

test('what was made and is made again only if its needs come out otherwise is not to do', () => {
  const made = { state: 'maybe' as const, reasons: [] };
  const never = { state: 'maybe' as const, reasons: [{ kind: 'never built' as const }] };
  const board = boardOf(
    planOf({
      dag_1: { phase: 'dags', subject: subject('1'), ...made },
      ccds_1: { phase: 'grid', subject: subject('1'), ...made },
      dag_2: { phase: 'dags', subject: subject('2'), ...made },
      ccds_2: { phase: 'grid', subject: subject('2'), ...never },
      dag_3: { phase: 'dags', subject: subject('3'), ...made },
      ccds_3: { phase: 'grid', subject: subject('3'), state: 'failed' },
    }),
  );
  expect(board.subjects().map((row) => row.condition)).toEqual(['may change', 'to do', 'failed']);
});

test('a cell is as bad as the worst of its targets, wherever that comes', () => {
  const states = new Map<State, number>([
    ['missing', 1],
    ['failed', 1],
    ['fresh', 3],
  ]);
  expect(worstOf({ states })).toBe('failed');
  expect(worstOf({ states: new Map() })).toBeUndefined();
});

test('a target that moves on leaves nothing behind', () => {
  const board = boardOf(plan);
  board.set('ccds_1', 'fresh', { ...tally, complete: 59, failed: 0, running: 0, idle: 0, held: 0 });
  board.set('unknown', 'failed');
  const grid = board.phases().find(({ phase }) => phase === 'grid')!;
  expect([Object.fromEntries(grid.states), grid.tally!.complete]).toEqual([
    { blocked: 1, fresh: 2 },
    79,
  ]);
});
