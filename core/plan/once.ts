/**
 * Targets that must not happen twice. What is on record or shown by evidence has happened, and is never
 * done again by itself; where neither can tell, a person decides.
 */
import type { OnceSighting } from '../api/rules.ts';
import type { Node } from '../graph/graph.ts';
import type { Signature, Trace } from '../memory/trace.ts';
import {
  isLoss,
  type Known,
  type OpenAttempt,
  outputsOf,
  stateOf,
  unknownEffect,
  wasCleaned,
  wasTried,
} from './record.ts';
import { fresh } from './sighted.ts';
import { differences, productOf } from './signature.ts';
import { type Decision, failing, type Verdict } from './verdict.ts';
import type { OnceSeen, View } from './view.ts';

/** How a once-target stands when all that it needs is there. */
export function decideOnce(node: Node, view: View, known: Known, signature: Signature): Decision {
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
  if (seen.state === 'failed' && !wasTried(trace, view) && !doubtful && !unproved)
    return failing(seen.why, 'DG406');
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
  return { state: 'in doubt', reasons: known.own, note: whyInDoubt(seen, trace, { unproved }) };
}

function whyInDoubt(
  seen: OnceSeen,
  trace: Trace | undefined,
  { unproved }: { readonly unproved: boolean },
): string {
  if (seen.state === 'unknown') return withAdvice(seen);
  if (seen.state === 'failed') return seen.why;
  if (unproved) return 'records are missing; nothing outside shows whether it took effect';
  const before = trace?.kind === 'failed' ? trace.problems[0]?.what : undefined;
  const known = before ?? 'an earlier attempt left no result';
  return `${known}; nothing outside shows that it took effect`;
}

/** What refused one target of a phase would refuse all: the others are blocked by it, and not tried. */
function refusedBy({ name, rule }: Node, view: View): Verdict | undefined {
  const by = rule.phase === undefined ? undefined : view.refuser(rule.phase);
  return by === undefined || by === name
    ? undefined
    : { state: 'blocked', reasons: [], by: [by], cause: 'failed' };
}

/** Nothing has been tried, so nothing is in doubt; it waits until the outside can be seen. */
export function notYet(seen: Unknown): Verdict {
  const note = withAdvice(seen);
  return { state: 'waiting', reasons: [], note, tell: [{ about: seen.why, text: note }] };
}

type Unknown = Extract<OnceSighting, { state: 'unknown' }>;

const withAdvice = ({ why, advice }: Unknown): string =>
  advice === undefined ? why : `${why}; ${advice}`;

type Done = Extract<OnceSighting, { state: 'done' }>;

const adoption = (seen: Done): Verdict => ({ state: 'missing', reasons: [], ...adoptFields(seen) });

/** What a verdict says of work that was found done. */
export const adoptFields = (
  seen: Done,
): { note: string; adopt: NonNullable<Verdict['adopt']> } => ({
  note: seen.how,
  adopt: seen.receipt === undefined ? { how: seen.how } : { how: seen.how, receipt: seen.receipt },
});

/** How a target stands of which an attempt is on record; undefined: as if there had been no attempt. */
export function decideAttempt(node: Node, view: View, attempt: OpenAttempt): Decision | undefined {
  const { token } = attempt;
  switch (view.attempt(token)) {
    case 'alive':
      return { state: 'running', reasons: [], note: 'started earlier, still running' };
    case 'elsewhere':
      return {
        state: 'in doubt',
        reasons: [],
        note: 'started on another host, or before this one was started anew; look there whether it still runs',
      };
    case 'ended':
      return { state: 'running', reasons: [], note: 'has ended; its result is to be collected' };
    case 'unclaimed':
      return undefined; // it never began and can be kept from beginning, as after an interrupted run
    case 'lost':
      if (!attempt.doubt || node.rule.once === undefined) return undefined;
  }
  const seen = view.once(node.name);
  if (seen === undefined) return { look: 'once' };
  if (seen.state === 'done') return adoption(seen);
  const why =
    seen.state === 'unknown' || seen.state === 'failed'
      ? seen.why
      : 'the attempt vanished without a result, and nothing outside shows it';
  return { state: 'in doubt', reasons: [], note: why };
}
