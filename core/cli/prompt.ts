/** Prompts for the person at the terminal. */
import { UserError } from '../api/errors.ts';
import type { Finding, Question } from '../api/start.ts';
import type { Invocation } from './context.ts';

/** Whether somebody can answer a prompt. */
export const isInteractive = (): boolean =>
  process.stdin.isTTY === true && process.stderr.isTTY === true;

/**
 * Prompts for yes or no.
 * @throws UserError where nobody can answer: what was told to be done has not been done
 */
export async function confirm(question: string, { signal }: Invocation): Promise<boolean> {
  if (!isInteractive())
    throw new UserError(
      'Nothing was changed: there is no terminal to ask on.',
      'Add --yes to do it without being asked.',
    );
  return /^y(es)?$/i.test((await prompt(`${question} [y/N] `, signal)).trim());
}

/** Prompts for a line of text. Only with `isInteractive`. */
export async function prompt(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question, { signal });
  } finally {
    lines.close();
  }
}

/** Prompts for the answers to questions, one after the other. */
export interface Prompts {
  /** The answer; empty where the question may stay open and did. */
  answer(question: Question, suggested: string | undefined, look: Finding): Promise<string>;
}

/** Questions with suggestions and complaints, for a terminal. Ctrl-C is an interrupt, as elsewhere. */
export async function prompts({ signal }: Invocation): Promise<Prompts> {
  const { select, text } = await import('@clack/prompts');
  const shared = { signal, output: process.stderr };
  const given = (answer: string | symbol | undefined): string => {
    if (typeof answer !== 'symbol') return answer ?? '';
    // In raw mode Ctrl-C is a key and sends no signal.
    process.emit('SIGINT');
    signal.throwIfAborted();
    throw new Error('internal: an interrupt was not heard');
  };
  return {
    async answer({ prompt, choices, check, open }, suggested, look) {
      if (choices !== undefined) {
        const options = choices.map((value) => ({ value }));
        const initialValue = suggested ?? choices[0]!;
        return given(await select<string>({ ...shared, message: prompt, options, initialValue }));
      }
      const answer = await text({
        ...shared,
        message: open === undefined ? prompt : `${prompt} (Enter: ${open})`,
        ...(suggested === undefined ? {} : { initialValue: suggested }),
        validate: (typed) => {
          const value = (typed ?? '').trim();
          if (value === '') return open === undefined ? 'This has to be known.' : undefined;
          return check?.(value, look);
        },
      });
      return given(answer).trim();
    },
  };
}
