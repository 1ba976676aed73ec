/** What judges of observations are given, and what becomes of what they throw. */
import { isSystemError, UserError } from '../api/errors.ts';
import type { Sighting } from '../api/looks.ts';
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

/** What a judge threw, as something that could not be seen. */
export function failedSighting(error: unknown): Extract<Sighting, { state: 'failed' }> {
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
