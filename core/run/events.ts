/** What a build says while it runs, and what it amounts to. */

import type { State } from '../api/builds.ts';
import type { Exit } from '../api/facts.ts';
import type { Problem } from '../api/rules.ts';
import type { Instant, Path, TargetName } from '../api/values.ts';
import type { StillSet } from '../observe/by-set.ts';
import type { Action, Plan } from '../plan/verdict.ts';

/** What a finished build amounts to; decides the exit status. */
export type Outcome = 'fresh' | 'failed' | 'machine' | 'waiting' | 'person' | 'interrupted';

/** What is on record of how long targets took; for estimates. */
export interface Past {
  /** Milliseconds of the last good run. */
  readonly took: (target: TargetName) => number | undefined;
  /** When that run ended. */
  readonly ended: (target: TargetName) => Instant | undefined;
  /** Milliseconds until it came, of what is only awaited, from when it could begin. */
  readonly awaited: (target: TargetName) => number | undefined;
  /** When what is awaited could begin. */
  readonly since: (target: TargetName) => Instant | undefined;
}

/** The only way in which a build speaks. Reporters turn events into text. */
export type BuildEvent =
  | { readonly kind: 'notice'; readonly text: string }
  | {
      readonly kind: 'planned';
      readonly plan: Plan;
      readonly at: Instant;
      readonly past?: Past;
    }
  | {
      readonly kind: 'action started';
      readonly action: Action;
      readonly at: Instant;
      readonly log?: Path;
    }
  | {
      readonly kind: 'action retried';
      readonly action: Action;
      readonly retry: number;
      readonly delay: number;
      readonly exit: Exit;
    }
  | {
      readonly kind: 'action done';
      readonly action: Action;
      readonly at: Instant;
      readonly ms: number;
      readonly note?: string;
      readonly changed: boolean;
      /** Something is not well with it all the same. */
      readonly flawed?: true;
    }
  | {
      readonly kind: 'action failed';
      readonly action: Action;
      readonly at: Instant;
      readonly ms: number;
      readonly problems: readonly Problem[];
      readonly log?: Path;
      readonly tail?: string;
    }
  | { readonly kind: 'action left'; readonly action: Action; readonly note: string }
  | { readonly kind: 'target spared'; readonly target: TargetName }
  | { readonly kind: 'target adopted'; readonly target: TargetName; readonly how: string }
  | {
      readonly kind: 'progress';
      readonly target: TargetName;
      readonly progress: string;
      readonly at: Instant;
    }
  | {
      readonly kind: 'waiting';
      readonly targets: readonly TargetName[];
      readonly at: Instant;
      /** Seconds until it is looked at again. */
      readonly nextLook: number;
      /** How everything stands meanwhile. */
      readonly plan: Plan;
    }
  /** What people should hear of at once, each only once. */
  | {
      readonly kind: 'told';
      readonly target: TargetName;
      readonly text: string;
      readonly about: string;
      readonly occasion?: 'held' | 'credentials' | 'tried again';
    }
  | { readonly kind: 'warning'; readonly target?: TargetName; readonly message: string }
  | { readonly kind: 'lock wait'; readonly holder: string }
  | { readonly kind: 'finished'; readonly summary: Summary; readonly at: Instant };

/** What happened in a build, target by target. */
export interface Summary {
  readonly outcome: Outcome;
  readonly ms: number;
  readonly goals: readonly TargetName[];
  readonly built: readonly TargetName[];
  readonly spared: readonly TargetName[];
  readonly adopted: readonly TargetName[];
  readonly failed: readonly {
    readonly target: TargetName;
    readonly problems: readonly Problem[];
    readonly log?: Path;
  }[];
  readonly blocked: readonly { readonly target: TargetName; readonly by: readonly TargetName[] }[];
  readonly waiting: readonly {
    readonly target: TargetName;
    readonly progress: string;
    /** What a person has to do for it to come. */
    readonly wants?: string;
  }[];
  /** Targets that need a person's decision, with what to do. */
  readonly person: readonly {
    readonly target: TargetName;
    readonly state: State;
    readonly note: string;
    /** In doubt is only whether it still runs: it may be made again at will. */
    readonly repeatable?: true;
  }[];
  /** What is not well although it could be made. */
  readonly findings?: readonly {
    readonly target: TargetName;
    readonly problems: readonly Problem[];
    readonly strict: boolean;
  }[];
  /** What files hold because of an earlier `--set`. */
  readonly stillSet?: readonly StillSet[];
  readonly fresh: number;
  readonly total: number;
}
