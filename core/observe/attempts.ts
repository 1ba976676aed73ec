/**
 * Detached attempts: where they keep their files, and what has become of them. The protocol is that of `world/supervisor.ts`.
 */

import type { Exit } from '../api/facts.ts';
import type { Path } from '../api/values.ts';
import type { AttemptState } from '../plan/view.ts';
import type { ProcessIdentity, World } from '../world/world.ts';

/** The directory of an attempt. */
export const attemptDirectory = (token: string): Path => `.desgw/runs/${token}`;

/** What has become of an attempt, told from its files and the process table. */
export function attemptState(world: World, token: string): AttemptState {
  const dir = attemptDirectory(token);
  const { files } = world;
  if (files.stat(`${dir}/claim`)?.directory !== true) return 'unclaimed';
  if (files.stat(`${dir}/exit`) !== undefined) return 'ended';
  const alive = isAttemptAlive(world, token);
  if (alive === undefined) return 'elsewhere';
  // It may have ended between the two looks.
  return alive ? 'alive' : files.stat(`${dir}/exit`) !== undefined ? 'ended' : 'lost';
}

function isAttemptAlive(world: World, token: string): boolean | undefined {
  const who = supervisorOf(world, attemptDirectory(token));
  return who === undefined ? false : world.processes.isAttemptAlive(who, token);
}

/** The process that supervises an attempt; undefined until it has said who it is. */
export function supervisorOf(world: World, dir: Path): ProcessIdentity | undefined {
  const [pid, start] = (world.files.readText(`${dir}/pid`) ?? '').trim().split(' ');
  if (pid === undefined || pid === '') return undefined;
  const where: { host?: string; boot?: string; space?: string; user?: string } = JSON.parse(
    world.files.readText(`${dir}/host`) ?? '{}',
  );
  return {
    host: where.host ?? '',
    boot: where.boot ?? '',
    ...(where.space === undefined ? {} : { space: where.space }),
    user: where.user ?? '',
    pid: Number(pid),
    start: start ?? '',
  };
}

/** Exit of an attempt that has ended. */
export function attemptExit(world: World, token: string): Exit | undefined {
  const text = world.files.readText(`${attemptDirectory(token)}/exit`);
  return text === undefined ? undefined : { kind: 'exit', code: Number(text.trim()) };
}
