/** Looks at the outside: what targets ask core to look at, and what they make of it. */

import type { Exit, Facts } from './facts.ts';
import type { Exec } from './steps.ts';
import type { Instant, Json, Path, TargetName } from './values.ts';

/** One thing to be looked at. */
export type Look =
  /**
   * Directories matching a path whose segments may hold `*`, with the names in each (a directory's
   * name ends in `/`). One listing per directory, shared within an invocation. The look fails when
   * one of the directories on the way cannot be read; with `partly` it tells of them instead.
   */
  | { readonly kind: 'list'; readonly pattern: Path; readonly partly?: true }
  /** Files whose path matches, segment by segment as above: when they were written, how they end. */
  | { readonly kind: 'ends'; readonly pattern: Path; readonly bytes: number }
  | { readonly kind: 'read'; readonly path: Path }
  | { readonly kind: 'stat'; readonly path: Path }
  /** A question to an adapter of the build (season tables, the grid's queue). */
  | { readonly kind: 'ask'; readonly adapter: string; readonly question: Json };

/** What was seen, in the order of the looks; files and listings are never older than the answers. */
export type Seen =
  | {
      readonly kind: 'list';
      readonly dirs: readonly Listing[];
      /** With `partly`: directories that could not be read, and why. */
      readonly unread?: readonly { readonly dir: Path; readonly why: string }[];
    }
  | {
      readonly kind: 'ends';
      readonly files: readonly {
        readonly path: Path;
        readonly mtime: Instant;
        readonly end: string;
      }[];
    }
  | { readonly kind: 'read'; readonly text: string | undefined }
  | {
      readonly kind: 'stat';
      readonly stat: { readonly size: number; readonly mtime: Instant } | undefined;
    }
  | { readonly kind: 'answer'; readonly answer: Json }
  /** The look failed (permission, time-out, a failing command) or was not allowed in a dry run. */
  | { readonly kind: 'failed'; readonly why: string };

/** What a directory holds. */
export interface Listing {
  readonly dir: Path;
  readonly names: readonly string[];
}

/** A fact of the outside world: what to look at, and what it means. */
export interface Observation {
  /**
   * `sticky`: looked at only until the target has been made; afterwards its record stands,
   * whatever the outside says (a season that was claimed).
   */
  readonly sticky?: boolean;
  /**
   * The value comes from files alone; answers of adapters and the time tell only whether more is to
   * be expected. So no adapter is asked while the files make it ready with the value on record.
   */
  readonly valueFromFiles?: true;
  /**
   * What is seen may be gone in a minute (credentials): it is looked at in every round in which
   * anything at all is not fresh. It keeps targets after it from beginning, and what is made is
   * fresh without it.
   */
  readonly fleeting?: true;
  /** Files whose text the functions need. */
  readonly reads?: readonly Path[];
  readonly look: (facts: Pick<Facts, 'text' | 'maybeText'>) => readonly Look[];
  readonly judge: (
    seen: readonly Seen[],
    facts: Pick<Facts, 'text' | 'maybeText'> & {
      readonly now: Instant;
      /** Seconds since what counts as movement was last seen to change. */
      readonly unchangedFor: number;
    },
  ) => Sighting;
  /**
   * The parts that a value tells of, for a map of them. Where nothing was seen, the value is what the
   * target's first output holds as JSON.
   */
  readonly parts?: (value: Json) => readonly Part[];
}

/**
 * How the parts of work under way elsewhere stand, for totals over many targets. Parts that are in
 * none of the five have not been started.
 */
export type Tally = {
  /** What is counted, in the plural: `CCDs`. */
  readonly unit: string;
  readonly total: number;
  readonly complete: number;
  readonly failed: number;
  readonly running: number;
  readonly idle: number;
  readonly held: number;
};

/** One part of a target's work and where it lies, for drawing a map of them. */
export interface Part {
  /** Short, for the map: `07`. */
  readonly label: string;
  /** `unused`: never worked on, for a reason that `notes` tell. */
  readonly state: 'complete' | 'failed' | 'incomplete' | 'not started' | 'unused';
  /** What is to be said of it: which step failed. */
  readonly notes: readonly string[];
  /** Middle and size, in any unit; x grows to the right and y upwards. */
  readonly place: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
}

/** What a judge makes of what was seen. */
export type Sighting =
  /**
   * Settled. `value` is the fact; `note` says it in a few words (`52 of 59 CCDs complete`); `redo`:
   * why the target should be made again although nothing has changed.
   */
  | {
      readonly state: 'ready';
      readonly value: Json;
      readonly note?: string;
      readonly redo?: string;
      readonly tally?: Tally;
      /** Why what it is about is not used any further, for overviews: nothing has failed. */
      readonly leftOut?: string;
      readonly tell?: readonly Told[];
      /** When it should be looked at again by a build that waits. */
      readonly again?: Instant;
    }
  /** Work is still under way elsewhere. */
  | {
      readonly state: 'waiting';
      readonly progress: string;
      readonly value?: Json;
      /** Counts as movement when it changes; by default the value does. */
      readonly movement?: Json;
      /** It is seen to go on: more is to come, though what there is be as it was recorded. */
      readonly underway?: true;
      /** What there is would do for those who need the target, should nobody want to wait for more. */
      readonly enough?: true;
      /** What people should hear of at once: jobs that are held, a queue unseen. */
      readonly tell?: readonly Told[];
      readonly tally?: Tally;
    }
  /**
   * Could not be seen. An error, never "nothing there": nobody goes on without the target, and it
   * is looked at again for a while. `definite`: it was seen, and looking again would not help.
   */
  | {
      readonly state: 'failed';
      readonly why: string;
      readonly advice?: string;
      readonly definite?: true;
      /** Set by desgw where the judge itself threw. */
      readonly thrown?: true;
    };

/** Something that people should hear of at once, but not again and again. */
export interface Told {
  /** Told once for each of these, whatever the text is by then and whoever tells it. */
  readonly about: string;
  readonly text: string;
  /** Those who are to be notified of such hear of it too. */
  readonly occasion?: 'held' | 'credentials' | 'tried again';
}

/** Answers questions about the outside. Lives in a site module; may start processes. */
export interface Adapter {
  /** May be asked in a dry run: reads files only, no process, no network. */
  readonly dry: boolean;
  /** Seconds after which an answer is no longer waited for. */
  readonly timeout: number;
  readonly ask: (question: Json, tools: AdapterTools) => Promise<Json>;
  /** What everybody should know who builds by its answers, such as that they are made up. */
  readonly notice?: string;
  /** For one that knows of work that was handed over: whether that is still under way. */
  readonly work?: {
    readonly question: Json;
    readonly judge: (answer: Json, of: HandedOver) => Liveness;
  };
}

/** Work that a target handed over to somebody else, as it is on record. */
export interface HandedOver {
  readonly target: TargetName;
  readonly receipt?: string;
  readonly token?: string;
  /** Texts of the files that the target left, which may say more. */
  readonly texts: readonly string[];
}

/**
 * Whether work that was handed over is still under way. `partOf`: the target whose work it goes on
 * with, where that is another one (a rescue).
 */
export type Liveness =
  | {
      readonly state: 'live';
      readonly partOf?: TargetName;
      /** In a few words: `61 idle`. */
      readonly what: string;
      /** What people may type to end it. */
      readonly advice?: string;
      /** Ends it. */
      readonly cancel?: Exec;
    }
  | { readonly state: 'over' }
  | { readonly state: 'unknown'; readonly why: string; readonly partOf?: TargetName };

/** What core lends to an adapter. */
export interface AdapterTools {
  readonly run: (exec: Exec) => Promise<{ exit: Exit; stdout: string; stderr: string }>;
  readonly workspace: string;
  readonly signal: AbortSignal;
}
