/** Texts that were read lately: many targets look at one file. */
import type { Path } from '../api/values.ts';
import type { Files } from '../world/world.ts';

/** More are seldom wanted again, and must not fill the memory. */
const KEPT = 16;

/** The texts that were read last, as long as they are not forgotten. */
export class Texts {
  readonly #files: Pick<Files, 'readText'>;
  /** The latest last. */
  readonly #texts = new Map<Path, string | undefined>();

  constructor(files: Pick<Files, 'readText'>) {
    this.#files = files;
  }

  /** The text of a file; undefined where there is none. */
  read(path: Path): string | undefined {
    const known = this.#texts.has(path);
    const text = known ? this.#texts.get(path) : this.#files.readText(path);
    this.#texts.delete(path);
    this.#texts.set(path, text);
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= KEPT) break;
      this.#texts.delete(oldest);
    }
    return text;
  }

  forget(path: Path): void {
    this.#texts.delete(path);
  }

  clear(): void {
    this.#texts.clear();
  }
}
