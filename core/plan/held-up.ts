/** What is not fresh after a build, sorted by what it takes. */

import type { Problem } from '../api/rules.ts';
import type { TargetName } from '../api/values.ts';
import { realTargets } from '../graph/graph.ts';
import { reasonText } from '../words/reasons.ts';
import { causeOf } from './needs.ts';
import type { Cause, Plan, Verdict } from './verdict.ts';

/** What is waited for. */
interface Waiting {
  readonly target: TargetName;
  readonly progress: string;
  /** What a person has to do for it to come. */
  readonly wants?: string;
}

/** Held jobs and credentials wait for a person, and time alone brings neither. */
function wantOf(target: TargetName, { tell = [] }: Verdict): Pick<Waiting, 'wants'> {
  const told = tell.find(({ occasion }) => occasion === 'held' || occasion === 'credentials');
  if (told === undefined) return {};
  return { wants: told.occasion === 'held' ? told.text : `see to ${target}, as told above` };
}

/**
 * Sorts what is not fresh by what it takes: nothing but time, or a person. Groups are only names for
 * others and are left out.
 */
export function heldUp(verdicts: ReadonlyMap<TargetName, Verdict>, plan: Plan) {
  const waiting: Waiting[] = [];
  const person: Decision[] = [];
  const blocked: {
    target: TargetName;
    by: readonly TargetName[];
    cause: Cause;
  }[] = [];
  const unseen: { target: TargetName; problems: readonly Problem[] }[] = [];
  const fleeting: Waiting[] = [];
  const holders = holdersIn(verdicts, plan);
  for (const target of realTargets(plan)) {
    const verdict = verdicts.get(target)!;
    const note = verdict.note ?? '';
    switch (verdict.state) {
      case 'waiting':
      case 'running':
        (verdict.fleeting === true ? fleeting : waiting).push({
          ...{ target, progress: note },
          ...wantOf(target, verdict),
        });
        break;
      case 'edited':
      case 'in doubt':
      case 'outdated':
        person.push(toDecide(plan, target, verdict));
        break;
      case 'blocked':
        blocked.push({ target, by: holders(verdict), cause: causeOf(verdict) });
        break;
      case 'failed':
        unseen.push({ target, problems: [{ what: note, code: verdict.code ?? 'DG408' }] });
        break;
      case 'fresh':
      case 'stale':
      case 'missing':
      case 'maybe':
        break;
    }
  }
  // A fleeting target only keeps others from beginning: it is waited for while there are such others.
  const isWanted = ({ target }: { readonly target: TargetName }): boolean =>
    waiting.length > 0 || blocked.some(({ by }) => by.includes(target));
  return { waiting: [...fleeting.filter(isWanted), ...waiting], person, blocked, unseen };
}

/** Tells what holds a target up; in the place of a group, what holds that up. */
function holdersIn(verdicts: ReadonlyMap<TargetName, Verdict>, { order, graph }: Plan) {
  const ofGroups = new Map<TargetName, readonly TargetName[]>();
  const holders = ({ by = [] }: Verdict): readonly TargetName[] =>
    unique(by.flatMap((name) => ofGroups.get(name) ?? [name]));
  // In this order, what holds a group up comes before it.
  for (const name of order)
    if (graph.nodes.get(name)!.group) ofGroups.set(name, holders(verdicts.get(name)!));
  return holders;
}

const unique = <T>(list: readonly T[]): readonly T[] => [...new Set(list)];

const firstReason = ({ reasons }: Verdict): string =>
  reasons[0] === undefined ? '' : reasonText(reasons[0]);

/** What a person has to decide. */
interface Decision {
  readonly target: TargetName;
  readonly state: Verdict['state'];
  readonly note: string;
  /** What runs elsewhere may be made again at will, once it has ended there. */
  readonly repeatable?: true;
}

function toDecide({ graph }: Plan, target: TargetName, verdict: Verdict): Decision {
  const { state, note } = verdict;
  const isOnce = graph.nodes.get(target)!.rule.once !== undefined;
  return {
    ...{ target, state, note: note || firstReason(verdict) },
    ...(state === 'in doubt' && !isOnce ? { repeatable: true } : {}),
  };
}
