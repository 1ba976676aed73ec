/** Errors that are the user's to mend, and the search for the name that was meant. */

import type { Code } from './codes.ts';

/** Wrong use or configuration. Shown as message and hint, without a stack. */
export class UserError extends Error {
  readonly hint: string | undefined;
  readonly exit: number;
  #kind: Code = 'DG100';
  #word: string | undefined;

  /**
   * @param message what is wrong, where
   * @param hint what to do next
   * @param exit exit status, by default 2 (usage or configuration)
   */
  constructor(message: string, hint?: string, exit = 2) {
    super(message);
    this.name = 'UserError';
    this.hint = hint;
    this.exit = exit;
  }

  /** Of which kind it is. */
  get kind(): Code {
    return this.#kind;
  }

  /** The word of the rule file to point at, for an error that knows no place itself. */
  get word(): string | undefined {
    return this.#word;
  }

  /** The same, about a word of the rule file. */
  about(word: string): this {
    this.#word = word;
    return this;
  }

  /** The same, told to be of a kind. */
  coded(kind: Code): this {
    this.#kind = kind;
    return this;
  }
}

/** Thrown by a rule's pure functions when a target cannot be made as asked: fails that target. */
export class Refusal extends Error {
  readonly advice: string | undefined;
  constructor(message: string, advice?: string) {
    super(message);
    this.name = 'Refusal';
    this.advice = advice;
  }
}

/** A declared file that is not there (yet); a dry run says so instead of failing. */
export class MissingText extends Error {
  readonly path: string;
  constructor(path: string) {
    super(`${path} does not exist`);
    this.path = path;
  }
}

/** A failure of the file system or of the system at large, not of the engine. */
export const isSystemError = (error: unknown): error is Error & { code: unknown } =>
  error instanceof Error && 'code' in error;

/** Up to three of `candidates` that look like `name`, nearest first. */
export function nearest(name: string, candidates: Iterable<string>): string[] {
  const limit = Math.max(1, Math.floor(name.length / 3));
  const scored: { candidate: string; distance: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const distance =
      candidate.toLowerCase() === name.toLowerCase() ? 0 : editDistance(name, candidate, limit);
    if (distance <= limit) scored.push({ candidate, distance });
  }
  scored.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  return scored.slice(0, 3).map((s) => s.candidate);
}

/** A hint at what of `candidates` was meant, or undefined when nothing is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const found = nearest(name, candidates);
  return found.length === 0
    ? undefined
    : `Did you mean ${found.map((c) => `'${c}'`).join(' or ')}?`;
}

/** Edits (insert, delete, replace, swap of neighbours) between two words; above `limit`: Infinity. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replace, previous[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length]!;
}
