/** What a sighting of the outside says of a target that is decided. */

import type { Sighting } from '../api/looks.ts';
import type { Node } from '../graph/graph.ts';
import type { Built, Signature } from '../memory/trace.ts';
import { type Known, outputsOf, productNow } from './record.ts';
import { isStill, isUnlooked, productOf, valueDigest } from './signature.ts';
import { failing, type Verdict } from './verdict.ts';
import type { Verdicts, View } from './view.ts';

/**
 * Whether the record stands without a new look: that of a sticky observation while all else is as
 * recorded, that of a fleeting one until something turns out not to be fresh (see `plan`).
 */
export function standsByRecord(
  node: Node,
  view: View,
  verdicts: Verdicts,
  { built, own, gathered }: Known,
): boolean {
  const mayStand = node.rule.observe?.sticky === true || isUnlooked(node, view);
  if (!mayStand || built === undefined || own.length > 0) return false;
  return isStill(built.signature, node, view, verdicts, gathered);
}

/** The verdict while an observation has not settled; undefined: it has, or is as it was recorded. */
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
    // Others have gone on with what there was, and rely on that until the rest is there.
    ...(built?.early === true
      ? { product: productOf(node, outputsOf(built), built.signature) }
      : {}),
    note: sighting.progress,
    ...shownOf(sighting),
  };
}

/** What cannot be seen is waited for while there is time, and has failed then. */
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
