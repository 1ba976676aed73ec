/** Processes for real. The only module that starts any; execa does the starting. */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Exit } from '../api/facts.ts';
import { codeOf } from './fs.ts';
import { Groups, type Leash, WATCHDOG } from './groups.ts';
import {
  ATTEMPT_MARK,
  BUILDER_MARK,
  builderMark,
  hasSurvivors,
  isAlive,
  markedProcesses,
  selfIdentity,
  sharesKernel,
} from './identity.ts';
import { SUPERVISOR } from './supervisor.ts';
import { isVouchedFor, vouch } from './voucher.ts';
import type { Processes, ProcessIdentity, Spawn } from './world.ts';

/** Time between SIGINT, SIGTERM and SIGKILL: short enough that Ctrl-C ends within two seconds. */
const GRACE_MS = 600;
/** How often a silent program is looked at. */
const SILENCE_CHECK_MS = 1000;
/** A timer of more milliseconds (24 days) goes off at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Processes of this machine. */
export function realProcesses(): Processes {
  const self = selfIdentity();
  const groups = new Groups();
  return {
    self,
    isAlive: (who) => isAlive(who, self),
    isAttemptAlive: (who, token) => {
      const alive = isAlive(who, self);
      return alive === false ? hasSurvivors(who, token, self) : alive;
    },
    vouch,
    isVouchedFor: async (who, path) => (sharesKernel(who, self) ? isVouchedFor(path) : undefined),
    sweep: (who) => sweepMarked(builderMark(who)),
    run: (spawn, signal) => run(marked(spawn, BUILDER_MARK, builderMark(self)), signal, groups),
    launch,
    stop: (who, token) => stopAttempt(who, token, self),
    killAll() {
      for (const group of groups.live) kill(group, 'SIGKILL');
    },
  };
}

async function run(
  spawn: Spawn,
  signal: AbortSignal,
  groups: Groups,
): Promise<{ exit: Exit; leftBehind: number }> {
  const begun = await begin(spawn, signal, groups);
  if ('exit' in begun) return { exit: begun.exit, leftBehind: 0 };
  const { child, pid } = begun;
  let cut: Exit | undefined;
  const stop = (exit: Exit): void => {
    cut ??= exit;
    void stopGroup(pid);
  };
  const release = limits(spawn, signal, stop);
  const result = await child;
  release();
  const leftBehind = await sweepGroup(pid);
  groups.ended(pid);
  return { exit: cut ?? exitOf(result), leftBehind };
}

/** Wrapped, since what is waited for with `await` is handed on ended. */
interface Begun {
  readonly child: Promise<Ended>;
  readonly pid: number;
}

/**
 * Starts a program. Where there is no room for one more, waits for others to end; only where none
 * is left that could, and for a while, it is not started.
 */
async function begin(
  spawn: Spawn,
  signal: AbortSignal,
  groups: Groups,
): Promise<Begun | { readonly exit: Exit }> {
  const { execa } = await import('execa');
  const [file, ...args] = spawn.argv;
  for (let alone = 0; ; ) {
    if (signal.aborted) return { exit: { kind: 'signal', signal: 'SIGINT' } };
    const started = await inRoom(async (): Promise<Begun | { readonly exit: Exit }> => {
      groups.watch(() => startWatchdog(execa));
      const logs = openLogs(spawn);
      try {
        const child = execa(file, args, {
          cwd: spawn.cwd,
          env: spawn.env,
          extendEnv: false,
          stdin: 'ignore',
          stdout: asFd(logs.out),
          stderr: asFd(logs.err),
          buffer: false,
          reject: false,
          detached: true, // a process group of its own, so that the whole tree can be stopped
          cleanup: false,
        });
        const { pid } = child;
        if (pid !== undefined) {
          groups.begun(pid);
          return { child, pid };
        }
        const { code, ...failed }: Ended = await child;
        if (SHORTAGES.includes(code ?? '')) throw shortage(code ?? '');
        return { exit: exitOf(code === undefined ? failed : { ...failed, code }) };
      } finally {
        logs.close();
      }
    });
    if (typeof started !== 'string') return started;
    alone = groups.live.size === 0 ? alone + 1 : 0;
    if (alone > SHORT_LOOKS) return { exit: { kind: 'spawn', message: noRoom(started) } };
    await new Promise((resolve) => setTimeout(resolve, SHORT_LOOK_MS));
  }
}

/** What the system says when it has no descriptor, process or memory left for one more. */
const SHORTAGES: readonly string[] = ['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM'];
const SHORT_LOOK_MS = 100;
/** So often it is tried again when nothing of ours is running that could make room. */
const SHORT_LOOKS = 100;

const noRoom = (code: string): string =>
  `there is no room for one more program (${code}); see \`ulimit -a\`, or build with a smaller -j`;

const shortage = (code: string): Error => Object.assign(new Error(code), { code });

/** Does something for which there may be no room: then the system's code for that. */
async function inRoom<T>(action: () => Promise<T>): Promise<T | string> {
  try {
    return await action();
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (SHORTAGES.includes(code)) return code;
    throw error;
  }
}

/** Opens what takes the output. Closed as soon as the program has it, which may run for hours. */
function openLogs({ stdout, stderr }: Spawn) {
  const out = openLog(stdout);
  let err: number;
  try {
    err = stderr === stdout ? out : openLog(stderr);
  } catch (error) {
    closeSync(out);
    throw error;
  }
  return {
    out,
    err,
    close: (): void => {
      closeSync(out);
      if (err !== out) closeSync(err);
    },
  };
}

function startWatchdog(execa: typeof import('execa').execa): Leash {
  const watchdog = execa('/bin/sh', ['-c', WATCHDOG, 'desgw-watchdog'], {
    cwd: '/',
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'ignore',
    reject: false,
    detached: true,
    cleanup: false,
  });
  if (watchdog.pid === undefined) throw shortage('EAGAIN');
  const { stdin } = watchdog;
  stdin.on('error', () => {}); // without it everything goes on as well
  watchdog.unref();
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  return (lines) => stdin.write(lines);
}

/** Arms abort, time-out and silence; returns what disarms them. */
function limits(spawn: Spawn, signal: AbortSignal, stop: (exit: Exit) => void): () => void {
  const onAbort = (): void => stop({ kind: 'signal', signal: 'SIGINT' });
  signal.addEventListener('abort', onAbort, { once: true });
  const timers: NodeJS.Timeout[] = [];
  const { timeout, silence } = spawn;
  if (timeout !== undefined) {
    const ms = Math.min(timeout * 1000, LONGEST_TIMER_MS);
    timers.push(setTimeout(() => stop({ kind: 'timeout', after: timeout, silent: false }), ms));
  }
  if (silence !== undefined) {
    let size = -1;
    let quiet = 0;
    timers.push(
      setInterval(() => {
        const now = [spawn.stdout, spawn.stderr].reduce((sum, log) => sum + sizeOf(log), 0);
        quiet = now === size ? quiet + SILENCE_CHECK_MS / 1000 : 0;
        size = now;
        if (quiet >= silence) stop({ kind: 'timeout', after: silence, silent: true });
      }, SILENCE_CHECK_MS),
    );
  }
  return () => {
    signal.removeEventListener('abort', onAbort);
    for (const timer of timers) clearTimeout(timer);
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Asks a group to end, then makes it. */
async function stopGroup(group: number): Promise<void> {
  for (const how of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    if (!kill(group, how)) return;
    await new Promise((resolve) => setTimeout(resolve, GRACE_MS));
  }
}

/** Stops what a program left running in its group; says how many looks it took to be rid of it. */
async function sweepGroup(group: number): Promise<number> {
  if (!kill(group, 'SIGTERM')) return 0;
  for (let i = 0; i < 10; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (!kill(group, 0)) return 1;
  }
  kill(group, 'SIGKILL');
  return 1;
}

/** Signals a whole group; false when there is nobody (left) in it. */
function kill(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false; // ESRCH: gone. EPERM cannot be: the group is ours.
  }
}

/** What execa tells of an end. */
interface Ended {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly shortMessage?: string | undefined;
  readonly code?: string | undefined;
}

function exitOf(result: Ended): Exit {
  if (result.signal !== undefined) return { kind: 'signal', signal: result.signal };
  if (result.exitCode !== undefined) return { kind: 'exit', code: result.exitCode };
  return { kind: 'spawn', message: spawnMessage(result) };
}

function spawnMessage(result: Ended): string {
  if (result.code === 'ENOENT') return 'no such program (or working directory)';
  if (result.code === 'EACCES') return 'may not be executed (permission denied)';
  return result.shortMessage ?? result.code ?? 'could not be started';
}

/** What a program does not see is whose it is; that is for those who find it later. */
const marked = (spawn: Spawn, name: string, mark: string): Spawn => ({
  ...spawn,
  env: { ...spawn.env, [name]: mark },
});

async function stopAttempt(who: ProcessIdentity, token: string, self: ProcessIdentity) {
  const alive = isAlive(who, self);
  if (alive === true || (alive === false && hasSurvivors(who, token, self)))
    await stopGroup(who.pid);
  if (alive !== undefined) await sweep(ATTEMPT_MARK, token);
}

/**
 * An environment that a set-up script left holds the mark of the build that ran the script. What
 * outlives that build must not carry it, or whoever takes over from it would end it.
 */
function withoutBuilder({ [BUILDER_MARK]: _, ...env }: Spawn['env']): Spawn['env'] {
  return env;
}

const sweepMarked = (mark: string): Promise<boolean> => sweep(BUILDER_MARK, mark);

/** Kills whatever carries a mark; false when something would not go. */
async function sweep(name: string, mark: string): Promise<boolean> {
  for (let look = 0; look < 40; look++) {
    const left = markedProcesses(name, mark);
    if (left.length === 0) return true;
    for (const pid of left) killOne(pid);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (codeOf(error) === undefined) throw error; // else it is gone, or not ours: the next look tells
  }
}

function launch(spawn: Spawn, dir: string, onNeverBegun: (why: string) => void): void {
  const { out, err, close } = openLogs(spawn);
  const supervise = async (): Promise<void> => {
    const { execa } = await import('execa');
    const child = execa('/bin/sh', ['-c', SUPERVISOR, 'desgw-supervisor', dir, ...spawn.argv], {
      cwd: spawn.cwd,
      env: { ...withoutBuilder(spawn.env), [ATTEMPT_MARK]: basename(dir) },
      extendEnv: false,
      stdin: 'ignore',
      stdout: asFd(out),
      stderr: asFd(err),
      buffer: false,
      reject: false,
      detached: true,
      cleanup: false,
    });
    if (child.pid !== undefined) child.unref();
    close();
    const result = await child;
    // A supervisor that ends without having begun leaves nothing by which anybody could tell.
    if (child.pid === undefined || (existsSync(dir) && !existsSync(join(dir, 'claim'))))
      onNeverBegun(child.pid === undefined ? spawnMessage(result) : lastLine(spawn.stderr));
  };
  // Whoever waits is told, whatever it is: nobody else sees what is thrown here.
  supervise().catch((error: unknown) => onNeverBegun(String(error)));
}

/** What a supervisor says before it gives up; its own words are the last. */
function lastLine(log: string): string {
  try {
    return readFileSync(log, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return `its log ${log} cannot be read`;
  }
}

/** execa takes any file descriptor, but its types know single digits only. */
const asFd = (fd: number): 3 => fd as 3;

function openLog(path: string): number {
  try {
    return openSync(path, 'a');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'a');
  }
}
