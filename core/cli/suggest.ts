/** What may come next on a command line. Pure. */
import type { Names } from './known-names.ts';
import type { Described, Option } from './options.ts';

/** A word that may be typed, and what it is. A word that ends with `=` wants more. */
export interface Suggestion {
  readonly word: string;
  readonly doc: string;
}

/** What is known of commands wherever desgw is. */
export interface KnownCommands {
  readonly commands: { readonly [name: string]: Described };
  /** Options that every command takes. */
  readonly global: readonly Option[];
}

/**
 * Words that may stand in the place of the last one, which may be empty or begun. None where a file or
 * a folder is meant, or where nothing is known: a shell offers file names then.
 * @param words of the command line behind `desgw`, the one being typed last
 */
export function suggestions(
  words: readonly string[],
  known: KnownCommands,
  names: Names,
): readonly Suggestion[] {
  const typed = words.at(-1) ?? '';
  const commands = { ...known.commands, ...names.commands };
  if (words.length <= 1) return startingWith(typed, commandWords(commands));
  const name = words[0]!;
  if (name === 'help') return startingWith(typed, commandWords(commands));
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) return [];
  const own = name === 'build' ? [...command.options, ...names.options] : command.options;
  const options = [...own, ...known.global, ['-h, --help', 'what it does and takes'] as const];
  const before = words.slice(1, -1);
  const ended = before.indexOf('--');
  if (ended < 0) {
    const [flag, value] = cutAtEquals(typed);
    if (typed.startsWith('-') && value === undefined)
      return startingWith(typed, optionWords(options, before));
    if (typed.startsWith('-'))
      return startingWith(typed, valuesOf(optionCalled(flag, options), names, `${flag}=`));
    const taking = optionCalled(before.at(-1) ?? '', options);
    if (taking !== undefined && valueNameOf(taking) !== undefined)
      return startingWith(typed, valuesOf(taking, names, ''));
  }
  const at = before.filter((word, i) => isArgument(word, before[i - 1], options)).length;
  return startingWith(typed, argumentWords(command.shown ?? command.usage, at, names));
}

const startingWith = (typed: string, offered: readonly Suggestion[]): readonly Suggestion[] =>
  offered.filter(({ word }) => word.startsWith(typed));

const commandWords = (commands: { readonly [name: string]: Described }): readonly Suggestion[] => [
  ...Object.entries(commands).map(([word, { doc }]) => ({ word, doc })),
  { word: 'help', doc: 'what a command does, or what a code means' },
  { word: '--version', doc: 'which desgw this is' },
];

/** The long spelling of each option that was not given yet; `--set` may be given again. */
function optionWords(options: readonly Option[], before: readonly string[]): readonly Suggestion[] {
  return options.flatMap((option) => {
    const spellings = spellingsOf(option);
    const given = before.some((word) => spellings.includes(cutAtEquals(word)[0]));
    return given && !spellings.includes('--set') ? [] : { word: spellings.at(-1)!, doc: option[1] };
  });
}

const optionCalled = (flag: string, options: readonly Option[]): Option | undefined =>
  options.find((option) => spellingsOf(option).includes(flag));

const spellingsOf = ([flag]: Option): readonly string[] => flag.replace(/ [<[].*$/, '').split(', ');

/** `<path>` -> `path`. */
const valueNameOf = ([flag]: Option): string | undefined => /[<[]([^>\]]+)[>\]]$/.exec(flag)?.[1];

/** What may follow an option: `<a|b>` names it, `<key=value>` is a parameter. */
function valuesOf(option: Option | undefined, names: Names, prefix: string): readonly Suggestion[] {
  const value = option === undefined ? undefined : valueNameOf(option);
  if (value === 'key=value')
    return names.params.map(([key, doc]) => ({ word: `${prefix}${key}=`, doc }));
  return choices(value).map((word) => ({ word: prefix + word, doc: '' }));
}

const choices = (value: string | undefined): readonly string[] =>
  value?.includes('|') === true ? value.split('|') : [];

/** Whether a word is an argument, rather than an option or what belongs to one. */
function isArgument(word: string, before: string | undefined, options: readonly Option[]): boolean {
  if (word.startsWith('-')) return false;
  const option = before === undefined ? undefined : optionCalled(before, options);
  return option === undefined || valueNameOf(option) === undefined;
}

/** What may be the argument number `at`, by the names that a usage gives to its arguments. */
function argumentWords(usage: string, at: number, names: Names): readonly Suggestion[] {
  const places = [...usage.matchAll(/[<[]([^>\]]+)[>\]]/g)].map(([, name]) => name!);
  const place = places[Math.min(at, places.length - 1)] ?? '';
  const words = usage.split(' | ').slice(1);
  const about = (kind: string): readonly Suggestion[] =>
    names.subjects[kind]!.map((word) => ({ word, doc: `all of this ${kind}` }));
  const kinds = Object.keys(names.subjects);
  const isTaken = at < places.length || place.includes('...');
  if (!isTaken) return [];
  if (/target|pattern/.test(place))
    return [...names.targets.map((word) => ({ word, doc: '' })), ...kinds.flatMap(about)];
  const kind = kinds.find((one) => place.includes(one));
  if (kind !== undefined) return [...about(kind), ...words.map((word) => ({ word, doc: '' }))];
  return choices(place).map((word) => ({ word, doc: '' }));
}

/** `a=b` -> `a` and `b`; without `=`, the whole text alone. */
function cutAtEquals(text: string): readonly [string, string?] {
  const cut = text.indexOf('=');
  return cut < 0 ? [text] : [text.slice(0, cut), text.slice(cut + 1)];
}
