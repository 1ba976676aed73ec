/**
 * Which process is which, and whether it lives. A pid means something only where it was given: on
 * one host, in one boot of it, in one name space of process ids (containers share the other two).
 * Elsewhere the process table shows nothing, and nothing is concluded from it; but a process that
 * began on this very machine before its present boot has ended with the boot before.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { digestOf } from '../api/digest.ts';
import { codeOf } from './fs.ts';
import type { ProcessIdentity } from './world.ts';

/** Environment variable that marks every program of an attempt with its token. */
export const ATTEMPT_MARK = 'DESGW_ATTEMPT';
/** Environment variable that marks every program of a builder, see `builderMark`. */
export const BUILDER_MARK = 'DESGW_BUILDER';

/** This process. */
export function selfIdentity(): ProcessIdentity {
  return {
    host: hostname(),
    boot: readOr('/proc/sys/kernel/random/boot_id', 'unknown').trim(),
    space: `${linkOr('/proc/self/ns/pid', '')} ${linkOr('/proc/self/ns/time', '')}`.trim(),
    ...machineIdentity(),
    pid: process.pid,
    start: startTime(process.pid) ?? '',
    user: userName(),
  };
}

/**
 * What tells this machine from others, also from copies of it: its number, and the addresses of its
 * network cards. Nothing where either is lacking, as in most containers.
 */
function machineIdentity(): Pick<ProcessIdentity, 'machine' | 'booted'> {
  const number = readOr('/etc/machine-id', '').trim();
  const cards = namesIn(NETWORK)
    .filter((name) => linkOr(`${NETWORK}/${name}/device`, '') !== '')
    .map((name) => readOr(`${NETWORK}/${name}/address`, '').trim())
    .filter((address) => address !== '')
    .sort();
  const booted = Number(/^btime (\d+)$/m.exec(readOr('/proc/stat', ''))?.[1]);
  if (number === '' || cards.length === 0 || !(booted > 0)) return {};
  return { machine: digestOf([number, ...cards].join('\n')), booted };
}

const NETWORK = '/sys/class/net';

/** What the programs of a builder carry in their environment. */
export const builderMark = ({ boot, space = '', pid, start }: ProcessIdentity): string =>
  `${boot}/${space.replace(/\s+/g, ',')}/${pid}/${start}`;

/** Whether the two run under one kernel, whatever container each is in. */
export const sharesKernel = (who: ProcessIdentity, self: ProcessIdentity): boolean =>
  who.host === self.host && who.boot === self.boot && self.boot !== 'unknown';

/** Whether the pid of `who` means the same here. */
function sharesPids(who: ProcessIdentity, self: ProcessIdentity): boolean {
  return (
    who.host === self.host &&
    who.boot === self.boot &&
    (who.space === undefined || who.space === self.space)
  );
}

/** Clock ticks a second, in which the kernel counts start times, on every architecture of today. */
const TICKS = 100;

/** Whether a process ended because its machine, which is this one, has been started anew since. */
export function endedByReboot(who: ProcessIdentity, self: ProcessIdentity): boolean {
  if (who.machine === undefined || who.machine !== self.machine || who.host !== self.host)
    return false;
  if (who.boot === self.boot || who.boot === 'unknown' || self.boot === 'unknown') return false;
  if (who.booted === undefined || self.booted === undefined || who.start === '') return false;
  // A copy of the machine that is up as well may have begun anything after we started.
  return who.booted + Number(who.start) / TICKS < self.booted;
}

/** True or false where this kernel tells for certain, else undefined. */
export function isAlive(who: ProcessIdentity, self: ProcessIdentity): boolean | undefined {
  if (!sharesPids(who, self)) return endedByReboot(who, self) ? false : undefined;
  const start = startTime(who.pid);
  if (start !== undefined) return who.start === '' || start === who.start;
  // Processes of others may be hidden, and /proc may be that of another name space.
  return signalReaches(who.pid) && !isZombie(who.pid);
}

/**
 * Whether anything that a supervisor started lives: members of its group or session, or whatever
 * carries the mark of its attempt, wherever it put itself.
 */
export function hasSurvivors(who: ProcessIdentity, mark: string, self: ProcessIdentity): boolean {
  if (!sharesPids(who, self)) return false;
  if (groupLives(who)) return true;
  return markedProcesses(ATTEMPT_MARK, mark).length > 0;
}

/** A group keeps its number from being given again; one led by a later process is a stranger's. */
function groupLives({ pid, start }: ProcessIdentity): boolean {
  const leader = startTime(pid);
  if (leader !== undefined && leader !== start) return false;
  if (!hasOwnProc()) return signalReaches(-pid);
  return processIds().some((id) => {
    const fields = statFields(id);
    return fields !== undefined && (fields[2] === `${pid}` || fields[3] === `${pid}`);
  });
}

/** Living processes of this user that carry a mark. */
export function markedProcesses(name: string, mark: string): readonly number[] {
  const entry = `${name}=${mark}`;
  return processIds().filter(
    (id) =>
      id !== process.pid &&
      readOr(`/proc/${id}/environ`, '').split('\0').includes(entry) &&
      statFields(id) !== undefined,
  );
}

const processIds = (): number[] =>
  (hasOwnProc() ? readdirSync('/proc') : []).filter((name) => /^\d+$/.test(name)).map(Number);

/** Kernel's start time of a process (clock ticks since boot); undefined when it is gone or a zombie. */
function startTime(pid: number): string | undefined {
  return statFields(pid)?.[19];
}

/** What `/proc` says of a living process: state, parent, group, session and so on. */
function statFields(pid: number): readonly string[] | undefined {
  if (!hasOwnProc()) return undefined;
  const stat = readOr(`/proc/${pid}/stat`, '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.length < 20 || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields;
}

function isZombie(pid: number): boolean {
  if (!hasOwnProc()) return false;
  return /^\d+ \(.*\) [ZX] /s.test(readOr(`/proc/${pid}/stat`, ''));
}

/** Whether `/proc` is there and counts as this process does; a container may show its host's. */
const hasOwnProc = (): boolean => linkOr('/proc/self', '') === `${process.pid}`;

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise; // no /proc on this system, or the process is gone
  }
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return []; // as above
  }
}

function linkOr(path: string, otherwise: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return otherwise; // as above
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown'; // a uid without an entry in the password file
  }
}
