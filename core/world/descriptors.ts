/**
 * Room for more open files. Node cannot tell of a program that found none for its pipes: it leaves
 * half a process, and an error that nobody can catch. So whoever is about to start one looks first.
 */
import { closeSync, openSync } from 'node:fs';
import { during } from './fs.ts';

/** What a program takes for its start, and what this process needs beside it. */
export const FOR_A_PROGRAM = 8;

/** @throws FileError with the system's code unless so many more files can be opened now */
export function needDescriptors(count: number): void {
  const open: number[] = [];
  try {
    during('open one more file beside', '/dev/null', () => {
      while (open.length < count) open.push(openSync('/dev/null', 'r'));
    });
  } finally {
    for (const fd of open) closeSync(fd);
  }
}
