/**
 * `desgw build --json`: one event per line on standard output, as `BuildEvent` has them; a plan is
 * reduced to goals, states with reasons, and actions.
 */

import type { Plan } from '../plan/verdict.ts';
import type { BuildEvent } from '../run/events.ts';
import type { Terminal } from '../words/terminal.ts';
import type { Reporter } from './reporter.ts';

/** Reports a build for programs. */
export function jsonReporter(terminal: Terminal): Reporter {
  return {
    event: (event) => terminal.out(JSON.stringify(eventData(event))),
    end() {},
  };
}

/** An event as plain data. */
export function eventData(event: BuildEvent): object {
  if (event.kind === 'planned') {
    const { past: _, ...rest } = event;
    return { ...rest, plan: planData(event.plan) };
  }
  if (event.kind !== 'waiting') return event;
  const { plan: _, ...rest } = event;
  return rest;
}

/** A plan as plain data. */
export function planData(plan: Plan): object {
  return {
    goals: plan.goals,
    targets: plan.order.map((target) => {
      // The digest of the product means nothing outside.
      const { product: _, ...verdict } = plan.verdicts.get(target)!;
      return { target, ...verdict };
    }),
    actions: plan.actions,
  };
}
