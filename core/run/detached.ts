/** Detached attempts: how one is prepared, stopped, and taken back before it has begun. */
import type { Path } from '../api/values.ts';
import { attemptDirectory, supervisorOf } from '../observe/attempts.ts';
import type { World } from '../world/world.ts';

/** Prepares the directory in which the supervisor of an attempt will work. */
export function prepareAttempt(world: World, token: string): Path {
  const dir = attemptDirectory(token);
  const { pid: _, start: __, ...where } = world.processes.self;
  world.files.makeDirectory(dir);
  const steady = world.clock.steady();
  world.files.write(`${dir}/host`, JSON.stringify({ ...where, steady }));
  return dir;
}

/** Stops an attempt that takes too long, with everything it started. */
export async function stopAttempt(world: World, token: string): Promise<void> {
  const who = supervisorOf(world, attemptDirectory(token));
  if (who !== undefined) await world.processes.stop(who, token);
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
