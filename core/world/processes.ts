/** Processes for real: what runs, what it may take, and what becomes of those that others have left. */
import { closeSync, statSync } from 'node:fs';
import type { Exit } from '../api/facts.ts';
import { kill, stopGroup, sweep, sweepGroup } from './ending.ts';
import { Groups } from './groups.ts';
import {
  ATTEMPT_MARK,
  BUILDER_MARK,
  builderMark,
  hasSurvivors,
  isAlive,
  selfIdentity,
  sharesKernel,
} from './identity.ts';
import { type Opened, openUnnamed, textOf } from './program-logs.ts';
import { begin, exitOf, launch } from './starting.ts';
import { isVouchedFor, vouch } from './voucher.ts';
import type { Processes, ProcessIdentity, Ran, Spawn } from './world.ts';

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
    sweep: (who) => sweep(BUILDER_MARK, builderMark(who)),
    run: (spawn, signal) => run(marked(spawn, self), signal, groups),
    launch,
    stop: (who, token) => stopAttempt(who, token, self),
    killAll() {
      for (const group of groups.live) kill(group, 'SIGKILL');
    },
  };
}

async function run(spawn: Spawn, signal: AbortSignal, groups: Groups): Promise<Ran> {
  if (spawn.unnamed !== true) return follow(spawn, signal, groups);
  const fd = openUnnamed(spawn.stdout);
  try {
    const ran = await follow({ ...spawn, outFd: fd }, signal, groups);
    return { ...ran, printed: textOf(fd) };
  } finally {
    closeSync(fd);
  }
}

async function follow(spawn: Opened, signal: AbortSignal, groups: Groups): Promise<Ran> {
  const begun = await begin(spawn, signal, groups);
  if ('exit' in begun) return { exit: begun.exit, leftBehind: false };
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

/** Tells whoever finds the program later which builder it belongs to. */
const marked = (spawn: Spawn, builder: ProcessIdentity): Spawn => ({
  ...spawn,
  env: { ...spawn.env, [BUILDER_MARK]: builderMark(builder) },
});

async function stopAttempt(who: ProcessIdentity, token: string, self: ProcessIdentity) {
  const alive = isAlive(who, self);
  if (alive === true || (alive === false && hasSurvivors(who, token, self)))
    await stopGroup(who.pid);
  if (alive !== undefined) await sweep(ATTEMPT_MARK, token);
}
