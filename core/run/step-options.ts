/** What the steps of a run are carried out with, and how they may end. */

import type { Exit } from '../api/facts.ts';
import type { Exec } from '../api/steps.ts';
import type { Path } from '../api/values.ts';
import type { Environments } from '../observe/environment.ts';
import type { World } from '../world/world.ts';

/** How the steps of a run came out. */
export type StepsEnd =
  | { readonly state: 'done' }
  | { readonly state: 'failed'; readonly what: string; readonly advice?: string }
  /** Left running by itself; a later invocation collects its result. */
  | { readonly state: 'left' }
  | { readonly state: 'interrupted' };

/** What the steps of one run are carried out with. */
export interface RunOptions {
  readonly world: World;
  readonly environments: Environments;
  readonly signal: AbortSignal;
  readonly token: string;
  /** It must not happen twice, and a person wants it once more. */
  readonly again: boolean;
  readonly startedAt: number;
  /** Log of the run; what goes to stdout and stderr lands here unless a step says otherwise. */
  readonly log: Path;
  /** Names of environment variables the rule declared. */
  readonly env: readonly string[];
  readonly onRetry: (retry: number, delay: number, exit: Exit) => void;
  /** Called before a step replaces a file of which nothing stays. */
  readonly onReplacing: (path: Path) => void;
  readonly onWarning: (message: string) => void;
  /** Called now and then while a detached program runs. */
  readonly onAlive: () => Promise<void>;
  /** Begin with the detached step, whose program was started by an earlier invocation. */
  readonly resume: boolean;
  /** Whether such a program was waited for long enough; one that this run began is followed to its end. */
  readonly isOver?: () => boolean;
  /** Only put files in place, from what is on record; start nothing. */
  readonly filesOnly: boolean;
}

/** The end of a step, or of all steps, that did what it was to do. */
export const DONE: StepsEnd = Object.freeze({ state: 'done' });

/** What a program is called when people are told of it. */
export const nameOf = ({ argv }: Exec): string => argv[0].split('/').pop() ?? argv[0];
