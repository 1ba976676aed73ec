/** A temporary workspace with a rule file of its own, and the real command line to run in it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test as base } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The command line itself. */
export const BIN = join(ROOT, 'core/bin.cjs');
/** What interferes with it. */
export const PRELOAD = join(ROOT, 'test/scenarios/preload.cjs');
/** A scenario that has not come to its end by then has failed; nothing here takes as long. */
const DEADLINE = 120_000;

/** What `preload.cjs` does inside desgw. Patterns are regular expressions over lines of effects. */
export interface Interference {
  /** SIGKILL just before, or just after, the first effect that matches. */
  readonly killBefore?: string;
  readonly killAfter?: string;
  /** Overwrites a file in place, once, just before an effect that matches. */
  readonly replace?: { readonly before: string; readonly path: string; readonly text: string };
  /** From the n-th effect that takes room on, the disk is full. */
  readonly fullFrom?: number;
  /** Milliseconds between two ticks of the file system's clock. */
  readonly tick?: number;
  /** So many milliseconds have passed by every clock, that of files apart. */
  readonly later?: number;
  /** Shifts the time of day, and once more after so many readings. Milliseconds. */
  readonly clock?: { readonly by: number; readonly jumpAfter?: number; readonly jump?: number };
}

export interface RunOptions {
  readonly env?: { readonly [name: string]: string };
  readonly cwd?: string;
  readonly with?: Interference;
}

export interface Ended {
  /** Null after a signal. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A desgw under way. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
  /** Waits until it has printed this, to either stream. */
  prints(text: string): Promise<void>;
}

export interface Workspace {
  readonly dir: string;
  write(path: string, text: string): void;
  read(path: string): string;
  exists(path: string): boolean;
  /** Sets the time of the last change, in seconds since the epoch. */
  date(path: string, seconds: number): void;
  /**
   * Writes the rule file. `rules`: the items of the list that `rules` returns, in whose text
   * `sh(name, script)` is a step that notes `name` in the log `ran` and then runs the script; the
   * script may call `await_file FILE`. `rest`: further fields of `defineBuild`.
   */
  rules(rules: string, rest?: string): void;
  desgw(args: readonly string[], options?: RunOptions): Promise<Ended>;
  start(args: readonly string[], options?: RunOptions): Running;
  /** Names of the steps that ran since this was last asked, in order. */
  ran(): readonly string[];
  /** Lines of the effects of every desgw since this was last asked. Without its own start-up. */
  effects(): readonly string[];
  /** Everything in the workspace: kind, mode, times of change, content. */
  tree(): { readonly [path: string]: string };
  /** Programs that work in the workspace, desgw itself included. */
  processes(): readonly number[];
  /** Waits until a file is there. */
  appears(path: string): Promise<void>;
  /** Another workspace with the same files. */
  copy(): Workspace;
  moveTo(dir: string): Workspace;
  /** What a failing power supply does: everything in the workspace ends at once, but for one pid. */
  powerCut(spared?: number): Promise<void>;
}

/** `test` with a fresh workspace `w` that is taken away afterwards, processes included. */
export const test = base.extend<{ w: Workspace }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of fixtures from it
  w: async ({}, use) => {
    const home = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'desgw-scenario-')));
    fs.mkdirSync(join(home, 'w'));
    await use(open(join(home, 'w'), home));
    await endAll(home);
    fs.rmSync(home, { recursive: true, force: true });
  },
});

const PRELUDE = `import { claim, copy, defineBuild, edit, exec, expand, expandFile, group, link, move, param, Refusal, remove, target, write } from 'desgw';
const AWAIT = 'await_file() { until [ -e "$1" ]; do sleep 0.02; done; }; ';
const sh = (name, script, options = {}) => exec(['sh', '-c', AWAIT + 'echo "$0" >> ran; ' + script, name], options);
`;

/** Waits for a condition, looking often. @throws when it has not come true in time */
export async function until(
  what: string | (() => string),
  condition: () => boolean,
): Promise<void> {
  for (const end = Date.now() + DEADLINE; !condition(); ) {
    if (Date.now() > end)
      throw new Error(`it never came to this: ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Whether a process is there and not a zombie. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function open(dir: string, home: string): Workspace {
  const log = join(home, 'effects');
  const at = (path: string): string => join(dir, path);

  function start(args: readonly string[], options: RunOptions = {}): Running {
    const scenario = { log, ...options.with };
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd: options.cwd ?? dir,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: home,
        USER: 'mara',
        TZ: 'UTC',
        NODE_OPTIONS: `--require ${JSON.stringify(PRELOAD)}`,
        DESGW_SCENARIO: JSON.stringify(scenario),
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return running(child);
  }

  return {
    dir,
    write(path, text) {
      fs.mkdirSync(dirname(at(path)), { recursive: true });
      fs.writeFileSync(at(path), text);
    },
    read: (path) => fs.readFileSync(at(path), 'utf8'),
    exists: (path) => fs.existsSync(at(path)),
    date: (path, seconds) => fs.utimesSync(at(path), seconds, seconds),
    rules(rules, rest = `goal: 'goal'`) {
      const text = `${PRELUDE}export default defineBuild({ ${rest}, rules: (params) => [\n${rules}\n] });\n`;
      fs.writeFileSync(at('desgwfile.ts'), text);
    },
    desgw: (args, options) => start(args, options).ended,
    start,
    ran: () => taken(at('ran')),
    effects: () => taken(log).filter((line) => line.includes(dir) || !line.startsWith('read ')),
    tree: () => Object.fromEntries(listing(dir, dir)),
    appears: (path) => until(`${path} is there`, () => fs.existsSync(at(path))),
    copy() {
      const other = fs.mkdtempSync(join(home, 'copy-'));
      fs.cpSync(dir, other, {
        recursive: true,
        preserveTimestamps: true,
        verbatimSymlinks: true,
        // What was killed has left its socket.
        filter: (path) => !fs.lstatSync(path).isSocket(),
      });
      return open(other, home);
    },
    moveTo(name) {
      fs.renameSync(dir, join(home, name));
      return open(join(home, name), home);
    },
    processes: () => insiders(dir),
    powerCut: (spared) => endAll(dir, spared),
  };
}

function running(child: ChildProcess): Running {
  let out = '';
  let err = '';
  child.stdout!.setEncoding('utf8').on('data', (text) => {
    out += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    err += text;
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), DEADLINE);
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve({ code, out, err });
    });
  });
  return {
    pid: child.pid!,
    ended,
    kill: (signal) => child.kill(signal),
    prints: (text) =>
      until(
        () => `it prints '${text}', not only:\n${out}${err}`,
        () => `${out}${err}`.includes(text),
      ),
  };
}

/** Lines of a log, which begins anew. */
function taken(path: string): string[] {
  if (!fs.existsSync(path)) return [];
  const lines = fs
    .readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  fs.truncateSync(path);
  return lines;
}

function* listing(dir: string, root: string): Generator<[string, string]> {
  for (const name of fs.readdirSync(dir).sort()) {
    const path = join(dir, name);
    const stat = fs.lstatSync(path, { bigint: true });
    const content = stat.isSymbolicLink()
      ? fs.readlinkSync(path)
      : stat.isFile()
        ? createHash('sha256').update(fs.readFileSync(path)).digest('hex')
        : '';
    const facts = [stat.mode.toString(8), stat.ino, stat.mtimeNs, stat.ctimeNs, content];
    yield [relative(root, path), facts.join(' ')];
    if (stat.isDirectory()) yield* listing(path, root);
  }
}

/** Kills every process that works below a directory, those that desgw left behind included. */
async function endAll(dir: string, spared?: number): Promise<void> {
  await until(`everything in ${dir} has ended`, () => {
    const pids = insiders(dir).filter((pid) => pid !== spared);
    for (const pid of pids) killIfThere(pid);
    return pids.length === 0;
  });
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

function insiders(dir: string): readonly number[] {
  return fs.readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const cwd = fs.readlinkSync(`/proc/${name}/cwd`);
      return (cwd === dir || cwd.startsWith(`${dir}/`)) && isAlive(Number(name))
        ? [Number(name)]
        : [];
    } catch {
      return []; // gone, or not ours
    }
  });
}
