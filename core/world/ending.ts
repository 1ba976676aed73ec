/** How programs are brought to an end: a whole process group, or whatever carries a mark. */
import { codeOf } from './fs.ts';
import { markedProcesses } from './identity.ts';

/** Time between SIGINT, SIGTERM and SIGKILL: short enough that Ctrl-C ends within two seconds. */
const GRACE_MS = 600;

/** Asks a group to end, then makes it. */
export async function stopGroup(group: number): Promise<void> {
  for (const how of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    if (!kill(group, how)) return;
    await new Promise((resolve) => setTimeout(resolve, GRACE_MS));
  }
}

/** Stops what a program left running in its group; says whether there was anything. */
export async function sweepGroup(group: number): Promise<boolean> {
  if (!kill(group, 'SIGTERM')) return false;
  for (let i = 0; i < 10; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (!kill(group, 0)) return true;
  }
  kill(group, 'SIGKILL');
  return true;
}

/** Signals a whole group; false when there is nobody (left) in it. */
export function kill(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false; // ESRCH: gone. EPERM cannot be: the group is ours.
  }
}

/** Kills whatever carries a mark; false when something would not go. */
export async function sweep(name: string, mark: string): Promise<boolean> {
  for (let look = 0; look < 40; look++) {
    const left = markedProcesses(name, mark);
    if (left.length === 0) return true;
    for (const pid of left) killOne(pid);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (codeOf(error) === undefined) throw error; // else it is gone, or not ours: the next look tells
  }
}
