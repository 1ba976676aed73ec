/** What a rule file is written with: targets, groups, expansions and steps as plain data. */
import type {
  Build,
  Claim,
  Copy,
  Edit,
  Exec,
  Expansion,
  Json,
  Link,
  Move,
  Param,
  Path,
  Remove,
  Rule,
  RuleItem,
  TargetName,
  Write,
} from './types.ts';

/** Marks what `defineBuild` returned, so that loading can tell it from any other object. */
const BUILD = Symbol.for('desgw.build');

/** The default export of a rule file. Returns its argument, checked by the compiler. */
export function defineBuild(build: Build): Build {
  return Object.freeze({ ...build, [BUILD]: true });
}

/** Whether a value was made by `defineBuild` (of any copy of desgw). */
export function isBuild(value: unknown): value is Build {
  return typeof value === 'object' && value !== null && BUILD in value;
}

/** Declares a target. Without a recipe and outputs it is a phony group of its deps. */
export function target(name: TargetName, rule: Omit<Rule, 'name' | 'declaredAt'>): Rule {
  return siteRecorder.stack === undefined
    ? { name, ...rule }
    : { name, ...rule, declaredAt: siteRecorder.stack() };
}

/** A name for several targets. */
export function group(name: TargetName, deps: readonly TargetName[], doc?: string): Rule {
  return target(name, doc === undefined ? { deps } : { deps, doc });
}

/** More rules, made from the text of what the target `from` made. */
export function expand(
  from: TargetName,
  rules: (text: string) => readonly RuleItem[],
  placeholder?: string,
): Expansion {
  return placeholder === undefined
    ? { kind: 'expansion', from, rules }
    : { kind: 'expansion', from, rules, placeholder };
}

/** More rules, made from the text of a file that no rule makes. `advice`: what to do without it. */
export function expandFile(
  file: Path,
  rules: (text: string) => readonly RuleItem[],
  advice?: string,
): Expansion {
  const expansion: Expansion = { kind: 'expansion', file, rules };
  return advice === undefined ? expansion : { ...expansion, advice };
}

/** A parameter for `--set`, with its type told by its default unless given. */
export function param(defaultValue: Json, options: Partial<Omit<Param, 'default'>> = {}): Param {
  return { type: typeOf(defaultValue), ...options, default: defaultValue };
}

function typeOf(value: Json): Param['type'] {
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  return Array.isArray(value) ? 'list' : 'text';
}

/** Runs a program: `exec(['cp', 'a', 'b'])`. No shell is involved. */
export function exec(
  argv: readonly [string, ...string[]],
  options: Omit<Exec, 'kind' | 'argv'> = {},
): Exec {
  return { kind: 'exec', argv, ...options };
}

/** Writes a file whole; `content` may be a function of what is known when the step runs. */
export function write(path: Path, content: Write['content'], mode?: number): Write {
  return mode === undefined
    ? { kind: 'write', path, content }
    : { kind: 'write', path, content, mode };
}

/** Sets keys in a file of shell assignments or an ini, leaving its other lines alone. */
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

/** Copies a file or a tree. */
export const copy = (from: Path, to: Path): Copy => ({ kind: 'copy', from, to });

/** Makes a symbolic link at `path` that points to `to`. */
export const link = (path: Path, to: string): Link => ({ kind: 'link', path, to });

/** Renames a file if it is there. */
export const move = (from: Path, to: Path): Move => ({ kind: 'move', from, to });

/** Removes a file if it is there. */
export const remove = (path: Path): Remove => ({ kind: 'remove', path });

/** Takes the first free name of a shared registry directory. */
export const claim = (registry: Path, names: readonly string[], note: string): Claim => ({
  kind: 'claim',
  registry,
  names,
  note,
});

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
