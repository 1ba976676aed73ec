/** Steps: recipes are data, which a dry run can print. */

import type { RunFacts } from './facts.ts';
import type { Path } from './values.ts';

/** One step of a recipe. */
export type Step = Exec | Write | Edit | Copy | Link | Move | Remove | Claim;

/** Runs a program. No shell is involved: `argv[0]` is the program. */
export interface Exec {
  readonly kind: 'exec';
  /** Here and in `env`, `{token}` stands for the attempt's token, `{workspace}` for the absolute path. */
  readonly argv: readonly [string, ...string[]];
  readonly cwd?: Path;
  /** Added to the base environment (PATH, HOME, USER, LANG, TZ, TMPDIR and the rule's `env`). */
  readonly env?: { readonly [name: string]: string };
  /** Take the environment that sourcing a script leaves, captured once per invocation. */
  readonly environment?: Sourced;
  /**
   * Passed through from desgw's own environment when set: names, or patterns (`JOBSUB_*`). Not part
   * of the fingerprint (credentials).
   */
  readonly passEnv?: readonly string[];
  /** Standard output becomes this file, put in place when the program has ended. */
  readonly stdout?: Path;
  /** Seconds until the whole process group is stopped. Default: no limit. */
  readonly timeout?: number;
  /** Seconds without any output until it is stopped. */
  readonly silence?: number;
  /** Try again after these exit codes (default: any but 0). Only for idempotent commands. */
  readonly retry?: {
    readonly times: number;
    readonly delay: number;
    readonly codes?: readonly number[];
  };
  /** False: must not be run again without a person's word; only in targets with `once`. Default true. */
  readonly idempotent?: boolean;
  /** Exit codes that do not stop the steps; `any` leaves the verdict to the judge. Default [0]. */
  readonly okExits?: readonly number[] | 'any';
  /**
   * Runs in a session of its own and survives desgw. What to think when it vanished without
   * leaving an exit status: `rerun` it, or be in `doubt` (only in targets with `once`).
   */
  readonly detached?: 'rerun' | 'doubt';
  /** Regular expression (source text); its first group in stdout or `receiptFile` is the receipt. */
  readonly receipt?: string;
  readonly receiptFile?: Path;
}

/** A script that must be sourced in bash; `env` is set before, `args` are passed to it. */
export interface Sourced {
  readonly script: Path;
  readonly args?: readonly string[];
  readonly cwd?: Path;
  readonly env?: { readonly [name: string]: string };
  /** As for a step: names or patterns, not part of the fingerprint. */
  readonly passEnv?: readonly string[];
  /** `any`: its status does not count, as that of its profile scripts does not to a login shell. Default [0]. */
  readonly okExits?: 'any';
  /** Forced upon the captured environment afterwards. */
  readonly set?: { readonly [name: string]: string };
  readonly timeout?: number;
}

/** Writes a whole file, atomically. */
export interface Write {
  readonly kind: 'write';
  readonly path: Path;
  readonly content: string | ((run: RunFacts) => string);
  readonly mode?: number;
}

/** Of which kind a file is that is edited key by key. */
export type EditFormat = 'shell' | 'ini';

/** Sets keys in a file and leaves every other line alone; starts from `template` if absent. */
export interface Edit {
  readonly kind: 'edit';
  readonly path: Path;
  readonly format: EditFormat;
  /** Key -> value; for `ini` the key is `section.key`. `null` leaves a key unset (commented). */
  readonly values: { readonly [key: string]: string | null };
  readonly template?: Path;
}

/** Copies a file or a whole tree (existing files of a tree are replaced, others stay). */
export interface Copy {
  readonly kind: 'copy';
  readonly from: Path;
  readonly to: Path;
}

/** Makes a symbolic link at `path`. */
export interface Link {
  readonly kind: 'link';
  readonly path: Path;
  readonly to: string;
}

/** Renames; nothing happens when `from` does not exist. */
export interface Move {
  readonly kind: 'move';
  readonly from: Path;
  readonly to: Path;
}

/** Removes one file; nothing happens when it does not exist. */
export interface Remove {
  readonly kind: 'remove';
  readonly path: Path;
}

/**
 * Takes the first of `names` that nobody holds, by exclusive creation of a file of that name in
 * the shared directory `registry`; later steps find the name in `RunFacts.claims`. A file that this
 * workspace left there earlier counts as taken by us.
 */
export interface Claim {
  readonly kind: 'claim';
  readonly registry: Path;
  readonly names: readonly string[];
  /** For people: what the claim is for. */
  readonly note: string;
  /** Good for one attempt: an earlier claim bars us too, until it is certain that nothing came of it. */
  readonly once?: true;
  /**
   * Takes every name that nobody holds, and goes on also where that is none. What was taken under
   * another `note` is held by somebody else, in this workspace too.
   */
  readonly all?: true;
  /** Kept in the file for whoever reads it; says nothing of whose it is. */
  readonly about?: { readonly [name: string]: string };
  /** What is said when somebody else has it; who has it is added to `what`. */
  readonly taken?: { readonly what: string; readonly advice: string };
}
