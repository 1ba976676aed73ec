/**
 * What a build with nothing to do has found, for one that comes when a few files have changed: verdicts
 * of targets that these do not concern are recalled, and all others reached anew.
 */
import type { Json, Path, TargetName } from '../api/values.ts';
import type { KnownOrder } from '../graph/again.ts';
import type { Node } from '../graph/graph.ts';
import { affectedBy, type Judged, type PackedJudged } from '../memory/judged.ts';
import type { Plan, Verdict } from '../plan/verdict.ts';
import type { Verdicts } from '../plan/view.ts';
import type { Files } from '../world/world.ts';
import type { Observer } from './observer.ts';

/** Whose verdicts are recalled, and whose are reached anew, by their numbers. */
export interface Recalled extends KnownOrder {
  readonly verdicts: Verdicts;
  readonly affected: ReadonlySet<number>;
}

/** Verdicts that hold although these files, by their numbers, are not as they were. */
export function recalledFrom(judged: PackedJudged, files: Iterable<number>): Recalled {
  const affected = affectedBy(files, judged);
  const verdicts = new Map<string, Verdict>();
  judged.names.forEach((name, i) => {
    if (!affected.has(i)) verdicts.set(name, verdictIn(judged, i));
  });
  const { names: order } = judged;
  const dependents = new Map(
    [...affected].map((i) => [order[i]!, Array.from(judged.dependents(i), (one) => order[one]!)]),
  );
  return { verdicts, affected, order, dependents };
}

function verdictIn({ products, others }: PackedJudged, i: number): Verdict {
  const other = others[i];
  if (other !== undefined) return other as unknown as Verdict;
  const product = products[i]!;
  return {
    state: 'fresh',
    reasons: [],
    ...(product === '' ? {} : { product }),
  };
}

/** Which files targets alone go by, and what was judged by them. */
export interface Judging {
  readonly files: readonly Path[];
  readonly judged: Judged;
}

/**
 * What may be recalled of a plan of which everything is fresh; undefined where a target's verdict hangs
 * on more than files, its record, and those that it needs.
 * @param isAlone whether a file, by its absolute path, was looked at once, as that of targets
 */
export function judgingOf(
  { order, graph, verdicts }: Plan,
  observer: Pick<Observer, 'matches' | 'believes'>,
  { absolute }: Pick<Files, 'absolute'>,
  isAlone: (path: Path) => boolean,
): Judging | undefined {
  const nodes = order.map((name) => graph.nodes.get(name)!);
  if (graph.unexpanded.length > 0 || observer.believes || nodes.some(hangsOnMore)) return undefined;
  const numbers = new Map(order.map((name, i) => [name, i]));
  const lookers = new Map<Path, number[]>();
  nodes.forEach((node, i) => {
    for (const path of new Set(pathsOf(node, observer).map(absolute))) {
      if (!isAlone(path)) continue;
      const known = lookers.get(path);
      if (known === undefined) lookers.set(path, [i]);
      else known.push(i);
    }
  });
  const others: { [number: string]: Json } = {};
  const products = nodes.map(({ name }, i) => {
    const verdict = verdicts.get(name)!;
    if (!isPlain(verdict)) others[i] = verdict as unknown as Json;
    // Of most large groups nobody asks for the product, and it costs much.
    return (graph.dependents.get(name) ?? []).length === 0 ? '' : (verdict.product ?? '');
  });
  const dependents = order.map((name) =>
    (graph.dependents.get(name) ?? []).flatMap((one) => numbers.get(one) ?? []),
  );
  const link = (from: TargetName, to: number): void =>
    void dependents[numbers.get(from) ?? -1]?.push(to);
  nodes.forEach(({ name, rule: { chain, hold } }, i) => {
    // One run makes all links, and what is held back goes by the records of two others.
    const links = chain?.links ?? [];
    if (chain !== undefined) link(links.at(links.indexOf(name) - 1)!, i);
    for (const one of hold === undefined ? [] : [hold.since, hold.until]) link(one, i);
  });
  return {
    files: [...lookers.keys()],
    judged: {
      names: order,
      products,
      others,
      lookers: [...lookers.values()],
      dependents,
    },
  };
}

/** Whether a verdict says no more than that a target is fresh, beside its product. */
export const isPlain = (verdict: Verdict): boolean =>
  verdict.state === 'fresh' &&
  verdict.reasons.length === 0 &&
  Object.keys(verdict).every((key) => PLAIN.has(key));

const PLAIN: ReadonlySet<string> = new Set(['state', 'reasons', 'product']);

/** What is fleeting is looked at wherever something is to be done, whatever that is. */
const hangsOnMore = ({ rule }: Node): boolean => rule.observe?.fleeting === true;

/** Files that a target goes by, those behind its patterns included. */
function pathsOf({ rule, outputs }: Node, observer: Pick<Observer, 'matches'>): Path[] {
  const { inputs = [], optionalInputs = [], globs = [] } = rule;
  const own = outputs.flatMap(({ path, glob }) => (glob === true ? observer.matches(path) : path));
  return [...inputs, ...optionalInputs, ...globs.flatMap((one) => observer.matches(one)), ...own];
}
