/** What judges of observations are given, and what becomes of what they throw. */
import { isSystemError, UserError } from '../api/errors.ts';
import type { Sighting } from '../api/looks.ts';
import { RuleFault } from '../api/rule-code.ts';
import type { Instant } from '../api/values.ts';
import type { World } from '../world/world.ts';

/** The facts with the time, as at the first look; what is judged by the time cannot be remembered. */
export function withTime<T>(
  { clock, doubt }: Pick<World, 'clock' | 'doubt'>,
  facts: T,
): T & { readonly now: Instant; readonly unchangedFor: number } {
  return {
    ...facts,
    unchangedFor: 0,
    get now() {
      doubt?.('the time');
      return clock.now();
    },
  };
}

/**
 * What a judge threw, as something that could not be seen.
 * @param explain finds the place of a mistake in the rule file
 */
export function failedSighting(
  error: unknown,
  explain: (error: unknown) => Error = (cause) => new RuleFault(cause),
): Extract<Sighting, { state: 'failed' }> {
  if (error instanceof RuleFault)
    return { state: 'failed', why: explain(error.cause).message, definite: true };
  if (!(error instanceof Error)) throw error;
  const advice =
    'advice' in error ? error.advice : error instanceof UserError ? error.hint : undefined;
  return {
    state: 'failed',
    why: error.message,
    ...(typeof advice === 'string' ? { advice } : {}),
    ...(isSystemError(error) ? {} : { definite: true }),
  };
}
