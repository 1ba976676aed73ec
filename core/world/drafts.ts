/** Files that are written beside their place, and put there later. */
import { dirname } from 'node:path';
import type { Digest, Path } from '../api/values.ts';
import { during } from './fs.ts';
import type { Placing } from './placing.ts';
import type { Prepared } from './world.ts';

/** Where a file that is to be put in place lies, and where it belongs. */
export interface Placed {
  /** As it was named. */
  readonly path: Path;
  /** The same, absolute. */
  readonly full: string;
  /** Where that ends if it is a link. */
  readonly target: string;
  readonly temporary: string;
  readonly digest: Digest;
}

/** One file, which is on the disk for good or still has to be brought there. */
export class Draft implements Prepared {
  readonly path: Path;
  readonly temporary: string;
  readonly digest: Digest;
  readonly #placing: Placing;
  readonly #full: string;
  readonly #target: string;
  #isDurable: boolean;

  constructor(placing: Placing, placed: Placed, { isDurable }: { readonly isDurable: boolean }) {
    this.#placing = placing;
    this.path = placed.path;
    this.temporary = placed.temporary;
    this.digest = placed.digest;
    this.#full = placed.full;
    this.#target = placed.target;
    this.#isDurable = isDurable;
  }

  commit(): void {
    during('write', this.#full, () => {
      if (!this.#isDurable) this.#placing.syncFile(this.temporary);
      this.#placing.commit(this.temporary, this.#target);
    });
  }

  discard(): void {
    this.#placing.discard(this.temporary);
  }

  /** The temporary file, if its content has still to be brought to the disk for good. */
  get unflushed(): readonly string[] {
    return this.#isDurable ? [] : [this.temporary];
  }

  /** To be called when its content has been brought there. */
  flushed(): void {
    this.#isDurable = true;
  }

  /** Puts it in place. @returns the folder that has still to be flushed */
  place(): string {
    during('write', this.#full, () => {
      if (!this.#isDurable) this.#placing.syncFile(this.temporary);
      this.#placing.place(this.temporary, this.#target);
    });
    return dirname(this.#target);
  }
}

/** What `draft` and its like have made. */
export function draftsOf(prepared: readonly Prepared[]): readonly Draft[] {
  return prepared.map((one) => {
    if (one instanceof Draft) return one;
    throw new Error(`internal: ${one.path} was not prepared by these files`);
  });
}
