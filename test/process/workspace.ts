/**
 * A workspace on a real disk, the real command line, and real processes. Nothing here waits for a
 * time: programs and tests meet at named pipes, where either waits for the other.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../core/bin.cjs', import.meta.url));

/** What a command that has ended left. */
interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A command that may still run. */
export interface Started {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Stops reading what it prints. */
  hangUp(): void;
  /** Resolves when standard output or standard error holds `text`, with all that was printed so far. */
  said(text: string): Promise<string>;
  readonly ended: Promise<Ended>;
}

export interface Workspace {
  readonly dir: string;
  path(name: string): string;
  put(name: string, text: string): void;
  text(name: string): string | undefined;
  /** Makes a named pipe. */
  pipe(name: string): void;
  /** Waits for somebody to write into the pipe; resolves with what they wrote. */
  heard(name: string): Promise<string>;
  /** Waits for somebody to read from the pipe, and tells them `text`. */
  tell(name: string, text?: string): Promise<void>;
  start(args: readonly string[], env?: { readonly [name: string]: string }): Started;
  /** Runs a command behind these words, such as `unshare -p`. */
  within(words: readonly string[], args: readonly string[]): Promise<Ended>;
  /** The same, and does not wait for its end. */
  startWithin(words: readonly string[], args: readonly string[]): Started;
  desgw(...args: readonly string[]): Promise<Ended>;
  /** Command lines of every process that works in this workspace, the commands themselves included. */
  processes(): readonly string[];
  /** Every file with its content and time stamp; what changes when anything is written. */
  snapshot(): { readonly [path: string]: string };
  dispose(): void;
}

/**
 * A workspace with this rule file.
 * @param rules the list of targets, as source text; `sh(script, options)` is an exec of bash
 */
export function workspace(goal: string, rules: string, more = ''): Workspace {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'desgw-process-')));
  const pipes = new Set<string>();
  const running = new Set<ChildProcess>();
  const path = (name: string): string => join(dir, name);
  const put = (name: string, text: string): void => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
  };
  put(
    'desgwfile.ts',
    `import { defineBuild, exec, group, target, write } from 'desgw';
const sh = (script, options = {}) => exec(['bash', '-c', script], options);
export default defineBuild({ goal: ${JSON.stringify(goal)}, ${more} rules: () => [${rules}] });
`,
  );

  const start = (args: readonly string[], env = {}, within: readonly string[] = []): Started => {
    const [program, ...words] = [...within, process.execPath, BIN, ...args];
    const child = spawn(program!, words, {
      cwd: dir,
      env: { PATH: process.env.PATH ?? '', HOME: dir, TZ: 'UTC', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let [out, err] = ['', ''];
    const listeners = new Set<() => void>();
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      for (const listener of listeners) listener();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      for (const listener of listeners) listener();
    });
    const ended = new Promise<Ended>((resolve) => {
      child.on('close', (status, signal) => {
        running.delete(child);
        resolve({ status, signal, out, err });
        for (const listener of listeners) listener();
      });
    });
    return {
      pid: child.pid ?? 0,
      kill: (signal) => void child.kill(signal),
      hangUp: () => {
        child.stdout.destroy();
        child.stderr.destroy();
      },
      said: (text) =>
        new Promise((resolve, reject) => {
          const listen = (): void => {
            if (out.includes(text) || err.includes(text)) resolve(out + err);
            else if (!running.has(child)) reject(new Error(`never said '${text}':\n${out}${err}`));
            else return;
            listeners.delete(listen);
          };
          listeners.add(listen);
          listen();
        }),
      ended,
    };
  };

  return {
    dir,
    path,
    put,
    text: (name) => {
      try {
        return readFileSync(path(name), 'utf8');
      } catch {
        return undefined;
      }
    },
    pipe: (name) => {
      execFileSync('mkfifo', [path(name)]);
      pipes.add(name);
    },
    heard: (name) => readFile(path(name), 'utf8'),
    tell: (name, text = '\n') => writeFile(path(name), text),
    start,
    desgw: (...args) => start(args).ended,
    within: (words, args) => start(args, {}, words).ended,
    startWithin: (words, args) => start(args, {}, words),
    processes: () => processesIn(dir),
    snapshot: () => snapshotOf(dir),
    dispose: () => {
      for (const child of running) child.kill('SIGKILL');
      for (const pid of pidsIn(dir)) killGroup(pid);
      // Whoever still waits at a pipe, even this process, is let go.
      for (const name of pipes) closeSync(openSync(path(name), constants.O_RDWR));
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Whether a process has nothing to do at this moment but wait. */
export function isIdle(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('S');
}

/** Resolves once `holds` is true; the time limit of the test is the only one. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Living processes whose working directory lies in `dir`. A zombie has none. */
function pidsIn(dir: string): readonly number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const cwd = readlinkSync(`/proc/${name}/cwd`);
      return cwd === dir || cwd.startsWith(`${dir}/`) ? [Number(name)] : [];
    } catch {
      return []; // gone meanwhile, or another user's
    }
  });
}

function processesIn(dir: string): readonly string[] {
  return pidsIn(dir).flatMap((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()];
    } catch {
      return [];
    }
  });
}

function killGroup(pid: number): void {
  for (const whom of [-pid, pid]) {
    try {
      process.kill(whom, 'SIGKILL');
    } catch {
      // gone, or not the leader of a group
    }
  }
}

/** Compiled code, which any command may keep for the next. */
const isCompiled = (path: string): boolean => /\/\.cache\/|\.code$/.test(path);

function snapshotOf(dir: string): { readonly [path: string]: string } {
  const found: { [path: string]: string } = {};
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const full = join(folder, entry.name);
      if (entry.isDirectory()) visit(full);
      else if (entry.isFile() && !isCompiled(full)) {
        const { mtimeMs, ino } = statSync(full);
        found[full.slice(dir.length + 1)] = `${mtimeMs} ${ino} ${readFileSync(full, 'latin1')}`;
      }
    }
  };
  visit(dir);
  return found;
}
