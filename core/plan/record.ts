/** What the record of a target says of it, whatever becomes of its needs. Pure. */
import { ABSENT } from '../api/digest.ts';
import type { Attempt, Output } from '../api/rules.ts';
import type { Path, TargetName } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import type { Built, Finishing, Signature, Trace } from '../memory/trace.ts';
import type { Reason } from '../words/reasons.ts';
import { enumerate } from '../words/text.ts';
import { differencesOf, isAsLeft } from './left.ts';
import { productOf } from './signature.ts';
import type { Verdict } from './verdict.ts';
import type { View } from './view.ts';

/** The record of a finished run; one that died while it put outputs in place counts if all of them are. */
export function builtOf(
  node: Node,
  trace: Trace | undefined,
  view: Pick<View, 'output' | 'file' | 'damaged'>,
): Built | undefined {
  if (view.damaged(node.name)) return undefined;
  if (trace?.kind === 'built') return trace;
  if (trace?.kind !== 'finishing') return undefined;
  const inPlace = node.outputs.every((output) =>
    isAsLeft(output, trace.outputs[output.path], view.output(output), (path) => view.file(path)),
  );
  return inPlace ? asBuilt(trace) : undefined;
}

/** The record of a run that died when all its outputs were in place. */
export function asBuilt(trace: Finishing): Built {
  const { run, at, signature, because, outputs, token, again, early, set } = trace;
  return {
    ...{ kind: 'built', how: 'built', ms: 0, run, at, signature, because, outputs, token },
    ...(again === undefined ? {} : { again }),
    ...(early === undefined ? {} : { early }),
    ...(set === undefined ? {} : { set }),
  };
}

/** What the record alone says against a target. */
export interface Own {
  readonly reasons: readonly Reason[];
  /** Files that were changed by hand. */
  readonly edited: readonly Path[];
  /** Files among its own that no run has made. */
  readonly others: readonly Path[];
}

/** Reasons that hold whatever becomes of the needs. */
export function ownReasons(
  node: Node,
  trace: Trace | undefined,
  built: Built | undefined,
  view: View,
): Own {
  const reasons: Reason[] =
    view.forced(node.name) && node.rule.once === undefined ? [{ kind: 'forced' }] : [];
  if (built === undefined)
    return { reasons: [...reasons, unbuiltReason(node, trace, view)], edited: [], others: [] };
  const edited: Path[] = [];
  const others: Path[] = [];
  const anyway = view.mayHaveLost(node.name) || view.forced(node.name);
  for (const output of node.outputs) {
    const recorded = built.outputs[output.path];
    const now = view.output(output);
    if (recorded === now || (output.quiet === true && now !== ABSENT)) continue;
    const found = differencesOf(output, recorded, now, (path) => view.file(path));
    for (const path of few(found.missing, output)) reasons.push({ kind: 'output missing', path });
    if (output.shared !== true) others.push(...found.others);
    if (output.shared !== true && !anyway) edited.push(...found.changed);
    else
      for (const path of few(found.changed, output)) reasons.push({ kind: 'output changed', path });
  }
  const declared = new Set(node.outputs.map((output) => output.path));
  if (!Object.keys(built.outputs).every((path) => declared.has(path)))
    reasons.push({ kind: 'recipe changed' });
  return { reasons, edited, others };
}

/** Files by name, unless there are too many to name. */
const few = (paths: readonly Path[], { path }: Output): readonly Path[] =>
  paths.length > 20 ? [path] : paths;

function unbuiltReason(node: Node, trace: Trace | undefined, view: View): Reason {
  if (view.damaged(node.name)) return { kind: 'record damaged' };
  switch (trace?.kind) {
    case undefined:
    case 'built':
      return { kind: 'never built' };
    case 'cleaning':
      return trace.reason === undefined
        ? { kind: 'cleaned' }
        : { kind: 'asked again', why: trace.reason };
    case 'failed':
      return { kind: 'failed before', problem: trace.problems[0]?.what ?? 'no reason on record' };
    case 'started':
    case 'finishing':
      return { kind: 'interrupted', at: trace.at };
  }
}

/** The state of a target that is to be made. */
export function stateOf(
  trace: Trace | undefined,
  reasons: readonly Reason[],
): 'stale' | 'missing' | 'failed' {
  if (trace?.kind === 'failed') return 'failed';
  return reasons.some(
    (r) =>
      r.kind === 'never built' ||
      r.kind === 'output missing' ||
      r.kind === 'cleaned' ||
      r.kind === 'asked again',
  )
    ? 'missing'
    : 'stale';
}

/** The verdict on a target whose outputs a person changed, with what else speaks against it. */
export function editedVerdict(edited: readonly Path[], others: readonly Reason[]): Verdict {
  const changed = edited.slice(0, 20).map((path): Reason => ({ kind: 'output changed', path }));
  const was = edited.length > 1 ? 'were' : 'was';
  return {
    state: 'edited',
    reasons: [...changed, ...others],
    note: `${enumerate(edited, 5)} ${was} changed by hand`,
  };
}

/** A note on files of other people that match a pattern of the target's outputs. */
export function withOthers(verdict: Verdict, others: readonly Path[]): Verdict {
  if (others.length === 0) return verdict;
  const is = others.length > 1 ? 'are' : 'is';
  return { ...verdict, note: `${enumerate(others)} beside what it made ${is} not of its making` };
}

/** Whether the reason is a file of a once-target that is not as it was left. */
export const isLoss = ({ kind }: Reason): boolean =>
  kind === 'output missing' || kind === 'output changed';

/** Whether only the files of a once-target are lost, so that they are put back from its record. */
export const isRestored = ({ rule }: Node, reasons: readonly Reason[]): boolean =>
  rule.once !== undefined && reasons.length > 0 && reasons.every(isLoss);

/**
 * Digest of what a target has made, as it is now. Dependents compare whole files, even where only some
 * keys are ours.
 */
export function productNow(
  node: Node,
  view: Pick<View, 'file' | 'output'>,
  signature: Signature,
): string {
  return productOf(
    node,
    (path) => {
      const output = node.outputs.find((o) => o.path === path)!;
      return output.keys === undefined ? view.output(output) : view.file(path);
    },
    signature,
  );
}

/** What is on record of each output. */
export const outputsOf = (built: Built) => (path: string) => built.outputs[path] ?? ABSENT;

/** A detached attempt of which no end is on record. */
export interface OpenAttempt {
  readonly token: string;
  /** Whether its loss leaves a doubt. */
  readonly doubt: boolean;
}

/** The detached attempt that is on record. */
export function attemptOf(trace: Trace | undefined): OpenAttempt | undefined {
  const open = trace?.kind === 'started' || trace?.kind === 'finishing';
  if (!open || trace.detached === undefined) return undefined;
  return { token: trace.token, doubt: trace.detached === 'doubt' };
}

/** What the look at a once-target is told of the run that is on record without a good end. */
export function pendingAttempt(trace: Trace | undefined): Attempt | undefined {
  const again = wasAskedAgain(trace);
  const begun = trace?.kind === 'started' || trace?.kind === 'finishing';
  if (!begun && trace?.kind !== 'failed') return undefined;
  const { token, at, remembered, denied } = trace;
  if (token === undefined && !again && denied !== true) return undefined;
  return {
    at,
    again,
    ...(denied === undefined ? {} : { denied }),
    ...(token === undefined ? {} : { token }),
    ...(remembered === undefined ? {} : { remembered }),
  };
}

/** Whether a person wants it to happen again: what is on record is that wish, or the run it led to. */
export const wasAskedAgain = (trace: Trace | undefined): boolean =>
  trace?.again === true || wasCleaned(trace);

/**
 * Whether something may have been begun of which no result is known. An attempt that never began
 * does not count: it can be kept from beginning.
 */
export function wasTried(trace: Trace | undefined, view: Pick<View, 'attempt'>): boolean {
  if (trace?.kind === 'started' || trace?.kind === 'finishing')
    return trace.detached === undefined || view.attempt(trace.token) !== 'unclaimed';
  return unknownEffect(trace);
}

/** Whether a run of a once-target ended and nobody knows with what effect. */
export const unknownEffect = (trace: Trace | undefined): boolean =>
  trace?.kind === 'failed' && trace.token !== undefined;

/** Whether the target was cleaned, so that it is to be made again whatever shows outside. */
export const wasCleaned = (trace: Trace | undefined): boolean => trace?.kind === 'cleaning';

/** What is known of a target whose needs are all there. */
export interface Known {
  readonly trace: Trace | undefined;
  readonly built: Built | undefined;
  readonly own: readonly Reason[];
  readonly others: readonly Path[];
  readonly gathered: readonly TargetName[];
}
