/** What is said of files that no rule makes and that are not there. */
import { dependencyPath } from './graph.ts';
import { nearestNames } from './near.ts';
import type { Path, Plan, Problem, TargetName } from './types.ts';
import { enumerate } from './views/text.ts';
import type { Files } from './world/world.ts';

/** The file that is lacking, who needs it, and what there is beside it. */
export function lackingSource(files: Files, path: Path, neededBy: string): Problem {
  const near = nearestNames(files, path);
  return {
    what: `${path} does not exist, and no rule makes it`,
    advice: near.length === 0 ? neededBy : `${neededBy} There is ${near.join(', ')}.`,
  };
}

/**
 * `It is an input of a (desgwfile.ts:6), which goal needs by way of b.`
 * @param declaredAt `file:line` of the target that has it as an input
 */
export function sourceNeededBy(
  plan: Plan,
  target: TargetName,
  declaredAt: string | undefined,
): string {
  const of = declaredAt === undefined ? target : `${target} (${declaredAt})`;
  const ways = plan.goals.map((goal) => dependencyPath(plan.graph, target, goal));
  const way = ways.find((found) => found !== undefined) ?? [target];
  if (way.length === 1) return `It is an input of ${of}.`;
  const between = way.slice(1, -1).toReversed();
  const byWay = between.length === 0 ? '' : ` by way of ${enumerate(between)}`;
  return `It is an input of ${of}, which ${way.at(-1)} needs${byWay}.`;
}
