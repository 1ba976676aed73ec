/** Verdicts and the plan: how targets stand, and what a build would do now. */
import type { State } from '../api/builds.ts';
import type { Code } from '../api/codes.ts';
import type { Tally, Told } from '../api/looks.ts';
import type { Digest, Instant, TargetName } from '../api/values.ts';
import type { Selection } from '../graph/graph.ts';
import type { Reason } from '../words/reasons.ts';

/** What `decide` says of one target. */
export interface Verdict {
  readonly state: State;
  readonly reasons: readonly Reason[];
  /** Digest of what the target made, when it may be relied on. */
  readonly product?: Digest;
  /** Targets that hold this one up (`blocked`), or that must be made first (`maybe`). */
  readonly by?: readonly TargetName[];
  /** In a few words: progress, advice, what an edit touched. */
  readonly note?: string;
  /** How the parts of what was observed stand. */
  readonly tally?: Tally;
  /** Why what it is about is not used any further. */
  readonly leftOut?: string;
  /** It only keeps targets after it from beginning; what they have made stays fresh. */
  readonly fleeting?: true;
  /** What people should hear of at once. */
  readonly tell?: readonly Told[];
  /** When a build that waits looks again at the latest. */
  readonly again?: Instant;
  /** It counts as fresh only because it is held back, until this target has settled. */
  readonly until?: TargetName;
  /** For `failed`: it is not tried again as things are. */
  readonly final?: boolean;
  /** For `failed`: the code of the message. */
  readonly code?: Code;
  /** For `waiting`: what there is would do for others to go on with; with a `product` they do. */
  readonly enough?: true;
  /** For `waiting` and `failed`: a fact could not be seen, and is not taken for a negative one. */
  readonly unseen?: true;
  /** For `blocked`: what is at the root of it. */
  readonly cause?: Cause;
  /** The work was found done without a record, and is to be put on record. */
  readonly adopt?: { readonly how: string; readonly receipt?: string };
}

/** What is at the root of a target being held up. */
export type Cause = 'failed' | 'unseen' | 'doubt' | 'waiting' | 'person';

/** One unit of work. */
export interface Action {
  /** The target, or the chain's name. */
  readonly name: string;
  /**
   * `run` the recipe; `attach` to a detached process of an earlier invocation, or collect its
   * result; `adopt` work found done; `restore` the files of a once-target from its record.
   */
  readonly kind: 'run' | 'attach' | 'adopt' | 'restore';
  readonly makes: readonly TargetName[];
  /** False: only if something it needs turns out different. */
  readonly certain: boolean;
  readonly reasons: readonly Reason[];
}

/** What a build would do now. Dry run, why, status and graph are views of it. */
export interface Plan extends Selection {
  readonly verdicts: ReadonlyMap<TargetName, Verdict>;
  readonly actions: readonly Action[];
  /** Those that were judged for this plan, in order: the verdicts on the others, all fresh, were recalled. */
  readonly judged?: readonly TargetName[];
}

/** The verdict on what cannot be made as things are. */
export const failing = (note: string, code: Code): Verdict => ({
  state: 'failed',
  final: true,
  reasons: [],
  note,
  code,
});

/** A verdict, or the wish to have something looked at first. */
export type Decision = Verdict | { readonly look: 'sighting' | 'once' };

/** Whether a decision is a verdict. */
export const isVerdict = (decision: Decision): decision is Verdict => !('look' in decision);
