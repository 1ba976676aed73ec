import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tokenExpiry } from '../../../targets/grid/ticket.ts';
import { exited, finding, folder, jwt, NOW, notStarted, secret } from './examined.ts';

describe('credentials', () => {
  const renewed = 'jobsub gets a new one by itself while the Kerberos ticket is valid.';

  test.each([
    ['about to expire', 30 * 60, 'warn', ', 30 min left'],
    ['expired', -60, 'warn', ' has expired'],
  ])('a token that is %s is a warning', async (_, seconds, state, what) => {
    const path = join(folder, 'tmp/bt_token_des_Analysis_77');
    writeFileSync(path, jwt(seconds));
    expect(await finding('token')).toEqual({ state, what: `${path}${what}`, remedy: renewed });
  });

  test('a token elsewhere is found through BEARER_TOKEN_FILE; garbage is unknown', async () => {
    const path = join(folder, 'mine');
    writeFileSync(path, `${secret} not a token`, { mode: 0o600 });
    expect(await finding('token', { env: { BEARER_TOKEN_FILE: path } })).toEqual({
      state: 'unknown',
      what: `${path}, expiry not readable`,
      remedy: renewed,
    });
  });

  test('the expiry of any text is a number or unknown, and never an exception', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((t) => `a.${Buffer.from(t).toString('base64url')}.c`),
        ),
        (text) => {
          const end = tokenExpiry(text);
          expect(end === undefined || Number.isFinite(end)).toBe(true);
        },
      ),
    );
    expect(tokenExpiry(jwt(0))).toBe(NOW);
  });

  test('no ticket is bad, unless a token lasts; without klist it is unknown', async () => {
    const remedy = 'kinit; without a ticket jobsub gets no new token.';
    expect(await finding('Kerberos', {}, { klist: exited(1) })).toEqual({
      state: 'warn',
      what: 'no valid ticket, but a token',
      remedy,
    });
    rmSync(join(folder, 'tmp/bt_token_des_Analysis_77'));
    expect(await finding('Kerberos', {}, { klist: exited(1) })).toEqual({
      state: 'bad',
      what: 'no valid ticket, and no token that lasts',
      remedy,
    });
    expect(await finding('Kerberos', {}, { klist: notStarted })).toEqual({
      state: 'unknown',
      what: 'klist is not installed',
    });
  });

  test('X509_USER_PROXY goes before other proxies; unreadable or absent ones are told', async () => {
    const path = join(folder, 'proxy.pem');
    writeFileSync(path, secret);
    const env = { X509_USER_PROXY: path };
    expect((await finding('proxy', { env }))?.what).toBe(`${path}, 5 h left`);
    expect((await finding('proxy', { env }, { openssl: exited(1) }))?.what).toBe(
      `${path}, expiry not readable`,
    );
    expect((await finding('proxy', { env }, { openssl: notStarted }))?.what).toBe(
      `${path}, expiry not known without openssl`,
    );
    rmSync(join(folder, 'tmp/x509up_u77'));
    expect((await finding('proxy'))?.what).toBe('none');
  });

  test('a group that is missing is a warning', async () => {
    expect((await finding('groups', { groups: ['des', 'e1234'] }))?.what).toBe(
      'you are not in e1234',
    );
    expect((await finding('groups', {}, { id: exited(1) }))?.state).toBe('unknown');
  });
});
