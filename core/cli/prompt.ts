/** Questions to the person at the terminal. */
import { UserError } from '../api/errors.ts';
import type { Invocation } from './context.ts';

/** Whether somebody can be asked. */
export const isInteractive = (): boolean =>
  process.stdin.isTTY === true && process.stderr.isTTY === true;

/**
 * Asks a yes-or-no question.
 * @throws UserError where nobody can be asked: what was told to be done has not been done
 */
export async function confirm(question: string, { signal }: Invocation): Promise<boolean> {
  if (!isInteractive())
    throw new UserError(
      'Nothing was changed: there is no terminal to ask on.',
      'Add --yes to do it without being asked.',
    );
  return /^y(es)?$/i.test((await prompt(`${question} [y/N] `, signal)).trim());
}

/** Asks for a line of text. Only with `isInteractive`. */
export async function prompt(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question, { signal });
  } finally {
    lines.close();
  }
}
