import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeSandbox, type Sandbox, tail } from './site.ts';

const RULE = '=-'.repeat(30);
const EXP = 'pnfs/des/persistent/gw/exp/20170817';
const FORCE = 'pnfs/des/persistent/gw/forcephoto/images/dp2206/20170817';

let site: Sandbox;
beforeAll(() => {
  site = makeSandbox();
  for (const exposure of ['668437', '668438', '668439', '668440'])
    site.run(['./DAGMaker.sh', exposure]);
});
afterAll(() => site.remove());

const submitArgs = (exposure: string, ...more: string[]): [string, ...string[]] => [
  'jobsub_submit_dag',
  '-G',
  'des',
  ...more,
  `file://desgw_pipeline_${exposure}.dag`,
];
const queue = (...args: string[]) => site.run(['jobsub_q', '-G', 'des', ...args]);

/** Writes a DAG of one search job in gw_workflow; its exposure is never seen elsewhere. */
function tinyDag(name: string, line = '-c 5'): string {
  const job = `jobsub -n --group=des file://SEdiff.sh -r 4 -p 7 -E ${name} -b i -n 20170817 -d persistent -m gw ${line} -S dp2206`;
  fs.writeFileSync(
    site.path(`gw_workflow/desgw_pipeline_${name}.dag`),
    `<parallel>\n${job}\n</parallel>\n`,
  );
  return name;
}

describe('submitting', () => {
  test('prints the job id, warns of every storage flag, calls the hook and leaves one line in the log', async () => {
    fs.writeFileSync(site.path('hook'), '#!/bin/bash\nprintf "%s\\n" "$@" > hook.out\n', {
      mode: 0o755,
    });
    const token = ['--lines', '+DesgwSubmission="a b"', '--lines=+DesgwTry=2'];
    const run = site.run(
      submitArgs('668440', '--role=desgw', ...token, '--job-info', site.path('hook')),
    );
    const [, id] =
      /^Use job id (\d+\.0@jobsub0[12]\.fnal\.gov) to retrieve output$/m.exec(run.out) ?? [];
    const cluster = String(id).split('.')[0] ?? '';
    expect(run.out).toBe(
      `Submitting job(s).\n1 job(s) submitted to cluster ${cluster}.\n${RULE}\n\nUse job id ${id} to retrieve output\n${RULE}\n`,
    );
    expect(run.code).toBe(0);
    expect(
      run.err.match(
        /^Warning at file desgw_pipeline_668440\.dag line \d+\nflag --need-storage-modify ignored in DAG$/gm,
      ),
    ).toHaveLength(61);
    expect(site.submissions().map(([, ...line]) => line)).toEqual([
      [id, 'desgw_pipeline_668440.dag', '668440', '2206', '{"DesgwSubmission":"a b","DesgwTry":2}'],
    ]);
    expect(site.read('gw_workflow/hook.out').split('\n')[0]).toBe(id);
    expect(site.read('gw_workflow/hook.out')).toContain(
      "['jobsub_submit_dag', '-G', 'des', '--role=desgw', ",
    );
    expect(await site.end(cluster)).toBe('success');
  });

  test.each([
    [
      'no group',
      ['jobsub_submit_dag', 'file://desgw_pipeline_668437.dag'],
      1,
      'needs -G group or $GROUP in the environment.',
    ],
    [
      'an unknown option',
      submitArgs('668437', '--bogus'),
      2,
      'jobsub_submit_dag: error: unrecognized arguments: --bogus',
    ],
    [
      'a path without file://',
      ['jobsub_submit_dag', '-G', 'des', 'x.dag'],
      2,
      "invalid verify_executable_starts_with_file_colon value: 'x.dag'",
    ],
    [
      'a missing DAG',
      submitArgs('1'),
      1,
      "FileNotFoundError: [Errno 2] No such file or directory: 'desgw_pipeline_1.dag'",
    ],
  ] as const)('refuses %s', (_, argv, code, message) => {
    const before = site.submissions();
    const run = site.run(argv as [string, ...string[]]);
    expect([run.code, run.out]).toEqual([code, '']);
    expect(run.err).toContain(message);
    expect(site.submissions()).toEqual(before);
  });

  test('refuses a job line with an unknown option and names file, line and words', () => {
    tinyDag('700001');
    const file = site.path('gw_workflow/desgw_pipeline_700001.dag');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('jobsub -n', 'jobsub --bogus -n'));
    const run = site.run(submitArgs('700001'));
    expect(run.code).toBe(2);
    expect(run.err).toContain(
      "Syntax Error at file desgw_pipeline_700001.dag line 2\nparsing: ['--bogus', '-n', ",
    );
  });

  test('refuses a script that is not beside the DAG', () => {
    const file = site.path('gw_workflow/SEdiff.sh');
    fs.renameSync(file, `${file}.away`);
    const run = site.run(submitArgs('668437'));
    fs.renameSync(`${file}.away`, file);
    expect([run.code, tail(run.err, 1)]).toEqual([
      1,
      ["Error: FileNotFoundError: [Errno 2] No such file or directory: 'SEdiff.sh'"],
    ]);
  });

  test.each([
    ['condor', 0, 'Error: condor_submit exited with failed status code 1', 0],
    ['token', 1, "PermissionError: Failed attempting 'htgettoken", 0],
    ['noSchedds', 1, 'No schedds satisfying the constraint were found', 0],
    ['exit1', 1, 'Error: RuntimeError', 1],
    ['noId', 0, 'warning: JOBSUB_OUTPUT_URL not defined', 1],
    ['noNewline', 0, '', 1],
  ])(
    'trouble %s: status %d, and the log tells whether a job came into being',
    (trouble, code, message, jobs) => {
      const name = tinyDag(`71${trouble.length.toString().padStart(4, '0')}`);
      const before = site.submissions().length;
      const run = site.run(submitArgs(name), { dials: { submit: { trouble } } });
      expect([run.code, site.submissions().length - before]).toEqual([code, jobs]);
      expect(run.err).toContain(message);
      expect(/Use job id [0-9.]+@\S+ to retrieve output$/.test(run.out)).toBe(
        trouble === 'noNewline',
      );
    },
  );

  test('can be killed before and after the job exists', () => {
    const name = tinyDag('720000');
    const jobs = (dieAt: string): number => {
      const before = site.submissions().length;
      expect(site.run(submitArgs(name), { dials: { submit: { dieAt } } }).code).toBeNull();
      return site.submissions().length - before;
    };
    expect([jobs('before'), jobs('after')]).toEqual([0, 1]);
  });

  test('can hang when the job exists, and before', async () => {
    const name = tinyDag('721000');
    const before = site.submissions().length;
    const called = () => site.read('calls.log').includes('\t721000\t');
    await site.runUntil(submitArgs(name), called, { dials: { submit: { trouble: 'hangBefore' } } });
    expect(site.submissions()).toHaveLength(before);
    const submitted = () => site.submissions().length > before;
    await site.runUntil(submitArgs(name), submitted, {
      dials: { submit: { trouble: 'hangAfter' } },
    });
    expect(site.submissions()).toHaveLength(before + 1);
  });

  test('trouble given as a list is used up call by call', () => {
    const name = tinyDag('730000');
    const dials = { submit: { trouble: ['token', 'condor'] } };
    expect(
      [1, 2, 3].map(() => site.run(submitArgs(name), { dials }).out.includes('Use job id')),
    ).toEqual([false, false, true]);
  });
});

describe('the grid', () => {
  test('runs RUNMON when all CCDs succeed, and leaves a pair and stamps for each', () => {
    const dp = `${EXP}/668440/dp2206`;
    expect(site.names(dp)).toEqual(
      expect.arrayContaining(['FAKE_OUTLIERS.LOG', 'RUNEND_monDiffimg.LOG', 'monDiffimg.stdout']),
    );
    expect(site.names(dp, 'z_01')).toEqual([
      'ingest',
      'outputs_dp2206_20170817_668440_z_01.tar.gz',
      'stamps_20170817_WS1979-236_z_01',
    ]);
    expect(site.names(dp, 'z_01/stamps_20170817_WS1979-236_z_01')).toEqual([
      'stamps_20170817_WS1979-236_z_01.tar.gz',
    ]);
    expect(site.names(FORCE, '668440')).toHaveLength(118);
    expect(site.names(FORCE, '668440')[0]).toBe(
      'WS2206_668440_WS1979-236_combined_z_01+fakeSN_diff_mh.fits',
    );
    expect(
      site
        .names('pnfs/des/persistent/gw/exp/20140517/311527')
        .filter((name) => name.endsWith('_ZP.csv')),
    ).toHaveLength(61);
  });

  test('lets every CCD end the way its dial says, and has no RUNMON then', async () => {
    const ccds = {
      1: 'RUN02_expose_makeStarCat',
      3: 'noOverlaps',
      4: 'silent',
      5: 'seFailure',
      6: 'noPair',
      7: 'onlyFits',
      8: 'onlyPsf',
      9: 'copyFailure',
      10: 'evicted',
      11: 'slow',
      12: 'success',
    };
    const cluster = site.submit('668439', {
      search: { outcomes: {}, ccds },
      grid: { slowFactor: 2 },
    });
    expect(await site.end(cluster)).toBe('failed');
    const pair = site.names(FORCE, '668439');
    const left = (ccd: number): string[] => {
      const chip = `i_${String(ccd).padStart(2, '0')}`;
      const files = site
        .names(`${EXP}/668439/dp2206/${chip}`)
        .filter((name) => name !== 'ingest' && !name.startsWith('stamps'));
      const stamps = site
        .names(`${EXP}/668439/dp2206/${chip}/stamps_20170817_WS1979-236_${chip}`)
        .map(() => 'stamps');
      const force = pair
        .filter((name) => name.includes(`_${chip}+`))
        .map((name) => name.split('.').pop() ?? '');
      return [...files.map((name) => name.replace(/^outputs_.*/, 'outputs')), ...force, ...stamps];
    };
    expect(Object.fromEntries(Object.keys(ccds).map((ccd) => [ccd, left(Number(ccd))]))).toEqual({
      1: ['RUN02_expose_makeStarCat.FAIL', 'outputs'],
      3: ['NOOVERLAPS.FAIL'],
      4: [],
      5: [],
      6: ['outputs', 'stamps'],
      7: ['outputs', 'fits', 'stamps'],
      8: ['outputs', 'psf', 'stamps'],
      9: ['fits', 'psf', 'stamps'],
      10: ['outputs', 'fits', 'psf', 'stamps'],
      11: ['outputs', 'fits', 'psf', 'stamps'],
      12: ['outputs', 'fits', 'psf', 'stamps'],
    });
    expect(site.read(`${EXP}/668439/dp2206/i_03/NOOVERLAPS.FAIL`)).toMatch(
      /^\d+\.0@jobsub0[12]\.fnal\.gov {2}fnpc\d+\.fnal\.gov\n$/,
    );
    expect(site.exists(`${EXP}/668439/dp2206/RUNEND_monDiffimg.LOG`)).toBe(false);
  });

  test('succeeds when an exposure is submitted again, but the old FAIL files stay', async () => {
    expect(await site.end(site.submit('668439', { search: { ccds: { 1: 'silent' } } }))).toBe(
      'success',
    );
    expect(
      site.names(`${EXP}/668439/dp2206/i_01`).filter((name) => !name.startsWith('stamps')),
    ).toEqual([
      'RUN02_expose_makeStarCat.FAIL',
      'ingest',
      'outputs_dp2206_20170817_668439_i_01.tar.gz',
    ]);
  });

  test('does not start the CCDs when a template fails', async () => {
    const dials = { exposures: { 311526: { template: { ccds: { 31: 'silent' } } } } };
    fs.rmSync(site.path('pnfs/des/persistent/gw/exp/20140517'), { recursive: true });
    expect(await site.end(site.submit('668437', dials))).toBe('failed');
    expect(site.names(FORCE, '668437')).toEqual([]);
    expect(
      site
        .names('pnfs/des/persistent/gw/exp/20140517/311526')
        .filter((name) => name.endsWith('immask.fits.fz')),
    ).toHaveLength(59);
  });

  test('goes on after its engine was killed, as soon as somebody looks at the queue', async () => {
    const cluster = site.submit(tinyDag('740000'), { speed: 4, search: { outcomes: {} } });
    const pid = await vi.waitFor(() => site.read(`grid/${cluster}/engine.pid`), {
      timeout: 300_000,
      interval: 10,
    });
    process.kill(Number(pid), 'SIGKILL');
    queue();
    expect(await site.end(cluster)).toBe('success');
  });
});

/** What is printed of jobs, without the lines of schedds that have none. */
const jobsOf = ({ out }: { readonly out: string }): string =>
  out.replaceAll('All queues are empty\n', '');

describe('the queue', () => {
  test('shows a held job with its reason; jobsub_rm of the DAG takes all of it away', async () => {
    const dials = { speed: 10, search: { outcomes: {}, ccds: { 12: 'held' } } };
    const cluster = site.submit('668438', dials);
    const held = await vi.waitFor(
      () => {
        const found = queue(
          '--constraint',
          'DAGNodeName =!= undefined && JobStatus == 5',
          '-autoformat',
          'DAGNodeName',
          'Nothing',
          'HoldReason',
        ).out;
        if (jobsOf({ out: found }) === '') throw new Error('not held yet');
        return found;
      },
      { timeout: 300_000, interval: 80 },
    );
    expect(jobsOf({ out: held })).toMatch(
      /^stage_\d+ undefined Error from slot1_7@fnpc: memory usage exceeded request_memory\n$/,
    );
    // Finished DAGs stay in the queue.
    const rest = () => queue('--constraint', 'JobStatus != 4');
    await vi.waitFor(
      () =>
        expect(tail(rest().out, 1)).toEqual([
          '2 total; 0 completed, 0 removed, 0 idle, 1 running, 1 held, 0 suspended',
        ]),
      { timeout: 300_000 },
    );
    const [header, manager, node] = rest().out.replaceAll('All queues are empty\n', '').split('\n');
    expect(header).toBe(
      'JOBSUBJOBID                             OWNER       \tSUBMITTED     RUNTIME   ST PRIO   SIZE  COMMAND',
    );
    expect(manager).toMatch(
      new RegExp(
        `^${cluster}\\.0@jobsub0[12]\\.fnal\\.gov +desgw {5}\\t\\d\\d/\\d\\d \\d\\d:\\d\\d +0\\+\\d\\d:\\d\\d:\\d\\d R +0 +0\\.0 {2}undefined`,
      ),
    );
    expect(node).toMatch(
      /^\d+\.0@jobsub0[12]\.fnal\.gov +\|-stage_\d+\t.* H +0 +0\.0 {2}SEdiff\.sh -r 4 -p 7 -E 668438$/,
    );

    const id = `${cluster}.0@${manager?.includes('jobsub01') ? 'jobsub01' : 'jobsub02'}.fnal.gov`;
    expect(site.run(['jobsub_rm', '-G', 'des', id])).toMatchObject({
      code: 0,
      out: `Job ${cluster}.0 marked for removal\n`,
    });
    expect(await site.end(cluster)).toBe('removed');
    expect(tail(rest().out, 1)).toEqual([
      '0 total; 0 completed, 0 removed, 0 idle, 0 running, 0 held, 0 suspended',
    ]);
  });

  test('a held job that is released goes on to its end', async () => {
    const cluster = site.submit(tinyDag('750000'), {
      search: { outcomes: {}, ccds: { 5: 'held' } },
    });
    await vi.waitFor(
      () =>
        expect(jobsOf(queue('--constraint', 'JobStatus == 5', '-autoformat', 'ClusterId'))).toBe(
          `${Number(cluster) + 1}\n`,
        ),
      { timeout: 300_000 },
    );
    site.run(['jobsub_release', '-G', 'des', '--constraint', 'JobStatus == 5']);
    expect(await site.end(cluster)).toBe('success');
  });

  test('answers by constraint on attributes of the submission, as values and as JSON', async () => {
    tinyDag('760000');
    const mine = 'DesgwSubmission =?= "t1" && isUndefined(DAGManJobId)';
    const run = site.run(submitArgs('760000', '--lines', '+DesgwSubmission="t1"'), {
      dials: { speed: 1, grid: { search: [600, 600] } },
    });
    const [, cluster = '', schedd = ''] = /Use job id (\d+)\.0@(\S+)/.exec(run.out) ?? [];
    expect(
      queue(
        '--constraint',
        mine,
        '-autoformat',
        'JobsubJobId',
        'DesgwSubmission',
        'JobStatus',
        'DAGNodeName',
      ).out,
    ).toContain(`${cluster}.0@${schedd} t1 2 undefined\n`);
    const others = 'JobStatus != 4 && (!(DesgwSubmission =?= "t1") || DesgwSubmission == "T2")';
    expect(jobsOf(queue('--constraint', others, '-autoformat', 'ClusterId'))).toBe('');
    // Of the DAG's own job nothing tells which DAG it is.
    const told = queue('--constraint', mine, '-json').out;
    expect(told).toContain(' -Dag dag.dag ');
    expect(told).toMatch(/"TransferInput": ".*,dag\.dag,desgw_pipeline_760000\.dag"/);
    expect(queue(`${cluster}.0@${schedd}`, '-autoformat', 'ProcId').out).toBe('0\n');

    const down = (name: string) =>
      site.run(['jobsub_q', '-G', 'des', '--constraint', mine, '-autoformat', 'ClusterId'], {
        dials: { queue: { trouble: `down:${name}` } },
      });
    const other = schedd === 'jobsub01.fnal.gov' ? 'jobsub02.fnal.gov' : 'jobsub01.fnal.gov';
    expect([jobsOf(down(other)), jobsOf(down(schedd))]).toEqual([`${cluster}\n`, '']);
    expect(down(schedd)).toMatchObject({
      code: 0,
      err: expect.stringContaining(`-- Failed to fetch ads from: `),
    });
    site.run(['jobsub_rm', '-G', 'des', '-J', `${cluster}@${schedd}`]);
    expect(await site.end(cluster)).toBe('removed');
  });

  test('a schedd that is stopped or in downtime is left out without a word, an idle one says so', () => {
    const cluster = site.submit(tinyDag('770000'), { speed: 1 });
    const ask = (dials: object) =>
      site.run(
        ['jobsub_q', '-G', 'des', '--constraint', `ClusterId == ${cluster}`, '-af', 'JobsubJobId'],
        { dials },
      );
    const schedd = ask({}).out.trim().split('@')[1]!;
    const status = (dials: object) =>
      site
        .run(['condor_status', '-schedd', '-autoformat', 'Name', 'InDownTime'], { dials })
        .out.trim()
        .split('\n');
    expect(status({})).toEqual(['jobsub01.fnal.gov false', 'jobsub02.fnal.gov false']);
    for (const dial of ['stopped', 'downtime'])
      expect(ask({ queue: { [dial]: schedd } })).toEqual({ code: 0, out: '', err: '' });
    expect(status({ queue: { stopped: schedd } })).toHaveLength(1);
    expect(status({ queue: { downtime: schedd } })).toContain(`${schedd} true`);
    site.run(['jobsub_rm', '-G', 'des', `${cluster}.0@${schedd}`]);
    const fresh = makeSandbox();
    expect(fresh.run(['jobsub_q', '-G', 'des', '-af', 'JobsubJobId']).out).toBe(
      'All queues are empty\nAll queues are empty\n',
    );
    fresh.remove();
  });

  test('wants what the login shell has, and a role that the account has', () => {
    const argv: [string, ...string[]] = ['jobsub_q', '-G', 'des', '--role=desgw'];
    const bare = site.run(argv, { env: { OTEL_EXPORTER_JAEGER_ENDPOINT: '' } });
    expect(bare.code).toBe(0);
    expect(bare.out).toMatch(
      /^Note: tracing not available here\.\n\nContinuing without tracing\.\.\.\n/,
    );
    expect(bare.err).toMatch(/^ERROR:root:importing tracing\n/);
    const proxies = site.run(argv, { env: { JOBSUB_AUTH_METHODS: '' } });
    expect([proxies.code, proxies.err]).toEqual([1, expect.stringContaining('voms-proxy-info')]);
    const role = site.run(['jobsub_q', '-G', 'des'], { dials: { account: { roles: 'desgw' } } });
    expect([role.code, role.err]).toEqual([
      1,
      expect.stringMatching(/^klist: .*krb5cc[\s\S]*htgettoken -i des -r analysis/),
    ]);
  });

  test('fails with status 0 and nothing on standard output when the dial says so', () => {
    const run = site.run(['jobsub_q', '-G', 'des'], { dials: { queue: { trouble: 'error' } } });
    expect(run).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringContaining('Failed to fetch ads'),
    });
    expect(site.run(['jobsub_q']).code).toBe(1);
  });

  test('history and logs know what has left', () => {
    const [, id = ''] = site.submissions()[0] ?? [];
    expect(
      site
        .run(['jobsub_history', '-G', 'des', '-constraint', `JobsubJobId == "${id}"`])
        .out.split('\n')[1],
    ).toContain(' C ');
    expect(site.run(['jobsub_fetchlog', '-G', 'des', id]).code).toBe(0);
    const listing = site.run(['tar', 'tzf', `${id}.tgz`]);
    expect(listing.out.split('\n')).toContain('desgw_pipeline_668440.dag.dagman.out');
    expect(listing.out.match(/^SEdiff\.sh\.\d+\.\d+\.out$/gm)).toHaveLength(119);
    expect(site.run(['jobsub_fetchlog', '-G', 'des', '5@jobsub01.fnal.gov']).code).toBe(1);
  });
});
