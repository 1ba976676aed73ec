/** A look at the plan for what builds nothing: the commands that only look, and those of rule files. */

import type { TargetName } from '../api/values.ts';
import { describeHolder, readHolder } from '../memory/lock.ts';
import type { Project } from '../observe/project.ts';
import { lookOnly } from '../run/opening.ts';
import type { World } from '../world/world.ts';
import type { Invocation } from './context.ts';

/**
 * Plans as a command that only looks; no target: the goal. Warns of a damaged record and of a builder at work.
 * @param failuresStand how things stand after the last build, not what the next one would do
 */
export async function planOf(
  project: Project,
  targets: readonly TargetName[],
  invocation: Invocation,
  { failuresStand = false }: { readonly failuresStand?: boolean } = {},
) {
  const { signal } = invocation;
  const looked = await lookOnly(project, targets, { dry: false, signal, failuresStand });
  for (const warning of looked.memory.warnings) invocation.terminal.err(`desgw: ${warning}`);
  tellOfBuilder(project.world, invocation);
  return { ...looked, plan: looked.stage.plan };
}

/** Without this a target that is just being made would seem to have been interrupted. */
export function tellOfBuilder({ files, processes }: World, { terminal }: Invocation): void {
  const holder = readHolder(files);
  if (holder === undefined || processes.isAlive(holder) === false) return;
  terminal.err(
    `desgw: ${describeHolder(holder)} is at work. What it is making just now is shown as interrupted.`,
  );
}
