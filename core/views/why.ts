/** `desgw why`: every reason for a target's state, with values, down to the first cause. */

import { ABSENT } from '../api/digest.ts';
import type { Instant, TargetName } from '../api/values.ts';
import type { Graph } from '../graph/graph.ts';
import { dependencyPath } from '../graph/order.ts';
import { type Built, lastGood, type Trace } from '../memory/trace.ts';
import { type CauseStep, causeText, rootCause } from '../plan/cause.ts';
import type { Plan } from '../plan/verdict.ts';
import { type Paint, STATE_STYLE } from '../words/paint.ts';
import { display, displayLines } from '../words/quote.ts';
import { type Reason, reasonText, stateWords, valueText } from '../words/reasons.ts';
import { enumerate, indent } from '../words/text.ts';
import { duration, momentAndAge } from '../words/time.ts';
import { advice } from './advice.ts';

/** What reasons are explained by. */
export interface WhyOptions {
  readonly traces: ReadonlyMap<TargetName, Trace>;
  readonly now: Instant;
  readonly paint: Paint;
}

/** Most targets that are named as holding up another. */
const HOLDERS = 12;

/** Why a target of the plan is in its state; of a fresh one, what it rests on and since when. */
export function whyText(plan: Plan, target: TargetName, options: WhyOptions): string {
  const { paint, traces, now } = options;
  const { state, reasons, by, note } = plan.verdicts.get(target)!;
  const trace = traces.get(target);
  const built = lastGood(trace);
  const lines = [
    `${display(target)} ${paint(STATE_STYLE[state], stateWords(state))}${note === undefined ? '' : `: ${displayLines(note)}`}`,
    ...reasons.flatMap((reason) => reasonLines(plan, target, reason, traces)),
    ...(by ?? []).slice(0, HOLDERS).flatMap((name) => holderLines(plan, target, name, traces)),
    ...(by !== undefined && by.length > HOLDERS ? [`  and ${by.length - HOLDERS} more`] : []),
  ];
  const chain = rootCause(plan, target, traces);
  if (chain.length > 1) lines.push('', `${causeText(plan, chain)}.`);
  if (trace?.kind === 'failed') lines.push('', ...failureLines(trace, now));
  if (built !== undefined) lines.push('', ...restsOn(built, now, { fresh: state === 'fresh' }));
  const { once } = plan.graph.nodes.get(target)!.rule;
  const next = advice(state, target, { repeatable: once === undefined });
  if (next !== '') lines.push('', `next: ${next}`);
  return `${lines.join('\n')}\n`;
}

/** The same as data. */
export function whyJson(
  plan: Plan,
  target: TargetName,
  traces: ReadonlyMap<TargetName, Trace>,
): object {
  const { state, reasons, by, note } = plan.verdicts.get(target)!;
  const built = lastGood(traces.get(target));
  const chain = rootCause(plan, target, traces);
  return {
    target,
    state,
    ...(note !== undefined && { note }),
    reasons: reasons.map((reason) => ({ ...reason, text: reasonText(reason) })),
    by: by ?? [],
    cause: { chain, text: causeText(plan, chain) },
    ...(built && { built }),
  };
}

/** `desgw why --path A B`: how the second target depends on the first, by the shortest way. */
export function pathText(graph: Graph, from: TargetName, to: TargetName): string {
  const path = dependencyPath(graph, from, to);
  if (path === undefined) {
    const other = dependencyPath(graph, to, from);
    const reverse =
      other === undefined ? '' : ` The other way round: ${other.map(display).join(' -> ')}.`;
    return `${display(to)} does not depend on ${display(from)}.${reverse}\n`;
  }
  const lines = path.map((name, i) => {
    if (i === 0) return `  ${display(name)}`;
    return `  -> ${display(name)}${kindOfNeed(graph, name, path[i - 1]!)}`;
  });
  return `${display(to)} depends on ${display(from)}:\n${lines.join('\n')}\n`;
}

function kindOfNeed(graph: Graph, name: TargetName, need: TargetName): string {
  const node = graph.nodes.get(name)!;
  if (node.deps.includes(need)) return '';
  return node.gathers.includes(need) ? '   (gathers those that succeed)' : '   (order only)';
}

/** A reason, and where it points to another target, how that one came to change. */
function reasonLines(
  plan: Plan,
  target: TargetName,
  reason: Reason,
  traces: ReadonlyMap<TargetName, Trace>,
): readonly string[] {
  const rest = rootCause(plan, target, traces, reason).slice(1);
  return [`  ${reasonText(reason)}`, ...rest.slice(0, 5).map((cause) => `    ${causeLine(cause)}`)];
}

function holderLines(
  plan: Plan,
  target: TargetName,
  by: TargetName,
  traces: ReadonlyMap<TargetName, Trace>,
): readonly string[] {
  if (by === target) return [];
  const verdict = plan.verdicts.get(by);
  if (verdict === undefined) return [`  after ${display(by)}`];
  const cause = rootCause(plan, by, traces)[0];
  const why =
    cause === undefined || cause.kind === 'state' ? (verdict.note ?? '') : causeWords(cause);
  return [
    `  after ${display(by)}, which ${stateWords(verdict.state)}${why === '' ? '' : `: ${display(why)}`}`,
  ];
}

function causeLine(cause: CauseStep): string {
  return `${display(cause.target)}: ${causeWords(cause)}`;
}

function causeWords(cause: CauseStep): string {
  switch (cause.kind) {
    case 'reason':
      return reasonText(cause.reason);
    case 'held':
      return `after ${display(cause.by)}`;
    case 'state':
      return cause.note === undefined ? cause.state : `${cause.state}, ${display(cause.note)}`;
  }
}

function failureLines(
  { problems, at, log, ms }: Extract<Trace, { kind: 'failed' }>,
  now: Instant,
): readonly string[] {
  return [
    `last run failed ${momentAndAge(at, now)}, after ${duration(ms)}`,
    ...problems.flatMap(({ what, advice }) => [
      indent(display(what), '  '),
      ...(advice === undefined ? [] : [indent(display(advice), '    ')]),
    ]),
    ...(log === undefined ? [] : [`  log: ${display(log)}`]),
  ];
}

const HOW_WORDS: { readonly [how in Built['how']]: string } = {
  built: 'built',
  adopted: 'adopted, not made here,',
  accepted: 'accepted as it is',
  marked: 'marked by hand',
};

/** What the last good build went by, so that a fresh verdict can be checked by a person. */
function restsOn(
  built: Built,
  now: Instant,
  { fresh }: { readonly fresh: boolean },
): readonly string[] {
  const { signature, outputs, receipt, evidence } = built;
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['because', built.because.map(reasonText)],
    ['shown by', evidence === undefined ? [] : [display(evidence)]],
    ['receipt', receipt === undefined ? [] : [display(receipt)]],
    [
      'parameters',
      Object.entries(signature.params).map(([k, v]) => `${display(k)} = ${valueText(v)}`),
    ],
    [
      'environment',
      Object.entries(signature.env).map(([k, v]) => `${display(k)} = ${valueText(v)}`),
    ],
    [
      'inputs',
      Object.entries(signature.inputs).map(
        ([path, digest]) => display(path) + (digest === ABSENT ? ' (absent)' : ''),
      ),
    ],
    ['patterns', Object.keys(signature.globs).map(display)],
    ['depends on', Object.keys(signature.deps).map(display)],
    ['gathered', Object.keys(signature.gathered).map(display)],
    ['seen', signature.observed === undefined ? [] : [display(signature.observed.note)]],
    ['outputs', Object.keys(outputs).map(display)],
  ];
  const took = built.how === 'built' ? `, in ${duration(built.ms)}` : '';
  return [
    `${fresh ? '' : 'last '}${HOW_WORDS[built.how]} ${momentAndAge(built.at, now)}${took}`,
    ...lists
      .filter(([, items]) => items.length > 0)
      .map(([title, items]) => `  ${title}: ${listed(items)}`),
  ];
}

/** All of a dozen, the first of more. */
function listed(items: readonly string[]): string {
  return items.length > 12 ? enumerate(items, 4) : items.join(', ');
}
