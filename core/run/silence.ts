/** Detached programs that print nothing for too long: that is told once, and nothing is stopped for it. */

import type { Path } from '../api/values.ts';
import type { World } from '../world/world.ts';

/** Watches what one detached program prints. */
export class Silence {
  readonly #world: World;
  readonly #log: Path;
  readonly #limit: number | undefined;
  #size = -1;
  #since: number;
  #said = false;

  constructor(world: World, log: Path, limit: number | undefined) {
    this.#world = world;
    this.#log = log;
    this.#limit = limit;
    this.#since = world.clock.steady();
  }

  /** For how many seconds it has been silent, the first time that these are too many. */
  told(): number | undefined {
    if (this.#limit === undefined || this.#said) return undefined;
    const size = this.#world.files.stat(this.#log)?.size ?? 0;
    const now = this.#world.clock.steady();
    if (size !== this.#size) {
      this.#size = size;
      this.#since = now;
    }
    if (now - this.#since < this.#limit * 1000) return undefined;
    this.#said = true;
    return this.#limit;
  }
}
