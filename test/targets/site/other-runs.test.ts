import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { otherRuns } from '../../../targets/site/other-runs.ts';

let dir: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'desgw-runs-')));
  for (const name of ['here', 'elsewhere', '.desgw/runs/ours'])
    mkdirSync(join(dir, name), { recursive: true });
  writeFileSync(join(dir, 'run_postproc.py'), 'echo begun; read line\n');
  writeFileSync(join(dir, 'forcePhoto_master.pl'), 'echo begun; read line\n');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(dir, { recursive: true });
});

/** A program that goes on until the test is over; its pid once it has begun. */
async function begun(words: readonly string[], cwd: string, env = {}): Promise<number> {
  const child = spawn(words[0]!, words.slice(1), {
    cwd: join(dir, cwd),
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  children.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child.pid!;
}

/** The runs that are seen of programs below the folder of this test. */
async function seen(): Promise<readonly unknown[]> {
  const { signal } = new AbortController();
  const tools = { workspace: dir, signal, run: () => Promise.reject(new Error('no program')) };
  const found = (await otherRuns().ask('here', tools)) as unknown as { command: string }[];
  return found.filter(({ command }) => command.includes(dir));
}

test('a run in this directory is found, with whose it is', async () => {
  const script = join(dir, 'run_postproc.py');
  const pid = await begun(['bash', script, '--season', '1500'], 'here');
  expect(await seen()).toEqual([
    { pid, command: `bash ${script} --season 1500`, uid: process.getuid?.(), where: 'here' },
  ]);
});

test('a run elsewhere, one of this workspace, and what only shows the script are none', async () => {
  const script = join(dir, 'run_postproc.py');
  await begun(['bash', script], 'elsewhere');
  await begun(['bash', script], 'here', { DESGW_ATTEMPT: 'ours' });
  await begun(['tail', '-f', '-n', '1', script], 'here');
  expect(await seen()).toEqual([]);
});

test('a run of desgw in another workspace is one, and force photometry is wherever it works', async () => {
  const post = await begun(['bash', join(dir, 'run_postproc.py')], 'here', { DESGW_ATTEMPT: 'x' });
  const force = await begun(
    ['bash', join(dir, 'forcePhoto_master.pl'), '-season', '1'],
    'elsewhere',
  );
  expect(await seen()).toMatchObject([
    { pid: Math.min(post, force) },
    { pid: Math.max(post, force) },
  ]);
});
