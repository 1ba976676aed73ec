/**
 * Many small questions to a disk. Where it answers from memory, one synchronous call after
 * another is fastest; where every answer crosses a network, only many in flight help. Which of
 * the two it is shows in the first few answers.
 */

/** How many callbacks are in flight on a slow disk. The thread pool must be as wide. */
const WIDTH = 64;
/** Mean milliseconds an answer may take before the disk counts as slow. */
const SLOW = 0.2;
/** One answer counts for no more than this: on a busy machine it may have waited for a processor. */
const HICCUP = 1;
/** The mean is over about so many latest answers. */
const LATEST = 16;

/** So few are all answered before the mean can show a slow disk: the time is not even measured. */
const FEW = 4;

/**
 * Slow answers are the disk's doing if this process slept so often among the last `WINDOW` of them: it
 * sleeps while a disk answers; on a busy machine it waits for a processor, which is no sleep.
 */
const SLEEPS = 3;
const WINDOW = 64;

/** The two ways to put the same question about a path. */
export interface Question<T> {
  readonly now: (path: string) => T;
  readonly later: (path: string, done: (error: unknown, answer?: T) => void) => void;
}

/** The same where it matters which of all the paths it is. */
export interface Indexed<T> {
  readonly now: (path: string, index: number) => T;
  readonly later: (path: string, done: (error: unknown, answer?: T) => void, index: number) => void;
}

/** What is measured of the answers. */
export interface Meter {
  /** Milliseconds from any origin. */
  readonly time: () => number;
  /** How often this process has gone to sleep. */
  readonly sleeps: () => number;
}

const METER: Meter = {
  time: () => performance.now(),
  sleeps: () => process.resourceUsage().voluntaryContextSwitches,
};

/**
 * Answers for all paths, in their order; synchronous until the disk proves slow.
 * @param meter only tests hand in another
 * @throws (rejects with) the first error that a question ends in
 */
export async function askAll<T>(
  paths: readonly string[],
  question: Indexed<T>,
  meter: Meter = METER,
): Promise<T[]> {
  if (paths.length <= FEW) return paths.map(question.now);
  const answers: T[] = [];
  let mean = 0;
  let before = meter.time();
  let asleep = 0;
  while (answers.length < paths.length) {
    const index = answers.length;
    if (index % WINDOW === 0) asleep = meter.sleeps();
    answers.push(question.now(paths[index]!, index));
    const after = meter.time();
    mean += (Math.min(after - before, HICCUP) - mean) / LATEST;
    before = after;
    if (mean <= SLOW) continue;
    if (meter.sleeps() - asleep >= SLEEPS) break;
    mean = 0;
  }
  if (answers.length < paths.length) await askWide(paths, answers, question);
  return answers;
}

/** Fills in the missing answers, up to WIDTH questions at a time. */
function askWide<T>(paths: readonly string[], answers: T[], question: Indexed<T>): Promise<void> {
  let next = answers.length;
  let open = paths.length - next;
  return new Promise((resolve, reject) => {
    const start = (): void => {
      if (next === paths.length) return;
      const index = next++;
      question.later(
        paths[index]!,
        (error, answer) => {
          if (error) return reject(error);
          answers[index] = answer as T;
          if (--open === 0) return resolve();
          start();
        },
        index,
      );
    };
    for (let i = Math.min(WIDTH, open); i > 0; i--) start();
  });
}
