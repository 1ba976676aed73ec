/** Content that desgw did not make is never lost: it is kept beside before a run may overwrite it. */

import { basename } from 'node:path';
import { ABSENT, digestOf } from '../api/digest.ts';
import type { Output } from '../api/rules.ts';
import type { Digest, Path, TargetName } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import type { Trace } from '../memory/trace.ts';
import type { Observer } from '../observe/observer.ts';
import { contentOf, linkIn, whyUnfit } from '../plan/left.ts';
import { isOurs, type Part, partsOf } from '../plan/ours.ts';
import type { World } from '../world/world.ts';
import type { BuildEvent } from './events.ts';

interface Kept {
  readonly path: Path;
  readonly aside: Path;
  readonly target: TargetName;
  /** How it was found. */
  readonly digest: Digest;
  /** Where it led, for a link that is kept as such; its content is kept on its own. */
  readonly link?: string;
  /** The copy was there already, from an earlier run. */
  readonly earlier?: boolean;
}

/** What desgw leaves for itself under its own name, and finds again where its record is lost. */
const isMark = (path: Path): boolean => basename(path).startsWith('.desgw');

/** Keeps strangers' content aside for the time of one run, and lets go of what came out the same. */
export class Keeper {
  readonly #world: World;
  readonly #observer: Observer;
  readonly #emit: (event: BuildEvent) => void;
  readonly #kept: Kept[] = [];
  /** What stood there when the run began, by path. */
  readonly #before = new Map<Path, Digest>();

  constructor(world: World, observer: Observer, emit: (event: BuildEvent) => void) {
    this.#world = world;
    this.#observer = observer;
    this.#emit = emit;
  }

  /**
   * Copies those files aside whose present content is not known to be ours.
   * @throws FileError when that cannot be done: nothing may be overwritten then
   */
  keep(node: Node, trace: Trace | undefined): void {
    const files = node.outputs.filter(({ glob }) => glob !== true);
    this.#observer.lookAgain(files.map(({ path }) => path));
    for (const output of node.outputs) {
      for (const part of partsOf(output, this.#observer.output(output))) {
        this.#before.set(part.path, contentOf(part.now));
        if (isOurs(output, part, trace, this.#observer)) continue;
        this.#keepPart(node.name, output, part);
      }
    }
  }

  /**
   * The same of files that the steps put in place and that are no outputs.
   * @param traces of the targets that the run makes: what one of them has put there is ours
   */
  keepBeside(
    target: TargetName,
    paths: readonly Path[],
    traces: readonly (Trace | undefined)[],
  ): void {
    this.#observer.forget(paths);
    for (const path of paths) {
      if (isMark(path)) continue;
      const output = { path };
      const now = this.#observer.output(output);
      if (now === ABSENT || whyUnfit(now) !== undefined) continue;
      this.#before.set(path, contentOf(now));
      if (traces.some((trace) => isOurs(output, { path, now }, trace, this.#observer))) continue;
      this.#keepPart(target, output, { path, now });
    }
  }

  /** Called before a step replaces a file: somebody may have written it since the run began. */
  keepNew(target: TargetName, path: Path): void {
    if (isMark(path)) return;
    this.#observer.forget([path]);
    const now = this.#observer.file(path);
    if (now === ABSENT || whyUnfit(now) !== undefined || this.#before.get(path) === now) return;
    this.#keepContent(target, path, now);
  }

  #keepPart(target: TargetName, output: Output, { path, now }: Part): void {
    const leadsTo = output.keys === undefined ? linkIn(now) : undefined;
    if (leadsTo !== undefined) this.#keepLink(target, path, now, leadsTo);
    // Nothing is written over where a link leads to nothing, or to a folder.
    const there = this.#observer.file(path);
    if (leadsTo === undefined || (there !== ABSENT && whyUnfit(there) === undefined))
      this.#keepContent(target, path, contentOf(now));
  }

  #keepContent(target: TargetName, path: Path, digest: Digest): void {
    const { files } = this.#world;
    const content = this.#observer.file(path);
    if (content === EMPTY) return;
    for (let n = 1; ; n++) {
      const aside = nameAside(path, n);
      const there = files.stat(aside) !== undefined;
      // The same content is not kept twice.
      const earlier = there && files.digest(aside) === content;
      if (there && !earlier) continue;
      if (!earlier) files.prepareCopy(aside, path).commit();
      this.#kept.push({ path, aside, target, digest, ...(earlier ? { earlier } : {}) });
      return;
    }
  }

  #keepLink(target: TargetName, path: Path, digest: Digest, link: string): void {
    const { files } = this.#world;
    for (let n = 1; ; n++) {
      const aside = nameAside(`${path}.link`, n);
      const there = files.readLink(aside);
      if (there === undefined && files.stat(aside) !== undefined) continue;
      if (there !== undefined && there !== link) continue;
      const earlier = there === link;
      if (!earlier) files.symlink(aside, link);
      this.#kept.push({ path, aside, target, digest, link, ...(earlier ? { earlier } : {}) });
      return;
    }
  }

  /**
   * The run is over: drops copies of what is still (or again) there, tells of the others.
   * @returns digests of those files that are still as they were found, by path
   */
  release(): { readonly [path: Path]: Digest } {
    const { files } = this.#world;
    const untouched: { [path: Path]: Digest } = {};
    for (const kept of this.#kept.splice(0)) {
      const { path, aside, digest, link, earlier } = kept;
      const same =
        link === undefined
          ? files.stat(path)?.directory === false && files.digest(path) === files.digest(aside)
          : files.readLink(path) === link;
      if (!same) this.#tell(kept);
      else if (earlier !== true) files.remove(aside);
      if (same && link === undefined) untouched[path] = digest;
    }
    return untouched;
  }

  /** What was begun goes on without us and may still overwrite what was found: every copy stays. */
  leave(): void {
    for (const kept of this.#kept.splice(0)) this.#tell(kept);
  }

  #tell({ path, aside, target, link }: Kept): void {
    const message =
      link === undefined
        ? `${path} held something that desgw did not make; it is kept as ${aside}`
        : `${path} was a link to ${link} that desgw did not make; it is kept as ${aside}`;
    this.#emit({ kind: 'warning', target, message });
  }
}

/** There is nothing to lose in an empty file. */
const EMPTY = digestOf('');

/** Most bytes of a name on nearly every file system. */
const LONGEST_NAME = 255;

function nameAside(path: Path, n: number): Path {
  const suffix = n === 1 ? '.kept' : `.kept-${n}`;
  const at = path.lastIndexOf('/') + 1;
  return `${path.slice(0, at)}${shortened(path.slice(at), LONGEST_NAME - suffix.length)}${suffix}`;
}

/** A name that is cut, where it must be, tells itself from others that begin alike. */
function shortened(name: string, most: number): string {
  const bytes = Buffer.from(name);
  if (bytes.length <= most) return name;
  const mark = `~${digestOf(name).slice(0, 8)}`;
  // Of a character that is cut through, nothing is kept.
  return bytes.toString('utf8', 0, most - mark.length).replace(/\ufffd$/, '') + mark;
}
