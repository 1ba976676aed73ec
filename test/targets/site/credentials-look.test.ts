import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type AdapterTools, type Exit, exec } from '../../../core/index.ts';
import { credentialsLook, renewals } from '../../../targets/site/credentials-look.ts';

const folder = mkdtempSync(join(tmpdir(), 'desgw-credentials-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ended = (code: number): Exit => ({ kind: 'exit', code });
const LACKING: Exit = { kind: 'spawn', message: 'ENOENT' };

/** What is seen where klist ends like this, and like that when it is only asked whether there is a ticket. */
async function seen(exit: Exit, silent: Exit = exit, bearer = join(folder, 'none')) {
  const look = credentialsLook({
    klist: exec(['klist']),
    tokens: () => ({ bearer, vault: join(folder, 'vault') }),
  });
  const run: AdapterTools['run'] = async ({ argv }) => ({
    ...{ exit: argv.includes('-s') ? silent : exit, stdout: '', stderr: '' },
  });
  return await look.ask(null, { run, workspace: folder, signal: new AbortController().signal });
}

test('without a ticket there is none; where klist cannot tell, that is not known', async () => {
  expect(await seen(ended(1))).toEqual({ ticket: 'none' });
  expect(await seen(LACKING)).toEqual({ ticket: 'unknown' });
  expect(await seen(ended(0), ended(1))).toEqual({ ticket: 'none' });
  expect(await seen(ended(0), ended(0))).toEqual({ ticket: 'unknown' });
});

test('of tokens it is told when they end, and nothing of what they hold', async () => {
  const bearer = join(folder, 'bearer');
  const claims = Buffer.from(JSON.stringify({ exp: 1_503_012_785, sub: 'mara' })).toString(
    'base64url',
  );
  writeFileSync(bearer, `head.${claims}.sealed\n`);
  expect(await seen(ended(1), ended(1), bearer)).toEqual({
    ...{ ticket: 'none', tokenEnds: 1_503_012_785_000 },
  });
});

test('renewing asks nobody for anything', () => {
  const programs = { kinit: 'kinit', htgettoken: 'htgettoken' };
  const { ticket, vault } = renewals(programs, { experiment: 'des', role: 'Analysis' }, {});
  expect(ticket.argv).toEqual(['kinit', '-R']);
  expect(vault.argv).toEqual(expect.arrayContaining(['-r', 'analysis', '--nooidc', '-q']));
});
