/** Signatures and traces: what is remembered of a target. */

import type { OnRecord } from '../api/builds.ts';
import type { Problem } from '../api/rules.ts';
import type { EditFormat } from '../api/steps.ts';
import type { Digest, Instant, Json, Path, TargetName } from '../api/values.ts';
import type { Reason } from '../words/reasons.ts';

/** All that a target depends on, as data, so that two can be told apart key by key. */
export interface Signature {
  readonly recipe: Digest;
  readonly params: { readonly [name: string]: Json };
  readonly inputs: { readonly [path: string]: Digest };
  readonly env: { readonly [name: string]: string };
  /** Pattern -> digest of the matched names and contents. */
  readonly globs: { readonly [pattern: string]: Digest };
  /** Dep -> digest of what it made. This is early cutoff. */
  readonly deps: { readonly [target: string]: Digest };
  /** Gathered members that succeeded -> digest of what they made. */
  readonly gathered: { readonly [target: string]: Digest };
  /** Digest of the observed value, and the note that went with it. */
  readonly observed?: { readonly digest: Digest; readonly note: string };
}

/** The signature of what depends on nothing, or on nothing that is known. */
export const EMPTY_SIGNATURE: Signature = {
  recipe: '',
  params: {},
  inputs: {},
  env: {},
  globs: {},
  deps: {},
  gathered: {},
};

/** Path -> digest and time of change, which show that a file was written. Compared for equality. */
export interface Stamps {
  readonly [path: Path]: string;
}

/** What was last recorded about a target. */
export type Trace = Started | Finishing | Built | Failed | Cleaning;

/** What `--set` wrote into keys of a file: by name, with what was there before. */
export interface SetOnce {
  readonly [name: string]: {
    readonly path: Path;
    readonly format: EditFormat;
    readonly value: string;
    readonly given: Json;
    readonly at: Instant;
    readonly before?: string;
  };
}

interface TraceBase {
  /** What `--set` wrote, until the rule file or a later `--set` changes it. */
  readonly set?: SetOnce;
  /** A person wants a once-target to happen again, so what shows the earlier one is no evidence. */
  readonly again?: true;
  /** A person has said that it had not happened, so only what shows it for certain is evidence. */
  readonly denied?: true;
  /** Number of the run, which names its logs. */
  readonly run: number;
  readonly at: Instant;
  readonly signature: Signature;
}

/** Something is, or was, running. Without an end on record it was interrupted. */
export interface Started extends TraceBase {
  readonly kind: 'started';
  readonly because: readonly Reason[];
  readonly token: string;
  /** It went on with enough, before what it observes had settled. */
  readonly early?: true;
  /** For a once-action: what its judge wanted remembered. */
  readonly remembered?: Json;
  /** Links made by the same run, for a chain. */
  readonly due?: readonly TargetName[];
  /** What the last good run left, so that its bytes are known as ours. */
  readonly previous?: Built;
  /** The attempt has been launched detached and survives us. */
  readonly detached?: 'rerun' | 'doubt';
  /** What stood in the place of outputs when it began, and what a detached attempt reads. */
  readonly stamps?: Stamps;
  /** It was interrupted in good order: see `Left`. */
  readonly left?: Left;
}

/**
 * What a run that was seen to end without having made its target left of its own, by output path (or
 * pattern) and by files that its steps put elsewhere. Anything else there is somebody's.
 */
export type Left = { readonly [path: string]: Digest };

/** Outputs are written aside under temporary names and about to be put in place. */
export interface Finishing extends Omit<Started, 'kind'> {
  readonly kind: 'finishing';
  readonly outputs: { readonly [path: string]: Digest };
}

/** The target was made; or found made (`adopted`), or taken as it is (`accepted`, `marked`). */
export interface Built extends TraceBase {
  readonly kind: 'built';
  readonly how: 'built' | 'adopted' | 'accepted' | 'marked';
  readonly ms: number;
  readonly because: readonly Reason[];
  /** Output path (or pattern) -> digest; for `keys` outputs of the keys alone. */
  readonly outputs: { readonly [path: string]: Digest };
  /** Files that its steps put in place and that are no outputs, so that they are known as ours. */
  readonly beside?: { readonly [path: string]: Digest };
  readonly receipt?: string;
  /** It went on with enough, before what it observes had settled. */
  readonly early?: true;
  readonly token?: string;
  /** Of a once-target: when the attempt began, which its files may tell and do again when they are put back. */
  readonly began?: Instant;
  /** What shows that adopted work was done. */
  readonly evidence?: string;
}

/** A run that failed; the next build tries again. */
export interface Failed extends TraceBase {
  readonly kind: 'failed';
  readonly ms: number;
  readonly because: readonly Reason[];
  readonly problems: readonly Problem[];
  readonly log?: Path;
  readonly previous?: Built;
  /** Outputs that held what desgw did not make, and still do: their digests. */
  readonly untouched?: { readonly [path: string]: Digest };
  readonly left?: Left;
  /** A once-action that ended without a receipt and whose effect is not known. */
  readonly token?: string;
  readonly remembered?: Json;
}

/** Being forgotten, by `desgw clean` or to be done once more; its outputs are ours to delete. */
export interface Cleaning extends TraceBase {
  readonly kind: 'cleaning';
  readonly done: boolean;
  /** Why a person asked for it to be done once more. */
  readonly reason?: string;
  readonly outputs: { readonly [path: string]: Digest };
}

/** What the last good build of a target left on record, whatever came after it. */
export function lastGood(trace: Trace | undefined): Built | undefined {
  switch (trace?.kind) {
    case 'built':
      return trace;
    case 'started':
    case 'finishing':
    case 'failed':
      return trace.previous;
    case 'cleaning':
    case undefined:
      return undefined;
  }
}

/** A record as commands and tests of rule files see it. */
export function onRecord(trace: Trace | undefined): OnRecord | undefined {
  if (trace === undefined) return undefined;
  const { at } = trace;
  switch (trace.kind) {
    case 'built':
      return {
        state: 'made',
        at,
        ...(trace.receipt === undefined ? {} : { receipt: trace.receipt }),
      };
    case 'started':
    case 'finishing':
      return { state: 'begun', at };
    case 'failed': {
      const what = trace.problems[0]?.what;
      return { state: 'failed', at, ...(what === undefined ? {} : { what }) };
    }
    case 'cleaning':
      return { state: 'forgotten', at };
  }
}
