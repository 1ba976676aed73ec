import { describe, expect, test } from 'vitest';
import { moment } from '../../../core/words/time.ts';
import {
  type CredentialsSeen,
  credentialsSighting,
  NOT_RENEWED,
} from '../../../targets/grid/credentials.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = 20_000 * DAY;
const ticket = (begins: number, ends: number, renewUntil?: number) => ({
  begins: NOW + begins * HOUR,
  ends: NOW + ends * HOUR,
  ...(renewUntil === undefined ? {} : { renewUntil: NOW + renewUntil * HOUR }),
});
const sighted = (seen: CredentialsSeen, more = {}) =>
  credentialsSighting(seen, { now: NOW, renew: true, hours: 12, before: NOT_RENEWED, ...more });
const iso = (hours: number): string => new Date(NOW + hours * HOUR).toISOString();

describe('what lacks is waited for, with the remedy', () => {
  test('a ticket that ended is told with the time, and a person may be sent for', () => {
    const seen = sighted({ ticket: ticket(-26, -1) });
    expect(seen).toMatchObject({ state: 'waiting', tell: [{ occasion: 'credentials' }] });
    if (seen.state !== 'waiting') throw new Error('it is not waited for');
    expect(seen.progress).toBe(
      `no Kerberos ticket since ${moment(NOW - HOUR)}, nor a token: kinit; this build then goes on by itself`,
    );
    // A value would let it pass for what is on record.
    expect(seen).not.toHaveProperty('value');
  });
  test('one that was never there is too', () => {
    expect(sighted({ ticket: 'none' }).state).toBe('waiting');
  });
  test('so is a token that jobsub would take for none', () => {
    expect(sighted({ ticket: 'none', tokenEnds: NOW + 59_000 }).state).toBe('waiting');
  });
});

test.each<[string, CredentialsSeen]>([
  ['a token that lasts', { ticket: 'none', tokenEnds: NOW + HOUR }],
  ['a vault token of this week', { ticket: 'none', vaultSince: NOW - 6 * DAY }],
  ['a ticket', { ticket: ticket(-1, 1) }],
  ['a ticket of which nobody can tell', { ticket: 'unknown' }],
])('%s is enough', (_, seen) => {
  expect(sighted(seen).state).toBe('ready');
});

describe('they are renewed in good time, once for each', () => {
  test('a ticket with a third left, where it can be', () => {
    expect(sighted({ ticket: ticket(-16, 8, 150) })).toMatchObject({
      value: { ticket: iso(8), vault: null },
    });
    expect(sighted({ ticket: ticket(-15, 9, 150) })).toMatchObject({
      value: NOT_RENEWED,
      again: NOW + HOUR,
    });
    expect(sighted({ ticket: ticket(-16, 8) })).toMatchObject({ value: NOT_RENEWED });
    expect(sighted({ ticket: ticket(-16, 8, 8) })).toMatchObject({ value: NOT_RENEWED });
  });
  test('a vault token of five days', () => {
    const vaultSince = NOW - 5 * DAY;
    expect(sighted({ ticket: ticket(-1, 24), vaultSince })).toMatchObject({
      value: { ticket: null, vault: iso(-120) },
    });
  });
  test('what was asked before stays, so that nothing is asked twice', () => {
    const before = { ticket: iso(-3), vault: iso(-200) };
    expect(sighted({ ticket: ticket(-1, 24, 150) }, { before })).toMatchObject({ value: before });
  });
  test('and nothing is, where people do not want it', () => {
    const seen = { ticket: ticket(-16, 8, 150), vaultSince: NOW - 5 * DAY };
    expect(sighted(seen, { renew: false })).toMatchObject({ value: NOT_RENEWED });
  });
});

describe('an end before the work can is told of early', () => {
  const told = (seen: CredentialsSeen, more = {}): readonly string[] => {
    const sighting = sighted(seen, more);
    if (sighting.state !== 'ready') throw new Error(sighting.state);
    return (sighting.tell ?? []).map(({ text }) => text);
  };
  test('of a ticket that nothing renews', () => {
    expect(told({ ticket: ticket(-1, 11) })).toEqual([
      `the credentials end at ${moment(NOW + 11 * HOUR)}, which may be before the jobs do (nightHours 12); then nothing can be submitted and the queue cannot be seen: kinit`,
    ]);
    expect(told({ ticket: ticket(-1, 11) }, { hours: 10 })).toEqual([]);
    expect(told({ ticket: ticket(-1, 13) })).toEqual([]);
  });
  test('of one that is renewed, by the last end', () => {
    expect(told({ ticket: ticket(-1, 11, 100) })).toEqual([]);
    expect(told({ ticket: ticket(-1, 5, 11) })[0]).toContain(
      `end, renewals and all, at ${moment(NOW + 11 * HOUR)}`,
    );
    expect(told({ ticket: ticket(-1, 11, 100) }, { renew: false })).toHaveLength(1);
  });
  test('not while a vault token lasts, nor of what nobody knows', () => {
    expect(told({ ticket: ticket(-1, 2), vaultSince: NOW - 3 * DAY })).toEqual([]);
    expect(told({ ticket: 'unknown' })).toEqual([]);
  });
});
