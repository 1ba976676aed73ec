/** Functions of the rule file while they run: what they throw, and how they are interrupted. */
import { isSystemError, MissingText, Refusal, UserError } from './errors.ts';

/**
 * What the command line does around code that is not its own. Such code may never come to its end,
 * and nothing but a signal ends that.
 */
const around = { depth: 0, begin: (): void => {}, end: (): void => {} };

/** Sets what is done before code of the rule file runs, and after it. Once, by whoever handles signals. */
export function surroundRules(begin: () => void, end: () => void): void {
  Object.assign(around, { begin, end });
}

/** Runs code of the rule file that may take its time, such as loading it. */
export async function whileRulesLoad<T>(use: () => Promise<T>): Promise<T> {
  if (around.depth++ === 0) around.begin();
  try {
    return await use();
  } finally {
    if (--around.depth === 0) around.end();
  }
}

/** Runs code of the rule file; what it throws is thrown as it is. */
export function whileRulesRun<T>(use: () => T): T {
  if (around.depth++ === 0) around.begin();
  try {
    return use();
  } finally {
    if (--around.depth === 0) around.end();
  }
}

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
    return whileRulesRun(use);
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
