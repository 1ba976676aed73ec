/**
 * `desgw build --json`: one event per line on standard output, as `BuildEvent` has them; a plan is
 * reduced to goals, states with reasons, and actions.
 */

import { codeOf } from '../api/codes.ts';
import type { Problem } from '../api/rules.ts';
import type { Plan } from '../plan/verdict.ts';
import { EXIT } from '../run/build.ts';
import type { BuildEvent, Summary } from '../run/events.ts';
import type { Terminal } from '../words/terminal.ts';
import { personCode } from './advice.ts';
import type { Reporter } from './reporter.ts';

/** Reports a build for programs. */
export function jsonReporter(terminal: Terminal): Reporter {
  return {
    event: (event) => terminal.data(eventData(event)),
    end() {},
  };
}

/** An event as plain data. */
function eventData(event: BuildEvent): object {
  if (event.kind === 'planned') {
    const { past: _, ...rest } = event;
    return { ...rest, plan: planData(event.plan) };
  }
  if (event.kind === 'action failed')
    return { ...event, problems: event.problems.map(codedProblem) };
  if (event.kind === 'finished') return { ...event, summary: summaryData(event.summary) };
  if (event.kind !== 'waiting') return event;
  const { plan: _, ...rest } = event;
  return rest;
}

/** With the code to look it up by, and the exit status that goes with the outcome. */
function summaryData(summary: Summary): object {
  return {
    ...summary,
    exit: EXIT[summary.outcome],
    failed: summary.failed.map((one) => ({ ...one, problems: one.problems.map(codedProblem) })),
    person: summary.person.map((one) => ({ ...one, code: personCode(one.state) })),
  };
}

const codedProblem = (problem: Problem): object => ({ ...problem, code: codeOf(problem) });

/** A plan as plain data. */
function planData(plan: Plan): object {
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
