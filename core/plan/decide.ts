/**
 * The only place that says whether a target is up to date. Pure: the planner, the executor and
 * every view go by this one function, so they cannot disagree.
 */

import { codeOf } from '../api/codes.ts';
import { ABSENT } from '../api/digest.ts';
import type { Problem } from '../api/rules.ts';
import type { Node } from '../graph/graph.ts';
import type { Signature, Trace } from '../memory/trace.ts';
import type { Reason } from '../words/reasons.ts';
import { changesSince, independentChanges, knownChanges } from './changes.ts';
import {
  barred,
  faulty,
  goneNeed,
  heldBack,
  heldForMore,
  withoutProducts,
  withoutSources,
} from './hindrances.ts';
import { asNeed, blocked, type Needs, sortedNeeds } from './needs.ts';
import { adoptFields, decideAttempt, decideOnce, notYet } from './once.ts';
import {
  attemptOf,
  builtOf,
  editedVerdict,
  type Known,
  ownReasons,
  stateOf,
  wasCleaned,
  withOthers,
} from './record.ts';
import { fresh, shownOf, standsByRecord, unsettled } from './sighted.ts';
import { differences, isStill, productOf, signatureOf } from './signature.ts';
import { type Decision, failing, isVerdict, type Verdict } from './verdict.ts';
import type { Verdicts, View } from './view.ts';

/** Says how one target stands, given how everything that it needs stands. */
export function decide(node: Node, view: View, verdicts: Verdicts): Decision {
  const decision = decideHindered(node, view, verdicts);
  return node.rule.observe?.fleeting === true && isVerdict(decision)
    ? { ...decision, fleeting: true }
    : decision;
}

function decideHindered(node: Node, view: View, verdicts: Verdicts): Decision {
  const decision = barred(node, view, verdicts, decideFreely(node, view, verdicts));
  if (!isVerdict(decision)) return decision;
  const isPending = asNeed(decision) === 'pending';
  const isUnsettled = decision.state === 'waiting' || decision.unseen === true;
  // Held back, a target stands as it was made although what it observes has not settled, or is not seen.
  if (isPending || (isUnsettled && decision.product === undefined)) {
    const held = heldBack(node, view, decision);
    if (held !== undefined) return held;
  }
  if (!isPending) return decision;
  return (
    faulty(node, view, decision) ??
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
    const [problem = { what: '' }] = trace.problems;
    return failing(problem.what, codeOf(problem));
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
    const early = seenAhead(node, view, needs, built);
    if (early !== undefined) return early;
    // With a reason of its own it runs whatever its needs turn out to be, unless evidence spares it.
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

/**
 * What a link observes is looked at although its needs are still to be made, if these are all links of its
 * chain: one run makes them all, so what any of them observes holds up that run.
 */
function seenAhead(
  node: Node,
  view: View,
  { pending }: Needs,
  built: Known['built'],
): Decision | undefined {
  const { chain, observe } = node.rule;
  if (observe === undefined || !pending.every((need) => chain?.links.includes(need)))
    return undefined;
  const sighting = view.sighting(node.name);
  return sighting === undefined ? { look: 'sighting' } : unsettled(node, view, sighting, built);
}

/** All needs are there: compare signatures. */
function decideWithNeeds(node: Node, view: View, verdicts: Verdicts, known: Known): Decision {
  const { trace, built } = known;
  const redo: Reason[] = [];
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
      redo.push({ kind: 'observation asks', what: sighting.redo });
    }
    if (sighting.state === 'ready' && built?.early === true)
      redo.push({ kind: 'observation asks', what: 'it was gone on with before it had settled' });
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
    // It consists of its files alone, so it may be relied on before it is on record.
    if (seen.state === 'done') return { ...fresh(node, view, signature), ...adoptFields(seen) };
    // Somebody who may know of it has not answered: it is not made anew before that.
    if (seen.state === 'unknown' && seen.unanswered === true) return notYet(seen);
    if (seen.state === 'failed') return failing(seen.why, 'DG406');
  }
  const lasting = lastingFailure(node, view, trace, signature);
  if (lasting !== undefined) return lasting;
  const changed =
    built === undefined || still ? [] : changesSince(built, signature, node.name, view);
  // An output that is no longer declared is a change of the recipe too, which is told once.
  const told = known.own.some(({ kind }) => kind === 'recipe changed');
  const more = told ? changed.filter(({ kind }) => kind !== 'recipe changed') : changed;
  const reasons = [...known.own, ...more, ...redo];
  if (reasons.length === 0) return withOthers(fresh(node, view, signature), known.others);
  const made = { state: stateOf(trace, reasons), reasons, ...shownOf(view.sighting(node.name)) };
  return heldForMore(node, view, verdicts, { ...known, reasons }) ?? made;
}

/** What failed in a way that would come again is not tried again before something has changed. */
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
  const [problem = { what: '' }]: readonly Problem[] = problems;
  const { what, advice } = problem;
  return failing(advice === undefined ? what : `${what} (${advice})`, codeOf(problem));
}

function decideGroup(node: Node, view: View, verdicts: Verdicts, needs: Needs): Verdict {
  if (needs.down.length > 0) return blocked(needs.down, verdicts);
  if (needs.pending.length > 0) return { state: 'maybe', reasons: [], by: needs.pending };
  let product: string | undefined;
  const verdict: Verdict = {
    state: 'fresh',
    reasons: [],
    // Computed when it is read: most groups are goals, of which nobody reads it, and large ones cost much.
    get product() {
      product ??= productOf(node, () => ABSENT, signatureOf(node, view, verdicts, needs.gathered));
      return product;
    },
  };
  // Whoever needs the group needs that as well, and finds its reasons here (see `withoutProducts`).
  const gone = goneNeed(node, verdicts);
  return gone === undefined
    ? verdict
    : { ...verdicts.get(gone)!, ...verdict, reasons: verdicts.get(gone)!.reasons };
}
