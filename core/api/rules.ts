/** What rules say. Data and pure functions only. */

import type { Code } from './codes.ts';
import type { Exhibition } from './exhibits.ts';
import type { Facts, RunFacts } from './facts.ts';
import type { Look, Observation, Seen } from './looks.ts';
import type { Claim, EditFormat, Exec, Step, Write } from './steps.ts';
import type { Instant, Json, Path, TargetName } from './values.ts';

/** How to make one target, and when it is stale. Data and pure functions only. */
export interface Rule {
  readonly name: TargetName;
  /** One line for `desgw targets`. */
  readonly doc?: string;
  /** The column of overviews that it belongs to (`DAGMaker`), common to like targets. */
  readonly phase?: string;
  /** The row of overviews: what it is about, such as an exposure. */
  readonly subject?: Subject;
  /** Targets that must be fresh first. What they made is part of the fingerprint. */
  readonly deps?: readonly TargetName[];
  /** Targets that must be fresh first, but whose content does not matter (order only). */
  readonly after?: readonly TargetName[];
  /**
   * Targets of which those that succeed are used; one that fails is left out, not waited for. When all
   * of them failed, they hold the target up.
   */
  readonly gathers?: readonly TargetName[];
  /**
   * So many members of `gathers` are enough: those that wait, or want a person, are left out for
   * now, and their coming is a change.
   */
  readonly least?: number;
  /**
   * Once it is made, it is made again for new members of `gathers` only when there are so many of
   * them, or when no more are to come. Any other change has it made at once.
   */
  readonly more?: number;
  readonly goOn?: GoOn;
  readonly findings?: Findings;
  /**
   * What will keep it from being made, known beforehand: told when a build that needs it begins, so
   * that nobody hears of it at the end of a night. All that comes before it is made all the same.
   */
  readonly foreseen?: readonly Problem[];
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
  /** What it found, for the report page. Says nothing of what is fresh. */
  readonly exhibits?: Exhibition;
  /** Steps, or a recipe with a judge. None at all: a phony group, a name for its deps. */
  readonly recipe?: Recipe | readonly Step[];
  /** Present: the recipe must never happen twice (submitting, claiming). */
  readonly once?: Once;
  /**
   * How to tell from the outside that the work was done before desgw kept a record. Looked at only
   * without a record; what is found is adopted, not redone. (For once-targets, `once` does this.)
   */
  readonly doneBefore?: Once;
  /**
   * For `desgw adopt TARGET --as VALUE`: what makes the target stand for a value that a person gives,
   * because it was decided before there was desgw. Claims are taken, files are written.
   * @throws Refusal for a value that cannot be meant
   */
  readonly adoptAs?: (value: string) => readonly (Claim | Write)[];
  /** Present: this target is a link of a chain, made together with others by one command. */
  readonly chain?: Chain;
  /** What people who asked to be notified are told when it was made. */
  readonly milestone?: string;
  /** Keys of which only one holder may run at a time; a function tells them from what is observed. */
  readonly exclusive?: readonly string[] | ((value: Json) => readonly string[]);
  /**
   * Of what may start, what has the higher priority goes first, and all that it needs with it; among
   * equals what is nearest to a goal. Default: 0. Says nothing of what is fresh.
   */
  readonly priority?: number;
  /** While work that `since` started has not settled in `until`, this is not run again. */
  readonly hold?: { readonly since: TargetName; readonly until: TargetName };
  /** Where the rule was declared, `file:line`; filled in by `target()` when an error needs it. */
  readonly declaredAt?: string;
}

/**
 * What is not well although the target could be made: told at the end of every build and in every
 * status, as long as it is so. Pure, from files.
 */
export interface Findings {
  readonly reads: readonly Path[];
  readonly judge: (facts: Pick<Facts, 'text' | 'maybeText'>) => readonly Problem[];
  /** They make a build fail. */
  readonly strict?: boolean;
}

/** When targets that wait with enough (see `Sighting`) are gone on with before they settle. */
export interface GoOn {
  /** Targets that are waited for together, this one among them; the same array for all of them. */
  readonly together: readonly TargetName[];
  /** `all`: none waits with less than enough any more; a number: so many have settled or have enough. */
  readonly when: 'all' | number;
}

/** What several targets are about: `{ kind: 'exposure', name: '668440' }`. */
export interface Subject {
  /** In the singular; an s makes it several. */
  readonly kind: string;
  readonly name: string;
}

/** Something a target leaves behind. A bare path stands for `{ path }`. */
export interface Output {
  /** A file, or with `glob: true` a fast-glob pattern whose whole set of files is the output. */
  readonly path: Path;
  readonly glob?: boolean;
  /** A run that makes none has not failed; else there must be a file, or one that matches. */
  readonly optional?: boolean;
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
   * change in a way that should remake the target. Default: the function's text, with the helpers,
   * constants and captured values that it uses from the rule file and what that imports, and the
   * variables of the environment that it names (`process.env.HUE`).
   */
  readonly version?: string;
  /** Files (outputs of deps, inputs) whose text the functions below need. */
  readonly reads?: readonly Path[];
  readonly steps: readonly Step[] | ((facts: Facts) => readonly Step[]);
  /** What to look at when the steps have run. */
  readonly evidence?: (facts: Facts) => readonly Look[];
  /** Files into which its programs print, for `desgw log` of the last run. */
  readonly prints?: readonly Path[];
  /** What came of a good run in a few words, for its line on the screen. */
  readonly note?: (run: RunFacts) => string;
  /**
   * What a detached program is doing, looked at now and then while it runs: where to look, and in
   * a few words what that shows. It decides nothing: one that throws is told of, and the program,
   * which may not be started a second time, goes on.
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
  /** Of which kind it is, for `desgw help CODE`; DG401 where nothing better is known. */
  readonly code?: Code;
  /** It would go wrong again: not tried before something else changes, or a person says so. */
  readonly lasting?: true;
  readonly advice?: string;
  /**
   * Of what must not happen twice: refused before anything happened, which is a proof, so that it may
   * be tried again. `one`: this one was refused; `all`: others of its phase would be refused alike,
   * and are not tried in this build. Absent: only the outside can tell whether it happened.
   */
  readonly refused?: 'one' | 'all';
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
  /** Whether a text that a person gives may be a receipt; `example` shows what one looks like. */
  readonly receipts?: { readonly isOne: (text: string) => boolean; readonly example: string };
  /** The command that ends the work of a receipt, for `desgw clean --cancel`. */
  readonly cancel?: (receipt: string) => Exec;
}

/** An attempt whose result is not known, or after which it is to be tried again. */
export interface Attempt {
  /** None where it is known that the attempt had no effect. */
  readonly token?: string;
  readonly at: Instant;
  /** What the judge wanted remembered when it let the attempt begin. */
  readonly remembered?: Json;
  /** Asked for once more: what an earlier attempt left shows nothing of this one. */
  readonly again: boolean;
  /** A person has said that it had not happened then: what may be older tells nothing against that. */
  readonly denied?: true;
}

/** Whether what must not happen twice has happened. */
export type OnceSighting =
  /** It has happened; `how` says what shows it, `receipt` identifies the work if known. */
  | {
      readonly state: 'done';
      readonly how: string;
      readonly receipt?: string;
      /** Of the attempt that did it, where that shows. */
      readonly token?: string;
    }
  /**
   * `remember`: what the judge wants to know again if the result of the attempt is not known.
   * `proved`: it would show even if our own records had been lost.
   */
  | { readonly state: 'not done'; readonly remember?: Json; readonly proved?: true }
  /**
   * The outside cannot tell. `advice`: what a person should check. `unanswered`: somebody who may
   * know has not answered, and may do so later.
   */
  | {
      readonly state: 'unknown';
      readonly why: string;
      readonly advice?: string;
      readonly unanswered?: true;
    };
