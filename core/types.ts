/**
 * Every noun of the engine. This file imports nothing and holds no code, so that any module
 * may depend on it without a cycle. Read it first: rule -> graph -> facts -> plan -> trace.
 */

// ---------------------------------------------------------------------------------------------
// Plain values

/** A value that survives JSON unchanged. Parameters and observed values are of this kind. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** The name of a target, unique in a build. Any text without control characters. */
export type TargetName = string;

/** A file as the rule file writes it: relative to the workspace or absolute, forward slashes. */
export type Path = string;

/** A fingerprint of bytes or of data. Compared for equality only. `absent` stands for no file. */
export type Digest = string;

/** Milliseconds since the epoch, for people to read. Never decides what is fresh. */
export type Instant = number;

// ---------------------------------------------------------------------------------------------
// Rules: what a rule file declares

/** How to make one target, and when it is out of date. Data and pure functions only. */
export interface Rule {
  readonly name: TargetName;
  /** One line for `desgw targets`. */
  readonly doc?: string;
  /** Targets that must be fresh first. What they made is part of the fingerprint. */
  readonly deps?: readonly TargetName[];
  /** Targets that must be fresh first, but whose content does not matter (order only). */
  readonly after?: readonly TargetName[];
  /** Targets of which those that succeed are used; one that fails is left out, not waited for. */
  readonly gathers?: readonly TargetName[];
  /** Files that no rule makes and that must exist. */
  readonly inputs?: readonly Path[];
  /** Files that no rule makes and that may be absent: appearing or vanishing is a change. */
  readonly optionalInputs?: readonly Path[];
  /** fast-glob patterns; the set of matches and their contents are inputs. */
  readonly globs?: readonly string[];
  /** Environment variables the recipe may see and whose values are part of the fingerprint. */
  readonly env?: readonly string[];
  /** Every other value the result depends on, by key, so that a reason can name the key. */
  readonly params?: { readonly [name: string]: Json };
  readonly outputs?: readonly (Path | Output)[];
  /** A fact of the outside world that no target makes. */
  readonly observe?: Observation;
  /** Steps, or a recipe with a judge. None at all: a phony group, a name for its deps. */
  readonly recipe?: Recipe | readonly Step[];
  /** Present: the recipe must never happen twice (submitting, claiming). */
  readonly once?: Once;
  /**
   * How to tell from the outside that the work was done before desgw kept a record. Looked at only
   * without a record; what is found is adopted, not redone. (For once-targets, `once` does this.)
   */
  readonly adopt?: Once;
  /** Present: this target is a link of a chain, made together with others by one command. */
  readonly chain?: Chain;
  /** Keys of which only one holder may run at a time. */
  readonly exclusive?: readonly string[];
  /** While work started by `since` has not been settled in `until`, do not run this again. */
  readonly hold?: { readonly since: TargetName; readonly until: TargetName };
  /** Where the rule was declared, `file:line`; filled in by `target()` when an error needs it. */
  readonly declaredAt?: string;
}

/** Something a target leaves behind. A bare path stands for `{ path }`. */
export interface Output {
  /** A file, or with `glob: true` a fast-glob pattern whose whole set of files is the output. */
  readonly path: Path;
  readonly glob?: boolean;
  /** Not part of what dependents compare: logs and reports that differ from run to run. */
  readonly quiet?: boolean;
  /** Only these keys belong to the target; the other lines of the file belong to people. */
  readonly keys?: { readonly format: EditFormat; readonly names: readonly string[] };
  /** Other programs overwrite it too: a difference makes the target stale, never `edited`. */
  readonly shared?: boolean;
}

/** How to make a target. */
export interface Recipe {
  /**
   * Stands for the recipe in the fingerprint when `steps` is a function. Raise it when the steps
   * change in a way that should remake the target. Default: the function's text.
   */
  readonly version?: string;
  /** Files (outputs of deps, inputs) whose text the functions below need. */
  readonly reads?: readonly Path[];
  readonly steps: readonly Step[] | ((facts: Facts) => readonly Step[]);
  /** What to look at when the steps have run. */
  readonly evidence?: (facts: Facts) => readonly Look[];
  /** What came of a good run in a few words, for its line on the screen. */
  readonly note?: (run: RunFacts) => string;
  /**
   * What a detached program is doing, looked at now and then while it runs: where to look, and in
   * a few words what that shows.
   */
  readonly progress?: {
    readonly look: (facts: Facts) => readonly Look[];
    readonly judge: (seen: readonly Seen[]) => string | undefined;
  };
  /** Judges the run by its evidence; no problem means success. Default: every exit status is 0. */
  readonly judge?: (run: RunFacts, seen: readonly Seen[]) => readonly Problem[];
}

/** One thing wrong with a run: what, and what to do about it. */
export interface Problem {
  readonly what: string;
  readonly advice?: string;
}

/** Several targets that one command makes, in order. The same object is shared by all links. */
export interface Chain {
  readonly name: string;
  /** In the order in which the command makes them. */
  readonly links: readonly TargetName[];
  /** Which links one run remakes, given the first that is not fresh. Must include that one. */
  readonly sweep: (first: TargetName) => readonly TargetName[];
  /** Links that a run which failed has made all the same. Default: none. */
  readonly completed?: (run: RunFacts, seen: readonly Seen[]) => readonly TargetName[];
  /** The command; `facts.due` names the links of this run. */
  readonly recipe: Recipe;
}

/** What makes an action exactly-once: how to find out whether it has happened already. */
export interface Once {
  /** Looked at when there is no record, or an attempt without a result. */
  readonly look: (facts: Facts, attempt?: Attempt) => readonly Look[];
  readonly judge: (seen: readonly Seen[], attempt?: Attempt) => OnceSighting;
  /** The command that ends the work of a receipt, for `desgw clean --cancel`. */
  readonly cancel?: (receipt: string) => Exec;
}

/** An attempt whose result is not known. */
export interface Attempt {
  readonly token: string;
  readonly at: Instant;
}

export type OnceSighting =
  /** It has happened; `how` says what shows it, `receipt` identifies the work if known. */
  | { readonly state: 'done'; readonly how: string; readonly receipt?: string }
  | { readonly state: 'not done' }
  /** The outside cannot tell. `advice`: what a person should check. */
  | { readonly state: 'unknown'; readonly why: string; readonly advice?: string };

/** What recipe functions are given before the run. All of it is known to a dry run too. */
export interface Facts {
  /** Text of a file named in `reads`. @throws if it was not declared or does not exist. */
  readonly text: (path: Path) => string;
  /** Like `text`, but `undefined` when the file does not exist. */
  readonly maybeText: (path: Path) => string | undefined;
  /** The value of the observation; `null` without one. */
  readonly value: Json;
  /** Members of `gathers` that succeeded, in declared order. */
  readonly gathered: readonly TargetName[];
  /** Links of the chain that this run makes. Empty outside chains. */
  readonly due: readonly TargetName[];
}

/** What is known when (part of) a recipe has run. */
export interface RunFacts extends Facts {
  /** Random name of this attempt; stable over a resume. In a dry run: `<token>`. */
  readonly token: string;
  readonly startedAt: Instant;
  /** Exit of each exec so far, in order. */
  readonly exits: readonly Exit[];
  /** What the last exec printed, cut to the last 4 MiB each. */
  readonly stdout: string;
  readonly stderr: string;
  /** First group of the receipt pattern, once seen. */
  readonly receipt: string | undefined;
  /** The name that a claim step took. */
  readonly claimed: string | undefined;
}

// ---------------------------------------------------------------------------------------------
// Steps: recipes are data

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
  /** Passed through from desgw's own environment when set, not fingerprinted (credentials). */
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
  /** False: must not be run again without a person's word. Default true. */
  readonly idempotent?: boolean;
  /** Exit codes that do not stop the steps; `any` leaves the verdict to the judge. Default [0]. */
  readonly okExits?: readonly number[] | 'any';
  /**
   * Runs in a session of its own and survives desgw. What to think when it vanished without
   * leaving an exit status: `rerun` it, or be in `doubt`.
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
  readonly passEnv?: readonly string[];
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
 * the shared directory `registry`; later steps find the name in `RunFacts.claimed`. A file that this
 * workspace left there in an earlier attempt counts as taken by us.
 */
export interface Claim {
  readonly kind: 'claim';
  readonly registry: Path;
  readonly names: readonly string[];
  /** For people: what the claim is for. */
  readonly note: string;
}

// ---------------------------------------------------------------------------------------------
// Observations: what targets ask core to look at

export type Look =
  /**
   * Directories matching a path whose segments may hold `*`, with the names in each (a directory's
   * name ends in `/`). One listing per directory, shared within an invocation.
   */
  | { readonly kind: 'list'; readonly pattern: Path }
  | { readonly kind: 'read'; readonly path: Path }
  | { readonly kind: 'stat'; readonly path: Path }
  /** A question to an adapter of the build (season tables, the grid's queue). */
  | { readonly kind: 'ask'; readonly adapter: string; readonly question: Json };

/** What was seen, in the order of the looks; files and listings are never older than the answers. */
export type Seen =
  | { readonly kind: 'list'; readonly dirs: readonly Listing[] }
  | { readonly kind: 'read'; readonly text: string | undefined }
  | {
      readonly kind: 'stat';
      readonly stat: { readonly size: number; readonly mtime: Instant } | undefined;
    }
  | { readonly kind: 'answer'; readonly answer: Json }
  /** The look failed (permission, time-out, a failing command) or was not allowed in a dry run. */
  | { readonly kind: 'failed'; readonly why: string };

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
  /** Files whose text the functions need. */
  readonly reads?: readonly Path[];
  readonly look: (facts: Pick<Facts, 'text' | 'maybeText'>) => readonly Look[];
  readonly judge: (
    seen: readonly Seen[],
    facts: Pick<Facts, 'text' | 'maybeText'> & {
      readonly now: Instant;
      readonly unchangedFor: number;
    },
  ) => Sighting;
}

export type Sighting =
  /** Settled. `value` is the fact; `note` says it in a few words (`52 of 59 CCDs complete`). */
  /** `redo`: why the target should be made again although nothing has changed. */
  | {
      readonly state: 'ready';
      readonly value: Json;
      readonly note?: string;
      readonly redo?: string;
    }
  /** Work is still under way elsewhere. A change of `value` or `stage` counts as movement. */
  | {
      readonly state: 'waiting';
      readonly progress: string;
      readonly value?: Json;
      readonly stage?: string;
    }
  /** Could not be seen. An error, never "nothing there". */
  | { readonly state: 'failed'; readonly why: string; readonly advice?: string };

/** Answers questions about the outside. Lives in a site module; may start processes. */
export interface Adapter {
  /** May be asked in a dry run: reads files only, no process, no network. */
  readonly dry: boolean;
  /** Seconds after which an answer is no longer waited for. */
  readonly timeout: number;
  readonly ask: (question: Json, tools: AdapterTools) => Promise<Json>;
}

/** What core lends to an adapter. */
export interface AdapterTools {
  readonly run: (exec: Exec) => Promise<{ exit: Exit; stdout: string; stderr: string }>;
  readonly workspace: string;
  readonly signal: AbortSignal;
}

// ---------------------------------------------------------------------------------------------
// The build: what a rule file exports

/** A parameter that `--set` may change. */
export interface Param {
  readonly default: Json;
  readonly type: 'text' | 'integer' | 'number' | 'boolean' | 'list';
  readonly help?: string;
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

export type RuleItem = Rule | Expansion;

export interface Params {
  /** The value of a declared parameter. @throws if it was never declared. */
  readonly [name: string]: Json;
}

/** What `defineBuild` takes and a rule file exports as its default. */
export interface Build {
  /** Built when no target is named. */
  readonly goal: TargetName;
  readonly params?: { readonly [name: string]: Param | Json };
  readonly adapters?: { readonly [name: string]: Adapter };
  /** Accept `--set` of names that are not declared, with `--allow-unknown`. */
  readonly openParams?: boolean;
  readonly rules: (params: Params) => readonly RuleItem[];
  /** Asks at the terminal for parameters that a build lacks; they count like `--set`. */
  readonly complete?: (completing: Completing) => Promise<{ readonly [name: string]: Json }>;
  /** More commands for the command line, by name. */
  readonly commands?: { readonly [name: string]: Command };
}

/** What `Build.complete` is given. */
export interface Completing {
  readonly params: Params;
  readonly readText: (path: Path) => string | undefined;
  readonly ask: (question: string) => Promise<string>;
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
}

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
  readonly trace: (target: TargetName) => Trace | undefined;
  /** Builds rules made on the spot, on the same journal and under the same lock. */
  readonly build: (items: readonly RuleItem[], goal: TargetName) => Promise<number>;
  /** Forgets targets, so that the next build makes them again; deletes nothing. */
  readonly forget: (targets: readonly TargetName[]) => Promise<void>;
  readonly print: (text: string) => void;
  /** Asks a yes-or-no question; false without a terminal. */
  readonly confirm: (question: string) => Promise<boolean>;
}

// ---------------------------------------------------------------------------------------------
// Graph

/** A rule with every default filled in. */
export interface Node {
  readonly name: TargetName;
  readonly rule: Rule;
  readonly index: number;
  readonly group: boolean;
  readonly deps: readonly TargetName[];
  readonly after: readonly TargetName[];
  readonly gathers: readonly TargetName[];
  readonly outputs: readonly Output[];
  /** Inputs that no rule makes: they must be there. */
  readonly sources: readonly Path[];
  /** Digest of the recipe, see `Recipe.version`. */
  readonly recipeDigest: Digest;
}

export interface Graph {
  readonly nodes: ReadonlyMap<TargetName, Node>;
  /** Every target after all that it needs. */
  readonly order: readonly TargetName[];
  /** Who needs a target (deps, after and gathers alike). */
  readonly dependents: ReadonlyMap<TargetName, readonly TargetName[]>;
  /** Output path -> the target that makes it. */
  readonly makers: ReadonlyMap<Path, TargetName>;
  /** Expansions whose rules are not in the graph, because their text is not known yet. */
  readonly unexpanded: readonly Expansion[];
}

// ---------------------------------------------------------------------------------------------
// Signatures and traces: what is remembered

/** All that a target depends on, as data, so that two can be told apart key by key. */
export interface Signature {
  readonly recipe: Digest;
  readonly params: { readonly [name: string]: Json };
  readonly inputs: { readonly [path: string]: Digest };
  readonly env: { readonly [name: string]: string };
  /** Pattern -> digest of the matched names and contents. */
  readonly globs: { readonly [pattern: string]: Digest };
  /** Dep -> digest of what it made. This is early cutoff. */
  readonly deps: { readonly [target: string]: Digest };
  /** Gathered members that succeeded -> digest of what they made. */
  readonly gathered: { readonly [target: string]: Digest };
  /** Digest of the observed value, and the note that went with it. */
  readonly observed?: { readonly digest: Digest; readonly note: string };
}

/** Path -> digest and time of change, which show that a file was written. Compared for equality. */
export interface Stamps {
  readonly [path: Path]: string;
}

/** What was last recorded about a target. */
export type Trace = Started | Finishing | Built | Failed | Cleaning;

interface TraceBase {
  /** Number of the run, which names its logs. */
  readonly run: number;
  readonly at: Instant;
  readonly signature: Signature;
}
/** Something is, or was, running. Without an end on record it was interrupted. */
export interface Started extends TraceBase {
  readonly kind: 'started';
  readonly because: readonly Reason[];
  readonly token: string;
  /** Links made by the same run, for a chain. */
  readonly due?: readonly TargetName[];
  /** What the last good run left, so that its bytes are known as ours. */
  readonly previous?: Built;
  /** The attempt has been launched detached and survives us. */
  readonly detached?: 'rerun' | 'doubt';
  /** What a detached attempt reads, as it was when it began. */
  readonly stamps?: Stamps;
}
/** Outputs are written aside under temporary names and about to be put in place. */
export interface Finishing extends Omit<Started, 'kind'> {
  readonly kind: 'finishing';
  readonly outputs: { readonly [path: string]: Digest };
}
/** The target was made; or found made (`adopted`), or taken as it is (`accepted`, `marked`). */
export interface Built extends TraceBase {
  readonly kind: 'built';
  readonly how: 'built' | 'adopted' | 'accepted' | 'marked';
  readonly ms: number;
  readonly because: readonly Reason[];
  /** Output path (or pattern) -> digest; for `keys` outputs of the keys alone. */
  readonly outputs: { readonly [path: string]: Digest };
  readonly receipt?: string;
  readonly token?: string;
  /** What shows that adopted work was done. */
  readonly evidence?: string;
}
export interface Failed extends TraceBase {
  readonly kind: 'failed';
  readonly ms: number;
  readonly because: readonly Reason[];
  readonly problems: readonly Problem[];
  readonly log?: Path;
  readonly previous?: Built;
  /** Outputs that held what desgw did not make, and still do: their digests. */
  readonly untouched?: { readonly [path: string]: Digest };
  /** A once-action that ended without a receipt and whose effect is not known. */
  readonly token?: string;
}
/** Being forgotten by `desgw clean`; its outputs are ours to delete. */
export interface Cleaning extends TraceBase {
  readonly kind: 'cleaning';
  readonly done: boolean;
  /** Why a person asked for it to be done once more. */
  readonly reason?: string;
  readonly outputs: { readonly [path: string]: Digest };
}

// ---------------------------------------------------------------------------------------------
// Verdicts and the plan

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
  | 'submitted, stale';

/** Why a target is not fresh. Rendered in words by `core/reasons.ts`. */
export type Reason =
  | { readonly kind: 'never built' }
  | { readonly kind: 'forced' }
  | { readonly kind: 'cleaned' }
  | { readonly kind: 'asked again'; readonly why: string }
  | { readonly kind: 'interrupted'; readonly at: Instant }
  | { readonly kind: 'failed before'; readonly problem: string }
  | { readonly kind: 'record damaged' }
  | { readonly kind: 'recipe changed' }
  | {
      readonly kind: 'param changed';
      readonly name: string;
      readonly from?: Json;
      readonly to?: Json;
    }
  | {
      readonly kind: 'input changed';
      readonly path: Path;
      readonly how: 'changed' | 'appeared' | 'vanished' | 'added' | 'removed';
    }
  | { readonly kind: 'glob changed'; readonly pattern: string }
  /** `what` was written while the target was made from it: a path, a pattern, or a target. */
  | { readonly kind: 'changed meanwhile'; readonly what: string }
  | {
      readonly kind: 'env changed';
      readonly name: string;
      readonly from?: string;
      readonly to?: string;
    }
  | { readonly kind: 'dep changed'; readonly target: TargetName }
  | { readonly kind: 'dep added' | 'dep removed'; readonly target: TargetName }
  | { readonly kind: 'gathered' | 'not gathered'; readonly target: TargetName }
  | { readonly kind: 'observation changed'; readonly from: string; readonly to: string }
  | { readonly kind: 'observation asks'; readonly what: string }
  | { readonly kind: 'output missing'; readonly path: Path }
  | { readonly kind: 'output changed'; readonly path: Path }
  | { readonly kind: 'swept'; readonly chain: string; readonly first: TargetName };

/** What `decide` says of one target. */
export interface Verdict {
  readonly state: State;
  readonly reasons: readonly Reason[];
  /** Digest of what the target made, when it may be relied on. */
  readonly product?: Digest;
  /** Targets that hold this one up (`blocked`), or that must be made first (`maybe`). */
  readonly by?: readonly TargetName[];
  /** In a few words: progress, advice, what an edit touched. */
  readonly note?: string;
  /** Set when it counts as fresh only because it is held back: until this target is settled. */
  readonly until?: TargetName;
  /** For `failed`: nothing to run, what it needs to see could not be seen. */
  readonly final?: boolean;
  /** For `blocked`: what is at the root of it. */
  readonly cause?: 'failed' | 'waiting' | 'person';
  /** Set when the work was found done without a record: put it on record. */
  readonly adopt?: { readonly how: string; readonly receipt?: string };
}

/** One unit of work. */
export interface Action {
  /** The target, or the chain's name. */
  readonly name: string;
  /**
   * `run` the recipe; `attach` to a detached process of an earlier invocation, or collect its
   * result; `adopt` work found done; `restore` the files of a once-target from its record.
   */
  readonly kind: 'run' | 'attach' | 'adopt' | 'restore';
  readonly makes: readonly TargetName[];
  /** False: only if something it needs turns out different. */
  readonly certain: boolean;
  readonly reasons: readonly Reason[];
}

/** What a build would do now. Dry run, why, status and graph are views of it. */
export interface Plan {
  readonly graph: Graph;
  readonly goals: readonly TargetName[];
  /** Everything the goals need, in order. */
  readonly order: readonly TargetName[];
  readonly verdicts: ReadonlyMap<TargetName, Verdict>;
  readonly actions: readonly Action[];
}

// ---------------------------------------------------------------------------------------------
// Running

export type Exit =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'timeout'; readonly after: number; readonly silent: boolean }
  | { readonly kind: 'spawn'; readonly message: string };

/** What a finished build amounts to; decides the exit status. */
export type Outcome = 'fresh' | 'failed' | 'waiting' | 'person' | 'interrupted';

/** The only way in which a build speaks. Reporters turn events into text. */
export type BuildEvent =
  | { readonly kind: 'planned'; readonly plan: Plan; readonly at: Instant }
  | {
      readonly kind: 'action started';
      readonly action: Action;
      readonly at: Instant;
      readonly log?: Path;
    }
  | {
      readonly kind: 'action retried';
      readonly action: Action;
      readonly attempt: number;
      readonly delay: number;
      readonly exit: Exit;
    }
  | {
      readonly kind: 'action done';
      readonly action: Action;
      readonly at: Instant;
      readonly ms: number;
      readonly note?: string;
      readonly changed: boolean;
    }
  | {
      readonly kind: 'action failed';
      readonly action: Action;
      readonly at: Instant;
      readonly ms: number;
      readonly problems: readonly Problem[];
      readonly log?: Path;
      readonly tail?: string;
    }
  | { readonly kind: 'action left'; readonly action: Action; readonly note: string }
  | { readonly kind: 'target spared'; readonly target: TargetName }
  | { readonly kind: 'target adopted'; readonly target: TargetName; readonly how: string }
  | {
      readonly kind: 'progress';
      readonly target: TargetName;
      readonly progress: string;
      readonly at: Instant;
    }
  | { readonly kind: 'waiting'; readonly targets: readonly TargetName[]; readonly nextLook: number }
  | { readonly kind: 'warning'; readonly target?: TargetName; readonly message: string }
  | { readonly kind: 'lock wait'; readonly holder: string }
  | { readonly kind: 'finished'; readonly summary: Summary; readonly at: Instant };

/** What happened in a build, target by target. */
export interface Summary {
  readonly outcome: Outcome;
  readonly ms: number;
  readonly goals: readonly TargetName[];
  readonly built: readonly TargetName[];
  readonly spared: readonly TargetName[];
  readonly adopted: readonly TargetName[];
  readonly failed: readonly {
    readonly target: TargetName;
    readonly problems: readonly Problem[];
    readonly log?: Path;
  }[];
  readonly blocked: readonly { readonly target: TargetName; readonly by: readonly TargetName[] }[];
  readonly waiting: readonly { readonly target: TargetName; readonly progress: string }[];
  /** Targets that need a person's decision, with what to do. */
  readonly person: readonly {
    readonly target: TargetName;
    readonly state: State;
    readonly note: string;
  }[];
  readonly fresh: number;
  readonly total: number;
}
