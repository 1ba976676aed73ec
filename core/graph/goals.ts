/** From names on the command line to targets. Pure. */
import { didYouMean, UserError } from '../api/errors.ts';
import type { TargetName } from '../api/values.ts';
import { globExpression, literal } from '../words/quote.ts';
import type { Graph } from './graph.ts';

/**
 * Targets named by name, by glob (`ccds_*`), by the file they make, or all at once by what they
 * are about (an exposure).
 * @param normalise spelling of a path as the graph has it
 * @throws UserError for a name that means nothing, with the nearest that do
 */
export function resolveGoals(
  graph: Graph,
  names: readonly string[],
  normalise: (path: string) => string,
): readonly TargetName[] {
  const goals = new Set<TargetName>();
  for (const name of names) {
    const found = find(graph, name, normalise);
    if (found.length === 0) throw unknown(graph, name);
    for (const target of found) goals.add(target);
  }
  return [...goals];
}

/**
 * How far names are understood in this graph. A name in full means one target; patterns and subjects
 * also mean what is still to come.
 */
export function understood(
  graph: Graph,
  names: readonly string[],
  normalise: (path: string) => string,
): 'wholly' | 'so far' | 'not' {
  if (graph.unexpanded.length === 0) return 'wholly';
  if (names.some((name) => find(graph, name, normalise).length === 0)) return 'not';
  const isSingle = (name: string): boolean =>
    graph.nodes.has(name) || graph.makers.has(normalise(name));
  return names.every(isSingle) ? 'wholly' : 'so far';
}

/**
 * Refuses names that mean nothing and cannot come to: names in the graph may hold placeholders, which
 * stand for any text.
 * @throws UserError for the first such name
 */
export function refuseHopeless(
  graph: Graph,
  names: readonly string[],
  normalise: (path: string) => string,
  placeholders: readonly string[],
): void {
  const patterns = placeholderPatterns(
    [...graph.nodes.keys(), ...graph.makers.keys()],
    placeholders,
  );
  for (const name of names) {
    const possible = patterns.some(
      (pattern) => pattern.test(name) || pattern.test(normalise(name)),
    );
    if (!possible && find(graph, name, normalise).length === 0) throw unknown(graph, name);
  }
}

/** For each name with a placeholder in it, a pattern of what it may turn out to be. */
export function placeholderPatterns(
  names: readonly string[],
  placeholders: readonly string[],
): readonly RegExp[] {
  return names
    .filter((name) => placeholders.some((placeholder) => name.includes(placeholder)))
    .map((name) => {
      const parts = placeholders.reduce<readonly string[]>(
        (texts, one) => texts.flatMap((text) => text.split(one)),
        [name],
      );
      return new RegExp(`^${parts.map(literal).join('.*')}$`, 's');
    });
}

function find(
  graph: Graph,
  name: string,
  normalise: (path: string) => string,
): readonly TargetName[] {
  if (graph.nodes.has(name)) return [name];
  const maker = graph.makers.get(normalise(name));
  if (maker !== undefined) return [maker];
  const about = graph.order.filter(
    (target) => graph.nodes.get(target)!.rule.subject?.name === name,
  );
  if (about.length > 0) return about;
  if (!/[*?[]/.test(name)) return [];
  const pattern = globPattern(name);
  return graph.order.filter((target) => pattern.test(target));
}

/**
 * `*` and `?` match any characters, `[ab]`, `[a-z]` and `[!a]` one of a set; target names are not
 * paths, so `/` is nothing special.
 */
export function globPattern(glob: string): RegExp {
  const source = glob.replace(/\*|\?|\[(!?)([^\]]+)\]|[^*?[]+|\[/g, (part, not, set) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (typeof set !== 'string') return literal(part);
    return `[${not === '!' ? '^' : ''}${set.replace(/[\\\]^]/g, '\\$&')}]`;
  });
  return globExpression(glob, source);
}

function unknown(graph: Graph, name: string): UserError {
  const hint = didYouMean(name, [...graph.nodes.keys(), ...graph.makers.keys()]);
  return new UserError(
    `there is no target '${name}'`,
    hint ?? 'See `desgw targets` for the names there are.',
  ).coded('DG301');
}
