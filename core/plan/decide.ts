/**
 * The only place that says whether a target is up to date. Pure: the planner, the executor and
 * every view ask this one function, so they cannot disagree.
 */

import type { Sighting } from '../api/looks.ts';
import type { OnceSighting } from '../api/rules.ts';
import type { Path, TargetName } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import type { Built, Signature, Trace } from '../memory/trace.ts';
import type { Reason } from '../words/reasons.ts';
import { goneNeed, heldBack, withoutProducts, withoutSources } from './hindrances.ts';
import { asNeed, blocked, type Needs, sortedNeeds } from './needs.ts';
import {
  attemptOf,
  builtOf,
  editedVerdict,
  isLoss,
  type OpenAttempt,
  outputsOf,
  ownReasons,
  productNow,
  stateOf,
  unknownEffect,
  wasCleaned,
  wasTried,
  withOthers,
} from './record.ts';
import { differences, isStill, productOf, signatureOf, valueDigest } from './signature.ts';
import type { Verdict } from './verdict.ts';
import type { Verdicts, View } from './view.ts';

/** A verdict, or the wish to have something looked at first. */
export type Decision = Verdict | { readonly look: 'sighting' | 'once' };

/** Says how one target stands, given how everything that it needs stands. */
export function decide(node: Node, view: View, verdicts: Verdicts): Decision {
  const decision = decideFreely(node, view, verdicts);
  if ('look' in decision || asNeed(decision) !== 'pending') return decision;
  return (
    heldBack(node, view, decision) ??
    withoutSources(node, view, decision) ??
    withoutProducts(node, verdicts, decision) ??
    decision
  );
}

function decideFreely(node: Node, view: View, verdicts: Verdicts): Decision {
  const needs = sortedNeeds(node, verdicts);
  if (node.group) return decideGroup(node, view, verdicts, needs);
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
  if (own.edited.length > 0) {
    const others = built === undefined ? [] : knownChanges(node, built, view, verdicts);
    return editedVerdict(own.edited, [...own.reasons, ...others]);
  }
  if (needs.down.length > 0) return blocked(needs.down, verdicts);
  if (needs.pending.length > 0) {
    // Certain to run, whatever its needs turn out to be; except where evidence decides first.
    const reasons = [...own.reasons, ...independentChanges(node, built, view, verdicts)];
    const { once, doneBefore } = node.rule;
    const certain = reasons.length > 0 && once === undefined && doneBefore === undefined;
    return { state: certain ? stateOf(trace, reasons) : 'maybe', reasons, by: needs.pending };
  }
  return decideWithNeeds(node, view, verdicts, {
    trace,
    built,
    own: own.reasons,
    others: own.others,
    gathered: needs.gathered,
  });
}

interface Known {
  readonly trace: Trace | undefined;
  readonly built: Built | undefined;
  readonly own: readonly Reason[];
  readonly others: readonly Path[];
  readonly gathered: readonly TargetName[];
}

/** Changes that can be told while some needs are still to be made. */
function independentChanges(
  node: Node,
  built: Built | undefined,
  view: View,
  verdicts: Verdicts,
): Reason[] {
  if (built === undefined) return [];
  const now = signatureOf(node, view, verdicts, []);
  const { deps, gathered, observed } = built.signature;
  const known = { ...now, deps, gathered, ...(observed === undefined ? {} : { observed }) };
  return changesSince(built, known, node.name, view);
}

/** The same, with changes of those needs that are there. */
function knownChanges(node: Node, built: Built, view: View, verdicts: Verdicts): Reason[] {
  const { deps } = built.signature;
  const remade = node.deps.filter((dep) => {
    const product = verdicts.get(dep)?.product;
    return product !== undefined && deps[dep] !== undefined && deps[dep] !== product;
  });
  return [
    ...independentChanges(node, built, view, verdicts),
    ...remade.map((target): Reason => ({ kind: 'dep changed', target })),
  ];
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
function decideWithNeeds(node: Node, view: View, verdicts: Verdicts, known: Known): Decision {
  const { trace, built } = known;
  const asks: Reason[] = [];
  if (node.rule.observe !== undefined && !standsByRecord(node, view, verdicts, known)) {
    const sighting = view.sighting(node.name);
    if (sighting === undefined) return { look: 'sighting' };
    const verdict = unsettled(node, view, sighting, built);
    if (verdict !== undefined) return verdict;
    if (
      sighting.state === 'ready' &&
      sighting.redo !== undefined &&
      view.madeNow(node.name) === 0
    ) {
      asks.push({ kind: 'observation asks', what: sighting.redo });
    }
    if (sighting.state === 'ready' && built?.early === true)
      asks.push({ kind: 'observation asks', what: 'it was gone on with before it had settled' });
  }
  const still =
    built !== undefined && isStill(built.signature, node, view, verdicts, known.gathered);
  const signature = still ? built.signature : signatureOf(node, view, verdicts, known.gathered);
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
  const lasting = lastingFailure(node, view, trace, signature);
  if (lasting !== undefined) return lasting;
  const changed =
    built === undefined || still ? [] : changesSince(built, signature, node.name, view);
  // The record alone may have told that already.
  const told = known.own.some(({ kind }) => kind === 'recipe changed');
  const more = told ? changed.filter(({ kind }) => kind !== 'recipe changed') : changed;
  const reasons = [...known.own, ...more, ...asks];
  if (reasons.length > 0)
    return { state: stateOf(trace, reasons), reasons, ...shownOf(view.sighting(node.name)) };
  return withOthers(fresh(node, view, signature), known.others);
}

/** What failed in a way that would come again is not tried before something has changed. */
function lastingFailure(
  node: Node,
  view: View,
  trace: Trace | undefined,
  signature: Signature,
): Verdict | undefined {
  if (trace?.kind !== 'failed' || view.forced(node.name)) return undefined;
  const { problems } = trace;
  if (problems.length === 0 || !problems.every(({ lasting }) => lasting === true)) return undefined;
  if (differences(trace.signature, signature).length > 0) return undefined;
  const [{ what, advice } = { what: '' }] = problems;
  const note = advice === undefined ? what : `${what} (${advice})`;
  return { state: 'failed', final: true, reasons: [], note };
}

/** A sticky observation is not looked at again while the record of the target is good. */
function standsByRecord(
  node: Node,
  view: View,
  verdicts: Verdicts,
  { built, own, gathered }: Known,
): boolean {
  if (node.rule.observe?.sticky !== true || built === undefined || own.length > 0) return false;
  return isStill(built.signature, node, view, verdicts, gathered);
}

/** An observation that is not settled holds the target up, unless it is as it was recorded. */
function unsettled(
  node: Node,
  view: View,
  sighting: Sighting,
  built: Built | undefined,
): Verdict | undefined {
  if (sighting.state === 'failed') return unseen(sighting, view.awaitsSight(node.name));
  if (sighting.state === 'ready') return undefined;
  const asRecorded =
    sighting.underway !== true &&
    sighting.value !== undefined &&
    built?.signature.observed?.digest === valueDigest(sighting.value);
  const { enough } = sighting;
  if (asRecorded && built?.early !== true) return undefined;
  if (enough === true && built === undefined && view.goesOn(node.name)) return undefined;
  return {
    state: 'waiting',
    reasons: [],
    ...(enough === undefined ? {} : { enough }),
    // Others have gone on with what there was, and keep to that until the rest is there.
    ...(built?.early === true
      ? { product: productOf(node, outputsOf(built), built.signature) }
      : {}),
    note: sighting.progress,
    ...(sighting.tell === undefined ? {} : { tell: sighting.tell }),
    ...shownOf(sighting),
  };
}

/** What could not be seen holds up everybody: it is waited for, and in the end failed. */
function unseen(
  { why, advice, definite }: Extract<Sighting, { state: 'failed' }>,
  awaited: boolean,
): Verdict {
  const note = advice === undefined ? why : `${why} (${advice})`;
  if (definite === true) return { state: 'failed', reasons: [], final: true, note };
  return awaited
    ? { state: 'waiting', reasons: [], unseen: true, note: `it cannot be seen yet: ${why}` }
    : { state: 'failed', reasons: [], final: true, unseen: true, note };
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
  const unproved = view.unproved(node.name);
  const refused = refusedBy(node, view);
  if (wasCleaned(trace) && !unproved) return refused ?? { state: 'missing', reasons: known.own };
  const seen = view.once(node.name);
  if (seen === undefined) return { look: 'once' };
  if (seen.state === 'done' && !wasCleaned(trace)) return adoption(seen);
  const doubtful = unknownEffect(trace) || view.damaged(node.name);
  if (
    seen.state === 'unknown' &&
    seen.unanswered === true &&
    !wasTried(trace, view) &&
    !view.damaged(node.name)
  )
    return notYet(seen);
  const notDone = seen.state === 'not done' && (!unproved || seen.proved === true);
  if (notDone && !doubtful)
    return refused ?? { state: stateOf(trace, known.own), reasons: known.own };
  const before = trace?.kind === 'failed' ? trace.problems[0]?.what : undefined;
  const why =
    seen.state === 'unknown'
      ? seen.why
      : `${unproved ? 'records are missing' : (before ?? 'an earlier attempt left no result')}; nothing outside shows ${unproved ? 'whether' : 'that'} it took effect`;
  const advice = seen.state === 'unknown' ? seen.advice : undefined;
  return {
    state: 'in doubt',
    reasons: known.own,
    note: advice === undefined ? why : `${why}; ${advice}`,
  };
}

/** What refused one of a phase refuses all: one cause, which is told once. */
function refusedBy({ name, rule }: Node, view: View): Verdict | undefined {
  const by = rule.phase === undefined ? undefined : view.refuser(rule.phase);
  return by === undefined || by === name
    ? undefined
    : { state: 'blocked', reasons: [], by: [by], cause: 'failed' };
}

/** Where nothing has been tried there is nothing to doubt: it is tried when the outside can be seen. */
function notYet({ why, advice }: Extract<OnceSighting, { state: 'unknown' }>): Verdict {
  const note = advice === undefined ? why : `${why}; ${advice}`;
  return { state: 'waiting', reasons: [], note, tell: [{ about: why, text: note }] };
}

type Done = Extract<OnceSighting, { state: 'done' }>;

const adoption = (seen: Done): Verdict => ({ state: 'missing', reasons: [], ...adoptFields(seen) });

const adoptFields = (seen: Done): { note: string; adopt: NonNullable<Verdict['adopt']> } => ({
  note: seen.how,
  adopt: seen.receipt === undefined ? { how: seen.how } : { how: seen.how, receipt: seen.receipt },
});

function fresh(node: Node, view: View, signature: Signature): Verdict {
  const product = productNow(node, view, signature);
  return { state: 'fresh', reasons: [], product, ...shownOf(view.sighting(node.name)) };
}

/** What overviews show of a sighting. */
function shownOf(sighting: Sighting | undefined): Pick<Verdict, 'tally' | 'leftOut'> {
  if (sighting === undefined || sighting.state === 'failed') return {};
  const { tally } = sighting;
  const leftOut = sighting.state === 'ready' ? sighting.leftOut : undefined;
  return { ...(tally && { tally }), ...(leftOut !== undefined && { leftOut }) };
}

function decideGroup(node: Node, view: View, verdicts: Verdicts, needs: Needs): Verdict {
  if (needs.down.length > 0) return blocked(needs.down, verdicts);
  if (needs.pending.length > 0) return { state: 'maybe', reasons: [], by: needs.pending };
  let product: string | undefined;
  const verdict: Verdict = {
    state: 'fresh',
    reasons: [],
    // Found out when somebody asks: most groups are goals, and large ones cost much.
    get product() {
      product ??= productOf(
        node,
        () => 'absent',
        signatureOf(node, view, verdicts, needs.gathered),
      );
      return product;
    },
  };
  // Whoever needs the group needs that as well.
  const gone = goneNeed(node, verdicts);
  return gone === undefined
    ? verdict
    : { ...verdicts.get(gone)!, ...verdict, reasons: verdicts.get(gone)!.reasons };
}

// -- attempts under way -----------------------------------------------------------------------

function decideAttempt(node: Node, view: View, attempt: OpenAttempt): Decision | undefined {
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
