/** How a workspace begins: what `desgw init` asks, and what it writes. */
import type { Path } from './values.ts';

/** Answers so far, by the names of the questions; undefined: left open. */
export interface Answers {
  readonly [question: string]: string | undefined;
}

/** What may be looked at to find answers. Paths are absolute. */
export interface Finding {
  readonly env: { readonly [name: string]: string | undefined };
  /** Where the command was called. */
  readonly cwd: Path;
  /** The path that a person means who types this in `cwd`. */
  readonly resolve: (typed: string) => Path;
  readonly exists: (path: Path) => boolean;
  /** Names in a folder; none where there is no such folder. */
  readonly list: (folder: Path) => readonly string[];
}

/** Something that is asked, or told by an option of the same name. */
export interface Question {
  /** `gw-workflow`: the option is `--gw-workflow`. */
  readonly name: string;
  readonly prompt: string;
  /** For the help of the option. */
  readonly help: string;
  readonly choices?: readonly string[];
  /** Options without a value that stand for an answer. */
  readonly flags?: { readonly [flag: string]: string };
  /** Asked only then. */
  readonly when?: (given: Answers) => boolean;
  /** What is most likely right. Stands where nobody can be asked. */
  readonly suggest?: (given: Answers, look: Finding) => string | undefined;
  /** A complaint, or nothing when the answer will do. Never called with an empty answer. */
  readonly check?: (answer: string, look: Finding) => string | undefined;
  /** What is kept of an answer: a path is where it leads from the folder of the call. */
  readonly keep?: (answer: string, look: Finding) => string;
  /** It may be left open, and what becomes of it then, in a few words: `later`. */
  readonly open?: string;
}

/** What a workspace begins with. */
export interface Start {
  readonly questions: readonly Question[];
  /**
   * The files of the workspace by path, the rule file among them.
   * @param comesWith text of a file of the package
   */
  readonly files: (
    answers: Answers,
    comesWith: (path: Path) => string,
  ) => { readonly [path: string]: string };
  /** What to do next: commands, each with a word of why. */
  readonly next: (answers: Answers) => readonly (readonly [command: string, why: string])[];
}
