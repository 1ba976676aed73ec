/** Content that desgw did not make is never lost: it is kept beside before a run may overwrite it. */

import type { Output } from '../api/rules.ts';
import type { Digest, Path, TargetName } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import type { Trace } from '../memory/trace.ts';
import type { Observer } from '../observe/observer.ts';
import { isAsLeft } from '../plan/signature.ts';
import type { World } from '../world/world.ts';
import type { BuildEvent } from './events.ts';

interface Kept {
  readonly path: Path;
  readonly aside: Path;
  readonly target: TargetName;
  readonly digest: Digest;
  /** The copy was there already, from an earlier run. */
  readonly earlier: boolean;
}

/** Keeps strangers' content aside for the time of one run, and lets go of what came out the same. */
export class Keeper {
  readonly #world: World;
  readonly #observer: Observer;
  readonly #emit: (event: BuildEvent) => void;
  readonly #kept: Kept[] = [];

  constructor(world: World, observer: Observer, emit: (event: BuildEvent) => void) {
    this.#world = world;
    this.#observer = observer;
    this.#emit = emit;
  }

  /** Copies those outputs aside whose present content is not known to be ours. */
  keep(node: Node, trace: Trace | undefined): void {
    for (const output of node.outputs) {
      if (output.glob === true || output.shared === true || output.quiet === true) continue;
      const now = this.#observer.output(output);
      if (now === 'absent' || isOurs(output, now, trace)) continue;
      const { aside, earlier } = this.#asideFor(output.path);
      if (!earlier) this.#world.files.copy(output.path, aside);
      this.#kept.push({ path: output.path, aside, target: node.name, digest: now, earlier });
    }
  }

  /**
   * The run is over: drops copies of what is still (or again) there, tells of the others.
   * @returns digests of those outputs that are still as they were found, by path
   */
  release(): { readonly [path: Path]: Digest } {
    const { files } = this.#world;
    const untouched: { [path: Path]: Digest } = {};
    for (const kept of this.#kept.splice(0)) {
      const { path, aside, digest, earlier } = kept;
      if (files.digest(path) === files.digest(aside)) {
        if (!earlier) files.remove(aside);
        untouched[path] = digest;
      } else this.#tell(kept);
    }
    return untouched;
  }

  /** What was begun goes on without us and may still overwrite what was found: every copy stays. */
  leave(): void {
    for (const kept of this.#kept.splice(0)) this.#tell(kept);
  }

  #tell({ path, aside, target }: Kept): void {
    this.#emit({
      kind: 'warning',
      target,
      message: `${path} held something that desgw did not make; it is kept as ${aside}`,
    });
  }

  /** A copy of the same content serves as well; else the first name that is free. */
  #asideFor(path: Path): Pick<Kept, 'aside' | 'earlier'> {
    const { files } = this.#world;
    for (let n = 1; ; n++) {
      const aside = n === 1 ? `${path}.kept` : `${path}.kept-${n}`;
      if (files.stat(aside) === undefined) return { aside, earlier: false };
      if (files.digest(aside) === files.digest(path)) return { aside, earlier: true };
    }
  }
}

/** Ours is what a good run left, and whatever an interrupted or failed run of ours may have written. */
function isOurs(output: Output, now: Digest, trace: Trace | undefined): boolean {
  switch (trace?.kind) {
    case undefined:
      return false;
    case 'started':
    case 'finishing':
      return true;
    case 'failed':
      return trace.untouched?.[output.path] !== now;
    case 'cleaning':
      return isAsLeft(output, trace.outputs[output.path], now);
    case 'built':
      return trace.how !== 'accepted' && isAsLeft(output, trace.outputs[output.path], now);
  }
}
