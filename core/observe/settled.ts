/**
 * Sightings of targets that are made and done with, while an invocation waits for others: what they
 * were made from is not looked at again before the next invocation.
 */
import type { Sighting } from '../api/looks.ts';
import type { Path, TargetName } from '../api/values.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { needsOf } from '../graph/graph.ts';
import type { Trace } from '../memory/trace.ts';

/** Sightings of targets that are done with, for the next round of the same build. */
export class Settled {
  readonly #kept = new Map<TargetName, { readonly of: string; readonly sighting: Sighting }>();

  /** The sighting of a target while its record, and what it looks at, are those it was kept with. */
  get(node: Node, traces: Traces): Sighting | undefined {
    const kept = this.#kept.get(node.name);
    return kept !== undefined && kept.of === runsOf(node, traces) ? kept.sighting : undefined;
  }

  /** Keeps a sighting of a target that is fresh. */
  keep(node: Node, traces: Traces, sighting: Sighting): void {
    const of = runsOf(node, traces);
    if (of !== undefined && sighting.state === 'ready') this.#kept.set(node.name, { of, sighting });
  }

  /** Forgets targets that need what was made: it may have changed what they look at. */
  forget(made: readonly TargetName[], { dependents }: Pick<Graph, 'dependents'>): void {
    const reached = new Set(made);
    for (const name of reached) {
      for (const dependent of dependents.get(name) ?? []) reached.add(dependent);
      if (!made.includes(name)) this.#kept.delete(name);
    }
  }
}

/** What is on record of targets, and who makes a file. */
interface Traces {
  readonly trace: (name: TargetName) => Trace | undefined;
  readonly makers: ReadonlyMap<Path, TargetName>;
}

/** The runs that made a target, what it needs, and the files that its observation reads. */
function runsOf(node: Node, { trace, makers }: Traces): string | undefined {
  const own = runOf(trace(node.name));
  if (own === undefined) return undefined;
  const read = (node.rule.observe?.reads ?? []).flatMap((path) => makers.get(path) ?? []);
  return [own, ...[...needsOf(node), ...read].map((name) => runOf(trace(name)))].join(', ');
}

const runOf = (trace: Trace | undefined): string | undefined =>
  trace?.kind === 'built' ? `${trace.run} ${trace.at}` : undefined;
