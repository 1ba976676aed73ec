/** Plans written down by hand, for what only shows plans. */

import type { Rule } from '../../core/api/rules.ts';
import type { TargetName } from '../../core/api/values.ts';
import type { Node } from '../../core/graph/graph.ts';
import { type Built, EMPTY_SIGNATURE } from '../../core/memory/trace.ts';
import type { Action, Plan, Verdict } from '../../core/plan/verdict.ts';

/** A target with its verdict; the rule's parts beside it. */
export type Sketch = Omit<Rule, 'name' | 'adopt'> & Partial<Verdict> & { readonly group?: boolean };

/** A plan of these targets, in this order, the last one being the goal. */
export function planOf(
  sketches: { readonly [name: TargetName]: Sketch },
  actions: readonly Action[] = [],
): Plan {
  const order = Object.keys(sketches);
  const nodes = new Map<TargetName, Node>();
  const verdicts = new Map<TargetName, Verdict>();
  for (const name of order) {
    const {
      state = 'fresh',
      reasons = [],
      by,
      note,
      adopt,
      tally,
      leftOut,
      group = false,
      ...rule
    } = sketches[name]!;
    nodes.set(name, {
      name,
      rule: { name, ...rule },
      group,
      deps: rule.deps ?? [],
      after: rule.after ?? [],
      gathers: rule.gathers ?? [],
      outputs: (rule.outputs ?? []).map((o) => (typeof o === 'string' ? { path: o } : o)),
      sources: [],
      params: {},
      recipeDigest: 'r',
    });
    verdicts.set(name, {
      state,
      reasons,
      ...(by !== undefined && { by }),
      ...(note !== undefined && { note }),
      ...(adopt !== undefined && { adopt }),
      ...(tally !== undefined && { tally }),
      ...(leftOut !== undefined && { leftOut }),
    });
  }
  return {
    graph: {
      nodes,
      order,
      dependents: new Map(),
      makers: new Map(),
      unexpanded: [],
      awaited: new Set(),
    },
    goals: order.slice(-1),
    order,
    verdicts,
    actions,
  };
}

/** An action that runs one target of a plan. */
export function run(name: TargetName, action: Partial<Action> = {}): Action {
  return {
    name,
    kind: 'run',
    makes: [name],
    certain: true,
    reasons: [{ kind: 'never built' }],
    ...action,
  };
}

/** A record of a good build at 2017-08-18 00:00:00 UTC. */
export function builtTrace(trace: Partial<Built> = {}): Built {
  return {
    kind: 'built',
    how: 'built',
    run: 1,
    at: Date.UTC(2017, 7, 18),
    ms: 1500,
    because: [{ kind: 'never built' }],
    signature: { ...EMPTY_SIGNATURE, recipe: 'r' },
    outputs: {},
    ...trace,
  };
}
