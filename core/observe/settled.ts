/**
 * Sightings of targets that are made and done with, while an invocation waits for others: what they
 * were made from is not looked at again before the next invocation.
 */
import type { Sighting } from '../api/looks.ts';
import type { TargetName } from '../api/values.ts';
import type { Graph } from '../graph/graph.ts';
import type { Trace } from '../memory/trace.ts';

export class Settled {
  readonly #kept = new Map<TargetName, { readonly of: string; readonly sighting: Sighting }>();

  /** The sighting of a target whose record is still the one it was kept with. */
  get(target: TargetName, trace: Trace | undefined): Sighting | undefined {
    const kept = this.#kept.get(target);
    return kept !== undefined && kept.of === runOf(trace) ? kept.sighting : undefined;
  }

  /** Keeps a sighting of a target that is fresh. */
  keep(target: TargetName, trace: Trace | undefined, sighting: Sighting): void {
    const of = runOf(trace);
    if (of !== undefined && sighting.state === 'ready') this.#kept.set(target, { of, sighting });
  }

  /** What was made may have changed what those that need it look at. */
  forget(made: readonly TargetName[], { dependents }: Pick<Graph, 'dependents'>): void {
    const reached = new Set(made);
    for (const name of reached) {
      for (const dependent of dependents.get(name) ?? []) reached.add(dependent);
      if (!made.includes(name)) this.#kept.delete(name);
    }
  }
}

const runOf = (trace: Trace | undefined): string | undefined =>
  trace?.kind === 'built' ? `${trace.run} ${trace.at}` : undefined;
