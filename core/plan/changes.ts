/** What has changed since a target was made. */
import type { TargetName } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import type { Built, Signature } from '../memory/trace.ts';
import type { Reason } from '../words/reasons.ts';
import { differences, signatureOf } from './signature.ts';
import type { Verdicts, View } from './view.ts';

/** Changes that can be told while some needs are still to be made. */
export function independentChanges(
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

/** The same, and which needs have been made anew. */
export function knownChanges(node: Node, built: Built, view: View, verdicts: Verdicts): Reason[] {
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
 * What has changed since it was made. An input that its own run writes changes every time: after the
 * second run, such changes are left to the next invocation.
 */
export function changesSince(built: Built, now: Signature, name: TargetName, view: View): Reason[] {
  const changes = differences(built.signature, now);
  return view.madeNow(name) < 2
    ? changes
    : changes.filter(({ kind }) => kind !== 'changed meanwhile');
}
