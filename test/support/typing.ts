/** Types commands that were advised, as a person at a shell would. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Advice } from './advice.ts';

const BIN = fileURLToPath(new URL('../../core/bin.cjs', import.meta.url));

/** What a person at a terminal would add when asked. */
const ANSWERS: { readonly [command: string]: string } = {
  resubmit: " --reason 'it is wanted' --yes",
  clean: ' --yes',
  ...{ unlock: ' --yes', rescue: ' --yes', cancel: ' --yes' },
  'resubmit --reason': ' --yes',
  'mark not-submitted': ' --yes',
  build: ' --wait-timeout 1s',
};

/**
 * Types what was advised into a shell, in a folder.
 * @param options `name`: what a person would put in for a TARGET, quoted; `env`: what the shell has beside
 */
export async function typeIt(
  dir: string,
  { text, shape }: Advice,
  { name, env: more = {} }: { readonly name: string; readonly env?: NodeJS.ProcessEnv },
): Promise<{ readonly code: number; readonly said: string }> {
  const [command = '', answer = ''] =
    Object.entries(ANSWERS)
      .sort(([a], [b]) => b.length - a.length)
      .find(([name]) => shape.startsWith(name)) ?? [];
  const filled = text
    .replace(/\bTARGET\b|'t\*'/, () => name)
    .replace('--job ID', '--job 5.0@schedd1')
    .replace(' -f', '')
    .replace('A B', () => `${name} goal`)
    .replace('VALUE', '5')
    .replace(`desgw ${command.replace(/ --.*/, '')}`, (begin) => begin + answer);
  const env = {
    PATH: process.env.PATH,
    HOME: dir,
    TZ: 'UTC',
    NODE: process.execPath,
    BIN,
    ...more,
  };
  return new Promise((resolve) => {
    const script = `desgw() { "$NODE" "$BIN" "$@"; }\n${filled}`;
    execFile('bash', ['-c', script], { cwd: dir, env, timeout: 300_000 }, (error, out, err) => {
      const code = error === null ? 0 : Number(error.code ?? -1);
      resolve({ code, said: `${filled}\n${out}${err}` });
    });
  });
}

/** What a command may end with that was advised in earnest. */
export function allowed({ shape, text }: Advice): readonly number[] {
  // It tries again what may fail again, and waits no longer than it is told to.
  if (/^build\b/.test(shape)) return [0, 1, 3, 4];
  // Only its shape is told: whether the word that a person puts in does, is another matter.
  return /\b[A-Z]{1,6}\b/.test(text) || shape === 'init' ? [0, 2] : [0];
}

/** What is said of a command that nobody knows. */
export const WRONG =
  /there is no (?:command|option|target)|needs a value|takes no value|missing required/;
