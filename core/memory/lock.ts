/**
 * One builder at a time in a workspace. `.desgw/lock` holds, as JSON, who has it; whoever creates
 * that file has it. Only a holder that is proved dead loses it to the next one: by the process
 * table where its pid means something, else by the socket on which it vouched for itself
 * (`world/voucher.ts`). Another computer, or another boot of one with the same name, proves nothing:
 * what is held from there is only ever taken away by a person (`desgw unlock`).
 */
import { dirname } from 'node:path';
import { digestOf } from '../api/digest.ts';
import { isSystemError, UserError } from '../api/errors.ts';
import type { Instant, Path } from '../api/values.ts';
import { moment } from '../words/time.ts';
import type { Clock, Files, Processes, ProcessIdentity } from '../world/world.ts';

/** Where the lock is, relative to the workspace. */
export const LOCK = '.desgw/lock';
/** What the names of the sockets begin with on which holders show that they live. */
const VOUCHERS = `${LOCK}.alive-`;
/** Milliseconds between two looks at a lock that somebody else holds. */
const POLL = 100;
/**
 * So many looks in a row may find a lock without content (on a disk without hard links it is created
 * first and written then), or one that somebody is just taking over from a dead process.
 */
const ODD_LOOKS = 20;

/** The content of the lock: who holds it, since when, and for what. */
export interface Holder extends ProcessIdentity {
  readonly since: Instant;
  /** The command line, for people. */
  readonly command: string;
  /** Where it shows that it lives, see `Processes.vouch`. */
  readonly voucher?: Path;
}

/** The lock, while it is ours. */
export interface Lock {
  /** Nobody else held it. */
  readonly atOnce: boolean;
  /** Whether nobody has taken it away or removed it; true where that cannot be seen. */
  isHeld(): boolean;
  /** Calls `tell` once, soon after somebody took it away or removed it. */
  onLost(tell: () => void): void;
  /** Gives the lock back, unless it has been taken away meanwhile. */
  release(): void;
}

/** How the lock is taken. */
export interface LockOptions {
  /** False: do not wait for somebody else. */
  readonly wait: boolean;
  /** Called while somebody else is waited for: whether that has taken long enough. */
  readonly isOver?: () => boolean;
  readonly command: string;
  /** Called once for every holder that has to be waited for, with who that is in words. */
  readonly onWait?: (holder: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Takes the lock, as soon as nobody holds it.
 * @throws UserError when somebody holds it and `wait` is false or its time is over (exit 3), when the signal aborts
 *   (exit 130), and when the lock file makes no sense (exit 2)
 */
export async function acquire(
  files: Files,
  processes: Processes,
  clock: Clock,
  options: LockOptions,
): Promise<Lock> {
  const voucher = `${VOUCHERS}${processes.self.pid}-${crypto.randomUUID().slice(0, 8)}`;
  files.makeDirectory(dirname(LOCK));
  const vouching = processes.vouch(files.absolute(voucher));
  const recall = vouching === undefined ? undefined : await vouching;
  const mine = JSON.stringify({
    ...processes.self,
    since: clock.now(),
    command: options.command,
    ...(recall === undefined ? {} : { voucher }),
  } satisfies Holder);
  try {
    const { atOnce, dead } = await take(files, processes, clock, options, mine);
    if (dead.length > 0) await clearAfter(files, processes, dead, mine);
    let unguard = (): void => {};
    return {
      atOnce,
      isHeld: () => holds(files, mine),
      onLost(tell) {
        unguard = files.guard(LOCK, mine, tell);
      },
      release: () => {
        unguard();
        release(files, mine);
        recall?.();
      },
    };
  } catch (error) {
    recall?.();
    throw error;
  }
}

/** Creates the lock; `dead` are those from whom it was taken. */
async function take(
  files: Files,
  processes: Processes,
  clock: Clock,
  options: LockOptions,
  mine: string,
): Promise<{ readonly atOnce: boolean; readonly dead: readonly Holder[] }> {
  const dead: Holder[] = [];
  let seen: string | undefined;
  let atOnce = true;
  for (let oddLooks = 0; ; ) {
    if (options.signal?.aborted) throw interrupted();
    if (files.createExclusive(LOCK, mine)) return { atOnce, dead };
    atOnce = false;
    const text = files.readText(LOCK);
    if (text === undefined) continue; // given back this very moment
    const holder = parse(text);
    const alive =
      holder && (processes.isAlive(holder) ?? (await isVouchedFor(files, processes, holder)));
    if (holder === undefined || alive === false) {
      if (holder && removeGuarded(files, processes, LOCK, text, 'the dead')) {
        dead.push(holder);
        continue;
      }
      if (++oddLooks > ODD_LOOKS) throw holder ? stuck(holder) : senseless();
    } else {
      oddLooks = 0;
      if (!options.wait || options.isOver?.() === true)
        throw held(holder, { elsewhere: alive === undefined });
      if (seen !== text) options.onWait?.(describeHolder(holder));
    }
    seen = text;
    await clock.sleep(POLL, options.signal);
  }
}

/** Where the process table says nothing of a holder, its voucher may. */
async function isVouchedFor(
  files: Files,
  processes: Processes,
  holder: Holder,
): Promise<boolean | undefined> {
  if (holder.voucher?.startsWith(VOUCHERS) !== true) return undefined;
  return processes.isVouchedFor(holder, files.absolute(holder.voucher));
}

/** A builder that was killed may have left programs running, and they must not meet ours. */
async function clearAfter(
  files: Files,
  processes: Processes,
  dead: readonly Holder[],
  mine: string,
): Promise<void> {
  for (const holder of dead) {
    if (holder.voucher?.startsWith(VOUCHERS) === true) files.remove(holder.voucher);
    if (await processes.sweep(holder)) continue;
    release(files, mine);
    throw new UserError(
      `Programs that a killed desgw started are still running: ${describeHolder(holder)}.`,
      'See `ps -fu $USER`, end them, then run this again.',
    ).coded('DG501');
  }
}

/** Who holds the lock, or `undefined`: nobody, or nobody who can be named. Dead holders count. */
export function readHolder(files: Files): Holder | undefined {
  const text = files.readText(LOCK);
  return text === undefined ? undefined : parse(text);
}

/** A holder in words: `mara on des91 (pid 4711) since 2017-08-17 23:33:05: desgw build`. */
export function describeHolder(holder: Holder): string {
  const { user, host, pid, since, command } = holder;
  return `${user} on ${host} (pid ${pid}) since ${moment(since)}: ${command}`;
}

/**
 * Takes the lock away from a holder on another computer, or one that is dead, on a person's word.
 * @returns in words, whose it was; `undefined` when nobody held it
 * @throws UserError when the holder lives on this computer
 */
export async function unlock(files: Files, processes: Processes): Promise<string | undefined> {
  const text = files.readText(LOCK);
  if (text === undefined) return undefined;
  const holder = parse(text);
  if (
    holder !== undefined &&
    (processes.isAlive(holder) ?? (await isVouchedFor(files, processes, holder)))
  ) {
    throw new UserError(
      `The lock is not stale: ${describeHolder(holder)}.`,
      processes.isAlive(holder) === true
        ? `Wait for it to end, or stop it with: kill ${holder.pid}`
        : 'It runs on this computer, in a container of its own: wait for it to end, or stop it there.',
    ).coded('DG501');
  }
  if (!removeGuarded(files, processes, LOCK, text, 'anyone not known to live')) {
    throw new UserError('The lock was taken over by somebody else meanwhile.', 'Try again.').coded(
      'DG501',
    );
  }
  return holder === undefined ? 'nobody who can be named' : describeHolder(holder);
}

function holds(files: Files, mine: string): boolean {
  try {
    return files.readText(LOCK) === mine;
  } catch (error) {
    if (isSystemError(error)) return true;
    throw error;
  }
}

function release(files: Files, mine: string): void {
  if (files.readText(LOCK) === mine) files.remove(LOCK);
}

/**
 * Removes the file at `path`, the lock or a guard, if its content is still `text`. Between
 * looking and removing, somebody else may do the same, and a third may have taken the lock anew;
 * so only the one who holds a guard named after `text` may remove it, and looks again first. A
 * guard whose holder died in turn is removed in the same way.
 * @param from from whom a guard may be taken
 * @returns false when another process is at it
 */
function removeGuarded(
  files: Files,
  processes: Processes,
  path: string,
  text: string,
  from: 'the dead' | 'anyone not known to live',
): boolean {
  const guard = `${LOCK}.takeover-${digestOf(path + text)}`;
  const self = JSON.stringify(processes.self);
  if (!files.createExclusive(guard, self)) {
    const other = files.readText(guard);
    if (other === undefined) return false;
    const alive = isAliveIn(processes, other);
    if (alive === true || (alive === undefined && from === 'the dead')) return false;
    return (
      removeGuarded(files, processes, guard, other, from) &&
      removeGuarded(files, processes, path, text, from)
    );
  }
  try {
    if (files.readText(path) === text) files.remove(path);
  } finally {
    files.remove(guard);
  }
  return true;
}

function isAliveIn(processes: Processes, text: string): boolean | undefined {
  const identity = parse(text);
  return identity === undefined ? undefined : processes.isAlive(identity);
}

/** The holder in a lock's text; `undefined` for a text that is empty or cut off. */
function parse(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'host' in value && 'pid' in value
      ? (value as Holder)
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function held(holder: Holder, { elsewhere }: { readonly elsewhere: boolean }): UserError {
  return new UserError(
    `Another desgw is at work in this workspace: ${describeHolder(holder)}.`,
    elsewhere
      ? `Wait for it. If you are certain that this process on ${holder.host} is gone, run: desgw unlock`
      : 'Wait for it to end; without --no-wait or --wait-timeout desgw waits itself, and is next.',
    3,
  ).coded('DG501');
}

function stuck(holder: Holder): UserError {
  return new UserError(
    `${LOCK} is left over from a process that is dead, and somebody else has been taking it over for too long: ${describeHolder(holder)}.`,
    'If no desgw is at work in this workspace, on any computer, run: desgw unlock',
  ).coded('DG501');
}

function senseless(): UserError {
  return new UserError(
    `The lock file ${LOCK} does not say who holds it.`,
    'If no desgw is at work in this workspace, on any computer, run: desgw unlock',
  ).coded('DG501');
}

function interrupted(): UserError {
  return new UserError('Interrupted while waiting for another desgw.', undefined, 130).coded(
    'DG501',
  );
}
