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

/** A value an observation had, since when it is known, and for how long it was seen not to move. */
export interface KnownSighting {
  readonly digest: Digest;
  readonly since: Instant;
  /** Added up from look to look until `seen`, a reading of a clock that nobody can set. */
  readonly stillMs?: number;
  readonly seen?: { readonly count: string; readonly steady: number };
  /** Digest of all that was seen beside the answer by which it had ended. */
  readonly ended?: Digest;
}

/** Memory as loaded; read-only views that a build keeps up to date as it appends. */
export interface Memory {
  readonly traces: ReadonlyMap<TargetName, Trace>;
  readonly files: ReadonlyMap<Path, KnownFile>;
  readonly sightings: ReadonlyMap<TargetName, KnownSighting>;
  /** Targets whose record was damaged: nothing is believed of them. */
  readonly damaged: ReadonlySet<TargetName>;
  /** True for a target of which there may have been records that are known to be missing. */
  unproved(target: TargetName): boolean;
  /** True for a target of which a later record may have been lost with an unclean end. */
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
  /** Ends the segment cleanly; compacts when most records are dead or a segment was unclean. */
  close(options?: { readonly shorten: boolean }): void;
}
