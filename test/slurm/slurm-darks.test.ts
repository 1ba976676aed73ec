/** The example on a true Slurm: one node on loopback, where Debian's slurm-wlm and munge are installed. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NEEDED = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scontrol'];
const MISSING = NEEDED.filter((name) => spawnSync('which', [name]).status !== 0);

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

test('the programs of Slurm are there, or it is said plainly that its tests are skipped', ({
  skip,
}) => {
  if (MISSING.length > 0)
    skip(`not run for want of ${MISSING.join(', ')}: apt-get install slurm-wlm munge`);
  expect(MISSING).toEqual([]);
});

describe.skipIf(MISSING.length > 0)('dark frames on a true Slurm', () => {
  let top: string;
  let cluster: string;
  let env: { [name: string]: string | undefined };

  const run = (argv: readonly [string, ...string[]], cwd = top) => {
    const { status, stdout, stderr } = spawnSync(argv[0], argv.slice(1), {
      cwd,
      env,
      encoding: 'utf8',
    });
    return { code: status, out: stdout, said: `${stdout}${stderr}` };
  };
  const desgw = (...args: string[]) =>
    run([process.execPath, join(ROOT, 'core/bin.cjs'), ...args], join(top, 'work'));
  /** Nights of which a job was ever submitted. */
  const submissions = (): readonly string[] =>
    run(['squeue', '--noheader', '--states=all', '--Format=Comment:|'])
      .out.split('\n')
      .flatMap((line) => /night=(\d+)/.exec(line)?.[1] ?? [])
      .sort();
  const night = (name: string): void => {
    mkdirSync(join(top, 'work/darks', name), { recursive: true });
    for (const n of [1, 2, 3])
      writeFileSync(join(top, 'work/darks', name, `dark_${n}.txt`), `${n}\n${10 * n}\n7\n`);
    writeFileSync(join(top, 'work/nights.txt'), `${name}\n`);
  };
  const text = (path: string): string => readFileSync(join(top, 'work', path), 'utf8');

  beforeAll(() => {
    top = realpathSync(mkdtempSync(join(tmpdir(), 'desgw-slurm-')));
    cluster = join(top, 'cluster');
    env = { ...process.env, SLURM_CONF: join(cluster, 'slurm.conf') };
    const port = String(20_000 + 2 * (process.pid % 20_000));
    const started = run([join(ROOT, 'test/slurm/start.sh'), cluster, port]);
    expect(started.code, started.said).toBe(0);
    cpSync(join(ROOT, 'examples/slurm-darks'), join(top, 'work'), { recursive: true });
    mkdirSync(join(top, 'work/masters'));
  });
  afterAll(() => {
    run([join(ROOT, 'test/slurm/stop.sh'), cluster]);
    rmSync(top, { recursive: true, force: true, maxRetries: 5 });
  });

  test('a night is combined by one job, and accepted when that has ended', () => {
    night('20261125');
    const first = desgw('build');
    expect(first.code, first.said).toBe(0);
    expect(text('accepted/20261125.txt')).toBe('2.000\n20.000\n7.000\n');
    expect(text('darks.list')).toBe('20261125\n');
    expect(desgw('build').out).toContain('nothing to do');
    expect(submissions()).toEqual(['20261125']);
  });

  test('a submission of which the record is lost is found in the queue, not made again', () => {
    night('20261126');
    run(['scontrol', 'update', 'PartitionName=all', 'State=DOWN']);
    const waiting = desgw('build', '--no-wait');
    expect(waiting.code, waiting.said).toBe(3);
    for (const lost of ['.desgw', 'submitted'])
      rmSync(join(top, 'work', lost), { recursive: true });
    const found = desgw('build', '--no-wait');
    expect(found.code, found.said).toBe(3);
    expect(found.out).toMatch(/adopted submitted_20261126 +job \d+ is in the queue/);
    run(['scontrol', 'update', 'PartitionName=all', 'State=UP']);
    const done = desgw('build');
    expect(done.code, done.said).toBe(0);
    expect(submissions()).toEqual(['20261125', '20261126']);
  });

  test('a controller that does not answer is not an empty queue', () => {
    night('20261127');
    const pid = readFileSync(join(cluster, 'slurmctld.pid'), 'utf8').trim();
    process.kill(Number(pid), 'SIGSTOP');
    try {
      const blind = desgw('build', '--no-wait');
      expect(blind.code, blind.said).not.toBe(0);
      expect(blind.said).toMatch(/submitted_20261127/);
    } finally {
      process.kill(Number(pid), 'SIGCONT');
    }
    expect(submissions()).toEqual(['20261125', '20261126']);
    const seen = desgw('build');
    expect(seen.code, seen.said).toBe(0);
    expect(submissions()).toEqual(['20261125', '20261126', '20261127']);
  });
});
