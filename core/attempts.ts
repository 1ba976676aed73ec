/**
 * Detached attempts: where they keep their files, how they stand, how to take one back that has
 * not begun. The protocol is that of `world/supervisor.ts`.
 */
import type { AttemptState } from './decide.ts';
import type { Exit, Path } from './types.ts';
import type { ProcessIdentity, World } from './world/world.ts';

/** The directory of an attempt. */
export const attemptDirectory = (token: string): Path => `.desgw/runs/${token}`;

/** Prepares the directory in which the supervisor of an attempt will work. */
export function prepareAttempt(world: World, token: string): Path {
  const dir = attemptDirectory(token);
  const { host, boot, user } = world.processes.self;
  world.files.makeDirectory(dir);
  world.files.write(`${dir}/host`, JSON.stringify({ host, boot, user }));
  return dir;
}

/** How an attempt stands, told from its files and the process table. */
export function attemptState(world: World, token: string): AttemptState {
  const dir = attemptDirectory(token);
  const { files } = world;
  if (files.stat(`${dir}/claim`)?.directory !== true) return 'unclaimed';
  if (files.stat(`${dir}/exit`) !== undefined) return 'ended';
  const alive = supervisorAlive(world, dir);
  if (alive === undefined) return 'elsewhere';
  // It may have ended between the two looks.
  return alive ? 'alive' : files.stat(`${dir}/exit`) !== undefined ? 'ended' : 'lost';
}

function supervisorAlive(world: World, dir: Path): boolean | undefined {
  const who = supervisorOf(world, dir);
  return who === undefined ? false : world.processes.isAlive(who);
}

function supervisorOf(world: World, dir: Path): ProcessIdentity | undefined {
  const [pid, start] = (world.files.readText(`${dir}/pid`) ?? '').trim().split(' ');
  if (pid === undefined || pid === '') return undefined;
  const where: { host?: string; boot?: string; user?: string } = JSON.parse(
    world.files.readText(`${dir}/host`) ?? '{}',
  );
  return {
    host: where.host ?? '',
    boot: where.boot ?? '',
    user: where.user ?? '',
    pid: Number(pid),
    start: start ?? '',
  };
}

/** Stops an attempt that takes too long, with everything it started. */
export async function stopAttempt(world: World, token: string): Promise<void> {
  const who = supervisorOf(world, attemptDirectory(token));
  if (who !== undefined) await world.processes.stop(who);
}

/**
 * Takes an attempt back that never began, so that it cannot begin any more. The supervisor claims
 * an attempt by a directory, this by a file of the same name: either way it is one step, after
 * which nobody can be mistaken about whose claim it is.
 * @returns false when it has begun after all
 */
export function revokeAttempt({ files }: World, token: string): boolean {
  const dir = attemptDirectory(token);
  const claim = `${dir}/claim`;
  if (files.stat(dir) === undefined || files.createExclusive(claim, 'revoked\n')) return true;
  return files.stat(claim)?.directory !== true;
}

/** Exit of an attempt that has ended. */
export function attemptExit(world: World, token: string): Exit | undefined {
  const text = world.files.readText(`${attemptDirectory(token)}/exit`);
  return text === undefined ? undefined : { kind: 'exit', code: Number(text.trim()) };
}
