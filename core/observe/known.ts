/** What is known of a file from an earlier look, and whether it may be believed. Pure. */
import type { Digest } from '../api/values.ts';
import type { KnownFile } from '../memory/memory.ts';
import type { Stat } from '../world/world.ts';

/**
 * Milliseconds between two ticks of a clock that stamps files: changes within one tick have the same
 * time stamp.
 */
export const FINE_TICK_MS = 20;

/** The same for clocks that tell whole seconds. */
const COARSE_TICK_MS = 2000;

/** What of a stat is on record. */
export const pickStat = ({ size, mtime, ctime, ino }: Stat) => ({ size, mtime, ctime, ino });

/** The stamp of what was seen. A directory's time is left out: it changes with members that nobody reads. */
export const stampOf = (digest: Digest, stat: Stat | undefined): string =>
  stat === undefined || stat.directory ? digest : `${digest} ${stat.mtime}`;

/** Whether a file is as it was, by its stat. */
export const unchanged = (
  known: Pick<Stat, 'size' | 'mtime' | 'ctime' | 'ino'>,
  stat: Stat,
): boolean =>
  known.size === stat.size &&
  known.mtime === stat.mtime &&
  known.ctime === stat.ctime &&
  known.ino === stat.ino;

/** Milliseconds between two ticks of the clock that stamped a file. */
export const tickOf = ({ ctime }: Pick<Stat, 'ctime'>): number =>
  ctime % 1000 === 0 ? COARSE_TICK_MS : FINE_TICK_MS;

/** Whether the file could have changed once more under the same time stamp after it was read. */
export const racy = (known: KnownFile): boolean => known.ctime + tickOf(known) > known.seen;
