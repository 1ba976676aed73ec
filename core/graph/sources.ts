/** What is said of an input that is lacking and that no rule makes. */

import type { Problem } from '../api/rules.ts';
import type { Path, TargetName } from '../api/values.ts';
import { nearestNames } from '../words/near.ts';
import { enumerate } from '../words/text.ts';
import type { Files } from '../world/world.ts';
import type { Selection } from './graph.ts';
import { dependencyPath } from './order.ts';

/** The file that is lacking, who needs it, and files beside it with similar names. */
export function lackingSource(files: Files, path: Path, neededBy: string): Problem {
  const near = nearestNames(files, path);
  return {
    what: `${path} does not exist, and no rule makes it`,
    code: 'DG306',
    advice: near.length === 0 ? neededBy : `${neededBy} There is ${near.join(', ')}.`,
  };
}

/**
 * `It is an input of a (desgwfile.ts:6), which goal needs by way of b.`
 * @param declaredAt `file:line` of the target that has it as an input
 */
export function sourceNeededBy(
  { graph, goals }: Pick<Selection, 'graph' | 'goals'>,
  target: TargetName,
  declaredAt: string | undefined,
): string {
  const of = declaredAt === undefined ? target : `${target} (${declaredAt})`;
  const ways = goals.map((goal) => dependencyPath(graph, target, goal));
  const way = ways.find((found) => found !== undefined) ?? [target];
  if (way.length === 1) return `It is an input of ${of}.`;
  const between = way.slice(1, -1).toReversed();
  const byWay = between.length === 0 ? '' : ` by way of ${enumerate(between)}`;
  return `It is an input of ${of}, which ${way.at(-1)} needs${byWay}.`;
}
