/** What is going on in a build, as far as its events have told. */

import type { Instant, Path, TargetName } from '../api/values.ts';
import { needsOf, realTargets } from '../graph/graph.ts';
import type { Plan } from '../plan/verdict.ts';
import type { BuildEvent, Past } from '../run/events.ts';
import { Board } from './board.ts';

/** An action under way. */
export interface Running {
  readonly since: Instant;
  readonly log?: Path;
  /** What it says of itself. */
  readonly progress?: string;
}

/** Names of targets that differ in their digits alone. */
export const patternOf = (name: TargetName): string => name.replace(/\d+/g, '*');

/** How targets stand when an action has ended. */
const AFTER = {
  'action done': 'fresh',
  'action failed': 'failed',
  'action left': 'waiting',
} as const;

/** Takes events in, and answers whoever draws. */
export class Activity {
  readonly running = new Map<string, Running>();
  readonly progress = new Map<TargetName, string>();
  /** Every target that was not fresh when first seen: the work of this build. It only grows. */
  readonly #work = new Map<TargetName, { readonly certain: boolean }>();
  /** The same by pattern: the first `#sorted` of it. */
  readonly #patterns = new Map<string, TargetName[]>();
  #sorted = 0;
  #plan: Plan | undefined;
  #board: Board | undefined;
  #past: Past | undefined;
  waiting: readonly TargetName[] = [];
  /** When what goes on elsewhere was last looked at, and when it will be next. */
  looked: { readonly at: Instant; readonly next: Instant } | undefined;
  lock: string | undefined;

  get board(): Board | undefined {
    return this.#board;
  }
  get past(): Past | undefined {
    return this.#past;
  }

  /** Targets of this build's work whose names differ in digits alone. */
  like(pattern: string): readonly TargetName[] {
    if (this.#sorted < this.#work.size) {
      for (const name of [...this.#work.keys()].slice(this.#sorted)) {
        const like = this.#patterns.get(patternOf(name));
        if (like === undefined) this.#patterns.set(patternOf(name), [name]);
        else like.push(name);
      }
      this.#sorted = this.#work.size;
    }
    return this.#patterns.get(pattern) ?? [];
  }

  /** What a target needs directly. */
  madeOf(target: TargetName): readonly TargetName[] {
    const node = this.#plan?.graph.nodes.get(target);
    return node === undefined ? [] : needsOf(node);
  }

  /** These, and whatever came before them. */
  cameBefore(targets: readonly TargetName[]): ReadonlySet<TargetName> {
    const found = new Set(targets);
    // The loop also visits what is added to the set meanwhile.
    for (const name of found) for (const need of this.madeOf(name)) found.add(need);
    return found;
  }

  /** Of the work of this build what is done, and what may yet turn out not to be needed. */
  counts(): { readonly done: number; readonly total: number; readonly unsure: number } {
    let done = 0;
    let unsure = 0;
    for (const [name, { certain }] of this.#work) {
      const state = this.#board?.state(name);
      if (state === 'fresh') done += 1;
      else if (!certain && state === 'maybe') unsure += 1;
    }
    return { done, total: this.#work.size, unsure };
  }

  note(event: BuildEvent): void {
    if (event.kind !== 'warning' && event.kind !== 'lock wait') this.lock = undefined;
    switch (event.kind) {
      case 'planned':
        this.#take(event.plan);
        this.#past = event.past;
        this.waiting = [];
        return;
      case 'action started':
        this.#begin(event);
        return;
      case 'action done':
      case 'action failed':
      case 'action left':
        this.running.delete(event.action.name);
        for (const name of event.action.makes) this.#set(name, AFTER[event.kind]);
        return;
      case 'target spared':
      case 'target adopted':
        this.#set(event.target, 'fresh');
        return;
      case 'progress': {
        this.progress.set(event.target, event.progress);
        const running = this.running.get(event.target);
        if (running !== undefined)
          this.running.set(event.target, { ...running, progress: event.progress });
        return;
      }
      case 'waiting':
        this.#take(event.plan);
        this.waiting = event.targets;
        this.looked = { at: event.at, next: event.at + event.nextLook * 1000 };
        return;
      case 'lock wait':
        this.lock = event.holder;
        return;
      case 'action retried':
      case 'told':
      case 'warning':
      case 'finished':
        return;
    }
  }

  #begin({ action, at, log }: Extract<BuildEvent, { kind: 'action started' }>): void {
    const progress = this.progress.get(action.name);
    this.running.set(action.name, {
      since: at,
      ...(log === undefined ? {} : { log }),
      ...(progress === undefined ? {} : { progress }),
    });
    for (const name of action.makes) this.#set(name, 'running');
  }

  #take(plan: Plan): void {
    if (
      this.#board === undefined ||
      this.#plan?.graph !== plan.graph ||
      this.#plan.order !== plan.order
    )
      this.#board = new Board(plan.graph, plan.order);
    this.#plan = plan;
    for (const name of realTargets(plan)) {
      const verdict = plan.verdicts.get(name)!;
      const { state } = verdict;
      this.#board.judge(name, verdict);
      if (state !== 'fresh' && !this.#work.has(name))
        this.#work.set(name, { certain: state !== 'maybe' });
    }
  }

  #set(name: TargetName, state: 'running' | 'fresh' | 'failed' | 'waiting'): void {
    this.#board?.set(name, state);
    if (!this.#work.has(name)) this.#work.set(name, { certain: true });
  }
}
