/** A clock that stands still until it is told to go on. */
import type { Clock } from '../world/world.ts';

/** A clock for tests. Sleeping lets its time pass, and takes none. */
export interface FixedClock extends Clock {
  /** Lets so many milliseconds pass. */
  advance(ms: number): void;
  /** Somebody sets the clock: no time passes, but the time of day is another. */
  set(ms: number): void;
}

/**
 * A clock that shows `at`; by default a moment of 18 August 2017 (no full second: few real times are).
 * @param turns of the event loop that others have before a sleep is over
 */
export function fixedClock(at: number = Date.UTC(2017, 7, 18) + 1, turns = 1): FixedClock {
  let now = at;
  let steady = 0;
  const advance = (ms: number): void => {
    now += ms;
    steady += ms;
  };
  return {
    now: () => now,
    steady: () => steady,
    // Whatever is ready to happen at once happens before the time is over.
    sleep: async (ms, signal) => {
      for (let left = turns; left > 0 && signal?.aborted !== true; left--)
        await new Promise((resolve) => setImmediate(resolve));
      if (signal?.aborted !== true) advance(ms);
    },
    advance,
    set: (ms) => {
      now += ms;
    },
  };
}
