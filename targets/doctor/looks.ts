/** How the checks of `desgw doctor` look at the world: without changing it. */
import { access, stat } from 'node:fs/promises';
import type { Exec, Exit } from '../../core/index.ts';
import type { Finding } from './doctor.ts';

/** A finding before its check's name is put on it. */
export type Verdict = Omit<Finding, 'name'>;

/** A short command, ended before the check's own limit passes. */
export function command(argv: Exec['argv']): Exec {
  return { kind: 'exec', argv, timeout: 8 };
}

/** True for exit status 0. */
export function succeeded(exit: Exit): boolean {
  return exit.kind === 'exit' && exit.code === 0;
}

/** What lies at a path, links followed. @throws other errors than absence */
export async function kind(path: string): Promise<'file' | 'directory' | 'missing'> {
  const found = await stat(path).catch(noSuchFile);
  if (found === undefined) return 'missing';
  return found.isDirectory() ? 'directory' : 'file';
}

/** Whether access(2) grants `mode`. @throws other errors than a refusal */
export async function may(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EACCES' || error.code === 'EROFS' || error.code === 'EPERM') return false;
      throw error;
    },
  );
}

/** For `catch`: absence becomes undefined, every other error goes on. */
export function noSuchFile(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
