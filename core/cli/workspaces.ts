/**
 * `desgw status --workspaces`: a line for every workspace of a pattern. Takes no lock, writes nothing, and
 * whatever is wrong with one says nothing of the others.
 */

import { basename, isAbsolute, join } from 'node:path';
import { isSystemError, UserError } from '../api/errors.ts';
import type { Path } from '../api/values.ts';
import { globPattern } from '../graph/goals.ts';
import { RULE_FILE } from '../load/find.ts';
import { describeHolder, readHolder } from '../memory/lock.ts';
import { EXIT } from '../run/build.ts';
import { lookOnly } from '../run/opening.ts';
import { complaintOf } from '../views/complaint.ts';
import { summedUp, type WorkspaceStatus, workspacesText } from '../views/workspaces.ts';
import { openFiles } from '../world/files.ts';
import type { Files } from '../world/world.ts';
import { type CommonFlags, type Invocation, openProject } from './context.ts';

/** How the workspaces stand that a pattern of folders means. Exit status 0 whatever that is. */
export async function workspaces(
  pattern: string,
  flags: CommonFlags,
  invocation: Invocation,
): Promise<number> {
  const files = openFiles(invocation.cwd);
  const found = foldersLike(files, pattern).filter((folder) => mayBeOne(files, folder));
  if (found.length === 0)
    throw new UserError(
      `no workspace is like '${pattern}'`,
      `A workspace is a folder with a ${RULE_FILE}. Quote the pattern: desgw status --workspaces '/data/followups/*'`,
    );
  const all: WorkspaceStatus[] = [];
  // One after the other: the queue and the disks are asked for each.
  for (const folder of found) {
    if (invocation.signal.aborted) return EXIT.interrupted;
    all.push(await lookedAt(files.absolute(folder), flags, invocation));
  }
  const { terminal } = invocation;
  const { paint, width } = terminal;
  if (flags.json === true)
    terminal.data({ schema: 'desgw/workspaces', version: 1, workspaces: all });
  else terminal.out(workspacesText(all, { paint, width }));
  return 0;
}

async function lookedAt(
  workspace: Path,
  flags: CommonFlags,
  invocation: Invocation,
): Promise<WorkspaceStatus> {
  const base = { workspace, name: basename(workspace) };
  try {
    const here = { ...invocation, cwd: workspace, onChosen() {} };
    const file = join(workspace, RULE_FILE);
    const { project } = await openProject(here, { ...flags, file }, { writes: false });
    const { files, processes } = project.world;
    const holder = readHolder(files);
    const builds = holder !== undefined && processes.isAlive(holder) !== false;
    const { signal } = invocation;
    const { stage } = await lookOnly(project, [], { dry: false, signal, failuresStand: true });
    return {
      ...base,
      ...summedUp(stage.plan),
      ...(builds ? { builder: describeHolder(holder) } : {}),
    };
  } catch (error) {
    if (invocation.signal.aborted) throw error;
    // Also a fault of the rule file's own code, which may throw anything.
    const { message, code } = complaintOf(error, () => undefined);
    return { ...base, state: 'broken', text: message.split('\n')[0]!, code };
  }
}

/** Folders of a pattern, sorted. What cannot be listed is left out: nobody knows what is in it. */
function foldersLike(files: Files, pattern: string): readonly Path[] {
  const start = isAbsolute(pattern) ? '/' : '.';
  let found: readonly Path[] = [start];
  for (const segment of pattern.split('/').filter((part) => part !== '' && part !== '.')) {
    if (!/[*?[]/.test(segment)) found = found.map((folder) => join(folder, segment));
    else {
      const meant = globPattern(segment);
      found = found.flatMap((folder) =>
        (seen(() => files.list(folder)) ?? [])
          .map((name) => name.replace(/\/$/, ''))
          .filter((name) => !name.startsWith('.') && meant.test(name))
          .map((name) => join(folder, name)),
      );
    }
  }
  return found;
}

/** Whether there is a rule file, or nobody can tell: then it is told why. */
function mayBeOne(files: Files, folder: Path): boolean {
  try {
    return files.stat(join(folder, RULE_FILE)) !== undefined;
  } catch (error) {
    if (isSystemError(error)) return true;
    throw error;
  }
}

function seen<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
