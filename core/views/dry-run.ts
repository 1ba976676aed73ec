/** `desgw build -n`: what a build would do, in order, with the reason and the exact commands. */

import type { State } from '../api/builds.ts';
import type { Step } from '../api/steps.ts';
import type { TargetName } from '../api/values.ts';
import { heldUp } from '../plan/held-up.ts';
import type { Action, Plan } from '../plan/verdict.ts';
import { type Paint, STATE_STYLE } from '../words/paint.ts';
import { display } from '../words/quote.ts';
import { reasonText } from '../words/reasons.ts';
import { count, indent, table } from '../words/text.ts';
import { patternOf } from './activity.ts';
import { foldedActions } from './dry-run-folds.ts';
import { type DryRunOptions, type StepsOf, uncertainty, VERBS } from './dry-run-words.ts';
import { inState, PERSON, stateCounts } from './status.ts';
import { stepLines } from './steps.ts';
import { heldUpText } from './summary.ts';
import { unexpandedLines } from './targets.ts';

/** From this many actions on like ones are shown as one. */
const FOLD_FROM = 13;

/** What the build would be refused, a line for each kind: it would end there. */
export function refusals(plan: Plan, stepsOf: StepsOf): readonly string[] {
  const found = new Map<string, string>();
  const add = (name: TargetName, text: string): void => {
    const kind = patternOf(`${name}\n${text}`);
    if (!found.has(kind)) found.set(kind, `${display(name)}: ${display(text)}`);
  };
  for (const action of plan.actions) {
    if (!action.certain || action.kind !== 'run') continue;
    const steps = stepsOf(action);
    if ('unknown' in steps && steps.refused === true)
      add(action.name, steps.unknown + (steps.advice === undefined ? '' : ` (${steps.advice})`));
  }
  return [...found.values()];
}

/**
 * What the build would be refused, then every action in the order of execution, then what waits
 * and what is held up, then the counts.
 */
export function dryRunText(plan: Plan, options: DryRunOptions): string {
  const folds = !options.full && plan.actions.length >= FOLD_FROM;
  const parts: string[] = [
    ...options.refused.map((line) => `${options.paint('red', 'refused')}: ${line}`),
    ...(folds
      ? [foldedActions(plan, options).join('\n')]
      : plan.actions.map((action) => actionText(plan, action, options))),
  ];
  if (folds) parts.push('--full shows each of them with all of its steps.');
  const rest = notRun(plan, options.paint);
  if (rest.length > 0) parts.push(rest.join('\n'));
  parts.push(...unexpandedLines(plan.graph));
  return `${[...parts, footer(plan)].join('\n\n')}\n`;
}

/** The same as data. Contents that are computed when the step runs are `null`. */
export function dryRunJson(plan: Plan, stepsOf: StepsOf): object {
  return {
    goals: plan.goals,
    actions: plan.actions.map((action) => {
      const found = stepsOf(action);
      const reasons = action.reasons.map((reason) => ({ ...reason, text: reasonText(reason) }));
      return 'unknown' in found
        ? { ...action, reasons, steps: null, unknown: found.unknown }
        : { ...action, reasons, steps: found.steps.map(stepData) };
    }),
    waiting: withNotes(plan, 'waiting'),
    blocked: inState(plan, 'blocked').map((target) => ({
      target,
      by: plan.verdicts.get(target)!.by ?? [],
    })),
    person: PERSON.flatMap((state) => withNotes(plan, state).map((it) => ({ ...it, state }))),
    unexpanded: plan.graph.unexpanded.map(({ from, file }) => from ?? file),
    counts: Object.fromEntries(stateCounts(plan)),
  };
}

function actionText(plan: Plan, action: Action, options: DryRunOptions): string {
  const { stepsOf, paint } = options;
  const verb = action.certain ? VERBS[action.kind] : `may ${VERBS[action.kind]}`;
  const together = action.makes.length > 1 || action.makes[0] !== action.name;
  const lines = [
    `${paint(action.certain ? 'yellow' : 'cyan', verb)} ${paint('bold', display(action.name))}`,
    ...(together ? [`  makes ${action.makes.map(display).join(', ')}`] : []),
    ...action.reasons.map((reason) => `  because ${reasonText(reason)}`),
    ...(action.certain ? [] : [`  ${uncertainty(plan, action)}`]),
  ];
  if (action.kind === 'adopt') return [...lines, ...adoption(plan, action)].join('\n');
  if (action.kind === 'attach')
    return [...lines, '  started earlier; its result is waited for'].join('\n');
  const found = stepsOf(action);
  if ('unknown' in found)
    return [
      ...lines,
      `  the steps are not known yet: ${display(found.unknown.split(/\n *\d+ \|/)[0]!)}`,
    ].join('\n');
  const steps = found.steps.flatMap((step) => stepLines(step, options));
  return [...lines, ...steps.map((line) => indent(line, '  '))].join('\n');
}

function adoption(plan: Plan, action: Action): readonly string[] {
  const how = action.makes.flatMap((name) => plan.verdicts.get(name)?.adopt?.how ?? []);
  return [`  was done already (${display(how.join('; '))}); only put on record`];
}

/** What a build would leave alone although it is not fresh. */
function notRun(plan: Plan, paint: Paint): readonly string[] {
  const row = (verb: string, state: State, target: TargetName, why: string) => ({
    cells: [verb, display(target), display(why)],
    state,
  });
  const { blocked } = heldUp(plan.verdicts, plan);
  const made = new Set(plan.actions.flatMap((action) => action.makes));
  const rows = [
    ...withNotes(plan, 'waiting').map((it) => row('wait', 'waiting', it.target, it.note)),
    ...withNotes(plan, 'failed')
      .filter(({ target }) => !made.has(target))
      .map((it) => row('cannot', 'failed', it.target, it.note)),
    ...PERSON.flatMap((state) =>
      withNotes(plan, state).map((it) => row('ask', state, it.target, it.note || state)),
    ),
  ];
  const lines = table(rows.map(({ cells }) => cells)).map((line, i) => {
    const { cells, state } = rows[i]!;
    const verb = cells[0]!;
    return paint(STATE_STYLE[state], verb) + line.slice(verb.length);
  });
  return blocked.length === 0 ? lines : [...lines, heldUpText(blocked, paint)];
}

function footer(plan: Plan): string {
  const certain = plan.actions.filter((action) => action.certain).length;
  const possible = plan.actions.length - certain;
  const counts = stateCounts(plan);
  const parts = [
    ...(certain > 0 ? [`${certain} to do`] : []),
    ...(possible > 0 ? [`${possible} that may follow`] : []),
    ...(['waiting', 'blocked', 'fresh'] as const)
      .filter((state) => counts.has(state))
      .map((state) => `${counts.get(state)} ${state}`),
  ];
  const person = PERSON.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0);
  if (person > 0) parts.push(`${count(person, 'target')} for a person to decide`);
  const nothing = plan.actions.length === 0 ? 'Nothing to run' : 'Would run';
  return `${nothing}: ${parts.length === 0 ? 'no targets' : parts.join(', ')}. Nothing was changed.`;
}

function withNotes(
  plan: Plan,
  state: State,
): readonly { readonly target: TargetName; readonly note: string }[] {
  return inState(plan, state).map((target) => ({
    target,
    note: plan.verdicts.get(target)!.note ?? '',
  }));
}

function stepData(step: Step): object {
  return step.kind === 'write' && typeof step.content === 'function'
    ? { ...step, content: null }
    : step;
}
