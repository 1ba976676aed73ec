/** Starts programs. The only module that does; execa does the starting. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Exit } from '../api/facts.ts';
import { FOR_A_PROGRAM, needDescriptors } from './descriptors.ts';
import { codeOf } from './fs.ts';
import { type Groups, type Leash, WATCHDOG } from './groups.ts';
import { ATTEMPT_MARK, BUILDER_MARK } from './identity.ts';
import { lastLine, type Opened, openLogs } from './program-logs.ts';
import { SUPERVISOR } from './supervisor.ts';
import type { Spawn } from './world.ts';

type Execa = typeof import('execa').execa;

/** How every program is started: in a process group of its own, so that the whole tree can be stopped. */
const OF_ITS_OWN = {
  extendEnv: false,
  stdin: 'ignore',
  buffer: false,
  reject: false,
  detached: true,
  cleanup: false,
} as const;

/** A promise in an object, since a function that returned it bare would wait for the program's end. */
interface Begun {
  readonly child: Promise<Ended>;
  readonly pid: number;
}

type Start = Begun | { readonly exit: Exit };

/**
 * Starts a program. Where there is no room for one more, waits for others to end; only where none
 * is left that could, and for a while, it is not started.
 */
export async function begin(spawn: Opened, signal: AbortSignal, groups: Groups): Promise<Start> {
  const { execa } = await import('execa');
  const started = await inRoom(() => start(execa, spawn, groups), {
    mayClear: () => groups.live.size > 0,
    signal,
  });
  if (started === undefined) return { exit: { kind: 'signal', signal: 'SIGINT' } };
  return typeof started === 'string' ? { exit: { kind: 'spawn', message: started } } : started;
}

async function start(execa: Execa, spawn: Opened, groups: Groups): Promise<Start> {
  needDescriptors(FOR_A_PROGRAM);
  groups.watch(() => startWatchdog(execa));
  const [file, ...args] = spawn.argv;
  const logs = openLogs(spawn);
  try {
    const { cwd, env, stdin } = spawn;
    const input = stdin === undefined ? {} : { stdin: { file: stdin } };
    const stdio = { ...input, stdout: asFd(logs.out), stderr: asFd(logs.err) };
    const child = execa(file, args, { ...OF_ITS_OWN, cwd, env, ...stdio });
    const begun = await begunOr(child);
    if ('pid' in begun) groups.begun(begun.pid);
    return begun;
  } finally {
    logs.close();
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

interface Room {
  /** Whether anything of ours runs that could make room. */
  readonly mayClear: () => boolean;
  readonly signal?: AbortSignal;
}

/**
 * Does something as soon as there is room for it.
 * @returns why there is none, in words; undefined after an interruption
 */
async function inRoom<T>(
  action: () => Promise<T>,
  { mayClear, signal }: Room,
): Promise<T | string | undefined> {
  for (let alone = 0; ; ) {
    if (signal?.aborted) return undefined;
    try {
      return await action();
    } catch (error) {
      const code = codeOf(error) ?? '';
      if (!SHORTAGES.includes(code)) throw error;
      alone = mayClear() ? 0 : alone + 1;
      if (alone > SHORT_LOOKS) return noRoom(code);
    }
    await new Promise((resolve) => setTimeout(resolve, SHORT_LOOK_MS));
  }
}

function startWatchdog(execa: Execa): Leash {
  const watchdog = execa('/bin/sh', ['-c', WATCHDOG, 'desgw-watchdog'], {
    ...OF_ITS_OWN,
    cwd: '/',
    extendEnv: true,
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'ignore',
  });
  if (watchdog.pid === undefined) throw shortage('EAGAIN');
  const { stdin } = watchdog;
  stdin.on('error', () => {}); // without it everything goes on as well
  watchdog.unref();
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  return (lines) => stdin.write(lines);
}

/** What execa tells of an end. */
interface Ended {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly shortMessage?: string | undefined;
  readonly code?: string | undefined;
}

/** How a program ended, or that it did not begin. */
export function exitOf(result: Ended): Exit {
  if (result.signal !== undefined) return { kind: 'signal', signal: result.signal };
  if (result.exitCode !== undefined) return { kind: 'exit', code: result.exitCode };
  return { kind: 'spawn', message: spawnMessage(result) };
}

function spawnMessage(result: Ended): string {
  if (result.code === 'ENOENT') return 'no such program (or working directory)';
  if (result.code === 'EACCES') return 'may not be executed (permission denied)';
  return result.shortMessage ?? result.code ?? 'could not be started';
}

/**
 * An environment that a set-up script left holds the mark of the build that ran the script. What
 * outlives that build must not carry it, or whoever takes over from it would end it.
 */
function withoutBuilder({ [BUILDER_MARK]: _, ...env }: Spawn['env']): Spawn['env'] {
  return env;
}

/** Starts a program that outlives us, under a supervisor that leaves its exit status in `dir`. */
export function launch(spawn: Spawn, dir: string, onNeverBegun: (why: string) => void): void {
  const logs = openLogs(spawn);
  const supervise = async (): Promise<void> => {
    const { execa } = await import('execa');
    const begun = await inRoom(() => startSupervisor(execa, spawn, dir, logs), {
      mayClear: () => false,
    }).finally(logs.close);
    if (begun === undefined || typeof begun === 'string') return onNeverBegun(begun ?? '');
    if ('exit' in begun) return onNeverBegun(begun.exit.kind === 'spawn' ? begun.exit.message : '');
    await begun.child;
    // A supervisor that ends without having begun leaves nothing by which anybody could tell.
    if (existsSync(dir) && !existsSync(join(dir, 'claim'))) onNeverBegun(lastLine(spawn.stderr));
  };
  // Whoever waits is told, whatever it is: nobody else sees what is thrown here.
  supervise().catch((error: unknown) => onNeverBegun(String(error)));
}

async function startSupervisor(
  execa: Execa,
  spawn: Spawn,
  dir: string,
  { out, err }: ReturnType<typeof openLogs>,
): Promise<Start> {
  needDescriptors(FOR_A_PROGRAM);
  const child = execa('/bin/sh', ['-c', SUPERVISOR, 'desgw-supervisor', dir, ...spawn.argv], {
    ...OF_ITS_OWN,
    cwd: spawn.cwd,
    env: { ...withoutBuilder(spawn.env), [ATTEMPT_MARK]: basename(dir) },
    stdout: asFd(out),
    stderr: asFd(err),
  });
  child.unref();
  return begunOr(child);
}

/** A program that has begun; or why not, if that is not for lack of room. */
async function begunOr(
  child: Promise<Ended> & { readonly pid?: number | undefined },
): Promise<Start> {
  const { pid } = child;
  if (pid !== undefined) return { child, pid };
  const failed: Ended = await child;
  if (SHORTAGES.includes(failed.code ?? '')) throw shortage(failed.code ?? '');
  return { exit: exitOf(failed) };
}

/** execa takes any file descriptor, but its types know single digits only. */
const asFd = (fd: number): 3 => fd as 3;
