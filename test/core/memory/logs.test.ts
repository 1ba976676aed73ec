import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logPath, logsOf, tailOf } from '../../../core/memory/logs.ts';
import { deleteOldLogs } from '../../../core/memory/old-logs.ts';
import { memoryFiles } from '../../../core/testing/memory-files.ts';
import { stubWorld } from '../stub-world.ts';

test.each([
  ['postproc:4', '.desgw/logs/postproc:4.7.log'],
  ['a/b', '.desgw/logs/a%2fb.7.log'],
  ['..', '.desgw/logs/%2e..7.log'],
  ['-rf', '.desgw/logs/%2drf.7.log'],
  ['a%2fb', '.desgw/logs/a%252fb.7.log'],
  ['a\nb', '.desgw/logs/a%0ab.7.log'],
])('the log of run 7 of %j is %s', (target, path) => {
  expect(logPath(target, 7)).toBe(path);
});

test('no two targets share a log, however odd or long their names', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(name, name, (a, b) => {
      fc.pre(a !== b);
      expect(logPath(a, 1)).not.toBe(logPath(b, 1));
      const file = logPath(a, 1).slice('.desgw/logs/'.length);
      expect(file).not.toMatch(/[/\0\n]|^\./);
    }),
    { numRuns: 300 },
  );
});

test('the log of a target with a long name in any script fits into a file name', () => {
  for (const name of ['x', 'ä', '星', '🌠'].map((letter) => letter.repeat(140)))
    expect(Buffer.byteLength(logPath(name, 12345).slice('.desgw/logs/'.length))).toBeLessThan(255);
  expect(logPath('星'.repeat(100), 1)).not.toBe(logPath('星'.repeat(99), 1));
  expect(logPath('星'.repeat(100), 1)).not.toContain('\ufffd');
});

test('logs of a target are found oldest first, and not those of its namesakes', () => {
  const { files } = stubWorld({
    '.desgw/logs/a.2.log': '',
    '.desgw/logs/a.10.log': '',
    '.desgw/logs/a.2.out': '',
    '.desgw/logs/a.b.3.log': '',
    '.desgw/logs/ab.4.log': '',
  });
  expect(logsOf(files, 'a')).toEqual([
    { run: 2, path: '.desgw/logs/a.2.log' },
    { run: 10, path: '.desgw/logs/a.10.log' },
  ]);
  expect(logsOf(files, 'b')).toEqual([]);
});

test.each([
  ['nothing printed', '', ''],
  ['few lines', 'a\nb\n', 'a\nb'],
  ['no newline at the end', 'a\nb', 'a\nb'],
  ['only the last lines', '1\n2\n3\n4\n', '3\n4'],
  ['empty lines at the end', 'a\n\n\r\n', 'a'],
])('the tail of a log: %s', (_what, text, tail) => {
  const { files } = stubWorld({ log: text });
  expect(tailOf(files, 'log', 2)).toBe(tail);
});

test('without a log there is no tail', () => {
  expect(tailOf(stubWorld().files, 'log')).toBe('');
});

const DAY = 24 * 60 * 60 * 1000;

/** Twelve runs, a day apart, the first with captured output, and logs of builds beside them. */
function twelveRuns() {
  const at = { now: 0 };
  const { files, tree } = memoryFiles({}, { clock: { now: () => at.now } });
  for (let run = 1; run <= 12; run++) {
    at.now = run * DAY;
    files.write(`.desgw/logs/a.${run}.log`, 'said');
    if (run === 1) files.write('.desgw/logs/a.1.out', 'captured');
    if (run < 3) files.write(`.desgw/logs/a.b.${run}.log`, 'of another target');
  }
  const left = (): readonly string[] =>
    Object.keys(tree()).map((path) => path.slice('.desgw/logs/'.length));
  return { files, left, now: 12 * DAY };
}

test.each<[object | undefined, number, readonly number[]]>([
  [undefined, 0, []],
  [undefined, 100, [1, 2]],
  [{ runs: 3, days: 4.5 }, 0, [1, 2, 3, 4, 5, 6, 7]],
  [{ days: 0 }, 1, [1, 2]],
  [{ runs: 12, days: 0 }, 1, []],
  [{ runs: 0, days: 0 }, 1, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
])('with %j, %d days on, the logs of these runs go: %j', (kept, later, gone) => {
  const { files, left, now } = twelveRuns();
  const before = left();
  deleteOldLogs(files, now + later * DAY, kept);
  const a = before.filter((name) => /^a\.\d/.test(name));
  expect(left().filter((name) => a.includes(name))).toEqual(
    a.filter((name) => !gone.includes(Number(name.split('.')[1]))),
  );
});

test('runs are counted for each target, and what is no log stays', () => {
  const { files, left, now } = twelveRuns();
  files.write('.desgw/logs/notes', 'of a person');
  deleteOldLogs(files, now + 1000 * DAY);
  expect(left()).toContain('a.b.1.log');
  expect(left()).toContain('notes');
  expect(left()).not.toContain('a.1.out');
});
