/** Time for people and for waiting. Nothing here may decide what is fresh. */
import type { Clock } from './world.ts';

/** The computer's clock. `sleep` ends early, without an error, when its signal aborts. */
export function realClock(): Clock {
  return {
    now: () => Date.now(),
    steady: () => performance.now(),
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
