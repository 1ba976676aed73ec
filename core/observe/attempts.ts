/**
 * Detached attempts: where they keep their files, and what has become of them. The protocol is that of `world/supervisor.ts`.
 */

import type { Exit } from '../api/facts.ts';
import type { Path } from '../api/values.ts';
import type { AttemptState } from '../plan/view.ts';
import { countOf } from '../world/clock.ts';
import type { ProcessIdentity, World } from '../world/world.ts';

/** The directory of an attempt. */
export const attemptDirectory = (token: string): Path => `.desgw/runs/${token}`;

/** What has become of an attempt, told from its files and the process table. */
export function attemptState(world: World, token: string): AttemptState {
  const dir = attemptDirectory(token);
  const { files } = world;
  const claim = files.stat(`${dir}/claim`);
  const earlier = isOfEarlierBoot(world, dir);
  // Not every system can flush a claim: there may have been one before the machine was started anew.
  if (claim === undefined && earlier)
    return isAttemptAlive(world, token) === false ? 'lost' : 'elsewhere';
  if (claim?.directory !== true) return 'unclaimed';
  if (attemptExit(world, token) !== undefined)
    return earlier && !isOnDisk(world, dir) ? 'lost' : 'ended';
  const alive = isAttemptAlive(world, token);
  if (alive === undefined) return 'elsewhere';
  // It may have ended between the two looks.
  return alive ? 'alive' : attemptExit(world, token) !== undefined ? 'ended' : 'lost';
}

function isOfEarlierBoot({ files, processes: { self } }: World, dir: Path): boolean {
  const where = parsed(files.readText(`${dir}/host`));
  return where !== undefined && where.host === self.host && where.boot !== self.boot;
}

/** Milliseconds after which a system has brought what programs wrote onto the disk by itself. */
const WRITTEN_BACK = 60_000;

/**
 * Whether what an attempt wrote was on the disk before the machine was started anew. Of all its files
 * only the exit is flushed, so an exit that is there does not say that the others are whole: they are
 * when the system had the time to write them back by itself.
 */
function isOnDisk({ files, processes: { self } }: World, dir: Path): boolean {
  const exit = files.stat(`${dir}/exit`);
  if (exit === undefined || self.booted === undefined) return false;
  return exit.mtime + WRITTEN_BACK < self.booted * 1000;
}

function isAttemptAlive(world: World, token: string): boolean | undefined {
  const who = supervisorOf(world, attemptDirectory(token));
  return who === undefined ? undefined : world.processes.isAttemptAlive(who, token);
}

/**
 * The process that supervises an attempt; undefined until it has said who it is, and when what it
 * said is damaged: then nothing is concluded from it.
 */
export function supervisorOf(world: World, dir: Path): ProcessIdentity | undefined {
  const [, pid, start] = /^(\d+) (\S*)\n$/.exec(world.files.readText(`${dir}/pid`) ?? '') ?? [];
  const where = parsed(world.files.readText(`${dir}/host`));
  if (pid === undefined || where === undefined) return undefined;
  const { steady: _, ...identity } = where;
  return { ...identity, pid: Number(pid), start: start ?? '' };
}

/** Milliseconds since an attempt was prepared; undefined where another clock has counted them. */
export function attemptAge({ files, processes, clock }: World, token: string): number | undefined {
  const where = parsed(files.readText(`${attemptDirectory(token)}/host`));
  return where?.steady === undefined || countOf(where) !== countOf(processes.self)
    ? undefined
    : clock.steady() - where.steady;
}

/** Who prepared an attempt, and when by the clock that nobody can set. */
interface Prepared extends Omit<ProcessIdentity, 'pid' | 'start'> {
  readonly steady?: number;
}

function parsed(text: string | undefined): Prepared | undefined {
  try {
    const { host, boot, space, machine, booted, user, steady } = JSON.parse(text ?? '');
    return {
      ...{ host, boot, user },
      ...(space === undefined ? {} : { space }),
      ...(machine === undefined ? {} : { machine, booted }),
      ...(typeof steady === 'number' ? { steady } : {}),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Exit of an attempt that has ended; undefined without one, and for half of one. */
export function attemptExit(world: World, token: string): Exit | undefined {
  const text = world.files.readText(`${attemptDirectory(token)}/exit`) ?? '';
  return /^\d+\n$/.test(text) ? { kind: 'exit', code: Number(text) } : undefined;
}
