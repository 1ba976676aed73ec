/** What was seen of a target, or else what it wrote of that when it was made last. */

import type { Sighting } from '../api/looks.ts';
import type { Json, TargetName } from '../api/values.ts';
import type { Graph } from '../graph/graph.ts';
import type { Observer } from '../observe/observer.ts';
import type { Files } from '../world/world.ts';

/**
 * For maps of parts: while something before a target is to be done it is not looked at, and people
 * want to see how it was.
 */
export function lastSeen(
  graph: Graph,
  observer: Observer,
  files: Files,
): (name: TargetName) => Sighting | undefined {
  return (name) => {
    const seen = observer.sighting(name);
    const { rule, outputs } = graph.nodes.get(name)!;
    if (seen !== undefined || rule.observe?.parts === undefined) return seen;
    const path = outputs[0]?.path;
    const value = path === undefined ? undefined : jsonIn(files.readText(path));
    return value === undefined ? undefined : { state: 'ready', value };
  };
}

/** Undefined for a text that is not JSON: people may have put anything there. */
function jsonIn(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
