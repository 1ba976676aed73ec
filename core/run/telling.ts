/** Tells each matter once a build, however many rounds and targets come upon it. */
import type { TargetName } from '../api/values.ts';
import type { Plan } from '../plan/verdict.ts';
import type { Verdicts } from '../plan/view.ts';
import { display } from '../words/quote.ts';
import { enumerate } from '../words/text.ts';
import type { BuildEvent } from './events.ts';

/** Remembers what was told in this build. */
export class Telling {
  readonly #emit: (event: BuildEvent) => void;
  readonly #told = new Set<string>();
  /** The progress of a target that was told last. */
  readonly #progress = new Map<TargetName, string>();

  constructor(emit: (event: BuildEvent) => void) {
    this.#emit = emit;
  }

  /** Tells what has moved of what goes on elsewhere, and when it is looked at again. */
  progress(
    plan: Plan,
    waiting: readonly { readonly target: TargetName; readonly progress: string }[],
    { at, nextLook }: { readonly at: number; readonly nextLook: number },
  ): void {
    for (const { target, progress } of waiting) {
      if (this.#progress.get(target) === progress) continue;
      this.#progress.set(target, progress);
      this.#emit({ kind: 'progress', target, progress, at });
    }
    const targets = waiting.map(({ target }) => target);
    this.#emit({ kind: 'waiting', targets, at, nextLook, plan });
  }

  /** What people should hear of at once. */
  tell(verdicts: Verdicts): void {
    this.#tellHeldBack(verdicts);
    for (const [target, { tell = [] }] of verdicts) {
      for (const { about, text, occasion } of tell) {
        if (this.#isTold(about)) continue;
        const more = occasion === undefined ? {} : { occasion };
        this.#emit({ kind: 'told', target, text, about, ...more });
      }
    }
  }

  /** What stays as it was made although it has changed is told in one line, whatever there is of it. */
  #tellHeldBack(verdicts: Verdicts): void {
    const held = [...verdicts].filter(
      ([, { until, reasons }]) => until !== undefined && reasons.length > 0,
    );
    const [first] = held;
    if (first === undefined || this.#isTold('held back')) return;
    const names = enumerate(
      held.map(([name]) => display(name)),
      3,
    );
    const text = `what ${names} ${held.length > 1 ? 'are' : 'is'} made from has changed, but work on the grid may still read what was made: ${first[1].note}`;
    this.#emit({ kind: 'told', target: first[0], text, about: 'held back' });
  }

  /** What will keep a target from being made that is needed and not there yet. */
  foresee({ order, graph, verdicts }: Plan): void {
    for (const name of order) {
      if (verdicts.get(name)!.state === 'fresh') continue;
      const { foreseen = [] } = graph.nodes.get(name)!.rule;
      for (const { what, advice } of foreseen)
        this.warn(
          `${display(name)} cannot be made yet: ${what}${advice === undefined ? '' : ` (${advice})`}`,
        );
    }
  }

  warn(message: string): void {
    if (!this.#isTold(message)) this.#emit({ kind: 'warning', message });
  }

  #isTold(about: string): boolean {
    const told = this.#told.has(about);
    this.#told.add(about);
    return told;
  }
}
