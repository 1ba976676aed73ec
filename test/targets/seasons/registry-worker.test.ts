/** A driver in a thread of its own: whatever it does, the question ends, and the thread with it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askInWorker, type SeasonReply } from '../../../targets/seasons/registry-worker.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'desgw-worker-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Asks a driver whose connection is made by this code. */
function ask(connect: string, { limit = 30_000, signal = new AbortController().signal } = {}) {
  const driver = join(folder, 'driver.cjs');
  writeFileSync(driver, `exports.getConnection = ${connect};\n`);
  const connection = {
    kind: 'oracle',
    ...{ user: 'u', password: 'p', connectString: 'c' },
    ...{ connectTimeout: 1, transportConnectTimeout: 1, callTimeout: 1000 },
  } as const;
  const job = { driver, sql: 'ALL', probes: { SNOBS: 'probe 1', SNCAND: 'probe 2' }, connection };
  return askInWorker(job, limit, signal);
}
const session = (execute: string): string =>
  `async () => ({ execute: ${execute}, close: async () => {} })`;

test('rows are given as they came', async () => {
  const rows = session("async (text) => ({ rows: text === 'ALL' ? [['SNOBS', 416]] : [] })");
  expect(await ask(rows)).toEqual({ kind: 'rows', rows: [['SNOBS', 416]] });
});

test('tables that cannot be read are found out one by one', async () => {
  const refusing = session(
    "async (text) => { if (text !== 'probe 1') throw new Error('ORA-00942: no table'); return { rows: [] }; }",
  );
  expect(await ask(refusing)).toMatchObject({
    ...{ kind: 'error', unreadable: ['SNCAND'], phase: 'asking' },
    error: { code: 'ORA-00942' },
  });
});

test('a driver that never comes back, or blocks its thread, is late, in the phase that it was in', async () => {
  const never = await ask('() => new Promise(() => setInterval(() => {}, 1000))', { limit: 1500 });
  expect(never).toEqual({ kind: 'late', phase: 'connecting' });
  const blocked = await ask('() => { for (;;); }', { limit: 1500 });
  expect(blocked.kind).toBe('late');
});

test.each<[string, string]>([
  ['ends its process', '() => process.exit(0)'],
  ['throws what is no error of its own', "() => { throw new Error('boom') }"],
])('a driver that %s gives a failure, not silence', async (_, connect) => {
  const reply: SeasonReply = await ask(connect);
  expect(reply).toMatchObject({ kind: 'error', unreadable: [] });
});

test('whoever is not interested any more is answered at once', async () => {
  const signal = AbortSignal.abort();
  expect(await ask('() => new Promise(() => {})', { signal })).toEqual({ kind: 'aborted' });
});
