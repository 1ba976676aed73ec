/**
 * Listings of an invocation that looks again and again: a directory whose times are as they were is
 * not listed once more.
 */
import type { Instant, Path } from '../api/values.ts';
import { hasLinks } from '../world/looking.ts';
import type { Clock, Files, Stat } from '../world/world.ts';

/**
 * Clocks that Kerberos accepts are no more than this apart. Only what has been left alone for longer
 * certainly has not changed since it was listed.
 */
const SKEW_MS = 5 * 60 * 1000;

type Names = readonly string[] | undefined | Error;

interface Known {
  readonly names: readonly string[];
  /** When the listing began. */
  readonly at: Instant;
  /** The directory as it was at some time after that, and old already. */
  stat?: Stat;
}

/** Listings of directories, kept as long as nothing can have changed in them. */
export class Listings {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #known = new Map<Path, Known>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** As `Files.listMany`. */
  async list(files: Pick<Files, 'listMany' | 'statMany'>, dirs: readonly Path[]): Promise<Names[]> {
    const still = await this.#still(files, dirs);
    const missing = dirs.filter((dir) => !still.has(dir));
    const at = this.#clock.now();
    const listed = await files.listMany(missing);
    missing.forEach((dir, i) => {
      const names = listed[i];
      // What a link leads to may change without the directory.
      if (names === undefined || names instanceof Error || hasLinks(names)) this.#known.delete(dir);
      else this.#known.set(dir, { names, at });
      still.set(dir, names);
    });
    return dirs.map((dir) => still.get(dir));
  }

  async #still(files: Pick<Files, 'statMany'>, dirs: readonly Path[]): Promise<Map<Path, Names>> {
    const listed = dirs.filter((dir) => this.#known.has(dir));
    const still = new Map<Path, Names>();
    let stats: readonly (Stat | undefined)[];
    try {
      stats = await files.statMany(listed);
    } catch {
      // One of them cannot be looked at: listing them all tells which.
      return still;
    }
    listed.forEach((dir, i) => {
      const [known, stat] = [this.#known.get(dir)!, stats[i]];
      if (stat !== undefined && isUnchanged(known, stat)) {
        known.stat = stat;
        still.set(dir, known.names);
      }
    });
    return still;
  }
}

function isUnchanged({ at, stat }: Known, now: Stat): boolean {
  // Some file systems do not keep the times of directories.
  if (now.mtime <= 0) return false;
  if (stat === undefined) return Math.max(now.mtime, now.ctime) < at - SKEW_MS;
  return stat.mtime === now.mtime && stat.ctime === now.ctime && stat.ino === now.ino;
}
