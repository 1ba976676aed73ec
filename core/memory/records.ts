/** Records that stay JSON texts until they are looked at. */

/** A map of records: loading a large journal does not cost an object for each that nobody looks at. */
export class Records<V> implements ReadonlyMap<string, V> {
  readonly #texts = new Map<string, string>();
  readonly #read: (text: string) => V;

  /** @param read makes a value of a text; called anew for every look */
  constructor(read: (text: string) => V) {
    this.#read = read;
  }

  /** The texts themselves, for writing them again. */
  get texts(): ReadonlyMap<string, string> {
    return this.#texts;
  }

  put(name: string, text: string): void {
    this.#texts.set(name, text);
  }

  remove(name: string): void {
    this.#texts.delete(name);
  }

  clear(): void {
    this.#texts.clear();
  }

  get size(): number {
    return this.#texts.size;
  }

  has(name: string): boolean {
    return this.#texts.has(name);
  }

  get(name: string): V | undefined {
    const text = this.#texts.get(name);
    return text === undefined ? undefined : this.#read(text);
  }

  keys(): MapIterator<string> {
    return this.#texts.keys();
  }

  *values(): MapIterator<V> {
    for (const text of this.#texts.values()) yield this.#read(text);
  }

  *entries(): MapIterator<[string, V]> {
    for (const [name, text] of this.#texts) yield [name, this.#read(text)];
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  forEach(visit: (value: V, name: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [name, value] of this) visit(value, name, this);
  }
}
