/** What a command takes, described once: the parser, its complaints and the help go by it. */
import { cac } from 'cac';
import { didYouMean, UserError } from '../api/errors.ts';

/** `-n, --dry-run` or `--job <id>`, with a line of help. */
export type Option = readonly [flag: string, help: string];

/** What a command is and takes. */
export interface Described {
  /** Name and arguments, in the parser's spelling: `mark <state> <...targets>`. */
  readonly usage: string;
  /** The same as the help shows it, where that is another spelling. */
  readonly shown?: string;
  readonly doc: string;
  readonly options: readonly Option[];
  readonly examples?: readonly string[];
  /** What the help says at its end. */
  readonly more?: string;
}

/** Options as given, by their names in camel case. A value is a text until its owner reads it. */
export interface Flags {
  readonly [name: string]: string | boolean | readonly string[] | undefined;
}

/** Options that every command takes. */
export const GLOBAL_OPTIONS: readonly Option[] = [
  ['--file <path>', 'the rule file (default: desgwfile.ts here or above)'],
  ['--set <key=value>', 'a parameter, for this run and for the record; may be repeated'],
  ['--allow-unknown', 'let --set name parameters that the rule file does not declare'],
];

/** What `--json` means for a command that has nothing but sentences to give. */
const SAID_JSON: Option = ['--json', 'what it says as data, one object a line'];

/** Whether a command has data of its own to print. */
export const hasOwnJson = ({ options }: Described): boolean =>
  options.some(([flag]) => nameOf(flag) === 'json');

/** All options of a command: its own, and those that every command takes. */
export const optionsOf = (described: Described): readonly Option[] => [
  ...described.options,
  ...(hasOwnJson(described) ? [] : [SAID_JSON]),
  ...GLOBAL_OPTIONS,
];

/** The one option that may be given more than once. */
const REPEATABLE = 'set';

/** An option that the command does not take. */
export class UnknownOption extends UserError {
  override get kind() {
    return 'DG102' as const;
  }
}

/** Words and options of a command line, the command's name first. @throws UserError for wrong use */
export function parse(
  name: string,
  described: Described,
  argv: readonly string[],
): { readonly args: readonly string[]; readonly flags: Flags } {
  const options = optionsOf(described);
  const parser = cac('desgw');
  const command = parser.command(described.usage, described.doc);
  for (const [flag, help] of options) command.option(flag, help);
  let args: readonly string[] = [];
  command.action((...given: unknown[]) => {
    args = given
      .slice(0, -1)
      .flat()
      .filter((word): word is string => typeof word === 'string')
      .map(unmarked);
  });
  try {
    refuseValues(name, options, argv);
    const parsed = parser.parse(['node', 'desgw', ...marked(argv)], { run: false });
    parser.runMatchedCommand();
    return { args, flags: flagsOf(parsed.options) };
  } catch (error) {
    if (error instanceof Error && error.name === 'CACError') throw wrongUse(error, name, options);
    throw error;
  }
}

/** The options that every command takes, of a command that is not known yet. */
export function globalFlags(argv: readonly string[]): Flags {
  const parser = cac('desgw');
  for (const [flag, help] of GLOBAL_OPTIONS) parser.option(flag, help);
  const { options } = parser.parse(['node', 'desgw', ...marked(argv)], { run: false });
  const known = GLOBAL_OPTIONS.map(([flag]) => nameOf(flag));
  return flagsOf(
    Object.fromEntries(Object.entries(options).filter(([name]) => known.includes(name))),
  );
}

/** Whether help is asked for rather than the command. */
export function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).some((word) => word === '--help' || word === '-h');
}

/** The help of a command. */
export function helpOf(described: Described): string {
  const { usage, shown = usage, doc, examples = [], more } = described;
  return [
    `desgw ${shown} [options]`,
    '',
    `  ${doc}`,
    '',
    ...rows(optionsOf(described)),
    ...(examples.length === 0 ? [] : ['', 'Examples:', ...examples.map((one) => `  ${one}`)]),
    ...(more === undefined ? [] : ['', more]),
  ].join('\n');
}

/** Two columns, indented. */
export function rows(pairs: readonly Option[]): string[] {
  const width = Math.max(...pairs.map(([left]) => left.length));
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

/** The value of an option that counts something. @throws UserError for anything but a whole number above 0 */
export function wholeNumber(option: string, value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw new UserError(`${option} ${value} is not a whole number above 0`).coded('DG102');
}

/** Name of an option as `Flags` has it. */
export const nameOf = (flag: string): string =>
  /--(?:no-)?([\w-]+)/
    .exec(flag)![1]!
    .replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/**
 * The parser takes what looks like a number for one, and `false` for no. So every word that is not
 * an option carries a mark through it, and so does every value behind `=`.
 */
const MARK = '\0';

function marked(argv: readonly string[]): readonly string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const [command = '', ...words] = argv.slice(0, end);
  const mark = (word: string): readonly string[] => {
    // `-j5` as make takes it.
    const glued = /^(-[a-z])(\d+)$/.exec(word);
    if (glued !== null) return [glued[1]!, MARK + glued[2]];
    const [option, value] = splitOption(word);
    if (option === undefined) return [MARK + word];
    return [value === undefined ? option : `${option}=${MARK}${value}`];
  };
  return [command, ...words.flatMap(mark), ...argv.slice(end + 1).map((word) => MARK + word)];
}

const unmarked = (word: string): string => (word.startsWith(MARK) ? word.slice(1) : word);

/** `--job=5` -> `--job` and `5`; a lone dash is a word like any other. */
function splitOption(word: string): readonly [option: string | undefined, value?: string] {
  if (!word.startsWith('-') || word === '-') return [undefined];
  const cut = word.indexOf('=');
  return cut < 0 ? [word] : [word.slice(0, cut), word.slice(cut + 1)];
}

function refuseValues(name: string, options: readonly Option[], argv: readonly string[]): void {
  const flags = options
    .filter(([flag]) => !flag.includes('<'))
    .flatMap(([flag]) => spellings(flag));
  for (const word of argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv) {
    const [option, value] = splitOption(word);
    if (option !== undefined && value !== undefined && flags.includes(option))
      throw new UserError(`${option} takes no value`, `See \`desgw ${name} --help\`.`).coded(
        'DG102',
      );
  }
}

const spellings = (flag: string): readonly string[] =>
  flag.split(/[ ,]+/).filter((word) => word.startsWith('-'));

function flagsOf(options: { readonly [name: string]: unknown }): Flags {
  const flags: { [name: string]: Flags[string] } = {};
  for (const [name, value] of Object.entries(options)) {
    if (name === '--') continue;
    const values = [value]
      .flat()
      .map((one) => (typeof one === 'string' ? unmarked(one) : one === true));
    if (name === REPEATABLE) flags[name] = values.filter((one) => typeof one === 'string');
    else if (new Set(values).size > 1)
      throw new UserError(
        `--${dashed(name)} is given twice, as ${values.join(' and as ')}`,
        'Give it once.',
      ).coded('DG102');
    else flags[name] = values[0]!;
  }
  return flags;
}

function wrongUse(error: Error, name: string, options: readonly Option[]): UserError {
  const help = `See \`desgw ${name} --help\`.`;
  const lacking = /^option `.*?(--[\w-]+) .*value is missing/.exec(error.message)?.[1];
  if (lacking !== undefined) return new UserError(`${lacking} needs a value`, help).coded('DG102');
  const unknown = /Unknown option `(.*)`/.exec(error.message)?.[1];
  if (unknown === undefined)
    return new UserError(error.message.replaceAll(MARK, ''), help).coded('DG102');
  const known = options.flatMap(([flag]) =>
    spellings(flag).filter((word) => word.startsWith('--')),
  );
  return new UnknownOption(
    `there is no option ${dashed(unknown)} of desgw ${name}`,
    didYouMean(dashed(unknown), known) ?? help,
  );
}

/** The parser names options in camel case; people do not. */
const dashed = (option: string): string =>
  option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
