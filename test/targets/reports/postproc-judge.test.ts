import { describe, expect, test } from 'vitest';
import type { Exit } from '../../../core/api/facts.ts';
import type { LeftFile } from '../../../targets/reports/forcephoto.ts';
import {
  judgePostproc,
  type PostprocRun,
  stepsThatStand,
} from '../../../targets/reports/postproc-judge.ts';
import type { StepNumber } from '../../../targets/reports/postproc-steps.ts';

const status = (flags: string, word: string) =>
  [...flags].map((flag) => `${flag} \n`).join('') + word;

const forced = (name: string): LeftFile => ({
  path: `pp/forcephoto/output/dp2206/20170818_0102_DESY2206/${name}`,
  mtime: 1,
  end: 'RETURN CODE: 0\n',
});

const good: PostprocRun = {
  season: '2206',
  due: [0, 1, 2, 3, 4, 5, 6, 7],
  exit: { kind: 'exit', code: 0 },
  stdout: 'END END TIME\n',
  stderr: '',
  statusText: status('101011101', 'complete'),
  hostmatch: '0',
  hostmatchLog: '#HostMatch Database Update:  SUCCESS\n',
  requested: ['668440', '668441'],
  checked: ['668440\n', '668441\n'],
  forced: [forced('RUN000_MAKELIST'), forced('RUN000_MAKELIST.DONE')],
  isOfThisRun: () => true,
  unseen: [],
};

describe('B29: a run of post processing', () => {
  const whats = (change: Partial<PostprocRun>) =>
    judgePostproc({ ...good, ...change }).map((problem) => problem.what);
  const failed = (stderr: string): Partial<PostprocRun> => ({
    exit: { kind: 'exit', code: 1 },
    stderr,
    statusText: status('101000000', 'incomplete'),
  });

  test('succeeded with exit status 0 and a status file that ends in complete', () => {
    expect(whats({})).toEqual([]);
    expect(whats({ hostmatch: '0\n' })).toEqual([]);
    expect(stepsThatStand(good)).toEqual(good.due);
  });

  test('that reached no web page is a failure although it exits 0', () => {
    expect(whats({ statusText: status('101011100', 'incomplete') })).toEqual([
      'post processing ended early, without an error (step 5 of 7 done)',
    ]);
    expect(whats({ statusText: undefined })).toEqual([
      'post processing ended without its status file',
    ]);
    expect(whats({ statusText: 'x' })).toEqual([
      'the status file of post processing cannot be read',
    ]);
  });

  test('that found no candidates for the plots is a failure although it exits 0', () => {
    expect(
      whats({
        stdout: 'Step 6 failed due to empty candidate dfs. Ending PostProc.\nEND END TIME\n',
        statusText: status('101011100', 'incomplete'),
      }),
    ).toEqual([
      'post processing: no candidates are left for the plots, and the web page was not made (step 5 of 7 done)',
    ]);
  });

  test('that ends badly is a failure although the status file says complete', () => {
    expect(whats({ exit: { kind: 'exit', code: 1 } })).toEqual([
      'post processing ended with exit status 1 (all steps done)',
    ]);
  });

  test('that waits for ever is stopped and told with what it may wait for', () => {
    const exit: Exit = { kind: 'timeout', after: 3600, silent: true };
    const problems = judgePostproc({
      ...good,
      exit,
      statusText: status('101011000', 'incomplete'),
    });
    expect(problems).toEqual([
      {
        what: 'post processing printed nothing for 3600 s and was stopped (step 4 of 7 done)',
        advice:
          'step 5 waits for ever when no .dat file appears in LightCurvesReal, step 2 when ncore is one of 10, 12, 20, 24, 32: see the .LOG files below forcephoto/output',
      },
    ]);
  });

  test('with failed host matches is not done', () => {
    expect(whats({ hostmatch: '3' })).toEqual(['host match: 3 updates failed']);
  });

  test.each([
    [
      'ABORT: force job already running.',
      'another force photometry is running on this host, and only one may',
    ],
    [
      'RuntimeError: Need an exposures.list file or exposures in argument',
      'the exposure list is missing, empty, or holds a line that is not a number',
    ],
    [
      "ConfigParser.NoOptionError: No option 'bands' in section: 'general'",
      "the ini is incomplete: No option 'bands' in section: 'general'",
    ],
    ['ConfigParser.ParsingError: File contains parsing errors', 'the ini cannot be read'],
    [
      'ZeroDivisionError: float division by zero',
      'the output check found no directory of this season for any exposure',
    ],
    [
      "IOError: [Errno 2] No such file or directory: 'tableSortTest.html'",
      'tableSortTest.html is not in the Post-Processing directory',
    ],
    [
      'OSError: ./outputs/checkoutputs/step0_expnums.txt not found.',
      'a file could not be read: ./outputs/checkoutputs/step0_expnums.txt not found.',
    ],
    [
      'cx_Oracle.DatabaseError: ORA-12541: TNS:no listener',
      'the database refused: cx_Oracle.DatabaseError: ORA-12541: TNS:no listener',
    ],
    ['IndexError: list index out of range', 'the data files step found no candidates'],
    [
      'TypeError: only list-like objects are allowed to be passed to isin()',
      'the bands of the ini cannot be used',
    ],
  ])('that ends in %s is explained', (said, what) => {
    const problems = judgePostproc({ ...good, ...failed(`Traceback\n${said}\n`) });
    expect(problems.map((problem) => problem.what)).toEqual([
      `post processing: ${what} (step 1 of 7 done)`,
    ]);
    expect(problems[0]?.advice).toMatch(/\w/);
  });

  test('with an error that is not known shows it', () => {
    expect(whats(failed('Traceback\nKeyError: 668439\n'))).toEqual([
      'post processing ended with exit status 1 (step 1 of 7 done): KeyError: 668439',
    ]);
    expect(whats({ exit: { kind: 'exit', code: 2 }, statusText: undefined })).toEqual([
      'run_postproc.py refuses its arguments',
    ]);
  });

  test('does not count a step that its marks call done and what it left does not', () => {
    const cases: readonly [Partial<PostprocRun>, string, readonly StepNumber[]][] = [
      [{ hostmatch: '12' }, 'host match: 12 updates failed', [0, 1, 2]],
      [{ hostmatch: undefined }, 'host match: it has left no hostmatchstatus.txt', [0, 1, 2]],
      [
        { hostmatchLog: '#HostMatch Database Update:  FAILURE\n' },
        'host match: the database was not updated',
        [0, 1, 2],
      ],
      [
        { stdout: 'query failed\n' },
        'post processing: the query for the truth table failed',
        [0, 1, 2, 3],
      ],
      [
        { stderr: 'ABORT: force job already running.\n' },
        'post processing: another force photometry is running on this host, and only one may',
        [0, 1],
      ],
      [{ isOfThisRun: () => false }, 'force photometry of season 2206 has left no output', [0, 1]],
      [
        { requested: ['668440'] },
        'post processing worked on 668441, not on the list that it was given',
        [],
      ],
      [
        { requested: ['668440', '668441', '668442'] },
        'post processing left out 668442 without a word',
        [],
      ],
      [
        { checked: ['668440\n', undefined] },
        'post processing: the output check left no lists of exposures',
        [],
      ],
    ];
    for (const [change, what, standing] of cases) {
      const run = { ...good, ...change };
      expect([whats(change), stepsThatStand(run)]).toEqual([[what], standing]);
    }
  });

  test('that ends badly keeps the steps it made, up to the first that is wrong', () => {
    const run = { ...good, ...failed(''), statusText: status('101011000', 'incomplete') };
    expect(stepsThatStand(run)).toEqual([0, 1, 2, 3, 4]);
    expect(stepsThatStand({ ...run, hostmatch: '12' })).toEqual([0, 1, 2]);
    expect(stepsThatStand({ ...run, statusText: undefined })).toEqual([]);
    // Steps 3 and 4 were left out; their marks are of an earlier run.
    expect(stepsThatStand({ ...run, due: [1, 5, 6, 7] })).toEqual([1]);
  });

  test('whose evidence cannot be seen is no success, and nothing of it stands', () => {
    const run = { ...good, unseen: ['Cannot read hostmatchstatus.txt: EACCES'] };
    expect(judgePostproc(run).map(({ what }) => what)).toEqual([
      'what post processing has left cannot be looked at: Cannot read hostmatchstatus.txt: EACCES',
    ]);
    expect(stepsThatStand(run)).toEqual([]);
  });
});
