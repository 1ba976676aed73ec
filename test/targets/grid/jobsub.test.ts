import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../core/api/errors.ts';
import type { Exit } from '../../../core/api/facts.ts';
import { jobsInWords, jobsState, type Known, leadOf, type Queue } from '../../../core/api/grid.ts';
import type { Exec } from '../../../core/api/steps.ts';
import { type JobsubOptions, jobsub } from '../../../targets/grid/jobsub.ts';
import { readQueueColumns } from '../../../targets/grid/jobsub-answer.ts';
import { explainSubmitFailure } from '../../../targets/grid/jobsub-failures.ts';

const exit = (code: number): Exit => ({ kind: 'exit', code });
const answer = (stdout: string, stderr = '', code = 0) => ({ exit: exit(code), stdout, stderr });

const OPTIONS: JobsubOptions = {
  programs: { submit: 'jobsub_submit_dag', queue: 'jobsub_q', remove: 'jobsub_rm' },
  group: 'des',
  role: 'desgw',
  storageModify: ['/des/persistent/gw/exp', '/des/persistent/gw/forcephoto'],
  env: {},
  passEnv: [],
};
const grid = jobsub(OPTIONS);
const submitted = (labels: { readonly [name: string]: string }, options = OPTIONS) =>
  jobsub(options).submit({ labels, file: 'desgw_pipeline_668439.dag', cwd: 'gw', timeout: 60 });
const jobsOf = (queue: Queue, known: Known) => jobsState(grid.jobsOf(queue, known));

describe('submitting', () => {
  test('B6, B7: one command with storage paths, token, exposure and season', () => {
    expect(submitted({ exposure: '668439', season: '2206' }).argv).toEqual([
      'jobsub_submit_dag',
      '-G',
      'des',
      '--role=desgw',
      '--need-storage-modify',
      '/des/persistent/gw/exp',
      '--need-storage-modify',
      '/des/persistent/gw/forcephoto',
      '--lines',
      '+DesgwSubmission="{token}"',
      '--lines',
      '+DesgwExposure="668439"',
      '--lines',
      '+DesgwSeason="2206"',
      'file://desgw_pipeline_668439.dag',
    ]);
  });

  test('B7: program, group, role and storage are the site’s to choose', () => {
    const options = {
      ...OPTIONS,
      programs: { ...OPTIONS.programs, submit: '/opt/jobsub_submit_dag' },
      group: 'dune',
      role: 'Analysis',
      storageModify: [],
    };
    expect(submitted({ exposure: '668439', season: '2206' }, options).argv).toEqual([
      '/opt/jobsub_submit_dag',
      '-G',
      'dune',
      '--role=Analysis',
      '--lines',
      '+DesgwSubmission="{token}"',
      '--lines',
      '+DesgwExposure="668439"',
      '--lines',
      '+DesgwSeason="2206"',
      'file://desgw_pipeline_668439.dag',
    ]);
  });

  test('a value that could add to the job description is refused', () => {
    expect(() => submitted({ exposure: '6"\n+x="', season: '2206' })).toThrow(Refusal);
    expect(() => submitted({ exposure: '668439', season: '' })).toThrow(Refusal);
  });

  test('the receipt is the job id in the line that jobsub prints after a success', () => {
    const rule = '=-'.repeat(30);
    const text = `Submitting job(s).\n1 job(s) submitted to cluster 71.\n${rule}\n\nUse job id 71.0@jobsub02.fnal.gov to retrieve output\n\n${rule}\n`;
    const found = (said: string) => new RegExp(grid.receipt).exec(said)?.[1];
    expect(found(text)).toBe('71.0@jobsub02.fnal.gov');
    expect(found('Use job id 71@jobsub02.fnal.gov to retrieve output')).toBe(
      '71@jobsub02.fnal.gov',
    );
    expect(found('Use job id  to retrieve output')).toBe(undefined);
    expect(found('1 job(s) submitted to cluster 71.')).toBe(undefined);
  });

  test.each([
    [
      '',
      'Error: condor_submit exited with failed status code 1\n',
      0,
      'condor_submit failed with status 1, although jobsub ended as if all were well',
    ],
    [
      '',
      'usage: jobsub_submit [-h]\njobsub_submit: error: unrecognized arguments: --memry=1\nSyntax Error at file desgw_pipeline_668439.dag line 12\nparsing: []\n',
      2,
      'jobsub does not understand line 12 of desgw_pipeline_668439.dag',
    ],
    [
      '',
      'jobsub_submit: error: unrecognized arguments: --need-storage-modify\n',
      2,
      'jobsub refuses its arguments: unrecognized arguments: --need-storage-modify',
    ],
    [
      '',
      "\n\nError: PermissionError: Failed attempting 'htgettoken -i des'\n\n",
      1,
      'jobsub could not get a token that allows this submission',
    ],
    [
      '',
      'Error: PermissionError: kinit: No Kerberos credentials available\n',
      1,
      'there is no valid Kerberos ticket',
    ],
    [
      '',
      "Error: FileNotFoundError: [Errno 2] No such file or directory: 'dummyjob.sh'\n",
      1,
      'jobsub does not find dummyjob.sh',
    ],
    [
      '',
      'Error: RuntimeError: Error: No schedds satisfying the constraint were found\n',
      1,
      'no schedd takes submissions at the moment',
    ],
    [
      '',
      'Error: NameError: jobsub_submit needs -G group or $GROUP in the environment.\n',
      1,
      'jobsub was not told the group',
    ],
    ['Submitting job(s).\n', '', 0, 'jobsub ended without an error and without a job id'],
    [
      '',
      'Error: KeyError: x\n',
      1,
      'jobsub ended with exit status 1 and printed no job id: KeyError: x',
    ],
  ])('B8: a failure is explained (%j, %j, %i)', (stdout, stderr, code, what) => {
    const problem = explainSubmitFailure({ stdout, stderr, exit: exit(code) });
    expect(problem.what).toBe(what);
    expect(problem.advice).toMatch(/\w/);
  });

  test('a submission that was stopped says so and sends people to the queue', () => {
    expect(
      explainSubmitFailure({
        stdout: '',
        stderr: '',
        exit: { kind: 'timeout', after: 600, silent: false },
      }),
    ).toEqual({
      what: 'jobsub was stopped after 600 s and printed no job id',
      advice: 'look into the queue before anything is submitted again (jobsub_q -G des)',
    });
  });
});

const line = (id: number, status: number, node: string, reason = 'undefined', token = 'tok1') =>
  `${id}.0@jobsub01.fnal.gov ${token} 668439 2206 ${status} ${node} 1772000000 ${reason}\n`;

describe('the queue in columns', () => {
  test('the question names the columns that are read', async () => {
    const asked: Exec[] = [];
    const run = async (exec: Exec) => {
      asked.push(exec);
      return answer('');
    };
    const tools = { run, workspace: '/w', signal: new AbortController().signal };
    expect(await grid.queue().ask(null, tools)).toEqual({ state: 'seen', jobs: [] });
    expect(asked.map(({ argv }) => argv)).toEqual([
      [
        'jobsub_q',
        '-G',
        'des',
        '--constraint',
        'DesgwSubmission =!= undefined',
        '-autoformat',
        'JobsubJobId',
        'DesgwSubmission',
        'DesgwExposure',
        'DesgwSeason',
        'JobStatus',
        'DAGNodeName',
        'QDate',
        'HoldReason',
      ],
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

describe('the jobs of one submission', () => {
  const queue = readQueueColumns(
    answer(
      [
        line(70, 2, 'undefined'),
        line(71, 2, 'stage_2'),
        line(72, 1, 'stage_3'),
        line(73, 1, 'stage_4'),
        line(74, 5, 'stage_5', 'disk quota exceeded'),
        line(75, 5, 'stage_6', 'disk quota exceeded'),
        line(76, 4, 'stage_7'),
        line(77, 3, 'stage_8'),
        line(80, 2, 'undefined', 'undefined', 'tok2'),
        line(90, 4, 'undefined', 'undefined', 'tok3'),
      ].join(''),
    ),
  );
  const counts = {
    idle: 2,
    running: 1,
    held: 2,
    transferring: 0,
    suspended: 0,
    lead: 'running',
    holdReasons: ['disk quota exceeded'],
  };

  test('B6: they are found by token, and by job id through the token it carries', () => {
    expect(jobsOf(queue, { token: 'tok1' })).toEqual(counts);
    expect(jobsOf(queue, { receipt: '70.0@jobsub01.fnal.gov' })).toEqual(counts);
    expect(jobsOf(queue, { receipt: '70@jobsub01.fnal.gov' })).toEqual(counts);
  });

  test('a submission whose token is lost is found by exposure and season', () => {
    const mine = readQueueColumns(answer(line(71, 2, 'stage_2') + line(70, 2, 'undefined')));
    const purpose = { exposure: '668439', season: '2206' };
    expect(leadOf(grid.jobsOf(mine, { purpose }))).toMatchObject({
      id: '70.0@jobsub01.fnal.gov',
      token: 'tok1',
    });
    expect(jobsOf(mine, { purpose })).toMatchObject({ running: 1, lead: 'running' });
    expect(jobsOf(mine, { purpose: { ...purpose, season: '416' } })).toBe('none');
    expect(leadOf(grid.jobsOf(mine, { token: 'tok2' }))).toBe(undefined);
  });

  test('the same cluster number on another schedd is another job', () => {
    expect(jobsOf(queue, { receipt: '70.0@jobsub02.fnal.gov' })).toBe('none');
  });

  test('jobs that have completed or were removed are not alive', () => {
    expect(jobsOf(queue, { token: 'tok3' })).toBe('none');
    expect(jobsOf(queue, { token: 'tok9' })).toBe('none');
  });

  test('absence from an answer that failed proves nothing, presence does', () => {
    const failed = { ...queue, state: 'failed', why: 'jobsub02 is down' } as const;
    expect(jobsOf(failed, { token: 'tok9' })).toBe('unknown');
    expect(jobsOf(failed, { token: 'tok1' })).toEqual(counts);
  });

  test('without token and job id nothing matches', () => {
    expect(jobsOf(queue, {})).toBe('none');
  });

  test('they are told in words, held ones with their reason', () => {
    const jobs = jobsOf(queue, { token: 'tok1' });
    if (typeof jobs === 'string') throw new Error('no jobs');
    expect(jobsInWords(jobs)).toBe('1 running, 2 idle, 2 held (disk quota exceeded)');
    expect(jobsInWords({ ...jobs, idle: 0, running: 0, held: 0 })).toBe(
      'its submission is in the queue',
    );
  });
});
