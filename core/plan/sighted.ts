/** What a sighting of the outside says of a target that is decided. */

import type { Sighting } from '../api/looks.ts';
import type { Node } from '../graph/graph.ts';
import type { Built, Signature } from '../memory/trace.ts';
import { type Known, outputsOf, productNow } from './record.ts';
import { isStill, isUnlooked, productOf, valueDigest } from './signature.ts';
import { failing, type Verdict } from './verdict.ts';
import type { Verdicts, View } from './view.ts';

/**
 * A sticky observation is not looked at again while the record of the target is good; a fleeting one
 * not before something turns out not to be fresh (see `plan`).
 */
export function standsByRecord(
  node: Node,
  view: View,
  verdicts: Verdicts,
  { built, own, gathered }: Known,
): boolean {
  const stands = node.rule.observe?.sticky === true || isUnlooked(node, view);
  if (!stands || built === undefined || own.length > 0) return false;
  return isStill(built.signature, node, view, verdicts, gathered);
}

/** An observation that is not settled holds the target up, unless it is as it was recorded. */
export function unsettled(
  node: Node,
  view: View,
  sighting: Sighting,
  built: Built | undefined,
): Verdict | undefined {
  if (sighting.state === 'failed')
    return unseen(sighting, { awaited: view.awaitsSight(node.name) });
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
    ...shownOf(sighting),
  };
}

/** What could not be seen holds up everybody: it is waited for, and in the end failed. */
function unseen(
  { why, advice, definite, thrown }: Extract<Sighting, { state: 'failed' }>,
  { awaited }: { readonly awaited: boolean },
): Verdict {
  const note = advice === undefined ? why : `${why} (${advice})`;
  if (definite === true) return failing(note, thrown === true ? 'DG406' : 'DG401');
  return awaited
    ? { state: 'waiting', reasons: [], unseen: true, note: `it cannot be seen yet: ${why}` }
    : { ...failing(note, 'DG408'), unseen: true };
}

/** The verdict on a target that is as its record says. */
export function fresh(node: Node, view: View, signature: Signature): Verdict {
  const product = productNow(node, view, signature);
  return { state: 'fresh', reasons: [], product, ...shownOf(view.sighting(node.name)) };
}

/** What overviews show of a sighting. */
export function shownOf(
  sighting: Sighting | undefined,
): Pick<Verdict, 'tally' | 'leftOut' | 'tell' | 'again'> {
  if (sighting === undefined || sighting.state === 'failed') return {};
  const { tally, tell } = sighting;
  const { leftOut, again } = sighting.state === 'ready' ? sighting : {};
  return {
    ...(tally && { tally }),
    ...(leftOut !== undefined && { leftOut }),
    ...(tell && { tell }),
    ...(again !== undefined && { again }),
  };
}
