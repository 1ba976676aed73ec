/** The files that take what programs print. */
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from './fs.ts';
import type { Spawn } from './world.ts';

/** Opens what takes the output. Closed as soon as the program has it, which may run for hours. */
export function openLogs({ stdout, stderr }: Spawn) {
  const out = openLog(stdout);
  let err: number;
  try {
    err = stderr === stdout ? out : openLog(stderr);
  } catch (error) {
    closeSync(out);
    throw error;
  }
  return {
    out,
    err,
    close: (): void => {
      closeSync(out);
      if (err !== out) closeSync(err);
    },
  };
}

/** What a supervisor says before it gives up; its own words are the last. */
export function lastLine(log: string): string {
  try {
    return readFileSync(log, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return `its log ${log} cannot be read`;
  }
}

function openLog(path: string): number {
  try {
    return openSync(path, 'a');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'a');
  }
}
