/** Time for people and for waiting. Nothing here may decide what is fresh. */
import type { Clock, ProcessIdentity } from './world.ts';

/**
 * Names the clock that `steady` reads. Two processes with the same one, which they have in one boot of
 * one host, can compare their readings.
 */
export const countOf = ({
  host,
  boot,
  space = '',
}: Omit<ProcessIdentity, 'pid' | 'start' | 'user'>) => `${host} ${boot} ${space}`;

/** The computer's clock. `sleep` ends early, without an error, when its signal aborts. */
export function realClock(): Clock {
  return {
    now: () => Date.now(),
    // CLOCK_MONOTONIC, which counts from the boot of the machine and stands still while it sleeps.
    steady: () => Number(process.hrtime.bigint()) / 1e6,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const timer = setTimeout(end, ms);
        signal?.addEventListener('abort', end, { once: true });
        function end(): void {
          clearTimeout(timer);
          signal?.removeEventListener('abort', end);
          resolve();
        }
      }),
  };
}
