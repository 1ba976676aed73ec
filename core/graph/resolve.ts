/** Rules -> graph: defaults, duplicates, unknown needs, cycles, order. Pure. */
import type { Expansion, RuleItem } from '../api/builds.ts';
import { UserError } from '../api/errors.ts';
import type { Output, Rule } from '../api/rules.ts';
import type { Path, TargetName } from '../api/values.ts';
import type { Secrets } from '../world/world.ts';
import { at, checkExpansion, checkItems, checkNames, checkRule } from './checked.ts';
import { type Graph, isGroup, type Node, needsOf } from './graph.ts';
import { type MadePattern, madePatterns, makersOfMatches } from './members.ts';
import { linkUp, sort } from './order.ts';
import { type CodeOf, recipeDigest } from './recipes.ts';

/** What `resolve` must be told, as it looks at nothing itself. */
export interface ResolveOptions {
  /** Text that an expansion's target made, or undefined while it is not known. */
  readonly textOf?: (expansion: Expansion) => string | undefined;
  /** What a function is made of, with all that it uses; by default its text alone. */
  readonly codeOf?: CodeOf;
  /** Targets of whose text only a placeholder, or an old version, is known. */
  readonly open?: readonly TargetName[];
  /** Whether a file may be made by a rule that is not known yet. */
  readonly mayBeMade?: (path: Path) => boolean;
  /** Keeps secrets out of what is compared and recorded. */
  readonly secrets?: Pick<Secrets, 'seal' | 'sealText'> | undefined;
  /** One spelling for each file, so that `./a` and `a` are the same output. */
  readonly normalise?: (path: Path) => string;
}

/**
 * Builds the graph.
 * @throws UserError two rules of one name or one output, an unknown need, a cycle; each names the
 * places of declaration when the rules carry them
 */
export function resolve(items: readonly RuleItem[], options: ResolveOptions = {}): Graph {
  const { rules, unexpanded } = rulesIn(items, options);
  const byName = new Map<TargetName, Rule>();
  for (const rule of rules) {
    checkName(rule);
    checkRule(rule);
    const other = byName.get(rule.name);
    if (other !== undefined) throw twice(`target '${rule.name}' is declared twice`, other, rule);
    byName.set(rule.name, rule);
  }
  const makers = makersIn(rules, byName, options);
  const patterns = madePatterns(rules, options.normalise ?? normalisePath);
  refuseShared(patterns, makers, byName);
  const nodes = new Map<TargetName, Node>();
  const { mayBeMade: _, ...closed } = options;
  const isOpen = unexpanded.length > 0 || (options.open ?? []).length > 0;
  const making = isOpen ? options : closed;
  const made = { makers, patterns, matching: makersOfMatches(makers, patterns), byName };
  for (const rule of rules) nodes.set(rule.name, toNode(rule, made, making));
  const awaited = awaitUnknown(nodes, unexpanded, options.open ?? []);
  if (unexpanded.length === 0) checkNames(nodes);
  if (rules.some((rule) => rule.chain !== undefined)) waitForWholeChains(nodes);
  const dependents = linkUp(nodes, unexpanded);
  return { nodes, order: sort(nodes, dependents), dependents, makers, unexpanded, awaited };
}

/** Lexical clean-up of a path: no `.`, no `a/..`, no doubled or trailing slash. */
export function normalisePath(path: Path): string {
  if (!/(^|\/)\.{0,2}(\/|$)/.test(path)) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return (path.startsWith('/') ? '/' : '') + parts.join('/');
}

/** All rules, those of expansions included, and the expansions whose text is not known yet. */
export function rulesIn(
  items: readonly RuleItem[],
  options: ResolveOptions,
): { readonly rules: readonly Rule[]; readonly unexpanded: readonly Expansion[] } {
  const rules: Rule[] = [];
  const unexpanded: Expansion[] = [];
  const add = (list: readonly RuleItem[], origin: string, whose: string): void => {
    checkItems(list, whose);
    for (const item of list) {
      if (!('kind' in item)) {
        rules.push(
          item.declaredAt === undefined ? item : { ...item, declaredAt: item.declaredAt + origin },
        );
        continue;
      }
      checkExpansion(item);
      const text = options.textOf?.(item);
      if (text === undefined) {
        unexpanded.push(item);
        continue;
      }
      const source = item.from === undefined ? `${item.file}` : `what '${item.from}' made`;
      add(item.rules(text), `, from ${source}`, `the expansion of ${source}`);
    }
  };
  add(items, '', 'the rules of the rule file');
  return { rules, unexpanded };
}

function checkName(rule: Rule): void {
  if (typeof rule.name !== 'string' || rule.name === '') {
    throw new UserError(
      `a target without a name${at(rule)}`,
      'Every target() needs a name as its first argument.',
    ).coded('DG302');
  }
  if (rule.name.includes('\0'))
    throw new UserError(`target name with a NUL character${at(rule)}`).coded('DG302');
}

/** Who makes which file. @throws UserError for a file that two rules make */
export function makersIn(
  rules: readonly Rule[],
  byName: ReadonlyMap<TargetName, Rule>,
  { normalise = normalisePath }: Pick<ResolveOptions, 'normalise'>,
): Map<Path, TargetName> {
  const makers = new Map<Path, TargetName>();
  for (const rule of rules) {
    for (const output of rule.outputs ?? []) {
      const path = normalise(typeof output === 'string' ? output : output.path);
      const other = makers.get(path);
      if (other !== undefined && other !== rule.name) {
        throw twice(
          `'${path}' is made by two targets, '${other}' and '${rule.name}'`,
          byName.get(other),
          rule,
        );
      }
      makers.set(path, rule.name);
    }
  }
  return makers;
}

/**
 * Refuses a file of one target that matches an output pattern of another: the other would take it
 * for one of its own, and see it change whenever it is made.
 */
function refuseShared(
  patterns: readonly MadePattern[],
  makers: ReadonlyMap<Path, TargetName>,
  byName: ReadonlyMap<TargetName, Rule>,
): void {
  if (patterns.length === 0) return;
  const plain = [...makers].filter(([path]) => !patterns.some((one) => one.path === path));
  for (const { name, path: pattern, matches } of patterns) {
    const shared = plain.find(([path, maker]) => maker !== name && matches(path));
    if (shared === undefined) continue;
    const [path, maker] = shared;
    throw twice(
      `'${path}' is made by two targets, '${maker}' and, as one of the files '${pattern}', '${name}'`,
      byName.get(maker),
      byName.get(name)!,
    );
  }
}

/** What rules make: files by name, and patterns of them. */
interface Made {
  readonly makers: ReadonlyMap<Path, TargetName>;
  readonly patterns: readonly MadePattern[];
  /** Who makes files that a pattern of inputs matches. */
  readonly matching: (glob: string) => readonly TargetName[];
  readonly byName: ReadonlyMap<TargetName, Rule>;
}

/**
 * Targets that make files which the input patterns of a rule match. They become deps, since their files
 * are not there before they are made; those that the rule has after or gathers already stay that.
 */
function madeMatches(rule: Rule, { matching, byName }: Made, normalise: (path: Path) => string) {
  const { globs = [], after = [], gathers = [], chain } = rule;
  if (globs.length === 0) return [];
  const named = new Set([rule.name, ...after, ...gathers]);
  return globs
    .flatMap((glob) => matching(normalise(glob)))
    .filter((maker) => !named.has(maker))
    .filter((maker) => chain === undefined || byName.get(maker)?.chain !== chain);
}

/** The node of a rule, by itself: links of chains that it needs may bring others with them. */
export function toNode(
  rule: Rule,
  made: Made,
  { normalise = normalisePath, codeOf = String, mayBeMade, secrets }: ResolveOptions,
): Node {
  const { makers, patterns } = made;
  const deps = new Set(rule.deps ?? []);
  const sources: Path[] = [];
  for (const maker of madeMatches(rule, made, normalise)) deps.add(maker);
  // An input that another rule makes is a dep on that rule, as in make.
  for (const input of rule.inputs ?? []) {
    const path = normalise(input);
    const maker = makers.get(path) ?? patterns.find(({ matches }) => matches(path))?.name;
    if (maker === undefined) {
      if (mayBeMade?.(path) === true) deps.add(path);
      else sources.push(input);
    } else if (maker !== rule.name) deps.add(maker);
  }
  const outputs: Output[] = (rule.outputs ?? []).map((o) =>
    typeof o === 'string' ? { path: o } : o,
  );
  return {
    name: rule.name,
    rule,
    group: isGroup(rule),
    deps: [...deps],
    after: rule.after ?? [],
    gathers: rule.gathers ?? [],
    outputs,
    sources,
    params: sealed(rule.params, secrets),
    recipeDigest: recipeDigest(rule, codeOf, secrets),
  };
}

/**
 * A need that no rule makes may come with an expansion whose text is not known yet. Until it is, a group
 * of the targets that make such texts stands for the need. Targets that those texts are themselves
 * made from cannot wait for that group, so needs of theirs get none.
 */
function awaitUnknown(
  nodes: Map<TargetName, Node>,
  unexpanded: readonly Expansion[],
  open: readonly TargetName[],
): ReadonlySet<TargetName> {
  const awaited = new Set<TargetName>();
  const from = new Set([...unexpanded.flatMap((one) => one.from ?? []), ...open]);
  const deps = [...from].filter((name) => nodes.has(name));
  if (deps.length === 0) return awaited;
  const beforeTexts = new Set(deps);
  // The loop also visits what is added to the set meanwhile.
  for (const name of beforeTexts) {
    const node = nodes.get(name);
    for (const need of node === undefined ? [] : needsOf(node)) beforeTexts.add(need);
  }
  for (const node of [...nodes.values()]) {
    if (beforeTexts.has(node.name)) continue;
    for (const need of needsOf(node)) {
      if (nodes.has(need)) continue;
      awaited.add(need);
      const rule = { name: need, deps };
      const empty = {
        after: [],
        gathers: [],
        outputs: [],
        sources: [],
        params: {},
        recipeDigest: '',
      };
      nodes.set(need, { name: need, rule, group: true, deps, ...empty });
    }
  }
  return awaited;
}

/**
 * One run of a chain may remake any of its links, so whoever needs one link waits for all of them.
 */
function waitForWholeChains(nodes: Map<TargetName, Node>): void {
  for (const node of nodes.values()) {
    const extra = new Set<TargetName>();
    for (const need of needsOf(node)) {
      const chain = nodes.get(need)?.rule.chain;
      if (chain === undefined || chain === node.rule.chain) continue;
      for (const link of chain.links) extra.add(link);
    }
    for (const need of needsOf(node)) extra.delete(need);
    if (extra.size > 0) nodes.set(node.name, { ...node, after: [...node.after, ...extra] });
  }
}

/** Parameters as they are compared and recorded. */
function sealed(params: Node['params'] = NONE, secrets: ResolveOptions['secrets']): Node['params'] {
  if (secrets === undefined || params === NONE) return params;
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, secrets.seal(name, value)]),
  );
}

const NONE: Node['params'] = Object.freeze({});

function twice(message: string, first: Rule | undefined, second: Rule): UserError {
  const sites = [first?.declaredAt, second.declaredAt].filter((site) => site !== undefined);
  return new UserError(sites.length > 0 ? `${message} (${sites.join(' and ')})` : message).coded(
    'DG304',
  );
}
