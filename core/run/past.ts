/** How long targets took before, as far as it is on record. */

import type { Instant, TargetName } from '../api/values.ts';
import type { Graph } from '../graph/graph.ts';
import { needsOf } from '../graph/graph.ts';
import { lastGood, type Trace } from '../memory/trace.ts';
import type { Past } from './events.ts';

/** Reads the record of a target only when it is wanted. */
export function pastOf(graph: Graph, traces: ReadonlyMap<TargetName, Trace>): Past {
  const builtAt = (name: TargetName): Instant | undefined => {
    const trace = traces.get(name);
    return trace?.kind === 'built' ? trace.at : undefined;
  };
  const since = (name: TargetName): Instant | undefined => {
    const node = graph.nodes.get(name);
    const times = node === undefined ? [] : needsOf(node).map(builtAt);
    return times.length === 0 || times.includes(undefined)
      ? undefined
      : Math.max(...times.flatMap((at) => at ?? []));
  };
  const built = (name: TargetName) => {
    const good = lastGood(traces.get(name));
    return good?.how === 'built' ? good : undefined;
  };
  return {
    since,
    took: (name) => built(name)?.ms,
    ended: (name) => built(name)?.at,
    awaited: (name) => {
      const [end, begun] = [built(name)?.at, since(name)];
      // What was made again later than what was made from it tells nothing.
      return end === undefined || begun === undefined || end <= begun ? undefined : end - begun;
    },
  };
}
