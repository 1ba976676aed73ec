/**
 * A long dry run for reading: totals by kind and reason, then like actions as one block with the
 * exact commands of one of them.
 */

import type { Step } from '../api/steps.ts';
import type { Action, Plan } from '../plan/verdict.ts';
import { display } from '../words/quote.ts';
import { reasonText } from '../words/reasons.ts';
import { count, enumerate, number, table } from '../words/text.ts';
import { patternOf } from './activity.ts';
import { type DryRunOptions, uncertainty, VERBS } from './dry-run-words.ts';
import { stepLines } from './steps.ts';

/** Kinds and reasons that the totals tell of; the rest is summed up. */
const TOTALS = 8;
/** Targets of a block that are named. */
const NAMED = 3;
/** Commands of the example. */
const COMMANDS = 2;

/** Actions that are alike: names, reasons and what they wait for differ in digits alone. */
interface Block {
  readonly actions: Action[];
  /** Of each action, in words. */
  readonly reasons: (readonly string[])[];
}

/** The totals and the blocks. */
export function foldedActions(plan: Plan, options: DryRunOptions): readonly string[] {
  const blocks = new Map<string, Block>();
  for (const action of plan.actions) {
    const reasons = action.reasons.map(reasonText);
    const like = [patternOf(action.name), ...reasons.map(patternOf)];
    const key = JSON.stringify([action.kind, action.certain, ...like]);
    const block = blocks.get(key) ?? { actions: [], reasons: [] };
    block.actions.push(action);
    block.reasons.push(reasons);
    blocks.set(key, block);
  }
  return [
    [...totals(plan, [...blocks.values()]), ''].join('\n'),
    ...[...blocks.values()].map((block) => blockText(plan, block, options)),
  ];
}

/** `12 actions: 5 to do, 7 that may follow`, then how many of which kind for which reason. */
function totals(plan: Plan, blocks: readonly Block[]): readonly string[] {
  const certain = plan.actions.filter((action) => action.certain).length;
  const possible = plan.actions.length - certain;
  const kinds = new Map<string, number>();
  for (const block of blocks) {
    const { actions } = block;
    const reasons = reasonsOf(block);
    const [first] = actions;
    const verb = first!.certain ? VERBS[first!.kind] : `may ${VERBS[first!.kind]}`;
    const more = reasons.length > 1 ? ` and ${count(reasons.length - 1, 'more reason')}` : '';
    const why = reasons[0] === undefined ? 'what it needs may change' : reasons[0] + more;
    const key = `${verb}\n${why}`;
    kinds.set(key, (kinds.get(key) ?? 0) + actions.length);
  }
  const rows = [...kinds].sort(([, a], [, b]) => b - a);
  const rest = rows.slice(TOTALS).reduce((sum, [, n]) => sum + n, 0);
  return [
    `${count(plan.actions.length, 'action')}: ${number(certain)} to do, ${number(possible)} that may follow`,
    ...table(
      rows.slice(0, TOTALS).map(([key, n]) => {
        const [verb = '', why = ''] = key.split('\n');
        return [`  ${number(n)}`, verb, why];
      }),
    ),
    ...(rest > 0 ? [`  ${number(rest)} more for other reasons`] : []),
  ];
}

function blockText(plan: Plan, block: Block, options: DryRunOptions): string {
  const { paint, stepsOf } = options;
  const { actions } = block;
  const reasons = reasonsOf(block);
  const [first] = actions;
  const action = first!;
  const verb = action.certain ? VERBS[action.kind] : `may ${VERBS[action.kind]}`;
  const one = actions.length === 1;
  const names = one
    ? ''
    : ` (${number(actions.length)}: ${enumerate(
        actions.map(({ name }) => gistOf(name)),
        NAMED,
      )})`;
  const label = one ? display(action.name) : display(patternOf(action.name));
  const because =
    reasons.length === 0
      ? actions.map((like) => uncertainty(plan, like)).reduce(agreeing)
      : reasons.join('; ');
  const head = `${paint(action.certain ? 'yellow' : 'cyan', verb)} ${paint('bold', label)}${names}  ${because}`;
  if (action.kind === 'adopt' || action.kind === 'attach') return head;
  const found = stepsOf(action);
  if ('unknown' in found) return head;
  return [head, ...commandLines(found.steps, options)].join('\n');
}

/** The reasons of like actions; a number that is not the same in all of them is a star. */
const reasonsOf = ({ reasons }: Block): readonly string[] =>
  reasons.reduce((all, more) => all.map((text, i) => agreeing(text, more[i]!)));

/** What two texts have in common that differ in their numbers alone. */
function agreeing(one: string, other: string): string {
  if (one === other) return one;
  const numbers = other.match(NUMBER) ?? [];
  let at = 0;
  return one.replace(NUMBER, (own) => (own === numbers[at++] ? own : '*'));
}

/** A number, or a star that stands for several. */
const NUMBER = /\d+|\*/g;

/** Of names with one number the number. */
const gistOf = (name: string): string => {
  const numbers = name.match(/\d+/g) ?? [];
  return numbers.length === 1 ? numbers[0]! : display(name);
};

/** The programs that are started; what is written and moved beside them is counted. */
function commandLines(steps: readonly Step[], options: DryRunOptions): readonly string[] {
  const lines = steps
    .filter(({ kind }) => kind === 'exec')
    .map((step) => stepLines(step, options)[0]!);
  const others = steps.length - lines.length;
  const hidden = Math.max(0, lines.length - COMMANDS);
  const more = [
    ...(hidden > 0 ? [count(hidden, 'more command')] : []),
    ...(others > 0 ? [`${count(others, 'file')} written, moved or linked`] : []),
  ].join(', ');
  return [
    ...lines.slice(0, COMMANDS).map((line) => `    ${line}`),
    ...(more === '' ? [] : [`    ${lines.length === 0 ? '' : 'and '}${more}`]),
  ];
}
