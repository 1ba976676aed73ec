/** How run_postproc.py ends: well only with status 0 and `complete` in its status file. */
import { describe, expect, test } from 'vitest';
import type { Exit } from '../../../core/api/facts.ts';
import { badEnding, type RunEnd } from '../../../targets/reports/postproc-endings.ts';

const COMPLETE = '1\n1\n1\n1\n1\n1\n1\n1\n1\ncomplete\n';
const exit = (code: number): Exit => ({ kind: 'exit', code });
const ended = (more: Partial<RunEnd>) =>
  badEnding({ exit: exit(0), stdout: '', stderr: '', statusText: COMPLETE, ...more });

describe('a run that exits with 0', () => {
  test('has ended well when its status file says so', () => {
    expect(ended({})).toBeUndefined();
  });

  test('has not ended well without one, with one of half a run, or with nonsense in it', () => {
    expect(ended({ statusText: undefined })?.what).toBe(
      'post processing ended without its status file',
    );
    expect(ended({ statusText: '\u0000' })).toBeDefined();
    expect(ended({ statusText: '' })).toBeDefined();
    const half = COMPLETE.replace('1\ncomplete', '0\nincomplete');
    expect(ended({ statusText: half })?.what).toContain('ended early, without an error');
  });

  test('and gave up in step 6 is told as such', () => {
    const stdout = 'Step 6 failed due to empty candidate dfs\n';
    expect(ended({ stdout, statusText: undefined })?.what).toContain('no candidates are left');
  });
});

describe('a run that fails', () => {
  test.each<[string, Partial<RunEnd>, RegExp]>([
    ['another force photometry', { stdout: 'ABORT: force job already running' }, /on this host/],
    [
      'a file that lacks',
      { stderr: "IOError: No such file: 'x.csv'" },
      /read: No such file: 'x.csv'/,
    ],
    ['the database', { stderr: 'cx_Oracle.DatabaseError: ORA-01017' }, /the database refused/],
    ['the ini', { stderr: 'ConfigParser.ParsingError: File' }, /the ini cannot be read/],
    ['its arguments', { exit: exit(2) }, /refuses its arguments/],
    [
      'something unknown',
      { stderr: 'Traceback\nKeyError: 5\n' },
      /exit status 1 \(all steps done\): KeyError: 5$/,
    ],
  ])('for %s says so', (_, more, what) => {
    expect(ended({ exit: exit(1), ...more })?.what).toMatch(what);
  });

  test('whatever its status file says', () => {
    expect(ended({ exit: exit(1) })).toBeDefined();
    expect(ended({ exit: { kind: 'signal', signal: 'SIGKILL' } })).toBeDefined();
  });

  test('by taking too long is told where it hangs for ever', () => {
    const timeout: Exit = { kind: 'timeout', after: 120, silent: true };
    expect(ended({ exit: timeout })?.advice).toContain('step 5 waits for ever');
  });

  test('with a text that looks like a replacement is told as it is', () => {
    expect(ended({ exit: exit(1), stderr: "IOError: $& $1 'x'" })?.what).toContain("$& $1 'x'");
  });
});
