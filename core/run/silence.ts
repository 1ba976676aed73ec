/** Notices that a detached program has printed nothing for too long. */

import type { Path } from '../api/values.ts';
import type { World } from '../world/world.ts';

/** Tells once when a detached program has been silent for too long. Nothing is stopped for it. */
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
