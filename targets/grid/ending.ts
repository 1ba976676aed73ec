/** How a program ended, in words. */
import type { Exit } from '../../core/index.ts';

/** How a program ended, to follow `the program`. */
export function ending(exit: Exit): string {
  switch (exit.kind) {
    case 'exit':
      return `ended with exit status ${exit.code}`;
    case 'signal':
      return `was ended by signal ${exit.signal}`;
    case 'timeout':
      return exit.silent
        ? `was stopped after ${exit.after} s without any output`
        : `was stopped after ${exit.after} s`;
    case 'spawn':
      return `could not be started: ${exit.message}`;
  }
}
