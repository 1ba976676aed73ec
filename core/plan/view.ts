/** What a decision may look at, and the verdicts reached so far. */

import type { Sighting } from '../api/looks.ts';
import type { OnceSighting, Output } from '../api/rules.ts';
import type { Digest, Path, TargetName } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import type { Trace } from '../memory/trace.ts';
import type { Verdict } from './verdict.ts';

/** Verdicts reached so far. When a target is decided, those on all that it needs are there. */
export type Verdicts = ReadonlyMap<TargetName, Verdict>;

/** What was seen of work that must not happen twice; `failed`: a function of the rule file threw. */
export type OnceSeen = OnceSighting | { readonly state: 'failed'; readonly why: string };

/** What has become of an attempt that was launched detached. */
export type AttemptState = 'unclaimed' | 'alive' | 'ended' | 'lost' | 'elsewhere';

/** The world and the record as one invocation sees them. The observer is a view; tests write their own. */
export interface View {
  /** Digest of a file's content now, `absent` without one. */
  file(path: Path): Digest;
  glob(pattern: string, own?: readonly Output[]): Digest;
  /** Value of an environment variable as it may go on record: a secret is sealed. */
  env(name: string): string | undefined;
  sighting(name: TargetName): Sighting | undefined;
  trace(name: TargetName): Trace | undefined;
  /** Digest of an output now: of the file, of the glob's set, or of the keys that are ours. */
  output(output: Output): Digest;
  /** What shows outside that the work was done; undefined: not looked yet. */
  once(name: TargetName): OnceSeen | undefined;
  attempt(token: string): AttemptState;
  /** What was thrown by a function of the rule that says how the target is run. */
  fault(node: Node): string | undefined;
  forced(name: TargetName): boolean;
  /** Failed already in this invocation: not tried again before the next. */
  gaveUp(name: TargetName): boolean;
  /** How often it was made already in this invocation. */
  madeNow(name: TargetName): number;
  /** A target that was refused in this invocation in a way that all of its phase would be. */
  refuser(phase: string): TargetName | undefined;
  /** Whether what could not be seen of a target is still waited for in this invocation. */
  awaitsSight(name: TargetName): boolean;
  /** Whether others go on with what it has, although it waits for more. */
  goesOn(name: TargetName): boolean;
  damaged(name: TargetName): boolean;
  /** Whether records of it may be among those that are known to be missing. */
  unproved(name: TargetName): boolean;
  mayHaveLost(name: TargetName): boolean;
}
