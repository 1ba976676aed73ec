/** Where things are: every path is derived from the place of this file. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The sandbox directory itself. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
export const PNFS = join(ROOT, 'pnfs');
export const GRID = join(ROOT, 'grid');

/** The place in the sandbox that stands for a path under /pnfs; other paths stay as they are. */
export function local(path) {
  return path === '/pnfs' || path.startsWith('/pnfs/') ? join(ROOT, path) : path;
}

/** Ends the program with a message on standard error. */
export function stop(message, exit = 1) {
  process.stderr.write(`${message}\n`);
  process.exit(exit);
}

/** Stops this process for some seconds; the stand-ins are sequential programs. */
export function pause(seconds) {
  if (seconds > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
}

/** Never comes back: a program that hangs. It can be ended by any signal. */
export function hang() {
  for (;;) pause(3600);
}

/** Ends this process the hard way, as a lost node or `kill -9` would. */
export function die() {
  process.kill(process.pid, 'SIGKILL');
  hang();
}
