/** Functions of the rule file while they run: what they throw. */
import { isSystemError, MissingText, Refusal, UserError } from './errors.ts';

/** What a function of the rule file threw by mistake. Its place is found when it is told. */
export class RuleFault extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'RuleFault';
  }
}

/**
 * Calls a function of the rule file.
 * @throws RuleFault for what it threw, unless that is meant for people or the system's
 */
export function inRule<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    const meant =
      error instanceof Refusal ||
      error instanceof UserError ||
      error instanceof MissingText ||
      error instanceof RuleFault ||
      isSystemError(error);
    throw meant ? error : new RuleFault(error);
  }
}
