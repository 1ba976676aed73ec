/** Which action starts when: so many at a time, the most urgent of those that may start first. */
import pLimit from 'p-limit';
import type { TargetName } from '../api/values.ts';
import type { Observer } from '../observe/observer.ts';
import type { Action, Plan } from '../plan/verdict.ts';
import { probeKey } from './probe.ts';
import { Ready, type ReadyAction } from './ready.ts';
import { isMoreUrgent, type Urgency, urgencies, urgencyOf } from './urgency.ts';

/** What is done with an action that has a slot, and afterwards. */
export interface Work {
  run(action: Action): Promise<void>;
  /** The slot and the keys of an action are free again. */
  ended(): void;
  broken(error: unknown): void;
}

/** Places for actions, of which so many run at a time. */
export class Slots {
  readonly #plan: Plan;
  readonly #observer: Pick<Observer, 'keysOf'>;
  readonly #work: Work;
  readonly #jobs: number;
  readonly #limit;
  readonly #ready = new Ready();
  /** Targets that are looked for outside just now: most turn out not to be done, and are ready then. */
  readonly #expected = new Set<Urgency>();
  #urgencies: ReturnType<typeof urgencies> | undefined;

  constructor(plan: Plan, observer: Pick<Observer, 'keysOf'>, jobs: number, work: Work) {
    this.#plan = plan;
    this.#observer = observer;
    this.#work = work;
    this.#jobs = jobs;
    this.#limit = pLimit(jobs);
  }

  /** Another action that may start. */
  add(action: Action): void {
    const { graph } = this.#plan;
    const keys = action.makes.flatMap((name) => this.#observer.keysOf(graph.nodes.get(name)!));
    const probe = probeKey(action, graph);
    if (probe !== undefined) keys.push(probe);
    this.#ready.add({ action, urgency: this.#urgencyOf(action.makes), keys });
  }

  /** Keeps room for a target that will probably be ready in a moment. @returns what gives it up */
  expect(target: TargetName): () => void {
    const urgency = this.#urgencyOf([target]);
    this.#expected.add(urgency);
    return () => this.#expected.delete(urgency);
  }

  /** What was tried first has succeeded: the others of its phase need not wait any more. */
  proved(action: Action): void {
    const probe = probeKey(action, this.#plan.graph);
    if (probe !== undefined) this.#ready.voidKey(probe);
  }

  /** Starts ready actions while there is room. */
  fill(): void {
    for (;;) {
      const next = this.#ready.take((urgency) => this.#hasRoom(urgency));
      if (next === undefined) return;
      this.#start(next);
    }
  }

  /** Nothing more is started. @returns how many were ready and are forgotten */
  clear(): number {
    return this.#ready.clear();
  }

  #start(ready: ReadyAction): void {
    this.#limit(() => this.#work.run(ready.action))
      .then(() => {
        this.#ready.release(ready);
        this.#work.ended();
      })
      .catch((error: unknown) => this.#work.broken(error));
  }

  /** Room is kept for what is more urgent and will be ready in a moment. */
  #hasRoom(urgency: Urgency): boolean {
    let room = this.#jobs - this.#limit.activeCount - this.#limit.pendingCount;
    for (const expected of this.#expected) {
      if (room <= 0) break;
      if (isMoreUrgent(expected, urgency)) room -= 1;
    }
    return room > 0;
  }

  #urgencyOf(makes: readonly TargetName[]): Urgency {
    this.#urgencies ??= urgencies(this.#plan);
    return urgencyOf(makes, this.#urgencies);
  }
}
