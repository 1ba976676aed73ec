/** Which files a pattern of outputs may stand for: told from names alone, before anything is made. */
import type { Rule } from '../api/rules.ts';
import type { Path, TargetName } from '../api/values.ts';
import { globExpression, literal } from '../words/quote.ts';

/** A pattern of a rule's outputs. */
export interface MadePattern {
  readonly name: TargetName;
  readonly path: Path;
  matches(path: Path): boolean;
}

/** Whether a pattern may stand for a file. */
export const mayMean = (glob: string, path: Path): boolean => pathPattern(glob).test(path);

/** The patterns among the outputs of rules. */
export function madePatterns(
  rules: readonly Rule[],
  normalise: (path: Path) => string,
): readonly MadePattern[] {
  return rules.flatMap(({ name, outputs = [] }) =>
    outputs.flatMap((output) => {
      if (typeof output === 'string' || output.glob !== true) return [];
      const path = normalise(output.path);
      const pattern = pathPattern(path);
      return [{ name, path, matches: (one: Path) => pattern.test(one) }];
    }),
  );
}

/**
 * Who makes files that a pattern of inputs matches. Which files an output pattern will stand for is not
 * known before they are made, so one example of them is tried.
 */
export function makersOfMatches(
  makers: ReadonlyMap<Path, TargetName>,
  patterns: readonly MadePattern[],
): (glob: string) => readonly TargetName[] {
  let sorted: readonly (readonly [Path, TargetName])[] | undefined;
  return (glob) => {
    sorted ??= [
      ...makers,
      ...patterns.map(({ path, name }) => [exampleOf(path), name] as const),
    ].sort(([a], [b]) => (a < b ? -1 : 1));
    const pattern = pathPattern(glob);
    const prefix = /^[^*?[{]*/.exec(glob)![0];
    const found = new Set<TargetName>();
    for (let i = firstFrom(sorted, prefix); sorted[i]?.[0].startsWith(prefix) === true; i++)
      if (pattern.test(sorted[i]![0])) found.add(sorted[i]![1]);
    return [...found];
  };
}

/** A file that a pattern of outputs may stand for. */
const exampleOf = (glob: string): Path =>
  glob
    .replace(/\*\*\//g, '')
    .replace(/\*+|\?/g, 'x')
    .replace(/\{([^{},]*)[^{}]*\}/g, '$1');

/** The place of the first path that is not before `prefix`. */
function firstFrom(sorted: readonly (readonly [Path, TargetName])[], prefix: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]![0] < prefix) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** As a shell reads it: `*` and `?` stay within a folder and leave out dot files, `**` goes below. */
const pathPattern = (glob: string): RegExp => globExpression(glob, translated(glob));

/** @param before the character in front of it; after a `/`, a file's name begins */
function translated(glob: string, before = '/'): string {
  return glob.replace(
    /\*\*\/|\*\*|\*|\?|\[[^\]]+\]|\{[^{}]*\}|[^*?[{]+|./gs,
    (part, at: number) => {
      const left = glob[at - 1] ?? before;
      const visible = left === '/' ? '(?!\\.)' : '';
      if (part === '**/') return '(?:(?!\\.)[^/]*/)*';
      if (part === '**') return '(?:(?!\\.)[^/]*/)*(?!\\.)[^/]*';
      if (part === '*') return `${visible}[^/]*`;
      if (part === '?') return `${visible}[^/]`;
      // A file may have these very brackets in its name.
      if (/^\[.+\]$/s.test(part)) return `(?:${literal(part)}|${part.replace(/^\[!/, '[^')})`;
      if (/^\{.*\}$/s.test(part)) return `(?:${alternatives(part, left).join('|')})`;
      return literal(part);
    },
  );
}

const alternatives = (braces: string, before: string): readonly string[] =>
  braces
    .slice(1, -1)
    .split(',')
    .map((one) => translated(one, before));
