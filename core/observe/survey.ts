/** A plan together with the looks that it takes. */

import type { TargetName } from '../api/values.ts';
import type { Graph } from '../graph/graph.ts';
import { readyToGoOn } from '../plan/go-on.ts';
import { closure, plan } from '../plan/plan.ts';
import type { Plan } from '../plan/verdict.ts';
import type { Observer } from './observer.ts';
import type { Recalled } from './recalled.ts';

/** How a plan is made. */
export interface SurveyOptions {
  /** What failed is told as failed, not as what would be tried again. */
  readonly failuresStand?: boolean;
  /** Verdicts that were reached before, and nothing that they go by has changed since. */
  readonly recalled?: Recalled | undefined;
}

/** Plans, makes the looks the plan wants, and plans again until nothing more is wanted. */
export async function survey(
  graph: Graph,
  goals: readonly TargetName[],
  observer: Observer,
  { failuresStand = false, recalled }: SurveyOptions = {},
): Promise<Plan> {
  const order = recalled?.order ?? closure(graph, goals);
  await observer.stat(
    graph,
    recalled === undefined ? order : order.filter((name) => !recalled.verdicts.has(name)),
  );
  for (;;) {
    const round = plan(graph, goals, observer, {
      order,
      failuresStand,
      recalled: recalled?.verdicts,
    });
    if (round.wanted.length > 0) {
      await observer.look(graph, round.wanted);
      continue;
    }
    const more = readyToGoOn(round.plan).filter((name) => !observer.goesOn(name));
    if (more.length === 0) return round.plan;
    observer.goOnWith(more);
  }
}
