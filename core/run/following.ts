/** Follows a detached program to its end, or until nobody can tell of one any more. */
import type { Exit } from '../api/facts.ts';
import type { Exec } from '../api/steps.ts';
import type { Path } from '../api/values.ts';
import { attemptAge, attemptExit, attemptState } from '../observe/attempts.ts';
import { revokeAttempt, stopAttempt } from './detached.ts';
import { Silence } from './silence.ts';
import { nameOf, type RunOptions } from './step-options.ts';

/** How often a detached program is looked at while desgw waits for it. */
const ATTEMPT_CHECK_MS = 100;
/** Every how many of these looks its progress is looked at too. */
const PROGRESS_EVERY = 10;

/** What became of a detached program. */
export type Followed =
  | { readonly state: 'ended'; readonly exit: Exit }
  | { readonly state: 'never began'; readonly why: string }
  /** It did not begin in its time, and cannot any more. */
  | { readonly state: 'taken back' }
  | { readonly state: 'lost' }
  | { readonly state: 'left' };

/**
 * Waits for the program of an attempt.
 * @param capture where it prints
 * @param neverBegan why it did not begin, once that is known
 */
export async function follow(
  step: Exec,
  options: RunOptions,
  capture: Path,
  neverBegan: () => string | undefined,
): Promise<Followed> {
  const { world, token, signal } = options;
  const { timeout } = step;
  // An attempt whose age nobody can tell counts from now.
  const began = world.clock.steady() - (attemptAge(world, token) ?? 0);
  const deadline = timeout === undefined ? undefined : began + timeout * 1000;
  const silence = new Silence(world, capture, step.silence);
  for (let check = 1; ; check++) {
    const state = attemptState(world, token);
    const exit = state === 'ended' ? attemptExit(world, token) : undefined;
    if (exit !== undefined) return { state: 'ended', exit };
    const why = state === 'unclaimed' ? neverBegan() : undefined;
    if (why !== undefined) return { state: 'never began', why };
    if (state === 'lost') return { state: 'lost' };
    if (signal.aborted || (options.resume && options.isOver?.() === true)) return { state: 'left' };
    if (deadline !== undefined && world.clock.steady() > deadline) {
      // What has not even begun by now must not begin any more.
      if (revokeAttempt(world, token)) return { state: 'taken back' };
      await stopAttempt(world, token);
      return { state: 'ended', exit: { kind: 'timeout', after: timeout!, silent: false } };
    }
    if (check % PROGRESS_EVERY === 0) await tell(step, options, silence);
    await world.clock.sleep(ATTEMPT_CHECK_MS, signal);
  }
}

async function tell(step: Exec, { onAlive, onWarning }: RunOptions, silence: Silence) {
  await onAlive();
  const quiet = silence.told();
  if (quiet === undefined) return;
  onWarning(`${nameOf(step)} has printed nothing for ${quiet} s and may hang; it is left running`);
}
