/** The exposure database of the sandbox; that of PostgreSQL is asked in test/database. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  DECAM_DATABASE,
  fileExposures,
  postgresExposures,
} from '../../../targets/site/exposure-database.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'desgw-exposures-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const HEAD = 'expnum\tnite\tmjd_obs\tradeg\tdecdeg\tband\texptime\tpropid\tobstype\tteff\tobject';
const row = (expnum: string, nite: string, propid = '2017B-0110', object = 'DESGW: event') =>
  [expnum, nite, '57983.1', '1', '-2', 'i', '100', propid, 'object', '0.5', object].join('\t');
const question = { propids: ['2017B-0110'], nites: ['20170817', '20170818'], object: '' };
const tools = () => ({
  ...{ workspace: folder, signal: new AbortController().signal },
  run: () => Promise.reject(new Error('no process is needed')),
});
const ask = (asked = question) => fileExposures('x.tsv').ask(asked as never, tools());

test('gives the exposures of the proposal and the nights, columns by their names', async () => {
  const lines = [row('1', '20170817'), row('2', '20170819'), row('3', '20170818', '2012B-0001')];
  writeFileSync(join(folder, 'x.tsv'), `${[HEAD, ...lines].join('\n')}\n`);
  expect(await ask()).toEqual({
    rows: [
      {
        ...{ expnum: '1', nite: '20170817', mjd: '57983.1', ra: '1', dec: '-2', band: 'i' },
        ...{ exptime: '100', propid: '2017B-0110', teff: '0.5', object: 'DESGW: event' },
      },
    ],
  });
});

test('a table that is not there is a failure, never a night without exposures', async () => {
  await expect(ask()).rejects.toThrow('ENOENT');
});

test('the real one is not asked in a dry run, and gives up by itself before its question does', () => {
  const adapter = postgresExposures();
  expect([adapter.dry, adapter.timeout > 75]).toEqual([false, true]);
  expect(DECAM_DATABASE).not.toHaveProperty('password');
});
