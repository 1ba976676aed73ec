/** What the long and the folded dry run have in common. */

import type { Step } from '../api/steps.ts';
import type { Action, Plan } from '../plan/verdict.ts';
import type { Paint } from '../words/paint.ts';
import { display } from '../words/quote.ts';
import { enumerate } from '../words/text.ts';
import type { StepContext } from './steps.ts';

/** The steps of an action, or why they cannot be known before something else has run. */
export type StepsOf = (action: Action) =>
  | { readonly steps: readonly Step[] }
  /** `refused`: the build would be told the same. */
  | { readonly unknown: string; readonly refused?: boolean; readonly advice?: string };

/** What a dry run is told by. */
export interface DryRunOptions extends StepContext {
  readonly stepsOf: StepsOf;
  readonly paint: Paint;
  /** What the build would be refused, see `refusals`. */
  readonly refused: readonly string[];
  /** Every action by itself with all of its steps, however many there are. */
  readonly full: boolean;
}

/** What a build does with an action. */
export const VERBS: { readonly [kind in Action['kind']]: string } = {
  run: 'run',
  attach: 'go on with',
  adopt: 'adopt',
  restore: 'put back',
};

/** What it depends on whether an action is run. */
export function uncertainty(plan: Plan, action: Action): string {
  // A reason of its own makes it due; only evidence that it was done before can spare it.
  if (action.reasons.length > 0) return 'unless it turns out that this was done already';
  const by = action.makes.flatMap((name) => plan.verdicts.get(name)?.by ?? []);
  const others = [...new Set(by)].filter((name) => !action.makes.includes(name));
  return others.length === 0
    ? 'depends on what comes before it'
    : `only if ${enumerate(others.map(display))} ${others.length === 1 ? 'turns' : 'turn'} out different`;
}
