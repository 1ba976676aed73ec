import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readQueueColumns } from '../../../targets/grid/jobsub-answer.ts';
import { explainSubmitFailure } from '../../../targets/grid/jobsub-failures.ts';
import { answer, askedOf, COLLECTOR, exit, IDLE, line } from './answers.ts';

describe('the queue in columns', () => {
  test('the question names the columns that are read, and the role of the submission', async () => {
    const { asked } = await askedOf({});
    expect(asked).toEqual([
      COLLECTOR,
      [
        'jobsub_q',
        '-G',
        'des',
        '--role=desgw',
        '--constraint',
        'DesgwSubmission =!= undefined || (Jobsub_Group =?= "des" && (JobUniverse =?= 7 || JobsubCmd =?= "dummyjob.sh" || regexp("-[Sp] *dp[0-9]", Args)))',
        '-autoformat',
        'JobsubJobId',
        'DesgwSubmission',
        'DesgwExposure',
        'DesgwSeason',
        'JobStatus',
        'DAGNodeName',
        'QDate',
        'HoldReason',
        'DesgwTemplatesOf',
        'DesgwPass',
        '"args:"',
        'DAGManJobId',
        'JobUniverse',
        'JobsubCmd',
        'Args',
        'Arguments',
        'ifThenElse(JobUniverse =?= 7, TransferInput, undefined)',
      ],
      COLLECTOR,
    ]);
  });

  test('a line is read with everything it says, and undefined is left out', () => {
    const stdout =
      line(71, 5, 'stage_7', 'Error from slot1: memory exceeded') + line(70, 2, 'undefined');
    expect(readQueueColumns(answer(stdout))).toEqual({
      state: 'seen',
      jobs: [
        {
          id: '71.0@jobsub01.fnal.gov',
          submission: 'tok1',
          status: 'held',
          node: 'stage_7',
          token: 'tok1',
          labels: { exposure: '668439', season: '2206' },
          queued: 1_772_000_000_000,
          holdReason: 'Error from slot1: memory exceeded',
        },
        {
          id: '70.0@jobsub01.fnal.gov',
          submission: 'tok1',
          status: 'running',
          token: 'tok1',
          labels: { exposure: '668439', season: '2206' },
          queued: 1_772_000_000_000,
        },
      ],
    });
  });

  test('warnings, and the renewal of a token, are no failure', () => {
    const noise =
      'warning: JOBSUB_OUTPUT_URL not defined\nAttempting kerberos auth with https://vault ... succeeded\nStoring bearer token in /tmp/bt_token_des\n';
    for (const given of [answer('', noise), answer(noise)])
      expect(readQueueColumns(given)).toEqual({ state: 'seen', jobs: [] });
    expect(readQueueColumns(answer('', 'Attempting kerberos auth ... failed\n')).state).toBe(
      'failed',
    );
  });

  test('neither klist, nor that there is no tracing, nor what Python warns of makes an answer unseen', () => {
    const tracing =
      'ERROR:root:importing tracing\nTraceback (most recent call last):\n  File "/opt/jobsub_lite/lib/tracing.py", line 64, in <module>\n    url = os.environ["X"]\nKeyError: \'X\'\n';
    const noise = [
      tracing,
      'klist: No credentials cache found (filename: /tmp/krb5cc_1)\n',
      '/usr/lib/python3/x.py:3: UserWarning: no htcondor\n  warnings.warn("x")\n',
    ];
    const stdout = `Note: tracing not available here.\n\nContinuing without tracing...\n${IDLE}`;
    expect(readQueueColumns(answer(stdout, noise.join('')))).toEqual({ state: 'seen', jobs: [] });
    for (const said of [
      '-- Failed to fetch ads from: <192.0.2.1> : jobsub02',
      'Error: x',
      'timed out',
    ])
      expect(readQueueColumns(answer(stdout, `${noise.join('')}${said}\n`))).toEqual({
        state: 'failed',
        why: said,
        jobs: [],
      });
    expect(readQueueColumns(answer(stdout, '', 1)).state).toBe('failed');
  });

  test('no jobs and no complaint is an empty queue', () => {
    expect(readQueueColumns(answer(''))).toEqual({ state: 'seen', jobs: [] });
  });

  test('an error with exit status 0 is a failure, and jobs that were seen are kept', () => {
    const queue = readQueueColumns(answer(line(70, 2, 'undefined'), 'Error: jobsub02 is down\n'));
    expect(queue).toMatchObject({ state: 'failed', why: 'Error: jobsub02 is down' });
    expect(queue.jobs.map((job) => job.id)).toEqual(['70.0@jobsub01.fnal.gov']);
  });

  test('a line cut short, or an error in its place, is a failure', () => {
    for (const stdout of [
      line(70, 2, 'undefined').slice(0, -4),
      'Error: x\n',
      '70.0@a tok1 1 2 2 s\n',
    ])
      expect(readQueueColumns(answer(stdout)).state).toBe('failed');
  });

  test('any text at all can be read', () => {
    const text = fc.string({ maxLength: 60, unit: 'binary-ascii' });
    fc.assert(
      fc.property(text, text, (stdout, stderr) => {
        expect(() => readQueueColumns(answer(stdout, stderr))).not.toThrow();
        expect(() => explainSubmitFailure({ stdout, stderr, exit: exit(1) })).not.toThrow();
      }),
      { numRuns: 100 },
    );
  });

  test('a long line costs time in proportion', () => {
    for (const piece of [' ', '0', '08/17 23:41 0+', 'token expired argument ']) {
      const long = piece.repeat(Math.ceil(2e6 / piece.length));
      readQueueColumns(answer(`1.0@a${long}\n`));
      expect(explainSubmitFailure({ stdout: long, stderr: '', exit: exit(0) }).what).toMatch(/\w/);
    }
  });
});
