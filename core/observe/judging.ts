/** What judges of observations are given, and what becomes of what they throw. */
import { isSystemError, Refusal, UserError } from '../api/errors.ts';
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
  explain: (fault: RuleFault) => Error = (fault) => fault,
): Extract<Sighting, { state: 'failed' }> {
  if (!(error instanceof Error)) throw error;
  const fault = faultIn(error);
  if (fault !== undefined) {
    // The message may end with the line of the rule file; advice goes below that.
    const advice = adviceIn(fault.cause);
    const why = [explain(fault).message, ...(advice === undefined ? [] : [advice])].join('\n');
    return { state: 'failed', why, definite: true, thrown: true };
  }
  const advice = adviceIn(error);
  return {
    state: 'failed',
    why: error.message,
    ...(advice === undefined ? {} : { advice }),
    ...(isSystemError(error) ? {} : { definite: true }),
  };
}

/** A mistake in the rule; a `UserError` is one when it is about a word of the rule file. */
function faultIn(error: Error): RuleFault | undefined {
  if (error instanceof RuleFault) return error;
  return error instanceof UserError && error.word !== undefined ? new RuleFault(error) : undefined;
}

function adviceIn(error: unknown): string | undefined {
  if (error instanceof UserError) return error.hint;
  return error instanceof Refusal ? error.advice : undefined;
}
