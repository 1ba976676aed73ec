/** How the checks of `desgw doctor` look at the world: without changing it. */
import { access, stat } from 'node:fs/promises';
import type { AdapterTools, Exec, Exit } from '../../core/index.ts';
import type { Finding } from './doctor.ts';

/** A finding before its check's name is put on it. */
export type Verdict = Omit<Finding, 'name'>;

/** A short command, ended before the check's own limit passes. */
export function command(argv: Exec['argv'], more: Omit<Exec, 'kind' | 'argv'> = {}): Exec {
  return { kind: 'exec', argv, timeout: 8, ...more };
}

/** What a program says of its version; an error text is none, though it may hold a number. */
export async function version(exec: Exec, tools: AdapterTools): Promise<Verdict> {
  const [program] = exec.argv;
  const { exit, stdout, stderr } = await tools.run(exec);
  if (exit.kind === 'spawn')
    return {
      state: 'bad',
      what: `${program} cannot be started`,
      remedy: 'Is it in PATH? Is the software it comes with set up?',
    };
  // Python 2 writes its version to standard error.
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trim());
  const said = lines.find((line) => VERSION.test(line));
  if (succeeded(exit) && said !== undefined) return { state: 'ok', what: said };
  const first = lines.find((line) => line !== '') ?? 'nothing is printed';
  const what = succeeded(exit) ? `tells no version: ${first}` : `--version failed: ${first}`;
  return { state: 'warn', what, remedy: `Try: ${exec.argv.join(' ')}` };
}

/** `Python 2.7.18`, `jobsub_lite version v1.12`, `$CondorVersion: 25.14.1 ...`. */
const VERSION = /^\$?(?:[\w.-]+ )?(?:[\w-]*version:? )?v?\d+\.\d+[\w.+-]*(?:\s.*)?$/i;

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
