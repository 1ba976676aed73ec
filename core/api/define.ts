/** What a rule file is written with: targets, groups, expansions and steps as plain data. */
import type { Build, Expansion, Param, RuleItem } from './builds.ts';
import type { Rule } from './rules.ts';
import type { Claim, Copy, Edit, Exec, Link, Move, Remove, Write } from './steps.ts';
import type { Json, Path, TargetName } from './values.ts';

/** Marks what `defineBuild` returned, so that loading can tell it from any other object. */
const BUILD = Symbol.for('desgw.build');

/**
 * The default export of a rule file: the goal, the parameters, and a function from their values to
 * the rules. It checks nothing but types; what the rules say together is checked when a command
 * uses them (two rules of one name or output, an unknown need, a cycle: a `UserError` that names
 * the lines).
 */
export function defineBuild(build: Build): Build {
  return Object.freeze({ ...build, [BUILD]: true });
}

/** Whether a value was made by `defineBuild` (of any copy of desgw). */
export function isBuild(value: unknown): value is Build {
  return typeof value === 'object' && value !== null && BUILD in value;
}

/**
 * Declares a target. Without a recipe and outputs it is a phony group of its deps.
 * @param name unique in the build
 */
export function target(name: TargetName, rule: Omit<Rule, 'name' | 'declaredAt'>): Rule {
  return siteRecorder.stack === undefined
    ? { name, ...rule }
    : { name, ...rule, declaredAt: siteRecorder.stack() };
}

/** A name for several targets. */
export function group(name: TargetName, deps: readonly TargetName[], doc?: string): Rule {
  return target(name, doc === undefined ? { deps } : { deps, doc });
}

/**
 * More rules, made from the text of what the target `from` made: its first output. `from` is made
 * first; a dry run that cannot do so goes on with `placeholder` in place of the text.
 * @param rules pure; a `Refusal` or `UserError` that it throws is shown with its advice
 */
export function expand(
  from: TargetName,
  rules: (text: string) => readonly RuleItem[],
  placeholder?: string,
): Expansion {
  return placeholder === undefined
    ? { kind: 'expansion', from, rules }
    : { kind: 'expansion', from, rules, placeholder };
}

/**
 * More rules, made from the text of a file that no rule makes. Without the file, commands end with
 * a `UserError` (exit status 2).
 * @param rules pure; a `Refusal` or `UserError` that it throws is shown with its advice
 * @param advice what to do when the file is not there
 */
export function expandFile(
  file: Path,
  rules: (text: string) => readonly RuleItem[],
  advice?: string,
): Expansion {
  const expansion: Expansion = { kind: 'expansion', file, rules };
  return advice === undefined ? expansion : { ...expansion, advice };
}

/**
 * A parameter for `--set`, with its type told by its default unless given. A text that is not of
 * the type, or that `check` complains of, ends the command with a `UserError`.
 */
export function param(defaultValue: Json, options: Partial<Omit<Param, 'default'>> = {}): Param {
  return { type: typeOf(defaultValue), ...options, default: defaultValue };
}

function typeOf(value: Json): Param['type'] {
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  return Array.isArray(value) ? 'list' : 'text';
}

/**
 * Runs a program: `exec(['cp', 'a', 'b'])`. No shell is involved. An exit status other than 0
 * fails the target, unless `okExits` or the recipe's judge says otherwise.
 */
export function exec(
  argv: readonly [string, ...string[]],
  options: Omit<Exec, 'kind' | 'argv'> = {},
): Exec {
  return { kind: 'exec', argv, ...options };
}

/**
 * Writes a file whole, atomically; `content` may be a function of what is known when the step
 * runs. A `Refusal` that it throws fails the target.
 */
export function write(path: Path, content: Write['content'], mode?: number): Write {
  return mode === undefined
    ? { kind: 'write', path, content }
    : { kind: 'write', path, content, mode };
}

/**
 * Sets keys in a file of shell assignments or an ini, leaving its other lines alone. The target
 * fails when a value has no safe spelling, when the file cannot be understood, or when neither
 * the file nor `template` is there.
 */
export function edit(
  path: Path,
  format: Edit['format'],
  values: Edit['values'],
  template?: Path,
): Edit {
  return template === undefined
    ? { kind: 'edit', path, format, values }
    : { kind: 'edit', path, format, values, template };
}

/** Copies a file or a tree. The target fails when `from` is not there. */
export const copy = (from: Path, to: Path): Copy => ({ kind: 'copy', from, to });

/** Makes a symbolic link at `path` that points to `to`. */
export const link = (path: Path, to: string): Link => ({ kind: 'link', path, to });

/** Renames a file if it is there. */
export const move = (from: Path, to: Path): Move => ({ kind: 'move', from, to });

/** Removes a file if it is there. */
export const remove = (path: Path): Remove => ({ kind: 'remove', path });

/**
 * Takes the first free name of a shared registry directory, by exclusive creation of a file. The
 * target fails when all are taken, and the message says by whom.
 */
export const claim = (
  registry: Path,
  names: readonly string[],
  note: string,
  options: Pick<Claim, 'once' | 'all' | 'about' | 'taken'> = {},
): Claim => ({ kind: 'claim', registry, names, note, ...options });

/**
 * Where rules are declared is wanted only by error messages, and a stack for each of 100,000
 * targets would slow every start. So it is recorded only inside `recordingSites`.
 */
const siteRecorder: { stack: (() => string) | undefined } = { stack: undefined };

/**
 * Runs `declare` (a rule file's `rules` function) with every target noting its declaration.
 * @param siteOf turns the stack at a declaration into `file:line`
 */
export function recordingSites<T>(siteOf: (stack: string) => string, declare: () => T): T {
  siteRecorder.stack = () => siteOf(new Error('declared here').stack ?? '');
  try {
    return declare();
  } finally {
    siteRecorder.stack = undefined;
  }
}
