/**
 * calls.log: one line for every start of a stand-in program: ISO time, program, subject (exposure,
 * season or `-`), pid, separated by tabs. Tests count lines in it; a dial that is a list uses it to
 * tell the first call from the second.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { linesOf, textOf } from './files.mjs';
import { ROOT } from './site.mjs';

const FILE = join(ROOT, 'calls.log');

/** Records this call; returns how many calls of this program for this subject there were before. */
export function recordCall(program, subject = '-') {
  const before = linesOf(textOf(FILE)).filter((line) => {
    const [, name, about] = line.split('\t');
    return name === program && about === String(subject);
  }).length;
  fs.appendFileSync(FILE, `${new Date().toISOString()}\t${program}\t${subject}\t${process.pid}\n`);
  return before;
}

/** The trouble of this call: a list is used up call by call, anything else holds for every call. */
export function troubleOf(dial, callsBefore) {
  return Array.isArray(dial) ? (dial[callsBefore] ?? null) : dial;
}
