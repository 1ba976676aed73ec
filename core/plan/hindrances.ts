/** What keeps a target from being made now although it is not fresh. Pure. */

import type { TargetName } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import { typed } from '../words/quote.ts';
import type { Reason } from '../words/reasons.ts';
import { whyUnfit } from './left.ts';
import { asNeed, blocked, isLate } from './needs.ts';
import { builtOf, isLoss, type Known, outputsOf, wasTried } from './record.ts';
import { productOf } from './signature.ts';
import { type Decision, failing, type Verdict } from './verdict.ts';
import type { Verdicts, View } from './view.ts';

/**
 * Work under way elsewhere must not have its inputs replaced under it: what was made then still
 * stands, and what changed has to wait. Nor may work that has perhaps begun, and nobody's wish to have
 * it made again changes that.
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
    // What was edited holds that work up in its turn: it does not end before somebody lets the edit stand.
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
 * What would begin now, or be asked for first, has to wait while what it comes after is not there
 * and may be any minute; what was made stands, and what runs goes on.
 */
export function barred(node: Node, verdicts: Verdicts, decision: Decision): Decision {
  if (!wouldBegin(node, decision)) return decision;
  const open = node.after.filter((need) => {
    const verdict = verdicts.get(need)!;
    return verdict.fleeting === true && asNeed(verdict) !== 'usable';
  });
  if (open.length === 0) return decision;
  const down = open.filter((need) => asNeed(verdicts.get(need)!) === 'down');
  return down.length > 0 ? blocked(down, verdicts) : { state: 'maybe', reasons: [], by: open };
}

function wouldBegin({ rule }: Node, decision: Decision): boolean {
  if ('look' in decision) return decision.look === 'once';
  const { state, reasons, adopt } = decision;
  if (state === 'running' || state === 'maybe' || adopt !== undefined) return false;
  const isRestored = rule.once !== undefined && reasons.length > 0 && reasons.every(isLoss);
  return asNeed(decision) === 'pending' && !isRestored;
}

/**
 * What was gathered stands until enough more is there to begin anew for (see `Rule.more`): while some
 * is still to come, a few do not count, nor what only tells of those that came.
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

/** What would be run cannot be while files are lacking that no rule makes. */
export function withoutSources(node: Node, view: View, verdict: Verdict): Verdict | undefined {
  const { once, doneBefore, chain } = node.rule;
  if (verdict.state === 'running' || verdict.adopt !== undefined) return undefined;
  // Evidence may still show that nothing is to be run; a chain runs as its first link says.
  if (verdict.state === 'maybe' && (once ?? doneBefore ?? chain) !== undefined) return undefined;
  const lacking = node.sources.filter((path) => view.file(path) === 'absent');
  const unfit = unusable(node, view);
  const absent =
    lacking.length > 0
      ? [`${lacking.join(', ')} ${lacking.length > 1 ? 'do' : 'does'} not exist`]
      : [];
  const notes = [...unfit, ...absent];
  if (notes.length === 0) return undefined;
  return failing(notes.join('; '), unfit.length > 0 ? 'DG307' : 'DG306');
}

/** What cannot be run because the rule itself does not say how; what runs already goes on. */
export function faulty(node: Node, view: View, verdict: Verdict): Verdict | undefined {
  if (verdict.state === 'running' || verdict.adopt !== undefined) return undefined;
  const note = view.fault(node);
  return note === undefined ? undefined : failing(note, 'DG406');
}

/** Inputs that are there and are no files, or cannot be looked at. */
function unusable({ rule }: Node, view: View): string[] {
  const { inputs = [], optionalInputs = [], globs = [] } = rule;
  const why = (digest: string, path: string): string[] => {
    const told = whyUnfit(digest);
    return told === undefined ? [] : [`${path} ${told}`];
  };
  return [
    ...[...inputs, ...optionalInputs].flatMap((path) => why(view.file(path), path)),
    ...globs.flatMap((pattern) => why(view.glob(pattern), pattern)),
  ];
}

/** Nor can it while a need is held back whose files are gone. */
export function withoutProducts(
  node: Node,
  verdicts: Verdicts,
  verdict: Verdict,
): Verdict | undefined {
  const { state, reasons, adopt } = verdict;
  if (state === 'running' || state === 'maybe' || adopt !== undefined) return undefined;
  if (node.rule.once !== undefined && reasons.length > 0 && reasons.every(isLoss)) return undefined;
  const gone = goneNeed(node, verdicts);
  // What the need is held back for has to be settled with what there is.
  if (gone === undefined || verdicts.get(gone)!.until === node.name) return undefined;
  const note = `needs ${gone}, whose files are gone; it is ${verdicts.get(gone)!.note}`;
  return { state: 'waiting', reasons, note };
}

/** A need that stands only because it is held back, and has nothing to show for it. */
export function goneNeed({ deps, gathers }: Node, verdicts: Verdicts): TargetName | undefined {
  const isGone = (need: TargetName): boolean => {
    const { state, reasons } = verdicts.get(need)!;
    return state === 'fresh' && reasons.some(({ kind }) => kind === 'output missing');
  };
  return deps.find(isGone) ?? gathers.find(isGone);
}
