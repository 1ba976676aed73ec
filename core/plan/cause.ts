/** Where a target's state comes from: the way to its first cause, and that way in words. */
import type { State } from '../api/builds.ts';
import type { TargetName } from '../api/values.ts';
import { lastGood, type Trace } from '../memory/trace.ts';
import { display } from '../words/quote.ts';
import { becauseText, type Reason, stateWords } from '../words/reasons.ts';
import { count } from '../words/text.ts';
import type { Plan, Verdict } from './verdict.ts';

/** One step of the way to where a target's state comes from. */
export type CauseStep =
  | { readonly kind: 'reason'; readonly target: TargetName; readonly reason: Reason }
  /** The target cannot be told, or is held up, until `by` is made. */
  | { readonly kind: 'held'; readonly target: TargetName; readonly by: TargetName }
  /** The end of the way: the state of the target itself is the cause. */
  | {
      readonly kind: 'state';
      readonly target: TargetName;
      readonly state: State;
      readonly note?: string;
    };

/**
 * The way from a target's state to its first cause. A dependency that changed is followed: through
 * its own reasons when it is not fresh, else through why it was last built.
 *
 * @param start follow this reason of the target; by default the first that leads to a cause of its own
 */
export function rootCause(
  plan: Plan,
  target: TargetName,
  traces: ReadonlyMap<TargetName, Trace>,
  start?: Reason,
): readonly CauseStep[] {
  const chain: CauseStep[] = [];
  const seen = new Set<TargetName>();
  // While something that it needs has failed, that is the cause, and not that it was never built.
  const way = start === undefined ? wayToTrouble(plan, target, traces) : [target];
  for (const [i, by] of way.slice(1).entries()) {
    chain.push({ kind: 'held', target: way[i]!, by });
    seen.add(way[i]!);
  }
  if (way.length > 1) return [...chain, ...rootCause(plan, way.at(-1)!, traces)];
  let here: TargetName | undefined = target;
  let reason: Reason | undefined = start ?? firstReason(reasonsOf(plan, target, traces));
  while (here !== undefined && !seen.has(here)) {
    seen.add(here);
    const verdict = plan.verdicts.get(here);
    let next: TargetName | undefined;
    if (reason !== undefined) {
      chain.push({ kind: 'reason', target: here, reason });
      next = followed(reason);
    } else if (verdict?.by?.[0] !== undefined) {
      next = verdict.by[0];
      chain.push({ kind: 'held', target: here, by: next });
    } else if (verdict !== undefined && verdict.state !== 'fresh') {
      chain.push(stateCause(here, verdict));
    }
    here = next;
    reason = next === undefined ? undefined : firstReason(reasonsOf(plan, next, traces));
  }
  return chain;
}

/**
 * The shortest way from a target of which it is only known that it was never built, or failed before,
 * through what it waits for to something that has failed or needs a person; else the target alone.
 */
function wayToTrouble(
  plan: Plan,
  target: TargetName,
  traces: ReadonlyMap<TargetName, Trace>,
): readonly TargetName[] {
  const own = reasonsOf(plan, target, traces);
  if (own.some(({ kind }) => kind !== 'never built' && kind !== 'failed before')) return [target];
  const from = new Map<TargetName, TargetName | undefined>([[target, undefined]]);
  // The loop also visits what is added to the map meanwhile.
  for (const [name] of from) {
    const verdict = plan.verdicts.get(name);
    if (verdict === undefined) continue;
    // What failed because members that it gathers are lacking is a consequence of those.
    const lacking = isTrouble(verdict) ? unmade(plan, name) : [];
    if (name !== target && isTrouble(verdict) && lacking.length === 0) return wayFrom(from, name);
    for (const by of [...(verdict.by ?? []), ...lacking]) if (!from.has(by)) from.set(by, name);
  }
  return [target];
}

/** Gathered targets that are not there. */
function unmade(plan: Plan, target: TargetName): readonly TargetName[] {
  const gathers = plan.graph.nodes.get(target)?.gathers ?? [];
  return gathers.filter((name) => plan.verdicts.get(name)?.state !== 'fresh');
}

function wayFrom(
  from: ReadonlyMap<TargetName, TargetName | undefined>,
  end: TargetName,
): readonly TargetName[] {
  const way: TargetName[] = [];
  for (let name: TargetName | undefined = end; name !== undefined; name = from.get(name))
    way.unshift(name);
  return way;
}

function isTrouble({ state, reasons }: Verdict): boolean {
  switch (state) {
    case 'failed':
    case 'edited':
    case 'in doubt':
    case 'outdated':
      return true;
    case 'fresh':
    case 'stale':
    case 'missing':
    case 'maybe':
    case 'waiting':
    case 'running':
    case 'blocked':
      return reasons.some(({ kind }) => kind === 'failed before');
  }
}

/** A chain of causes as one sentence; of a long one the middle is left out. */
export function causeText(plan: Plan, chain: readonly CauseStep[]): string {
  const first = chain[0];
  if (first === undefined) return '';
  const state = plan.verdicts.get(first.target)?.state ?? 'stale';
  const clauses = chain.map((cause, i) => clauseText(cause, chain[i - 1]));
  const kept =
    clauses.length <= 8
      ? clauses
      : [
          ...clauses.slice(0, 4),
          `of ${count(clauses.length - 6, 'more step')}`,
          ...clauses.slice(-2),
        ];
  if (first.kind === 'state') return `${display(first.target)} ${kept.join('')}`;
  return `${display(first.target)} ${stateWords(state)} because ${kept.join(' because ')}`;
}

function clauseText(cause: CauseStep, before: CauseStep | undefined): string {
  switch (cause.kind) {
    case 'reason':
      return becauseText(cause.reason);
    case 'held':
      return `it comes after ${display(cause.by)}`;
    case 'state': {
      const words = `${stateWords(cause.state)}${cause.note === undefined ? '' : `: ${display(cause.note)}`}`;
      return before === undefined ? words : `${display(cause.target)} ${words}`;
    }
  }
}

/** Own reasons of a target that is to be remade; those of its last build when it is fresh. */
function reasonsOf(
  plan: Plan,
  target: TargetName,
  traces: ReadonlyMap<TargetName, Trace>,
): readonly Reason[] {
  const verdict = plan.verdicts.get(target);
  if (verdict !== undefined && verdict.state !== 'fresh') return verdict.reasons;
  return lastGood(traces.get(target))?.because ?? [];
}

/** The first reason of the target's own: it says more than one that points to another target. */
function firstReason(reasons: readonly Reason[]): Reason | undefined {
  return reasons.find((reason) => followed(reason) === undefined) ?? reasons[0];
}

/** The target that a reason points to. */
function followed(reason: Reason): TargetName | undefined {
  const { kind } = reason;
  if (kind === 'dep changed' || kind === 'gathered' || kind === 'not gathered')
    return reason.target;
  return kind === 'swept' ? reason.first : undefined;
}

function stateCause(target: TargetName, verdict: Verdict): CauseStep {
  const base = { kind: 'state', target, state: verdict.state } as const;
  return verdict.note === undefined ? base : { ...base, note: verdict.note };
}
