/** The files that take what programs print. */
import * as nodeFs from 'node:fs';
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  unlinkSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, during } from './fs.ts';
import { refusePlanted } from './ownership.ts';
import type { Spawn } from './world.ts';

/** A program to start; `outFd`: its standard output goes to this open file. */
export interface Opened extends Spawn {
  readonly outFd?: number;
}

/** Opens what takes the output. Closed as soon as the program has it, which may run for hours. */
export function openLogs({ stdout, stderr, outFd }: Opened) {
  const out = outFd ?? openLog(stdout);
  let err: number;
  try {
    err = stderr === stdout ? out : openLog(stderr);
  } catch (error) {
    if (outFd === undefined) closeSync(out);
    throw error;
  }
  return {
    out,
    err,
    close: (): void => {
      if (outFd === undefined) closeSync(out);
      if (err !== out) closeSync(err);
    },
  };
}

/** The last line of a log: what a supervisor said before it gave up, behind what was there. */
export function lastLine(log: string): string {
  try {
    return readFileSync(log, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return `its log ${log} cannot be read`;
  }
}

const openLog = (path: string): number =>
  during('write', path, () => {
    refusePlanted(nodeFs, path);
    try {
      return openSync(path, 'a');
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      mkdirSync(dirname(path), { recursive: true });
      return openSync(path, 'a');
    }
  });

/** A file that has lost its name before anything stands in it. Goes with whoever has it open. */
export function openUnnamed(path: string): number {
  const fd = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  return fd;
}

/** All that an open file holds, wherever reading or writing in it has come to. */
export function textOf(fd: number): string {
  const bytes = Buffer.alloc(fstatSync(fd).size);
  let read = 0;
  for (let more = 1; read < bytes.length && more > 0; read += more)
    more = readSync(fd, bytes, read, bytes.length - read, read);
  return bytes.toString('utf8', 0, read);
}
