/** What the functions of a recipe are given: what is known before the run, and after. */
import type { Instant, Json, Path, TargetName } from './values.ts';

/** What recipe functions are given before the run. All of it is known to a dry run too. */
export interface Facts {
  /** Text of a file named in `reads`. @throws if it was not declared or does not exist. */
  readonly text: (path: Path) => string;
  /** Like `text`, but `undefined` when the file does not exist. */
  readonly maybeText: (path: Path) => string | undefined;
  /** The value of the observation; `null` without one. */
  readonly value: Json;
  /** Whether the observation has settled; false where what there is was enough to go on with. */
  readonly settled: boolean;
  /** Members of `gathers` that succeeded, in declared order. */
  readonly gathered: readonly TargetName[];
  /** Links of the chain that this run makes. Empty outside chains. */
  readonly due: readonly TargetName[];
  /** The workspace as an absolute path, for texts that others read from elsewhere. */
  readonly workspace: string;
}

/** What is known when (part of) a recipe has run. */
export interface RunFacts extends Facts {
  /** Random name of this attempt; stable over a resume. In a dry run: `<token>`. */
  readonly token: string;
  readonly startedAt: Instant;
  /** Asked for once more by a person, of what must not happen twice by itself. */
  readonly again: boolean;
  /** Exit of each exec so far, in order. */
  readonly exits: readonly Exit[];
  /** What the last exec printed, cut to the last 4 MiB each. */
  readonly stdout: string;
  readonly stderr: string;
  /** First group of the receipt pattern, once seen. */
  readonly receipt: string | undefined;
  /** The names that claim steps took, those of earlier runs included. */
  readonly claims: readonly string[];
}

/** How a program ended. `timeout`: it was stopped after so many seconds, `silent` ones or in all; `spawn`: it could not be started. */
export type Exit =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'timeout'; readonly after: number; readonly silent: boolean }
  | { readonly kind: 'spawn'; readonly message: string };
