/** A sandbox of its own in a temporary directory, and its programs as functions. */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, vi } from 'vitest';

const TEMPLATE = fileURLToPath(new URL('../../templates/sandbox', import.meta.url));
const RC = fileURLToPath(new URL('./dagmaker.rc', import.meta.url));
const DRIVER = createRequire(import.meta.url).resolve('node-sqlite3-wasm');

/** How a program ended and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  /** Directory below the sandbox; gw_workflow unless given. */
  readonly cwd?: string;
  readonly env?: { readonly [name: string]: string };
  readonly dials?: object;
}

export type Sandbox = ReturnType<typeof makeSandbox>;

/** Copies the stand-ins and sets them up, at full speed. */
export function makeSandbox() {
  const top = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'desgw-sandbox-'));
  const root = join(top, 'sandbox');
  fs.cpSync(TEMPLATE, root, { recursive: true });
  const path = (...parts: readonly string[]): string => join(root, ...parts);
  const read = (...parts: readonly string[]): string => fs.readFileSync(path(...parts), 'utf8');
  const names = (...parts: readonly string[]): string[] =>
    fs.existsSync(path(...parts)) ? fs.readdirSync(path(...parts)).sort() : [];

  const place = ({ cwd = 'gw_workflow', env = {}, dials = {} }: RunOptions) => ({
    cwd: path(cwd),
    env: {
      PATH: `${path('bin')}:${process.env.PATH}`,
      HOME: path('home'),
      USER: 'desgw',
      OTEL_EXPORTER_JAEGER_ENDPOINT: 'https://tracing.invalid',
      JOBSUB_AUTH_METHODS: 'token',
      DESGW_SANDBOX_DIALS: JSON.stringify({
        speed: 25,
        account: { roles: 'desgw,analysis' },
        ...dials,
      }),
      ...env,
    },
  });
  const run = (
    [program, ...args]: readonly [string, ...string[]],
    options: RunOptions = {},
  ): Ended => {
    const ended = spawnSync(program, args, { ...place(options), encoding: 'utf8' });
    return { code: ended.status, out: ended.stdout, err: ended.stderr };
  };
  /** Runs a program that hangs until `seen`, given what it has printed, is true; then kills it. */
  const runUntil = async (
    [program, ...args]: readonly [string, ...string[]],
    seen: (out: string) => boolean,
    options: RunOptions = {},
  ): Promise<void> => {
    const child = spawn(program, args, { ...place(options), stdio: ['ignore', 'pipe', 'ignore'] });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += String(chunk);
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    await vi.waitFor(() => expect(seen(out)).toBe(true), { timeout: 120_000, interval: 20 });
    expect(child.exitCode).toBeNull();
    child.kill('SIGKILL');
    await ended;
  };
  const setup = (dials?: object): Ended =>
    run(['node', path('lib/setup.mjs'), DRIVER], {
      cwd: '.',
      ...(dials === undefined ? {} : { dials }),
    });
  expect(setup()).toEqual({ code: 0, out: '', err: '' });
  fs.copyFileSync(RC, path('gw_workflow/dagmaker.rc'));

  return {
    path,
    read,
    names,
    run,
    runUntil,
    setup,
    exists: (...parts: readonly string[]): boolean => fs.existsSync(path(...parts)),
    submissions: (): string[][] =>
      read('grid/submissions.log')
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split('\t')),
    /** Submits the DAG of an exposure; its cluster number. */
    submit: (exposure: string, dials: object = {}): string => {
      const { out } = run(
        ['jobsub_submit_dag', '-G', 'des', `file://desgw_pipeline_${exposure}.dag`],
        { dials },
      );
      return /Use job id (\d+)\.0@/.exec(out)?.[1] ?? `no job id in: ${out}`;
    },
    /** Resolves when the DAG has left the queue: success, failed or removed. */
    end: (cluster: string): Promise<string> =>
      vi.waitFor(
        () => {
          const end = JSON.parse(read('grid', cluster, 'state.json')).end as string | null;
          if (end === null || fs.existsSync(path('grid', cluster, 'engine.pid')))
            throw new Error('not at its end');
          return end;
        },
        { timeout: 120_000, interval: 40 },
      ),
    remove: (): void => fs.rmSync(top, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** The last lines of a text. */
export function tail(text: string, count: number): string[] {
  return text.trimEnd().split('\n').slice(-count);
}
