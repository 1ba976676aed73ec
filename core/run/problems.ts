/** What goes wrong while a target is made, in words: what, and what to do next. */
import { isSystemError, Refusal } from '../api/errors.ts';
import type { Problem } from '../api/rules.ts';
import { MissingText } from '../observe/observer.ts';
import type { StepsEnd } from './steps.ts';

/** A step that failed, as a problem. */
export const problemOf = ({ what, advice }: Extract<StepsEnd, { state: 'failed' }>): Problem =>
  advice === undefined ? { what } : { what, advice };

/** What was thrown while a target was made, as problems of that target. @throws what is a defect */
export function problemsOf(error: unknown): Problem[] {
  if (error instanceof Refusal) {
    return [
      error.advice === undefined
        ? { what: error.message }
        : { what: error.message, advice: error.advice },
    ];
  }
  if (error instanceof MissingText)
    return [{ what: error.message, advice: 'Something else removed it; build again.' }];
  if (isSystemError(error))
    return [{ what: error.message, advice: diskAdvice(String(error.code)) }];
  throw error;
}

const diskAdvice = (code: string): string =>
  code === 'ENOSPC' || code === 'EDQUOT'
    ? 'Make room on that disk and build again.'
    : 'See that the file system is well, then build again.';
