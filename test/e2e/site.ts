/**
 * A workspace at the sandbox site: the repository's own rule file, the real command line, real
 * processes. What happened outside is read from what the stand-in programs left.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BIN = join(ROOT, 'core/bin.cjs');
/** The rule file as it is shipped. */
const RULES = fs.readFileSync(join(ROOT, 'desgwfile.ts'), 'utf8');

// A guard against hanging, not a measure: many programs share few cores here.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

/** Three of the night: all CCDs good; some force-photometry files missing; too few CCDs. */
export const GOOD = '668440';
export const PATCHY = '668442';
export const POOR = '668445';
export const THREE: readonly string[] = [GOOD, PATCHY, POOR];

/** Dials of the sandbox, as `templates/sandbox/README.md` explains them. */
export type Dials = { readonly [name: string]: unknown };

/** Speed for every test; the rest as shipped. */
export const FAST: Dials = { speed: 100 };

export interface Ended {
  /** Null after a signal. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Both together, for messages that may go to either. */
  readonly said: string;
}

/** What a login shell has; for programs of the sandbox that a test starts by itself. */
export const LOGIN = {
  ...process.env,
  OTEL_EXPORTER_JAEGER_ENDPOINT: 'https://tracing.invalid',
  JOBSUB_AUTH_METHODS: 'token',
};

/** A desgw under way. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** To desgw alone. */
  kill(signal: NodeJS.Signals): void;
  /** To everything in its process group. */
  killGroup(signal: NodeJS.Signals): void;
  /** Waits until it has printed this, to either stream. */
  says(text: string): Promise<void>;
}

export interface RunOptions {
  readonly dials?: Dials;
  readonly env?: { readonly [name: string]: string };
}

export interface Site {
  readonly dir: string;
  text(path: string): string;
  exists(path: string): boolean;
  put(path: string, text: string): void;
  remove(path: string): void;
  desgw(args: readonly string[], options?: RunOptions): Promise<Ended>;
  start(args: readonly string[], options?: RunOptions): Running;
  /** Exposures that the grid accepted, in order. */
  submissions(): readonly string[];
  /** What stand-in programs of this name were started for. */
  calls(program: string): readonly string[];
  /** Steps that the last run of post processing went through. */
  postprocSteps(): readonly number[];
  season(): string;
  /** Every file with its digest, time stamp and inode: what differs if anything was written. */
  listing(below?: string): { readonly [path: string]: string };
  /** A copy in its present state, as a workspace of its own. */
  copy(): Site;
  /** Ends whatever still works here and removes it. */
  dispose(): void;
}

/** A fresh workspace whose rule file follows up these exposures; none: the night as shipped. */
export function site(exposures?: readonly string[] | string): Site {
  const dir = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'desgw-e2e-')));
  fs.writeFileSync(
    join(dir, 'desgwfile.ts'),
    exposures === undefined ? RULES : rulesFor(exposures),
  );
  return open(dir);
}

/** The shipped rule file, for other exposures. */
export function rulesFor(exposures: readonly string[] | string): string {
  const line = 'const exposures = sandboxExposures();';
  if (!RULES.includes(line)) throw new Error(`desgwfile.ts no longer says: ${line}`);
  return RULES.replace(line, `const exposures = ${JSON.stringify(exposures)};`).replace(
    /, sandboxExposures/,
    '',
  );
}

function open(dir: string): Site {
  const path = (name: string): string => join(dir, name);
  const text = (name: string): string => fs.readFileSync(path(name), 'utf8');
  const running = new Set<ChildProcess>();
  const lines = (name: string): readonly string[][] =>
    !fs.existsSync(path(name))
      ? []
      : text(name)
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => line.split('\t'));
  const start = (args: readonly string[], options: RunOptions = {}): Running =>
    run(dir, running, args, options);
  return {
    dir,
    text,
    exists: (name) => fs.existsSync(path(name)),
    put(name, content) {
      fs.mkdirSync(dirname(path(name)), { recursive: true });
      fs.writeFileSync(path(name), content);
    },
    remove: (name) => fs.rmSync(path(name), { recursive: true }),
    desgw: (args, options) => start(args, options).ended,
    start,
    submissions: () => lines('sandbox/grid/submissions.log').map((words) => words[3]!),
    calls: (program) =>
      lines('sandbox/calls.log')
        .filter((words) => words[1] === program)
        .map((words) => words[2]!),
    postprocSteps: () =>
      [
        ...text('sandbox/Post-Processing/postproc_run.out').matchAll(
          /^\('RUNNING STEP', (\d)\)$/gm,
        ),
      ].map((found) => Number(found[1])),
    season: () => text('image_proc_outputs/season').trim(),
    listing: (below = '.') => listing(path(below)),
    copy() {
      const to = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'desgw-e2e-')));
      execFileSync('cp', ['-a', `${dir}/.`, to]);
      moveClaims(dir, to);
      return open(to);
    },
    dispose() {
      for (const child of running) child.kill('SIGKILL');
      for (const pid of processesIn(dir)) endGroup(pid);
      fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
}

function run(
  dir: string,
  running: Set<ChildProcess>,
  args: readonly string[],
  { dials = {}, env = {} }: RunOptions,
): Running {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: dir,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: dir,
      TZ: 'UTC',
      DESGW_SANDBOX_DIALS: JSON.stringify({ ...FAST, ...dials }),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  let [out, err] = ['', ''];
  const listeners = new Set<() => void>();
  const heard = (): void => {
    for (const listener of [...listeners]) listener();
  };
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    out += more;
    heard();
  });
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    err += more;
    heard();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => {
      running.delete(child);
      resolve({ code, out, err, said: out + err });
      heard();
    });
  });
  const signal = (pid: number, how: NodeJS.Signals): void => {
    if (running.has(child)) process.kill(pid, how);
  };
  return {
    pid: child.pid!,
    ended,
    kill: (how) => signal(child.pid!, how),
    killGroup: (how) => signal(-child.pid!, how),
    says: (wanted) =>
      new Promise((resolve, reject) => {
        const listen = (): void => {
          if (out.includes(wanted) || err.includes(wanted)) resolve();
          else if (!running.has(child))
            reject(new Error(`desgw ended without saying '${wanted}':\n${out}${err}`));
          else return;
          listeners.delete(listen);
        };
        listeners.add(listen);
        listen();
      }),
  };
}

/** Resolves once `holds`; the time limit of the test is the only one. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Claims name the workspace they were made in; a copy makes them its own, by its place alone. */
function moveClaims(from: string, to: string): void {
  const claims = ['seasons-claimed', 'gw_workflow', 'Post-Processing']
    .map((name) => join(to, 'sandbox', name))
    .flatMap((folder) =>
      !fs.existsSync(folder)
        ? []
        : fs
            .readdirSync(folder)
            .filter((name) => /^season-|\.submitting$|^\.desgw_workspace$/.test(name))
            .map((name) => join(folder, name)),
    );
  for (const claim of claims)
    fs.writeFileSync(
      claim,
      fs
        .readFileSync(claim, 'utf8')
        .replaceAll(from, to)
        .replace(/"id":"[^"]*",/, ''),
    );
}

function listing(root: string): { readonly [path: string]: string } {
  const found: { [path: string]: string } = {};
  const visit = (folder: string): void => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const full = join(folder, entry.name);
      const name = full.slice(root.length + 1);
      const { mtimeMs, ino } = fs.lstatSync(full);
      if (entry.isDirectory()) {
        found[`${name}/`] = String(mtimeMs);
        visit(full);
      } else if (entry.isSymbolicLink()) found[name] = `${mtimeMs} -> ${fs.readlinkSync(full)}`;
      else
        found[name] =
          `${mtimeMs} ${ino} ${createHash('sha1').update(fs.readFileSync(full)).digest('base64')}`;
    }
  };
  visit(root);
  return found;
}

/** Living processes that work in `dir`, the grid's engines among them. */
function processesIn(dir: string): readonly number[] {
  return fs.readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const cwd = fs.readlinkSync(`/proc/${name}/cwd`);
      return cwd === dir || cwd.startsWith(`${dir}/`) ? [Number(name)] : [];
    } catch {
      return []; // gone meanwhile, or another user's
    }
  });
}

function endGroup(pid: number): void {
  for (const whom of [-pid, pid]) {
    try {
      process.kill(whom, 'SIGKILL');
    } catch {
      // gone, or not the leader of a group
    }
  }
}
