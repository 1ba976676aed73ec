/** Which needs of which targets are still open. Telling of one costs no more than there are dependents. */
import type { TargetName } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import { needsOf } from '../graph/graph.ts';
import type { Plan } from '../plan/verdict.ts';

/** That one need of a target has been closed. */
export interface News {
  readonly node: Node;
  readonly need: TargetName;
  /** Whether it was the last one. */
  readonly last: boolean;
}

/** The needs that are open, target by target. */
export class OpenNeeds {
  readonly #plan: Plan;
  readonly #inPlan: ReadonlySet<TargetName>;
  /** How many needs of a target are still open. */
  readonly #open = new Map<TargetName, number>();
  readonly #closed = new Set<TargetName>();
  /** Dependents that have not been told yet of a need that was closed; they are told from the end. */
  readonly #untold: { readonly node: Node; readonly need: TargetName }[] = [];

  /** @param closed nothing more will become of these in this run */
  constructor(plan: Plan, closed: Iterable<TargetName>) {
    this.#plan = plan;
    this.#inPlan = new Set(plan.order);
    for (const name of closed) this.#closed.add(name);
    for (const name of plan.order) {
      if (this.#closed.has(name)) continue;
      const needs = needsOf(plan.graph.nodes.get(name)!);
      this.#open.set(name, needs.filter((need) => !this.#closed.has(need)).length);
    }
  }

  isClosed(name: TargetName): boolean {
    return this.#closed.has(name);
  }

  /** How many needs of a target that was not closed from the beginning are open. */
  count(name: TargetName): number {
    return this.#open.get(name) ?? 0;
  }

  /** Closes a need; its dependents are told one by one, by `next`. */
  close({ name }: Node): void {
    if (this.#closed.has(name)) return;
    this.#closed.add(name);
    const { graph } = this.#plan;
    const dependents = graph.dependents.get(name) ?? [];
    for (let i = dependents.length - 1; i >= 0; i--) {
      const dependent = dependents[i]!;
      if (this.#inPlan.has(dependent))
        this.#untold.push({ node: graph.nodes.get(dependent)!, need: name });
    }
  }

  /** The next to be told, if anybody is. */
  next(): News | undefined {
    for (let told = this.#untold.pop(); told !== undefined; told = this.#untold.pop()) {
      const open = this.#open.get(told.node.name);
      if (open === undefined) continue;
      this.#open.set(told.node.name, open - 1);
      return { ...told, last: open === 1 };
    }
    return undefined;
  }
}
