/** The build: what a rule file exports. */

import type { Adapter, AdapterTools, Look, Seen, Told } from './looks.ts';
import type { Notifier } from './notify.ts';
import type { Rule } from './rules.ts';
import type { EditFormat } from './steps.ts';
import type { Instant, Json, Path, TargetName } from './values.ts';

/** A parameter that `--set` may change. */
export interface Param {
  readonly default: Json;
  readonly type: 'text' | 'integer' | 'number' | 'boolean' | 'list';
  readonly help?: string;
  /** An option of the commands that stands for `--set` of it: `--from-output <file>`. */
  readonly option?: string;
  /** Nobody else is to see it: shown as `***`, recorded as a salted digest. Names that say so need no mark. */
  readonly secret?: true;
  /** While the value is `null`: the file and key that decide, for `desgw params` to show. */
  readonly from?: { readonly path: Path; readonly format: EditFormat; readonly key: string };
  /** A complaint, or nothing when the value is good. */
  readonly check?: (value: Json) => string | undefined;
}

/** More rules, made from a text: what another target made (its first output), or a file of yours. */
export interface Expansion {
  readonly kind: 'expansion';
  /** The target whose text it is; undefined with `file`. */
  readonly from?: TargetName;
  /** A file that no rule makes. Must exist. */
  readonly file?: Path;
  /** What to do when the file does not exist. */
  readonly advice?: string;
  readonly rules: (text: string) => readonly RuleItem[];
  /** Stands for the text in a dry run while the target has not been made. */
  readonly placeholder?: string;
}

/** What a list of rules holds. */
export type RuleItem = Rule | Expansion;

/** The values of the parameters, by name. */
export interface Params {
  /** The value of a declared parameter. @throws if it was never declared. */
  readonly [name: string]: Json;
}

/** What `defineBuild` takes and a rule file exports as its default. */
export interface Build {
  /** Built when no target is named; without it one must be. */
  readonly goal?: TargetName;
  readonly params?: { readonly [name: string]: Param | Json };
  readonly adapters?: { readonly [name: string]: Adapter };
  /** Actions at a time where `-j` does not say; 5 by default. */
  readonly jobs?: number;
  /** Which logs of earlier runs are kept; 10 runs of each target by default, and all of the last 90 days. */
  readonly logs?: KeptLogs;
  /** Accept `--set` of names that are not declared, with `--allow-unknown`. */
  readonly openParams?: boolean;
  readonly rules: (params: Params) => readonly RuleItem[];
  /** Asks at the terminal for parameters that a build lacks; they count like `--set`. */
  readonly complete?: (completing: Completing) => Promise<{ readonly [name: string]: Json }>;
  /** Who is told of what a build comes upon, while nobody watches. Never in a dry run. */
  readonly notify?: readonly Notifier[];
  /** More commands for the command line, by name. */
  readonly commands?: { readonly [name: string]: Command };
}

/** What is kept of the logs of runs and builds: the latest, and all that are young; the others are deleted. */
export interface KeptLogs {
  /** So many of the latest runs of each target, and of the latest builds. */
  readonly runs?: number;
  /** All of the last so many days. */
  readonly days?: number;
}

/** What `Build.complete` is given. */
export interface Completing {
  readonly params: Params;
  readonly readText: (path: Path) => string | undefined;
  readonly prompt: (question: string) => Promise<string>;
}

/** A command that a rule file adds to the command line. */
export interface Command {
  /** One line for `--help`. */
  readonly doc: string;
  /** Arguments as shown in `--help`, such as `<exposure...>`; every word is passed on. */
  readonly usage?: string;
  /** Options `--name` (a flag) or `--name VALUE`, with a line of help each. */
  readonly options?: { readonly [option: string]: string };
  /** @returns the exit status */
  readonly run: (call: CommandCall) => Promise<number>;
  /**
   * What a build does by this command of itself, after each of its rounds, when nobody holds the
   * lock. Says whether it did anything: then everything is looked at anew at once. So it must come to
   * have nothing more to do, whether what it does succeeds or not.
   */
  readonly between?: (call: RoundCall) => Promise<boolean>;
}

/** What a command is given between two rounds of a build: all goes to those who follow that build. */
export interface RoundCall extends CommandCall {
  /** How targets stood when the round had ended. */
  readonly round: readonly TargetStatus[];
  /** Tells people at once; of one matter once in a build. */
  readonly tell: (target: TargetName, told: Told) => void;
  /** Whether somebody sits at the terminal, so that `confirm` is of use. */
  readonly canPrompt: boolean;
}

/** What a view may ask for; the terminal decides whether anything comes of it. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'cyan' | 'magenta';

/** Dresses a text in a style, or gives it back as it is. */
export type Paint = (style: Style, text: string) => string;

/** What a command is given. */
export interface CommandCall {
  readonly args: readonly string[];
  /** Value of an option, `true` for a flag, undefined when it was not given. */
  readonly option: (name: string) => string | true | undefined;
  readonly params: Params;
  readonly tools: AdapterTools;
  readonly env: { readonly [name: string]: string | undefined };
  readonly now: Instant;
  readonly readText: (path: Path) => string | undefined;
  readonly look: (looks: readonly Look[]) => Promise<readonly Seen[]>;
  /** What is on record of a target; undefined: nothing. */
  readonly record: (target: TargetName) => OnRecord | undefined;
  /**
   * How targets stand, in the order in which they are made: these and what they need, or the goal
   * of the rule file. Groups, which are only names, are left out. The plan of `desgw status`;
   * nothing is built.
   * @throws UserError when a name means nothing
   */
  readonly status: (targets?: readonly TargetName[]) => Promise<readonly TargetStatus[]>;
  /**
   * What stands otherwise than when this was asked last, for cron: target by target, and in words (empty:
   * nothing). Whoever is to be notified of it hears of it too.
   */
  readonly changes: () => Promise<Changes>;
  /** Builds rules made on the spot, on the same journal and under the same lock. */
  readonly build: (items: readonly RuleItem[], goal: TargetName) => Promise<number>;
  /** Forgets targets, so that the next build makes them again; deletes nothing. */
  readonly forget: (targets: readonly TargetName[]) => Promise<void>;
  /** A program of a target that goes on without desgw, if one is at it now. */
  readonly running: (target: TargetName) => RunningProgram | undefined;
  readonly print: (text: string) => void;
  /** The screen that is printed to; undefined for files and pipes. */
  readonly screen?: { readonly width: number; readonly paint: Paint };
  /** Asks a yes-or-no question. @throws UserError where nobody can be asked */
  readonly confirm: (question: string) => Promise<boolean>;
}

/** How a target can stand, as `decide` tells it. */
export type State =
  | 'fresh'
  | 'stale'
  | 'missing'
  | 'maybe'
  | 'waiting'
  | 'running'
  | 'failed'
  | 'blocked'
  | 'edited'
  | 'in doubt'
  | 'outdated';

/** How a target stands in a plan. */
export interface TargetStatus {
  readonly target: TargetName;
  readonly state: State;
  /** Every reason for a state other than `fresh`, in words. */
  readonly reasons: readonly string[];
  /** In a few words: progress, advice, what an edit touched. */
  readonly note?: string;
  /** Targets that hold this one up (`blocked`), or that must be made first (`maybe`). */
  readonly by?: readonly TargetName[];
  /** Name of what the target is about. */
  readonly subject?: string;
}

/** A target that stands otherwise than before. */
export interface Change {
  readonly target: TargetName;
  /** Absent: it was not known before. */
  readonly from?: string;
  readonly to: string;
  readonly why: string;
}

/** What has changed since it was asked last. */
export interface Changes {
  readonly since?: Instant;
  readonly changes: readonly Change[];
  readonly text: string;
}

/** A program that was started by an earlier command, or by one that still follows it. */
export interface RunningProgram {
  readonly pid: number;
  readonly host: string;
  readonly since: Instant;
  /** Whether it runs on this host, so that it can be stopped here. */
  readonly here: boolean;
  /** Ends it with everything that it started; resolves when that is done. */
  readonly stop: () => Promise<void>;
}

/** What a command may know of the record of a target. */
export interface OnRecord {
  /** `begun`: a run whose end is not on record; `forgotten`: cleaned, to be made again. */
  readonly state: 'made' | 'begun' | 'failed' | 'forgotten';
  readonly at: Instant;
  /** What identifies work that was handed to somebody else, if known. */
  readonly receipt?: string;
  /** Of a failure, what failed. */
  readonly what?: string;
}
