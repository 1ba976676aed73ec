/**
 * What the engine may do to the world, as interfaces. `files.ts`, `processes.ts` and `clock.ts`
 * implement them for real; tests hand in others. Outside of this room, core touches nothing else
 * but the terminal.
 */

import type { Exit } from '../api/facts.ts';
import type { Digest, Instant, Json, Path } from '../api/values.ts';

/** What `DESGW_DEBUG` may ask to have explained. */
export type Topic = 'plan' | 'journal' | 'process';

/** Explains a topic, in lines that are made only if somebody wants them. */
export type Explain = (topic: Topic, lines: () => readonly string[]) => void;

/** All of the outside that core touches. */
export interface World {
  readonly files: Files;
  readonly processes: Processes;
  readonly clock: Clock;
  /** The environment desgw was started with. Read here and nowhere else. */
  readonly env: { readonly [name: string]: string | undefined };
  /** Told what desgw goes by, for those who want it explained; undefined: nobody does. */
  readonly explain?: Explain | undefined;
  /** Told of whatever a plan goes by that shows in no file: it is not to be remembered then. */
  readonly doubt?: (why: string) => void;
  /** What must not be seen; undefined: nothing is known to be secret. */
  readonly secrets?: Secrets;
}

/** Values that only their owner is to see. */
export interface Secrets {
  isSecret(name: string): boolean;
  /** A text for people: every secret in it as `***`. */
  hide(text: string): string;
  /** The value of a parameter or variable as it may go on record: secrets in it as salted digests. */
  seal(name: string, value: Json): Json;
  /** A text to be compared or digested, with the secrets of parameters in it as salted digests. */
  sealText(text: string): string;
  /** The name of a secret whose value stands in a text as a word of its own; undefined: none does. */
  standsIn(text: string): string | undefined;
}

/** What identifies a state of a file without reading it. */
export interface Stat {
  readonly size: number;
  /** Milliseconds, with fractions. */
  readonly mtime: Instant;
  /** Cannot be forged by `touch`; this one decides whether a cached digest may be trusted. */
  readonly ctime: Instant;
  readonly ino: number;
  /** Which file system it is on: each stamps files by a clock of its own. */
  readonly dev: number;
  readonly directory: boolean;
  /** What the path itself holds, where it is a symbolic link; the rest tells of what it leads to. */
  readonly link?: string;
  /** What it is, such as `a pipe`, when it is neither a file nor a directory. */
  readonly odd?: string;
  /** How many names the file has, when it has more than one. */
  readonly links?: number;
}

/**
 * The file system. Relative paths start at the workspace. `undefined` means that there is no such
 * file (ENOENT, ENOTDIR); every other failure throws.
 */
export interface Files {
  /** Absolute path of the workspace, symbolic links resolved. */
  readonly root: string;
  /** Whether the workspace is a folder in which a group works together. */
  readonly sharedWithGroup: boolean;
  absolute(path: Path): string;
  stat(path: Path): Stat | undefined;
  /** Many stats, in order: synchronous while the disk answers fast, else many in flight. */
  statMany(paths: readonly Path[]): Promise<(Stat | undefined)[]>;
  read(path: Path): Uint8Array | undefined;
  readText(path: Path): string | undefined;
  /** At most the last `bytes` of a file. */
  readEnd(path: Path, bytes: number): Uint8Array | undefined;
  /** Bytes in a file, as it says when it is opened: what a network remembers of it may be old. */
  size(path: Path): number | undefined;
  /** Digest of the content, `absent` without a file. Reads in pieces of 1 MiB. */
  digest(path: Path): Digest;
  /** Names in a directory, sorted, a directory's name ending in `/`. */
  list(dir: Path): readonly string[] | undefined;
  /** Many listings, in order, adaptive like `statMany`. An Error stands for one that failed. */
  listMany(dirs: readonly Path[]): Promise<(readonly string[] | undefined | Error)[]>;
  /** Paths matching fast-glob patterns (files only, sorted, relative to the workspace). */
  glob(pattern: string): readonly Path[];
  /** Half-written files in a directory that earlier processes of this workspace left behind. */
  leftovers(dir: Path): readonly string[];
  /** Writes whole and durable: temporary file beside it, fsync, rename, fsync of the folder. */
  write(path: Path, data: string | Uint8Array, mode?: number): void;
  /** First half of `write`: a durable temporary file with its digest; `commit` puts it in place. */
  prepare(path: Path, data: string | Uint8Array, mode?: number): Prepared;
  /** Like `prepare`, but not durable yet: `harden` sees to that, or in the end `commit`. */
  draft(path: Path, data: string | Uint8Array, mode?: number): Prepared;
  /** Waits until drafts are on the disk for good: all at once that are waited for at the time. */
  harden(drafts: readonly Prepared[]): Promise<void>;
  /** `commit` of several, for which their folders are flushed once, together with those of others. */
  commitAll(prepared: readonly Prepared[]): Promise<void>;
  /** Like `prepare` with the content and mode of another file, behind a link if it is one. */
  prepareCopy(path: Path, from: Path): Prepared;
  /** Creates a file with its whole content, or says `false` because it exists. NFS-safe (link). */
  createExclusive(path: Path, text: string, mode?: number): boolean;
  /** Waits until what others wrote is on the disk for good; what is not there is passed over. */
  flush(paths: readonly Path[]): Promise<void>;
  /**
   * Calls `onLost` once when `path` is not there any more or holds another text, soon after that came
   * about; not where it cannot be seen. @returns what ends the looking
   */
  guard(path: Path, text: string, onLost: () => void): () => void;
  /** A file that is only ever appended to. Makes its folder. */
  appender(path: Path): Appender;
  /** Copies a file or a tree; symbolic links are copied as links; modes are kept. */
  copy(from: Path, to: Path): void;
  symlink(path: Path, to: string): void;
  /** Where a symbolic link leads, as it says, also when nothing is there; undefined for all else. */
  readLink(path: Path): string | undefined;
  /** Absolute path of a directory, which need not exist, with every symbolic link resolved. */
  realDirectory(path: Path): string;
  /** Whether a path is a symbolic link, or a relative one leads out of the workspace through one. */
  isLinked(path: Path): boolean;
  rename(from: Path, to: Path): void;
  /** Removes a file or a link, never what a link points to. No error when there is none. */
  remove(path: Path): void;
  /** Removes a directory of our own under `.desgw/` with all that is in it; refuses any other. */
  removeTree(path: Path): void;
  makeDirectory(path: Path): void;
  /** The idea of now of the file system `.desgw/` is on: the ctime of a small file just written. */
  now(): { readonly time: Instant; readonly dev: number };
  /** Why somebody else could have written a file; undefined when nobody could. */
  strangerIn(path: Path): string | undefined;
  /** Makes a directory that is this user's alone, or says `false` because it cannot be. */
  privateDirectory(path: Path): boolean;
  /** Whether what is at `path` is this user's own, or nothing is there. */
  isOwnOrAbsent(path: Path): boolean;
  /** Whether a file or folder is there, this user's own, and nobody else may write it. */
  isPrivate(path: Path): boolean;
  /** How many content digests were computed; for reports and tests. */
  readonly digests: number;
}

/** A file that is complete beside its place; `digest` is of its content. */
export interface Prepared {
  readonly path: Path;
  readonly temporary: Path;
  readonly digest: Digest;
  /** Puts it in place, for good. */
  commit(): void;
  discard(): void;
}

/** A file that only grows. */
export interface Appender {
  write(text: string): void;
  /** Durable when it returns: the file and, the first time, its folder. */
  sync(): void;
  /** False once another file, or none, has its name: what is written to it then is lost. */
  isThere(): boolean;
  close(): void;
}

/** How to start a program: everything given, nothing inherited. */
export interface Spawn {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
  /** Files (absolute) that receive the output; both may be the same. */
  readonly stdout: string;
  readonly stderr: string;
  /** Of standard output there is no file that anybody could find: `run` returns what was printed. */
  readonly unnamed?: boolean;
  readonly timeout?: number;
  readonly silence?: number;
  /** File (absolute) that it reads as its standard input; else there is none. */
  readonly stdin?: string;
}

/** How a program ended. */
export interface Ran {
  readonly exit: Exit;
  /** Whether it left programs running, which were stopped then. */
  readonly leftBehind: boolean;
  /** What it printed, where that was to have no name. */
  readonly printed?: string;
}

/** Programs, and what is known of processes. */
export interface Processes {
  readonly self: ProcessIdentity;
  /** True while that process lives; undefined where its pid means nothing: other host, other container. */
  isAlive(identity: ProcessIdentity): boolean | undefined;
  /** The same of a supervisor, or of anything that it started for the attempt `token`. */
  isAttemptAlive(supervisor: ProcessIdentity, token: string): boolean | undefined;
  /**
   * Shows at `path` (absolute) that this process lives, to everybody under the same kernel, until
   * the function returned is called or the process ends. Undefined where the disk cannot do that.
   */
  vouch(path: string): Promise<(() => void) | undefined> | undefined;
  /** Whether somebody vouches at `path` for a process; undefined where that cannot be told. */
  isVouchedFor(identity: ProcessIdentity, path: string): Promise<boolean | undefined>;
  /** Kills what a dead builder left running here; false when something would not go. */
  sweep(builder: ProcessIdentity): Promise<boolean>;
  /** Runs to the end in a process group of its own; aborting stops the whole group. */
  run(spawn: Spawn, signal: AbortSignal): Promise<Ran>;
  /**
   * Starts under the supervisor in a session of its own; returns at once. `dir` (absolute) gets
   * `claim/`, `pid`, `exit`: see `supervisor.ts`. `onNeverBegun` is told, later, why nothing began.
   */
  launch(spawn: Spawn, dir: string, onNeverBegun: (why: string) => void): void;
  /** Stops a launched program and all it started. */
  stop(supervisor: ProcessIdentity, token: string): Promise<void>;
  /** Kills at once every group that `run` has not seen the end of. */
  killAll(): void;
}

/** A process, told apart from every other one that ever had its number. */
export interface ProcessIdentity {
  readonly host: string;
  /** Differs after every reboot. */
  readonly boot: string;
  /** Name spaces in which pid and start time count. Absent: an older desgw did not note them. */
  readonly space?: string;
  /** Digest of what tells the machine from all others; absent where nothing does. */
  readonly machine?: string;
  /** Seconds since 1970 when the machine was started, by its own clock. */
  readonly booted?: number;
  readonly pid: number;
  /** Start time as the kernel gives it, so that a re-used pid is not mistaken. */
  readonly start: string;
  readonly user: string;
}

/** The time, and waiting for it to pass. */
export interface Clock {
  now(): Instant;
  /** Milliseconds that only ever grow, whatever is done to the clock: see `countOf` in `clock.ts`. */
  steady(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
