import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../core/api/errors.ts';
import type { Exit } from '../../../core/api/facts.ts';
import {
  type Answer,
  jobsInWords,
  jobsState,
  type Known,
  leadOf,
  type Queue,
} from '../../../core/api/grid.ts';
import type { Exec } from '../../../core/api/steps.ts';
import { jobsub } from '../../../targets/grid/jobsub.ts';
import { readQueueColumns } from '../../../targets/grid/jobsub-answer.ts';
import type { JobsubOptions } from '../../../targets/grid/jobsub-commands.ts';
import { explainSubmitFailure } from '../../../targets/grid/jobsub-failures.ts';

const exit = (code: number): Exit => ({ kind: 'exit', code });
const answer = (stdout: string, stderr = '', code = 0) => ({ exit: exit(code), stdout, stderr });

const OPTIONS: JobsubOptions = {
  programs: {
    submit: 'jobsub_submit_dag',
    queue: 'jobsub_q',
    remove: 'jobsub_rm',
    release: 'jobsub_release',
    collector: 'condor_status',
  },
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

  const noise = 'klist: No credentials cache found (filename: /tmp/krb5cc_1)\n\n\n';
  test.each<[string, string, number, string, 'one' | 'all' | undefined]>([
    [
      'a token',
      `Error: PermissionError: Failed attempting 'htgettoken -i des -r desgw'\n`,
      1,
      'token',
      'all',
    ],
    [
      'a ticket',
      `Error: PermissionError: Failed attempting 'htgettoken -i des'\nkerberos.GSSError: No Kerberos credentials available\n`,
      1,
      'Kerberos ticket',
      'all',
    ],
    [
      'a proxy',
      `Error: FileNotFoundError: [Errno 2] No such file or directory: 'voms-proxy-info'\n`,
      1,
      'voms-proxy-info',
      'all',
    ],
    [
      'no schedds',
      'Error: RuntimeError: Error: No schedds satisfying the constraint were found\n',
      1,
      'no schedd',
      'all',
    ],
    [
      'a missing script',
      `Error: FileNotFoundError: [Errno 2] No such file or directory: 'SEdiff.sh'\n`,
      1,
      'SEdiff.sh',
      'one',
    ],
    [
      'a job line',
      'jobsub_submit: error: unrecognized arguments: --x\nSyntax Error at file a.dag line 3\n',
      2,
      'line 3',
      'one',
    ],
    ['an option', 'jobsub_submit: error: unrecognized arguments: --x\n', 2, '--x', 'all'],
    [
      'a scratch directory that went away afterwards',
      `Error: FileNotFoundError: [Errno 2] No such file or directory: 'js_2026_1'\n`,
      1,
      'js_2026_1',
      undefined,
    ],
    ['what nobody has met yet', 'Error: KeyError: x\n', 1, 'KeyError: x', undefined],
    [
      'condor_submit',
      'Error: condor_submit exited with failed status code 1\n',
      0,
      'condor_submit',
      undefined,
    ],
    [
      'a signal meanwhile',
      `Error: PermissionError: Failed attempting 'htgettoken'\n`,
      137,
      'token',
      undefined,
    ],
  ])(
    '%s: klist’s noise is not the reason, and it is told whether a job may exist',
    (_, said, code, what, refused) => {
      const failure = explainSubmitFailure({ stdout: '', stderr: noise + said, exit: exit(code) });
      expect(failure.what).toContain(what);
      expect(failure.refused).toBe(refused);
    },
  );

  test('a submitter that cannot be started has submitted nothing', () => {
    const gone = { kind: 'spawn', message: 'ENOENT' } as const;
    expect(explainSubmitFailure({ stdout: '', stderr: '', exit: gone })).toMatchObject({
      what: 'jobsub could not be started: ENOENT',
      refused: 'all',
    });
  });

  test('a submission that was stopped says so and sends people to the queue', () => {
    expect(
      explainSubmitFailure({
        stdout: '',
        stderr: '',
        exit: { kind: 'timeout', after: 600, silent: false },
      }),
    ).toEqual({
      what: 'jobsub took longer than 600 s and was stopped and printed no job id',
      advice: 'look into the queue before anything is submitted again (jobsub_q -G des)',
    });
  });
});

const line = (id: number, status: number, node: string, reason = 'undefined', token = 'tok1') =>
  `${id}.0@jobsub01.fnal.gov ${token} 668439 2206 ${status} ${node} 1772000000 ${reason}\n`;

const COLLECTOR = [
  'condor_status',
  '-schedd',
  '-constraint',
  'IsJobsubLite=?=true && STRINGLISTIMEMBER("des", SupportedVOList) && !regexp(".*dev.*", Machine)',
  '-autoformat',
  'Name',
  'InDownTime',
  'TotalJobAds',
  'InDownTime != true',
];
const BOTH = 'jobsub01.fnal.gov false 7 true\njobsub02.fnal.gov false 0 true\n';
const IDLE = 'All queues are empty\n';

/** Asks the queue of a world in which the programs print these texts, the collector one after the other. */
async function askedOf({
  queue = answer(IDLE),
  collector = [answer(BOTH)],
}: {
  readonly queue?: Answer;
  readonly collector?: readonly Answer[];
}): Promise<{ readonly asked: readonly (readonly string[])[]; readonly found: Queue }> {
  const asked: (readonly string[])[] = [];
  const says = [...collector];
  const run = async ({ argv }: Exec): Promise<Answer> => {
    asked.push(argv);
    if (argv[0] === 'jobsub_q') return queue;
    return says.length > 1 ? says.shift()! : says[0]!;
  };
  const tools = { run, workspace: '/w', signal: new AbortController().signal };
  const found = (await grid.queue().ask(null, tools)) as unknown as Queue;
  return { asked, found };
}

describe('whose answer it is', () => {
  const one = '70.0@jobsub01.fnal.gov';
  const two = '80.0@jobsub02.fnal.gov';
  const jobs = answer(IDLE + line(70, 2, 'undefined'));
  const absent = async (known: Known, world: Parameters<typeof askedOf>[0]) =>
    grid.jobsOf((await askedOf(world)).found, known).unseen;

  test('what an idle schedd prints is an answer', async () => {
    expect(await absent({ receipt: two }, { queue: jobs })).toBe(undefined);
    expect(await absent({ receipt: '71.0@jobsub01.fnal.gov' }, { queue: jobs })).toBe(undefined);
    expect(await absent({ token: 'x' }, { queue: jobs })).toBe(undefined);
  });

  test.each<[string, readonly Answer[]]>([
    ['in downtime', [answer('jobsub01.fnal.gov undefined 7\njobsub02.fnal.gov true 3\n')]],
    [
      'left out, since its ad does not say',
      [answer('jobsub01.fnal.gov false 7 true\njobsub02.fnal.gov undefined 3 undefined\n')],
    ],
    ['stopped', [answer('jobsub01.fnal.gov false 7\n')]],
    ['back only after the question', [answer('jobsub01.fnal.gov false 7\n'), answer(BOTH)]],
    ['gone before the question', [answer(BOTH), answer('jobsub01.fnal.gov false 7\n')]],
  ])('absence proves nothing of a schedd that is %s', async (_, collector) => {
    const world = { queue: jobs, collector };
    expect(await absent({ receipt: two }, world)).toBe(
      'jobsub02.fnal.gov, which may hold its jobs, has not answered',
    );
    expect(await absent({ receipt: one }, world)).toBe(undefined);
    // Where nobody knows the job, it is with one of those that took jobs when it was submitted.
    const among = { schedds: ['jobsub01.fnal.gov', 'jobsub02.fnal.gov'], silent: [] };
    expect(await absent({ token: 'x', among }, world)).toMatch(/^jobsub02/);
    const other = { schedds: ['jobsub01.fnal.gov'], silent: [] };
    expect(
      await absent(
        { token: 'x', among: other },
        { queue: jobs, collector: [answer('jobsub01.fnal.gov false 7\n')] },
      ),
    ).toBe(undefined);
  });

  test.each<[string, Answer, string]>([
    [
      'cannot be started',
      { exit: { kind: 'spawn', message: 'not found' }, stdout: '', stderr: '' },
      'condor_status could not be started: not found',
    ],
    [
      'fails',
      answer('', 'Error: communication error\n', 1),
      'condor_status ended with exit status 1: Error: communication error',
    ],
    ['says what is no ad', answer('x\n'), 'condor_status says: x'],
  ])('a collector that %s leaves unknown who has answered', async (_, collector, why) => {
    const world = { queue: jobs, collector: [collector] };
    for (const known of [{ receipt: one }, { token: 'x' }, { purpose: { season: '1' } }])
      expect(await absent(known, world)).toBe(`which schedds have answered is not known: ${why}`);
    expect((await askedOf(world)).found.jobs.map(({ id }) => id)).toEqual([one]);
  });

  test('an answer without a word, though a schedd is idle and would say so, is none', async () => {
    for (const receipt of [one, two])
      expect(await absent({ receipt }, { queue: answer('') })).toBe(
        'which schedds have answered is not known: jobsub_q printed nothing, not even that jobsub02.fnal.gov has no jobs',
      );
    const busy = [answer('jobsub01.fnal.gov false 7\njobsub02.fnal.gov false 9\n')];
    expect(await absent({ receipt: one }, { queue: answer(''), collector: busy })).toBe(undefined);
  });
});

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
        'DesgwSubmission =!= undefined || (Jobsub_Group =?= "des" && (JobUniverse =?= 7 || regexp("-[Sp] *dp[0-9]", Args)))',
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

  test('a job whose files never came is no submission, and while they may come nothing is known', () => {
    const held = answer(line(70, 5, 'undefined', 'Spooling input data files'));
    expect(grid.jobsOf(readQueueColumns(held), { token: 'tok1' })).toEqual({
      jobs: [],
      unseen: expect.stringContaining('job 70.0@jobsub01.fnal.gov is being handed over'),
    });
    const removed = answer(line(70, 3, 'undefined', 'Staging of job files failed'));
    expect(grid.jobsOf(readQueueColumns(removed), { token: 'tok1' })).toEqual({ jobs: [] });
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
