/**
 * What was run with `--file` or `--set` is gone on with in the same way: commands that messages advise get
 * the options that chose the rule file and its parameters, so that they mean the same when they are typed.
 */
import { shellQuote } from '../words/quote.ts';
import type { Terminal } from '../words/terminal.ts';

/** Commands that run no rule file of a workspace. */
const WITHOUT_RULES: ReadonlySet<string> = new Set(['init', 'trust', 'completion', 'help']);

/** What these print was typed or told at an earlier time, and is shown as it was then. */
const RECORDS: ReadonlySet<string> = new Set(['history', 'log', 'journal', 'graph']);

/** Data that tell what was typed, or is run, rather than what to type. */
const NO_ADVICE: ReadonlySet<string> = new Set(['command', 'commands', 'argv', 'script', 'usage']);

/** The options that choose rule file and parameters. */
interface Choosing {
  readonly file?: string;
  readonly set?: readonly string[];
  readonly allowUnknown?: boolean;
}

/** Words of the command line that choose rule file and parameters, as they can be typed once more. */
export function choosingWords({ file, set = [], allowUnknown }: Choosing): string {
  const given = set.flatMap((one) => ['--set', one]);
  const words = [
    ...(file === undefined ? [] : ['--file', file]),
    ...given,
    ...(allowUnknown === true ? ['--allow-unknown'] : []),
  ];
  return words.map((word) => ` ${shellQuote(word)}`).join('');
}

/** Puts options behind the commands that a text advises, once. */
export type Advised = (text: string) => string;

/**
 * How commands are advised after this one.
 * @param command the one that was typed
 * @param names commands that there are; called for each text, since a rule file adds some
 */
export function advisedFor(
  command: string,
  words: () => string,
  names: () => readonly string[],
): Advised {
  // `show` prints commands of then; only what is between backticks is to be typed now.
  const pattern = new RegExp(
    `${command === 'show' ? '`' : '(?<![\\w.:/-])'}desgw ([a-z-]+)(?![\\w-])(?! --help)`,
    'g',
  );
  return (text) => {
    const options = words();
    if (options === '') return text;
    const known = names();
    return text.replace(pattern, (all, name: string, at: number) => {
      const isMeant = known.includes(name) && !WITHOUT_RULES.has(name);
      return isMeant && !text.startsWith(options, at + all.length) ? all + options : all;
    });
  };
}

/** A terminal on which commands are advised like this. */
export function advising(terminal: Terminal, command: string, advised: Advised): Terminal {
  const shown: Advised = RECORDS.has(command) ? (text) => text : advised;
  return {
    ...terminal,
    get width() {
      return terminal.width;
    },
    get height() {
      return terminal.height;
    },
    get broken() {
      return terminal.broken;
    },
    out: (text) => terminal.out(shown(text)),
    err: (text) => terminal.err(advised(text)),
    data: (value) => terminal.data(inData(value, shown) as object),
    live: (lines) => terminal.live(lines.map(advised)),
  };
}

/** Data with what they advise. */
export function inData(value: unknown, change: Advised): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => inData(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      NO_ADVICE.has(name) ? one : inData(one, change),
    ]),
  );
}
