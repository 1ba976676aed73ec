/**
 * The only place that says whether a target is up to date. Pure: the planner, the executor and
 * every view ask this one function, so they cannot disagree.
 */

import type { Sighting } from '../api/looks.ts';
import type { Attempt, OnceSighting, Output } from '../api/rules.ts';
import type { TargetName } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import type { Built, Finishing, Signature, Started, Trace } from '../memory/trace.ts';
import type { Reason } from '../words/reasons.ts';
import { asNeed, blocked, type Needs, sortedNeeds } from './needs.ts';
import {
  differences,
  type Ingredients,
  isAsLeft,
  isStill,
  productOf,
  signatureOf,
  valueDigest,
} from './signature.ts';
import type { Verdict } from './verdict.ts';

/** What has become of an attempt that was launched detached. */
export type AttemptState = 'unclaimed' | 'alive' | 'ended' | 'lost' | 'elsewhere';

/** Everything a decision may look at. Filled in by `observe.ts`; in tests by hand. */
export interface View extends Ingredients {
  verdict(name: TargetName): Verdict;
  trace(name: TargetName): Trace | undefined;
  /** Digest of an output now: of the file, of the glob's set, or of the keys that are ours. */
  output(output: Output): string;
  /** What shows outside that the work was done; undefined: not looked yet. */
  once(name: TargetName): OnceSighting | undefined;
  attempt(token: string): AttemptState;
  forced(name: TargetName): boolean;
  /** Failed already in this invocation: not tried again before the next. */
  gaveUp(name: TargetName): boolean;
  /** How often it was made already in this invocation. */
  madeNow(name: TargetName): number;
  damaged(name: TargetName): boolean;
  mayHaveLost(name: TargetName): boolean;
}

/** A verdict, or the wish to have something looked at first. */
export type Decision = Verdict | { readonly look: 'sighting' | 'once' };

/** Says how one target stands, given how everything that it needs stands. */
export function decide(node: Node, view: View): Decision {
  const decision = decideFreely(node, view);
  if ('look' in decision || asNeed(decision) !== 'pending') return decision;
  return (
    heldBack(node, view, decision) ??
    withoutSources(node, view, decision) ??
    withoutProducts(node, view, decision) ??
    decision
  );
}

function decideFreely(node: Node, view: View): Decision {
  const needs = sortedNeeds(node, view);
  if (node.group) return decideGroup(node, view, needs);
  const trace = view.trace(node.name);
  if (trace?.kind === 'failed' && trace.token === undefined && view.gaveUp(node.name)) {
    return { state: 'failed', final: true, reasons: [], note: trace.problems[0]?.what ?? '' };
  }
  const built = builtOf(node, trace, view);
  const attempt = built === undefined ? attemptOf(trace) : undefined;
  if (attempt !== undefined) {
    const decided = decideAttempt(node, view, attempt);
    if (decided !== undefined) return decided;
  }
  const own = ownReasons(node, trace, built, view);
  if (own.edited.length > 0) return editedVerdict(own.edited);
  if (needs.down.length > 0) return blocked(needs.down, view);
  if (needs.pending.length > 0) {
    // Certain to run, whatever its needs turn out to be; except where evidence decides first.
    const reasons = [...own.reasons, ...independentChanges(node, built, view)];
    const { once, doneBefore } = node.rule;
    const certain = reasons.length > 0 && once === undefined && doneBefore === undefined;
    return { state: certain ? stateOf(trace, reasons) : 'maybe', reasons, by: needs.pending };
  }
  return decideWithNeeds(node, view, { trace, built, own: own.reasons, gathered: needs.gathered });
}

interface Known {
  readonly trace: Trace | undefined;
  readonly built: Built | undefined;
  readonly own: readonly Reason[];
  readonly gathered: readonly TargetName[];
}

/** Changes that can be told while some needs are still to be made. */
function independentChanges(node: Node, built: Built | undefined, view: View): Reason[] {
  if (built === undefined) return [];
  const now = signatureOf(node, view, []);
  const { deps, gathered, observed } = built.signature;
  const known = { ...now, deps, gathered, ...(observed === undefined ? {} : { observed }) };
  return changesSince(built, known, node.name, view);
}

/**
 * What has changed since it was made. What is written whenever it is made does so for ever: after
 * the second time that is a matter for the next invocation.
 */
function changesSince(built: Built, now: Signature, name: TargetName, view: View): Reason[] {
  const changes = differences(built.signature, now);
  return view.madeNow(name) < 2
    ? changes
    : changes.filter(({ kind }) => kind !== 'changed meanwhile');
}

/** All needs are there: compare signatures. */
function decideWithNeeds(node: Node, view: View, known: Known): Decision {
  const { trace, built } = known;
  const asks: Reason[] = [];
  if (node.rule.observe !== undefined && !standsByRecord(node, view, known)) {
    const sighting = view.sighting(node.name);
    if (sighting === undefined) return { look: 'sighting' };
    const verdict = unsettled(sighting, built);
    if (verdict !== undefined) return verdict;
    if (
      sighting.state === 'ready' &&
      sighting.redo !== undefined &&
      view.madeNow(node.name) === 0
    ) {
      asks.push({ kind: 'observation asks', what: sighting.redo });
    }
  }
  const still = built !== undefined && isStill(built.signature, node, view, known.gathered);
  const signature = still ? built.signature : signatureOf(node, view, known.gathered);
  if (node.rule.once !== undefined) return decideOnce(node, view, known, signature);
  if (
    built === undefined &&
    node.rule.doneBefore !== undefined &&
    !wasCleaned(trace) &&
    !view.forced(node.name)
  ) {
    const seen = view.once(node.name);
    if (seen === undefined) return { look: 'once' };
    // Its files are all there is to it, so it may be relied on at once; the record follows.
    if (seen.state === 'done') return { ...fresh(node, view, signature), ...adoptFields(seen) };
  }
  const changed =
    built === undefined || still ? [] : changesSince(built, signature, node.name, view);
  const reasons = [...known.own, ...changed, ...asks];
  if (reasons.length > 0) return { state: stateOf(trace, reasons), reasons };
  return fresh(node, view, signature);
}

/** A sticky observation is not looked at again while the record of the target is good. */
function standsByRecord(node: Node, view: View, { built, own, gathered }: Known): boolean {
  if (node.rule.observe?.sticky !== true || built === undefined || own.length > 0) return false;
  return isStill(built.signature, node, view, gathered);
}

/** An observation that is not settled holds the target up, unless it is as it was recorded. */
function unsettled(sighting: Sighting, built: Built | undefined): Verdict | undefined {
  if (sighting.state === 'failed') {
    const note =
      sighting.advice === undefined ? sighting.why : `${sighting.why} (${sighting.advice})`;
    return { state: 'failed', reasons: [], final: true, note };
  }
  if (sighting.state === 'ready') return undefined;
  const asRecorded =
    sighting.value !== undefined &&
    built?.signature.observed?.digest === valueDigest(sighting.value);
  return asRecorded
    ? undefined
    : { state: 'waiting', reasons: [], note: sighting.progress, ...tallyOf(sighting) };
}

/** Targets that must not happen twice: a record or evidence is final, never a reason to act again. */
function decideOnce(node: Node, view: View, known: Known, signature: Signature): Decision {
  const { trace, built } = known;
  if (built !== undefined) {
    const missing = known.own.filter(isLoss);
    if (missing.length > 0)
      return { state: 'stale', reasons: missing, note: 'put back from the record' };
    const changed = differences(built.signature, signature);
    if (changed.length > 0) {
      return {
        state: 'outdated',
        reasons: changed,
        product: productOf(node, outputsOf(built), signature),
      };
    }
    return fresh(node, view, signature);
  }
  if (wasCleaned(trace)) return { state: 'missing', reasons: known.own };
  const seen = view.once(node.name);
  if (seen === undefined) return { look: 'once' };
  if (seen.state === 'done') return adoption(seen);
  const doubtful = unknownEffect(trace) || view.damaged(node.name);
  if (seen.state === 'not done' && !doubtful)
    return { state: stateOf(trace, known.own), reasons: known.own };
  const before = trace?.kind === 'failed' ? trace.problems[0]?.what : undefined;
  const why =
    seen.state === 'unknown'
      ? seen.why
      : `${before ?? 'an earlier attempt left no result'}; nothing outside shows that it took effect`;
  const advice = seen.state === 'unknown' ? seen.advice : undefined;
  return {
    state: 'in doubt',
    reasons: known.own,
    note: advice === undefined ? why : `${why}; ${advice}`,
  };
}

/** What a once-target left is not there any more; its record is enough to put it back. */
export const isLoss = ({ kind }: Reason): boolean =>
  kind === 'output missing' || kind === 'output changed';

type Done = Extract<OnceSighting, { state: 'done' }>;

const adoption = (seen: Done): Verdict => ({ state: 'missing', reasons: [], ...adoptFields(seen) });

const adoptFields = (seen: Done): { note: string; adopt: NonNullable<Verdict['adopt']> } => ({
  note: seen.how,
  adopt: seen.receipt === undefined ? { how: seen.how } : { how: seen.how, receipt: seen.receipt },
});

function fresh(node: Node, view: View, signature: Signature): Verdict {
  const product = productNow(node, view, signature);
  return { state: 'fresh', reasons: [], product, ...tallyOf(view.sighting(node.name)) };
}

function tallyOf(sighting: Sighting | undefined): Pick<Verdict, 'tally'> {
  if (sighting === undefined || sighting.state === 'failed') return {};
  return sighting.tally === undefined ? {} : { tally: sighting.tally };
}

/** Digest of what a target has made, as it is now. Dependents compare whole files, even where only some keys are ours. */
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

const outputsOf = (built: Built) => (path: string) => built.outputs[path] ?? 'absent';

function decideGroup(node: Node, view: View, needs: Needs): Verdict {
  if (needs.down.length > 0) return blocked(needs.down, view);
  if (needs.pending.length > 0) return { state: 'maybe', reasons: [], by: needs.pending };
  let product: string | undefined;
  const verdict: Verdict = {
    state: 'fresh',
    reasons: [],
    // Found out when somebody asks: most groups are goals, and large ones cost much.
    get product() {
      product ??= productOf(node, () => 'absent', signatureOf(node, view, needs.gathered));
      return product;
    },
  };
  // Whoever needs the group needs that as well.
  const gone = goneNeed(node, view);
  return gone === undefined
    ? verdict
    : { ...view.verdict(gone), ...verdict, reasons: view.verdict(gone).reasons };
}

// -- attempts under way -----------------------------------------------------------------------

function attemptOf(trace: Trace | undefined): (Attempt & { doubt: boolean }) | undefined {
  const open = trace?.kind === 'started' || trace?.kind === 'finishing';
  if (!open || trace.detached === undefined) return undefined;
  return { token: trace.token, at: trace.at, doubt: trace.detached === 'doubt' };
}

function decideAttempt(
  node: Node,
  view: View,
  attempt: Attempt & { doubt: boolean },
): Decision | undefined {
  const { token } = attempt;
  switch (view.attempt(token)) {
    case 'alive':
      return { state: 'running', reasons: [], note: 'started earlier, still running' };
    case 'elsewhere':
      return {
        state: 'in doubt',
        reasons: [],
        note: 'started on another host; look there whether it still runs',
      };
    case 'ended':
      return { state: 'running', reasons: [], note: 'has ended; its result is to be collected' };
    case 'unclaimed':
      return undefined; // it never began and can be prevented from beginning: an interrupted run
    case 'lost':
      if (!attempt.doubt || node.rule.once === undefined) return undefined;
  }
  const seen = view.once(node.name);
  if (seen === undefined) return { look: 'once' };
  if (seen.state === 'done') return adoption(seen);
  const why =
    seen.state === 'unknown'
      ? seen.why
      : 'the attempt vanished without a result, and nothing outside shows it';
  return { state: 'in doubt', reasons: [], note: why };
}

/** A once-attempt that ended, but nobody knows with what effect. */
const unknownEffect = (trace: Trace | undefined): boolean =>
  trace?.kind === 'failed' && trace.token !== undefined;

const wasCleaned = (trace: Trace | undefined): boolean => trace?.kind === 'cleaning';

/**
 * Work under way elsewhere must not have its inputs replaced under it: what was made then still
 * stands, and what changed has to wait.
 */
function heldBack(node: Node, view: View, verdict: Verdict): Verdict | undefined {
  const { hold } = node.rule;
  if (hold === undefined || view.forced(node.name)) return undefined;
  if (view.trace(hold.since)?.kind !== 'built' || view.trace(hold.until)?.kind === 'built')
    return undefined;
  const built = builtOf(node, view.trace(node.name), view);
  if (built === undefined) return undefined;
  const product = productOf(node, outputsOf(built), built.signature);
  return {
    state: 'fresh',
    reasons: verdict.reasons,
    product,
    until: hold.until,
    note: `held back until ${hold.until} is settled`,
  };
}

/** What would be run cannot be while files are lacking that no rule makes. */
function withoutSources(node: Node, view: View, verdict: Verdict): Verdict | undefined {
  const { once, doneBefore, chain } = node.rule;
  if (verdict.state === 'running' || verdict.adopt !== undefined) return undefined;
  // Evidence may still show that nothing is to be run; a chain runs as its first link says.
  if (verdict.state === 'maybe' && (once ?? doneBefore ?? chain) !== undefined) return undefined;
  const lacking = node.sources.filter((path) => view.file(path) === 'absent');
  if (lacking.length === 0) return undefined;
  const note = `${lacking.join(', ')} ${lacking.length > 1 ? 'do' : 'does'} not exist`;
  return { state: 'failed', final: true, reasons: [], note };
}

/** Nor can it while a need is held back whose files are gone. */
function withoutProducts(node: Node, view: View, verdict: Verdict): Verdict | undefined {
  const { state, reasons, adopt } = verdict;
  if (state === 'running' || state === 'maybe' || adopt !== undefined) return undefined;
  if (node.rule.once !== undefined && reasons.length > 0 && reasons.every(isLoss)) return undefined;
  const gone = goneNeed(node, view);
  // What the need is held back for has to be settled with what there is.
  if (gone === undefined || view.verdict(gone).until === node.name) return undefined;
  const note = `needs ${gone}, whose files are gone; it is ${view.verdict(gone).note}`;
  return { state: 'waiting', reasons, note };
}

/** A need that stands only because it is held back, and has nothing to show for it. */
function goneNeed({ deps, gathers }: Node, view: View): TargetName | undefined {
  const isGone = (need: TargetName): boolean => {
    const { state, reasons } = view.verdict(need);
    return state === 'fresh' && reasons.some(({ kind }) => kind === 'output missing');
  };
  return deps.find(isGone) ?? gathers.find(isGone);
}

// -- the target's own record ------------------------------------------------------------------

/** The record of a finished run; a run that died while putting outputs in place counts if they are. */
export function builtOf(
  node: Node,
  trace: Trace | undefined,
  view: Pick<View, 'output' | 'damaged'>,
): Built | undefined {
  if (view.damaged(node.name)) return undefined;
  if (trace?.kind === 'built') return trace;
  if (trace?.kind !== 'finishing') return undefined;
  const inPlace = node.outputs.every(
    (output) => view.output(output) === trace.outputs[output.path],
  );
  return inPlace ? asBuilt(trace) : undefined;
}

function asBuilt(trace: Finishing): Built {
  const { run, at, signature, because, outputs, token } = trace;
  return { kind: 'built', how: 'built', ms: 0, run, at, signature, because, outputs, token };
}

interface Own {
  readonly reasons: readonly Reason[];
  readonly edited: readonly Output[];
}

/** Reasons that hold whatever becomes of the needs. */
function ownReasons(
  node: Node,
  trace: Trace | undefined,
  built: Built | undefined,
  view: View,
): Own {
  const reasons: Reason[] =
    view.forced(node.name) && node.rule.once === undefined ? [{ kind: 'forced' }] : [];
  if (built === undefined)
    return { reasons: [...reasons, unbuiltReason(node, trace, view)], edited: [] };
  const edited: Output[] = [];
  for (const output of node.outputs) {
    const recorded = built.outputs[output.path];
    const now = view.output(output);
    if (isAsLeft(output, recorded, now) || (output.quiet === true && now !== 'absent')) continue;
    if (now === 'absent' || recorded === undefined)
      reasons.push({ kind: 'output missing', path: output.path });
    else if (output.shared === true || view.mayHaveLost(node.name) || view.forced(node.name))
      reasons.push({ kind: 'output changed', path: output.path });
    else edited.push(output);
  }
  const declared = new Set(node.outputs.map((output) => output.path));
  if (!Object.keys(built.outputs).every((path) => declared.has(path)))
    reasons.push({ kind: 'recipe changed' });
  return { reasons, edited };
}

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

function stateOf(
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

function editedVerdict(edited: readonly Output[]): Verdict {
  const names = edited.map((output) => output.path).join(', ');
  return {
    state: 'edited',
    reasons: edited.map((o) => ({ kind: 'output changed', path: o.path })),
    note: `${names} was changed by hand`,
  };
}

/** The attempt that a once-look should ask about, if one is on record. */
export function pendingAttempt(trace: Trace | undefined): Attempt | undefined {
  if (trace?.kind === 'started' || trace?.kind === 'finishing')
    return { token: (trace as Started).token, at: trace.at };
  return trace?.kind === 'failed' && trace.token !== undefined
    ? { token: trace.token, at: trace.at }
    : undefined;
}
