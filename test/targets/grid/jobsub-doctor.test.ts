import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Exec } from '../../../core/index.ts';
import { examine } from '../../../targets/doctor/doctor.ts';
import { jobsubChecks } from '../../../targets/grid/jobsub-doctor.ts';
import { OPTIONS } from './answers.ts';

type Said = { readonly stdout?: string; readonly stderr?: string; readonly code?: number };

/** What is found where the programs say this; the trial is the submission with `-n`. */
async function found(said: { readonly [program: string]: Said } = {}) {
  const ran: Exec[] = [];
  const files: boolean[] = [];
  const answers: { readonly [program: string]: Said } = {
    version: { stdout: 'jobsub_lite version v1.12\n' },
    condor_status: { stdout: 'jobsub01.fnal.gov false 3 true\njobsub02.fnal.gov false 0 true\n' },
    jobsub_q: { stdout: 'All queues are empty\n' },
    trial: { stdout: 'Submission files are in: /x\n' },
    ...said,
  };
  const run = async (exec: Exec) => {
    ran.push(exec);
    const isTrial = exec.argv.includes('-n');
    if (isTrial) files.push(existsSync(join(exec.cwd!, 'desgw_doctor.dag')));
    const kind = exec.argv[1] === '--version' ? 'version' : isTrial ? 'trial' : exec.argv[0];
    const { stdout = '', stderr = '', code = 0 } = answers[kind] ?? {};
    return { exit: { kind: 'exit' as const, code }, stdout, stderr };
  };
  const checks = jobsubChecks({
    ...OPTIONS,
    storageModify: [],
  });
  const tools = { run, workspace: '/w', signal: new AbortController().signal };
  const findings = new Map((await examine(checks, tools)).map((one) => [one.name, one]));
  return { findings, ran, files };
}

describe('what doctor tries of jobsub', () => {
  test('programs, collector, queue, and a submission of nothing, of which nothing stays', async () => {
    const { findings, ran, files } = await found();
    expect([...findings.values()].map(({ name, state, what }) => [name, state, what])).toEqual([
      ['jobsub_submit_dag', 'ok', 'jobsub_lite version v1.12'],
      ['jobsub_q', 'ok', 'jobsub_lite version v1.12'],
      ['jobsub_rm', 'ok', 'jobsub_lite version v1.12'],
      ['collector', 'ok', 'jobsub01.fnal.gov, jobsub02.fnal.gov take jobs'],
      ['queue', 'ok', '0 jobs of desgw'],
      ['a submission, tried', 'ok', 'jobsub would submit; nothing was submitted'],
    ]);
    const trial = ran.find(({ argv }) => argv.includes('-n'))!;
    expect(trial.argv).toEqual(expect.arrayContaining(['--role=desgw', '-n']));
    expect(files).toEqual([true]);
    expect(existsSync(trial.cwd!)).toBe(false);
  });

  test.each<[string, { readonly [program: string]: Said }, string, string]>([
    [
      'queue',
      { jobsub_q: { stderr: 'Error: PermissionError: x failed\n', code: 1 } },
      'bad',
      'it could not be seen: Error: PermissionError: x failed',
    ],
    [
      'collector',
      { condor_status: { stderr: 'Error: communication error\n', code: 1 } },
      'bad',
      'condor_status ended with exit status 1: Error: communication error',
    ],
    [
      'collector',
      { condor_status: { stdout: 'a false 1\nb true 0\n' } },
      'warn',
      'a take jobs; in downtime: b',
    ],
    ['collector', { condor_status: {} }, 'bad', 'no schedd takes jobs'],
    [
      'a submission, tried',
      { trial: { stderr: "Error: PermissionError: Failed attempting 'htgettoken'\n", code: 1 } },
      'bad',
      'jobsub could not get a token that allows this submission',
    ],
    [
      'jobsub_q',
      { version: { stderr: 'ImportError: no module 1.2\n' } },
      'warn',
      'tells no version: ImportError: no module 1.2',
    ],
  ])('%s: %j', async (name, said, state, what) => {
    expect((await found(said)).findings.get(name)).toMatchObject({ state, what });
  });
});
