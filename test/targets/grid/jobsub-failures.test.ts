import { describe, expect, test } from 'vitest';
import { explainSubmitFailure } from '../../../targets/grid/jobsub-failures.ts';
import { exit } from './answers.ts';

describe('why a submission failed', () => {
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
      'jobsub does not understand line 12 of desgw_pipeline_668439.dag: --memry=1',
    ],
    [
      '',
      'Syntax Error at file desgw_pipeline_668439.dag line 3\nignoring <what>\n',
      2,
      'jobsub does not understand line 3 of desgw_pipeline_668439.dag',
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
      'all',
    ],
    [
      'a missing DAG',
      `Error: FileNotFoundError: [Errno 2] No such file or directory: 'a.dag'\n`,
      1,
      'a.dag',
      'one',
    ],
    [
      'a line that is no job',
      'Syntax Error at file a.dag line 3\nignoring <x>\n',
      2,
      'line 3',
      'one',
    ],
    [
      'an option of a job line',
      'jobsub_submit: error: unrecognized arguments: --x\nSyntax Error at file a.dag line 3\n',
      2,
      '--x',
      'all',
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
