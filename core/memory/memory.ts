/** What the engine needs of its memory. `journal.ts` keeps it on disk. */
import type { Digest, Instant, Path, TargetName } from '../api/values.ts';
import type { Trace } from './trace.ts';

/** A content digest together with the stat it was computed under. */
export interface KnownFile {
  readonly size: number;
  readonly mtime: Instant;
  readonly ctime: Instant;
  readonly ino: number;
  readonly digest: Digest;
  /** The file system's time just before the content was read. */
  readonly seen: Instant;
}

/** A value that was observed, since when it is known, and for how long it was seen not to move. */
export interface KnownSighting {
  readonly digest: Digest;
  readonly since: Instant;
  /** How long it did not move, added up from look to look. */
  readonly stillMs?: number;
  /** The last of these looks, by a clock that nobody can set. */
  readonly seen?: { readonly count: string; readonly steady: number };
  /** Set when it had ended: digest of all that was seen beside the answer that said so. */
  readonly ended?: Digest;
}

/** What is on record; of a journal that is open, what it has added as well. */
export interface Memory {
  readonly traces: ReadonlyMap<TargetName, Trace>;
  readonly files: ReadonlyMap<Path, KnownFile>;
  readonly sightings: ReadonlyMap<TargetName, KnownSighting>;
  /** Targets whose record was damaged: nothing is believed of them. */
  readonly damaged: ReadonlySet<TargetName>;
  /** Whether records that are known to be missing may have been about this target. */
  unproved(target: TargetName): boolean;
  /** Whether a later record of this target may have been lost with an unclean end. */
  mayHaveLost(target: TargetName): boolean;
  /** What was found wrong, in sentences for people. */
  readonly warnings: readonly string[];
}

/** Writing end; needs the lock. */
export interface Journal extends Memory {
  /** On disk (not yet durable) when it returns. `durable: true` waits for the disk as well. */
  trace(target: TargetName, trace: Trace, options?: { durable: boolean }): void;
  /** Forgets a target altogether. */
  drop(target: TargetName): void;
  file(path: Path, known: KnownFile): void;
  sighting(target: TargetName, known: KnownSighting): void;
  /** Ends the segment cleanly; `shorten` (the default) compacts where that is worth it. */
  close(options?: { readonly shorten: boolean }): void;
}
