/** For how long something has not moved, with clocks that jump and processes that come and go. */
import { expect, test } from 'vitest';
import type { KnownSighting } from '../../../core/memory/memory.ts';
import { FORGOTTEN, Stillness } from '../../../core/observe/stillness.ts';

const MINUTE = 60_000;

const SELF = { host: 'des91', boot: 'b1', pid: 7, start: '7', user: 'mara' };

/** Looks of one process, and what is on record after each. */
function looks(
  record: { known?: KnownSighting },
  start: { now: number; steady?: number },
  boot = 'b1',
) {
  const time = { now: start.now, steady: start.steady ?? 0 };
  const clock = { now: () => time.now, steady: () => time.steady, sleep: async () => {} };
  const stillness = new Stillness(clock, { ...SELF, boot });
  return {
    pass(ms: number) {
      time.now += ms;
      time.steady += ms;
    },
    setClock(ms: number) {
      time.now += ms;
    },
    look(digest: string): number {
      const noted = stillness.note('t', digest, record.known);
      if (noted.record !== undefined) record.known = noted.record;
      return noted.stillMs / MINUTE;
    },
    time,
  };
}

test('adds up while looks see the same, and begins anew when something moves', () => {
  const at = looks({}, { now: 0 });
  expect(at.look('a')).toBe(0);
  at.pass(5 * MINUTE);
  expect(at.look('a')).toBe(5);
  at.pass(5 * MINUTE);
  expect(at.look('a')).toBe(10);
  at.pass(MINUTE);
  expect(at.look('b')).toBe(0);
});

test('a clock that is set, forwards or back, makes nothing older or younger', () => {
  const at = looks({}, { now: 0 });
  at.look('a');
  at.pass(5 * MINUTE);
  at.setClock(12 * 60 * MINUTE);
  expect(at.look('a')).toBe(5);
  at.pass(5 * MINUTE);
  at.setClock(-24 * 60 * MINUTE);
  expect(at.look('a')).toBe(10);
});

test('goes on from one process to the next, by a quarter of an hour a look at most', () => {
  const record: { known?: KnownSighting } = {};
  const first = looks(record, { now: 0 });
  first.look('a');
  first.pass(10 * MINUTE);
  expect(first.look('a')).toBe(10);
  expect(looks(record, { now: 0, steady: 20 * MINUTE }).look('a')).toBe(20);
  expect(looks(record, { now: 0, steady: 30 * 60 * MINUTE }).look('a')).toBe(35);
});

test('whatever the time of day has become meanwhile', () => {
  const record: { known?: KnownSighting } = {};
  looks(record, { now: 0 }).look('a');
  expect(looks(record, { now: 60 * MINUTE, steady: MINUTE }).look('a')).toBe(1);
  expect(looks(record, { now: -60 * MINUTE, steady: 2 * MINUTE }).look('a')).toBe(2);
});

test('of the time between looks on two hosts, or after a restart, nobody can tell', () => {
  const record: { known?: KnownSighting } = {};
  const first = looks(record, { now: 0 });
  first.look('a');
  first.pass(10 * MINUTE);
  expect(first.look('a')).toBe(10);
  expect(looks(record, { now: 20 * MINUTE, steady: 20 * MINUTE }, 'b2').look('a')).toBe(10);
  expect(looks(record, { now: 25 * MINUTE, steady: 25 * MINUTE }, 'b2').look('a')).toBe(15);
});

test('a record from before there were such looks vouches for none', () => {
  const record = { known: { digest: 'a', since: 0 } };
  expect(looks(record, { now: 48 * 60 * MINUTE }).look('a')).toBe(0);
});

test('what was forgotten on purpose begins anew, also under a process that goes on', () => {
  const record: { known?: KnownSighting } = {};
  const at = looks(record, { now: 0 });
  at.look('a');
  at.pass(5 * MINUTE);
  expect(at.look('a')).toBe(5);
  record.known = { digest: FORGOTTEN, since: at.time.now };
  at.pass(MINUTE);
  expect(at.look('a')).toBe(0);
  at.pass(MINUTE);
  expect(at.look('a')).toBe(1);
});
