/** How the doctor looks: absence is an answer, everything else that goes wrong is not. */
import { chmodSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Exit } from '../../../core/api/facts.ts';
import {
  command,
  kind,
  may,
  noSuchFile,
  succeeded,
  version,
} from '../../../targets/doctor/looks.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'desgw-looks-'));
  writeFileSync(join(folder, 'file'), '', { mode: 0o644 });
});
afterEach(() => rmSync(folder, { recursive: true }));

test('what lies at a path', async () => {
  const kinds = ['file', '.', 'none', 'file/below'].map((path) => kind(join(folder, path)));
  expect(await Promise.all(kinds)).toEqual(['file', 'directory', 'missing', 'missing']);
  expect(() => noSuchFile(Object.assign(new Error('x'), { code: 'EIO' }))).toThrow('x');
});

test('whether a program may be run', async () => {
  expect(await may(join(folder, 'file'), constants.X_OK)).toBe(false);
  chmodSync(join(folder, 'file'), 0o755);
  expect(await may(join(folder, 'file'), constants.X_OK)).toBe(true);
  await expect(may(join(folder, 'none'), constants.R_OK)).rejects.toThrow('ENOENT');
});

describe('the version of a program', () => {
  const said = (exit: Exit, stdout: string, stderr = '') =>
    version(command(['python', '--version']), {
      ...{ workspace: folder, signal: new AbortController().signal },
      run: async () => ({ exit, stdout, stderr }),
    });
  const exit = (code: number): Exit => ({ kind: 'exit', code });

  test.each([
    ['Python 2.7.18', '', 'Python 2.7.18'],
    ['', 'Python 2.7.18\n', 'Python 2.7.18'],
    ['\njobsub_lite version v1.12\n', '', 'jobsub_lite version v1.12'],
    ['$CondorVersion: 25.14.1 2026-01-01 $', '', '$CondorVersion: 25.14.1 2026-01-01 $'],
  ])('is read from %j and %j', async (stdout, stderr, what) => {
    expect(await said(exit(0), stdout, stderr)).toEqual({ state: 'ok', what });
  });

  test('is not read from an error that holds a number', async () => {
    expect(await said(exit(1), '', 'line 1.5: no such module')).toMatchObject({
      ...{ state: 'warn', what: '--version failed: line 1.5: no such module' },
      remedy: 'Try: python --version',
    });
    expect(await said(exit(0), 'usage: python')).toMatchObject({ state: 'warn' });
  });

  test('of one that cannot be started is a fault', async () => {
    expect(await said({ kind: 'spawn', message: 'ENOENT' }, '')).toMatchObject({ state: 'bad' });
    expect([
      succeeded(exit(0)),
      succeeded(exit(1)),
      succeeded({ kind: 'signal', signal: 'X' }),
    ]).toEqual([true, false, false]);
  });
});
