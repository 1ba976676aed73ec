/** What keeps a target from being made now although it is not fresh. Pure. */

import { ABSENT } from '../api/digest.ts';
import type { TargetName } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import { lastGood } from '../memory/trace.ts';
import { typed } from '../words/quote.ts';
import type { Reason } from '../words/reasons.ts';
import { whyUnfit } from './left.ts';
import { asNeed, blocked, isLate } from './needs.ts';
import { builtOf, isRestored, type Known, outputsOf, wasTried } from './record.ts';
import { productOf } from './signature.ts';
import { type Decision, failing, isVerdict, type Verdict } from './verdict.ts';
import type { Verdicts, View } from './view.ts';

/**
 * The verdict on a target that work elsewhere may be reading, which has begun or perhaps has: it is not
 * made again before that has settled, however much has changed, nor if a person wants it to be. What was
 * made then stands.
 */
export function heldBack(node: Node, view: View, verdict: Verdict): Verdict | undefined {
  const { hold } = node.rule;
  if (hold === undefined) return undefined;
  const [since, until] = [view.trace(hold.since), view.trace(hold.until)];
  const isSettled = until?.kind === 'built' && until.early !== true;
  if (isSettled || (since?.kind !== 'built' && !wasTried(since, view))) return undefined;
  const built = builtOf(node, view.trace(node.name), view);
  if (built === undefined) return undefined;
  if (view.forced(node.name)) {
    // The edit holds that work up in its turn, so waiting for its end is no way out.
    const isEdited = verdict.reasons.some(({ kind }) => kind === 'output changed');
    const way = isEdited
      ? `\`${typed('accept', node.name)}\` lets what is there stand`
      : `\`${typed('build', hold.until)}\` waits for the end of that`;
    const note = `it is not made again while the work of ${hold.since} may read it: ${way}`;
    return failing(note, 'DG407');
  }
  const product = productOf(node, outputsOf(built), built.signature);
  return {
    state: 'fresh',
    reasons: verdict.reasons,
    product,
    until: hold.until,
    note: `held back until ${hold.until} is settled`,
  };
}

/**
 * What would begin now, or would be looked for outside in order to begin, has to wait while a fleeting
 * target that it comes after is not there. What was made stands, and what runs goes on.
 */
export function barred(node: Node, view: View, verdicts: Verdicts, decision: Decision): Decision {
  if (!wouldBegin(node, decision)) return decision;
  const open = node.after.filter((need) => {
    const verdict = verdicts.get(need)!;
    return verdict.fleeting === true && asNeed(verdict) !== 'usable';
  });
  if (open.length === 0) return decision;
  const down = open.filter((need) => asNeed(verdicts.get(need)!) === 'down');
  if (down.length > 0) return blocked(down, verdicts);
  const neverBuilt: readonly Reason[] =
    lastGood(view.trace(node.name)) === undefined ? [{ kind: 'never built' }] : [];
  const reasons = isVerdict(decision) ? decision.reasons : neverBuilt;
  return { state: 'maybe', reasons, by: open };
}

function wouldBegin(node: Node, decision: Decision): boolean {
  if (!isVerdict(decision)) return decision.look === 'once';
  const { state, reasons, adopt } = decision;
  if (state === 'running' || state === 'maybe' || adopt !== undefined) return false;
  return asNeed(decision) === 'pending' && !isRestored(node, reasons);
}

/**
 * What was gathered stands until enough more has come to be worth another run (see `Rule.more`). While
 * some is still to come, fewer do not count, nor do changes that only follow from those that came.
 */
export function heldForMore(
  node: Node,
  view: View,
  verdicts: Verdicts,
  { built, reasons, gathered }: Pick<Known, 'built' | 'gathered'> & Pick<Verdict, 'reasons'>,
): Verdict | undefined {
  const { more } = node.rule;
  if (more === undefined || built === undefined || view.forced(node.name)) return undefined;
  const members = new Set(node.gathers);
  const isOfMembers = (reason: Reason): boolean =>
    reason.kind === 'gathered' ||
    reason.kind === 'input changed' ||
    (reason.kind === 'dep changed' && members.has(reason.target));
  const came = gathered.length - Object.keys(built.signature.gathered).length;
  if (came >= more || !reasons.every(isOfMembers)) return undefined;
  if (!node.gathers.some((member) => isToCome(verdicts.get(member)!))) return undefined;
  const product = productOf(node, outputsOf(built), built.signature);
  const wanted = more === Number.MAX_SAFE_INTEGER ? '' : ` of the ${more}`;
  const note = `as it was made: ${Math.max(0, came)}${wanted} more are there to make it again for`;
  return { state: 'fresh', reasons, product, note };
}

/** Whether something is still to be expected of a member. */
const isToCome = (verdict: Verdict): boolean =>
  asNeed(verdict) === 'pending' ||
  (asNeed(verdict) === 'down' || verdict.state === 'waiting' ? isLate(verdict) : false);

/** The failure of what would run, while files are lacking that no rule makes. */
export function withoutSources(node: Node, view: View, verdict: Verdict): Verdict | undefined {
  const { once, doneBefore, chain } = node.rule;
  if (verdict.state === 'running' || verdict.adopt !== undefined) return undefined;
  // Evidence may still show that nothing is to be run; whether a chain runs is for its first link to say.
  if (verdict.state === 'maybe' && (once ?? doneBefore ?? chain) !== undefined) return undefined;
  const lacking = node.sources.filter((path) => view.file(path) === ABSENT);
  const unfit = unusable(node, view);
  const absent =
    lacking.length > 0
      ? [`${lacking.join(', ')} ${lacking.length > 1 ? 'do' : 'does'} not exist`]
      : [];
  const notes = [...unfit, ...absent];
  if (notes.length === 0) return undefined;
  return failing(notes.join('; '), unfit.length > 0 ? 'DG307' : 'DG306');
}

/** The failure of what would run, but whose rule throws when it is to say how; what runs goes on. */
export function faulty(node: Node, view: View, verdict: Verdict): Verdict | undefined {
  if (verdict.state === 'running' || verdict.adopt !== undefined) return undefined;
  const note = view.fault(node);
  return note === undefined ? undefined : failing(note, 'DG406');
}

/** Inputs that are there and are no files, or cannot be looked at. */
function unusable({ rule, outputs }: Node, view: View): string[] {
  const { inputs = [], optionalInputs = [], globs = [] } = rule;
  const why = (digest: string, path: string): string[] => {
    const told = whyUnfit(digest);
    return told === undefined ? [] : [`${path} ${told}`];
  };
  return [
    ...[...inputs, ...optionalInputs].flatMap((path) => why(view.file(path), path)),
    ...globs.flatMap((pattern) => why(view.glob(pattern, outputs), pattern)),
  ];
}

/** What would run has to wait while a need is held back whose files are gone. */
export function withoutProducts(
  node: Node,
  verdicts: Verdicts,
  verdict: Verdict,
): Verdict | undefined {
  const { state, reasons, adopt } = verdict;
  if (state === 'running' || state === 'maybe' || adopt !== undefined) return undefined;
  if (isRestored(node, reasons)) return undefined;
  const gone = goneNeed(node, verdicts);
  // The target that the need is held back for goes on with what there is.
  if (gone === undefined || verdicts.get(gone)!.until === node.name) return undefined;
  const note = `needs ${gone}, whose files are gone; it is ${verdicts.get(gone)!.note}`;
  return { state: 'waiting', reasons, note };
}

/** A need that is fresh only because it is held back, and whose files are gone. */
export function goneNeed({ deps, gathers }: Node, verdicts: Verdicts): TargetName | undefined {
  const isGone = (need: TargetName): boolean => {
    const { state, reasons } = verdicts.get(need)!;
    return state === 'fresh' && reasons.some(({ kind }) => kind === 'output missing');
  };
  return deps.find(isGone) ?? gathers.find(isGone);
}
