/** Functions of the rule file while they run: what they throw. */
import { isSystemError, MissingText, Refusal, UserError } from './errors.ts';
import type { TargetName } from './values.ts';

/** A mistake in a rule: what a function of it threw, or gave. Its place is found when it is told. */
export class RuleFault extends Error {
  /** Whose rule it is, for a mistake that has no place of its own. */
  readonly target: TargetName | undefined;
  constructor(cause: unknown, target?: TargetName) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'RuleFault';
    this.target = target;
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
