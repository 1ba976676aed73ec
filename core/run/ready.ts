/**
 * What may start, the most urgent first. An action whose key is taken steps aside until that key is
 * free again, so that nothing is tried over and over however many wait for one key.
 */
import type { Action } from '../plan/verdict.ts';
import { byUrgency, type Urgency } from './urgency.ts';

/** An action that may start. */
export interface ReadyAction {
  readonly action: Action;
  readonly urgency: Urgency;
  /** Of each only one holder may run at a time. */
  readonly keys: readonly string[];
}

/** What may start, the most urgent first, as far as its keys are free. */
export class Ready {
  readonly #queue = new Heap();
  /** Those that found a key taken, by that key. */
  readonly #aside = new Map<string, Heap>();
  readonly #taken = new Set<string>();
  /** Keys that nobody needs any more. */
  readonly #void = new Set<string>();

  add(ready: ReadyAction): void {
    this.#queue.push(ready);
  }

  /**
   * The most urgent one that has all its keys, which are its own from now on.
   * @param hasRoom whether there is room for one so urgent; none that is less urgent is tried then
   */
  take(hasRoom: (urgency: Urgency) => boolean): ReadyAction | undefined {
    for (let one = this.#queue.pop(); one !== undefined; one = this.#queue.pop()) {
      const missing = one.keys.find((key) => this.#taken.has(key) && !this.#void.has(key));
      if (missing !== undefined) {
        this.#stepAside(one, missing);
      } else if (!hasRoom(one.urgency)) {
        this.#queue.push(one);
        return undefined;
      } else {
        for (const key of one.keys) this.#taken.add(key);
        return one;
      }
    }
    return undefined;
  }

  /** Gives the keys back. */
  release({ keys }: ReadyAction): void {
    for (const key of keys) this.#taken.delete(key);
    for (const key of keys) this.#recall(key);
  }

  /** Lets everybody go who waits for a key, now and later. */
  voidKey(key: string): void {
    this.#void.add(key);
    const waiting = this.#aside.get(key);
    for (let one = waiting?.pop(); one !== undefined; one = waiting?.pop()) this.#queue.push(one);
  }

  /** Forgets all that has not been taken. @returns how many there were */
  clear(): number {
    const heaps = [this.#queue, ...this.#aside.values()];
    return heaps.reduce((count, heap) => count + heap.clear(), 0);
  }

  /** Another may be waiting for the keys that this one turns out not to need yet. */
  #stepAside(one: ReadyAction, missing: string): void {
    const waiting = this.#aside.get(missing) ?? new Heap();
    this.#aside.set(missing, waiting);
    waiting.push(one);
    for (const key of one.keys) if (!this.#taken.has(key)) this.#recall(key);
  }

  #recall(key: string): void {
    const next = this.#aside.get(key)?.pop();
    if (next !== undefined) this.#queue.push(next);
  }
}

/** A binary heap: of any two, parent and child, the parent is the more urgent. */
class Heap {
  #items: ReadyAction[] = [];

  push(item: ReadyAction): void {
    const items = this.#items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#inOrder(parent, at)) return;
      this.#swap(parent, at);
      at = parent;
    }
  }

  pop(): ReadyAction | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined || items.length === 0) return top;
    items[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      if (left >= items.length) return top;
      const right = left + 1;
      const child = right < items.length && !this.#inOrder(left, right) ? right : left;
      if (this.#inOrder(at, child)) return top;
      this.#swap(at, child);
      at = child;
    }
  }

  clear(): number {
    return this.#items.splice(0).length;
  }

  #inOrder(first: number, second: number): boolean {
    return byUrgency(this.#items[first]!.urgency, this.#items[second]!.urgency) <= 0;
  }

  #swap(a: number, b: number): void {
    const items = this.#items;
    [items[a], items[b]] = [items[b]!, items[a]!];
  }
}
