/** Which files a pattern of outputs may stand for: told from names alone, before anything is made. */
import type { Rule } from '../api/rules.ts';
import type { Path, TargetName } from '../api/values.ts';

/** A pattern of a rule's outputs. */
export interface MadePattern {
  readonly name: TargetName;
  readonly path: Path;
  matches(path: Path): boolean;
}

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

/** As a shell reads it: `*` and `?` stay within a folder and leave out dot files, `**` goes below. */
function pathPattern(glob: string): RegExp {
  const source = glob.replace(
    /\*\*\/|\*\*|\*|\?|\[[^\]]+\]|\{[^{}]*\}|[^*?[{]+|./gs,
    (part, at: number) => {
      const visible = at === 0 || glob[at - 1] === '/' ? '(?!\\.)' : '';
      if (part === '**/') return '(?:(?!\\.)[^/]*/)*';
      if (part === '**') return '(?:(?!\\.)[^/]*/)*(?!\\.)[^/]*';
      if (part === '*') return `${visible}[^/]*`;
      if (part === '?') return `${visible}[^/]`;
      // Brackets may be part of a name that is there.
      if (/^\[.+\]$/s.test(part)) return `(?:${escaped(part)}|${part.replace(/^\[!/, '[^')})`;
      if (/^\{.*\}$/s.test(part))
        return `(?:${part.slice(1, -1).split(',').map(escaped).join('|')})`;
      return escaped(part);
    },
  );
  try {
    return new RegExp(`^${source}$`, 's');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return new RegExp(`^${escaped(glob)}$`, 's');
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
