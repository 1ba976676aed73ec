/**
 * The shape of what jobsub_lite 1.12 prints, as it was seen when desgw submitted, listed, cancelled and
 * resubmitted by it: chatter before and between, on both streams.
 */
import { describe, expect, test } from 'vitest';
import { COLUMNS, readQueueColumns } from '../../../targets/grid/jobsub-answer.ts';
import { sandbox } from '../../../targets/site/sandbox.ts';

const { grid } = sandbox();
const RULE = '=-'.repeat(30);
const CHATTER =
  'Storing bearer token in /tmp/bt_token_des_desgw_1\nNote: tracing not available here.\n\nContinuing without tracing...\n';
const NOISE = `ERROR:root:importing tracing
Traceback (most recent call last):
  File "/opt/jobsub_lite/lib/tracing.py", line 46, in <module>
    from somewhere import exporter  # type: ignore
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
ModuleNotFoundError: No module named 'somewhere'
`;
const WARNINGS = `warning: JOBSUB_OUTPUT_URL not defined, web logs will not be available for this submission
Warning at file /w/.desgw/dags/S1601/desgw_pipeline_668440.dag line 3
flag --need-storage-modify ignored in DAG
`;
const ended = (code: number) => ({ kind: 'exit' as const, code });

describe('a submission', () => {
  test('is proved by the job id between the rules', () => {
    const stdout = `${CHATTER}Copying file: stage_1.cmd
-----------------------------------------------------------------------
File for submitting this DAG to HTCondor           : dag.dag.condor.sub
-----------------------------------------------------------------------
Submitting job(s).
1 job(s) submitted to cluster 101.

${RULE}

Use job id 101.0@jobsub02.fnal.gov to retrieve output

${RULE}

`;
    expect(new RegExp(grid.receipt).exec(stdout)?.[1]).toBe('101.0@jobsub02.fnal.gov');
  });

  test.each<[string, string, number, 'all' | undefined]>([
    [
      "\n\nError: PermissionError: Failed attempting 'htgettoken  -i des -r desgw'\n\n",
      'jobsub could not get a token that allows this submission',
      1,
      'all',
    ],
    [
      `\n${RULE}\n\nError: condor_submit exited with failed status code 1\n\n\n${RULE}\n\n`,
      'condor_submit failed with status 1, although jobsub ended as if all were well',
      0,
      undefined,
    ],
  ])('that failed is explained in spite of the noise: %j', (said, what, code, refused) => {
    const stderr = `${NOISE}${WARNINGS}${said}`;
    const problem = grid.explain({ stdout: CHATTER, stderr, exit: ended(code) });
    expect(problem).toMatchObject({ what });
    expect(problem.refused).toBe(refused);
  });
});

describe('the queue', () => {
  const row = (values: { readonly [column: string]: string }): string =>
    `${COLUMNS.map((column) => values[column] ?? 'undefined').join(' ')}\n`;
  const dag = {
    JobsubJobId: '101.0@jobsub02.fnal.gov',
    DesgwSubmission: 'token',
    DesgwExposure: '668440',
    DesgwSeason: '1601',
    JobStatus: '2',
    QDate: '1795716049',
  };

  test('is seen, with its jobs, an idle schedd and all the chatter', () => {
    const held = { JobStatus: '5', HoldReason: 'Error from slot1: memory exceeded' };
    const node = {
      ...dag,
      ...held,
      JobsubJobId: '103.0@jobsub02.fnal.gov',
      DAGNodeName: 'stage_2',
    };
    const stdout = `${CHATTER}All queues are empty\n${row(dag)}${row(node)}`;
    const queue = readQueueColumns({ exit: ended(0), stdout, stderr: NOISE });
    expect(queue).toMatchObject({
      state: 'seen',
      jobs: [
        { id: '101.0@jobsub02.fnal.gov', status: 'running', token: 'token' },
        { status: 'held', node: 'stage_2', holdReason: 'Error from slot1: memory exceeded' },
      ],
    });
  });

  test('is unseen where credentials or the collector failed', () => {
    for (const error of [
      "PermissionError: Failed attempting 'htgettoken  -i des -r desgw'",
      'HTCondorIOError: Failed communication with collector.',
    ])
      expect(
        readQueueColumns({
          exit: ended(1),
          stdout: CHATTER,
          stderr: `${NOISE}\n\nError: ${error}\n\n`,
        }),
      ).toEqual({ state: 'failed', why: `Error: ${error}`, jobs: [] });
  });
});
