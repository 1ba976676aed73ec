/** Reasons in words, and the search for the first cause of a target's state. */
import { moment } from './time.ts';
import type { Built, Json, Plan, Reason, State, TargetName, Trace, Verdict } from './types.ts';
import { display } from './views/quote.ts';
import { count, cut, enumerate } from './views/text.ts';

/** One reason in a few words, with old and new values: `TEFF_CUT_g: 0.2 -> 0.3`. */
export function reasonText(reason: Reason): string {
  switch (reason.kind) {
    case 'never built':
      return 'never built';
    case 'forced':
      return 'asked for with --force';
    case 'cleaned':
      return 'cleaned';
    case 'asked again':
      return `asked for once more: ${display(reason.why)}`;
    case 'interrupted':
      return `interrupted at ${moment(reason.at)}`;
    case 'failed before':
      return `failed before: ${display(reason.problem)}`;
    case 'record damaged':
      return 'its record is damaged';
    case 'recipe changed':
      return 'recipe changed';
    case 'param changed':
      return `${display(reason.name)}: ${changeText(reason.from, reason.to)}`;
    case 'input changed':
      return `${display(reason.path)} ${INPUT_WORDS[reason.how]}`;
    case 'glob changed':
      return `files matching ${display(reason.pattern)} changed`;
    case 'changed meanwhile':
      return `${display(reason.what)} changed while this was made from it`;
    case 'env changed':
      return `$${display(reason.name)}: ${changeText(reason.from, reason.to)}`;
    case 'dep changed':
      return `${display(reason.target)} was remade differently`;
    case 'dep added':
      return `${display(reason.target)} is a new dependency`;
    case 'dep removed':
      return `${display(reason.target)} is no longer a dependency`;
    case 'gathered':
      return `${display(reason.target)} has come in`;
    case 'not gathered':
      return `${display(reason.target)} has dropped out`;
    case 'observation changed':
      return observationText(reason.from, reason.to);
    case 'observation asks':
      return display(reason.what);
    case 'output missing':
      return `${display(reason.path)} is missing`;
    case 'output changed':
      return `${display(reason.path)} is not as it was left`;
    case 'swept':
      return `made together with ${display(reason.first)} (${display(reason.chain)})`;
  }
}

const INPUT_WORDS = {
  changed: 'changed',
  appeared: 'appeared',
  vanished: 'vanished',
  added: 'is a new input',
  removed: 'is no longer an input',
} as const;

/** The same reason as a clause that can follow "because". */
export function becauseText(reason: Reason): string {
  switch (reason.kind) {
    case 'never built':
      return 'it was never built';
    case 'forced':
      return 'it was asked for with --force';
    case 'cleaned':
      return 'it was cleaned';
    case 'asked again':
      return `it was ${reasonText(reason)}`;
    case 'interrupted':
      return `its run was ${reasonText(reason)}`;
    case 'failed before':
      return `it ${reasonText(reason)}`;
    case 'recipe changed':
      return 'its recipe changed';
    case 'param changed':
    case 'env changed': {
      const name = reason.kind === 'env changed' ? `$${reason.name}` : reason.name;
      return `${display(name)} changed (${changeText(reason.from, reason.to)})`;
    }
    case 'dep changed':
      return `${display(reason.target)} changed`;
    case 'swept':
      return `it is made together with ${display(reason.first)}`;
    case 'record damaged':
    case 'input changed':
    case 'glob changed':
    case 'changed meanwhile':
    case 'dep added':
    case 'dep removed':
    case 'gathered':
    case 'not gathered':
    case 'observation changed':
    case 'observation asks':
    case 'output missing':
    case 'output changed':
      return reasonText(reason);
  }
}

/** Texts that would be read as a value of another type. */
const LIKE_OTHER = /^(null|true|false|[+-]?[\d.]+(e[+-]?\d+)?)$/i;

/** A value for people: plain words bare, anything else as JSON, cut to 60 columns. */
export function valueText(value: Json): string {
  // Quotes also tell the text 1 from the number 1.
  const bare =
    typeof value === 'string' && /^[^\s"'](.*[^\s"'])?$/.test(value) && !LIKE_OTHER.test(value);
  return cut(display(bare ? value : JSON.stringify(value)), 60);
}

/** Where a target's state comes from, one step of the way. */
export type Cause =
  | { readonly kind: 'reason'; readonly target: TargetName; readonly reason: Reason }
  /** The target cannot be told, or is held up, until `by` is settled. */
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
): readonly Cause[] {
  const chain: Cause[] = [];
  const seen = new Set<TargetName>();
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

/** A chain of causes as one sentence; of a long one the middle is left out. */
export function causeText(plan: Plan, chain: readonly Cause[]): string {
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

function clauseText(cause: Cause, before: Cause | undefined): string {
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

/** `is stale`, `may be stale`: a state as a predicate. */
export function stateWords(state: State): string {
  switch (state) {
    case 'maybe':
      return 'may be stale';
    case 'failed':
      return 'failed';
    case 'submitted, stale':
      return 'was submitted and is stale';
    case 'edited':
      return 'was edited by hand';
    case 'fresh':
    case 'stale':
    case 'missing':
    case 'waiting':
    case 'running':
    case 'blocked':
    case 'in doubt':
      return `is ${state}`;
  }
}

/** What the last good build of a target left on record, whatever came after it. */
export function lastBuilt(trace: Trace | undefined): Built | undefined {
  switch (trace?.kind) {
    case 'built':
      return trace;
    case 'started':
    case 'finishing':
    case 'failed':
      return trace.previous;
    case 'cleaning':
    case undefined:
      return undefined;
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
  return lastBuilt(traces.get(target))?.because ?? [];
}

/** A reason of the target's own says more than one that only points elsewhere. */
function firstReason(reasons: readonly Reason[]): Reason | undefined {
  return reasons.find((reason) => followed(reason) === undefined) ?? reasons[0];
}

function followed(reason: Reason): TargetName | undefined {
  const { kind } = reason;
  if (kind === 'dep changed' || kind === 'gathered' || kind === 'not gathered')
    return reason.target;
  return kind === 'swept' ? reason.first : undefined;
}

function stateCause(target: TargetName, verdict: Verdict): Cause {
  const base = { kind: 'state', target, state: verdict.state } as const;
  return verdict.note === undefined ? base : { ...base, note: verdict.note };
}

function observationText(from: string, to: string): string {
  return from === to
    ? `what was seen changed (${display(to)})`
    : `seen: ${display(from)} -> ${display(to)}`;
}

function changeText(from: Json | undefined, to: Json | undefined): string {
  if (from === undefined) return to === undefined ? 'changed' : `new, ${valueText(to)}`;
  if (to === undefined) return `${valueText(from)}, no longer set`;
  if (Array.isArray(from) && Array.isArray(to)) return listChangeText(from, to);
  return `${valueText(from)} -> ${valueText(to)}`;
}

/** Of a list the members that came and went, because both lists in full would hide them. */
function listChangeText(from: readonly Json[], to: readonly Json[]): string {
  const members = (list: readonly Json[]) => new Set(list.map((value) => valueText(value)));
  const before = members(from);
  const after = members(to);
  const added = [...after].filter((value) => !before.has(value));
  const removed = [...before].filter((value) => !after.has(value));
  const parts = [
    ...(added.length > 0 ? [`added ${enumerate(added, 5)}`] : []),
    ...(removed.length > 0 ? [`removed ${enumerate(removed, 5)}`] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : 'same members, other order or number';
}
