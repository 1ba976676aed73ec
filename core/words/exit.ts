/** How programs end, in words. */
import type { Exit } from '../api/facts.ts';

/** How a program ended, to follow its name. */
export function exitText(exit: Exit): string {
  switch (exit.kind) {
    case 'exit':
      return exit.code > 128 && exit.code < 160
        ? `ended with exit status ${exit.code} (signal ${exit.code - 128})`
        : `ended with exit status ${exit.code}`;
    case 'signal':
      return exit.signal === 'SIGKILL'
        ? 'was killed (SIGKILL; perhaps out of memory)'
        : `was stopped by ${exit.signal}`;
    case 'timeout':
      return exit.silent
        ? `printed nothing for ${exit.after} s and was stopped`
        : `took longer than ${exit.after} s and was stopped`;
    case 'spawn':
      return `could not be started: ${exit.message}`;
  }
}
