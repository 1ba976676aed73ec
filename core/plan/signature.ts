/** What a target depends on, as data; and why a target is not up to date where two of these differ. Pure. */
import { ABSENT, digestOf } from '../api/digest.ts';
import type { Sighting } from '../api/looks.ts';
import type { Output } from '../api/rules.ts';
import type { Digest, Json, Path, TargetName } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import type { Signature } from '../memory/trace.ts';
import type { Reason } from '../words/reasons.ts';
import { contentOf, membersOf } from './left.ts';
import type { Verdicts, View } from './view.ts';

/** Stands in a record for what changed while the target was made from it. No digest equals it. */
export const IN_FLUX: Digest = 'changed meanwhile';

/** The signature of a node, with `gathered` the members that succeeded. */
export function signatureOf(
  node: Node,
  view: View,
  verdicts: Verdicts,
  gathered: readonly TargetName[],
): Signature {
  const { rule } = node;
  const observed = observedOf(node, view);
  const base: Signature = {
    recipe: node.recipeDigest,
    params: node.params,
    inputs: table(inputsOf(node), (path) => view.file(path)),
    env: table(rule.env ?? [], (name) => view.env(name) ?? UNSET),
    globs: table(rule.globs ?? [], (pattern) => view.glob(pattern, node.outputs)),
    deps: table(node.deps, (dep) => verdicts.get(dep)?.product ?? 'unknown'),
    gathered: table(gathered, (member) => verdicts.get(member)?.product ?? 'unknown'),
  };
  return observed === undefined ? base : { ...base, observed };
}

function inputsOf({ rule }: Node): readonly Path[] {
  const { inputs = [], optionalInputs = [] } = rule;
  return optionalInputs.length === 0 ? inputs : [...inputs, ...optionalInputs];
}

function observedOf(node: Node, view: View): Signature['observed'] {
  const { observe } = node.rule;
  const sighting =
    observe === undefined || observe.sticky === true ? undefined : view.sighting(node.name);
  if (sighting === undefined || sighting.state === 'failed') return undefined;
  return { digest: valueDigest(sighting.value ?? null), note: noteOf(sighting) };
}

/**
 * Whether `signatureOf` would give the same as `was`, without putting one together: of most targets
 * nothing has changed. It may say no where they are the same, never yes where they differ.
 */
export function isStill(
  was: Signature,
  node: Node,
  view: View,
  verdicts: Verdicts,
  gathered: readonly TargetName[],
): boolean {
  const { rule } = node;
  return (
    was.recipe === node.recipeDigest &&
    holds(was.deps, node.deps, (dep) => verdicts.get(dep)?.product ?? 'unknown') &&
    holds(was.inputs, inputsOf(node), (path) => view.file(path)) &&
    holds(was.gathered, gathered, (member) => verdicts.get(member)?.product ?? 'unknown') &&
    holds(
      was.globs,
      rule.globs ?? [],
      (pattern) => view.glob(pattern, node.outputs),
      sameMembers,
    ) &&
    holds(was.env, rule.env ?? [], (name) => view.env(name) ?? UNSET) &&
    holdsParams(was.params, node.params) &&
    (isUnlooked(node, view) || was.observed?.digest === observedOf(node, view)?.digest)
  );
}

/** Whether it has a fleeting observation that has not been made so far. */
export const isUnlooked = ({ name, rule }: Node, view: View): boolean =>
  rule.observe?.fleeting === true && view.sighting(name) === undefined;

function holdsParams(was: Signature['params'], is: Signature['params']): boolean {
  const count = Object.keys(is).length;
  if (Object.keys(was).length !== count) return false;
  return count === 0 || changes(was, is, sameJson).next().done === true;
}

/** Names that come twice count as a difference; else, counting the names shows that none is too many. */
function holds<T>(
  was: Table<T>,
  names: readonly string[],
  value: (name: string) => T,
  same: (a: T | undefined, b: T) => boolean = Object.is,
): boolean {
  for (const name of names) if (!same(was[name], value(name))) return false;
  return (
    Object.keys(was).length === names.length &&
    (names.length < 2 || new Set(names).size === names.length)
  );
}

const NONE = Object.freeze({});

function table<T>(
  names: readonly string[],
  value: (name: string) => T,
): { readonly [name: string]: T } {
  if (names.length === 0) return NONE;
  return Object.fromEntries(names.map((name) => [name, value(name)]));
}

const UNSET = '(unset)';

/** Digest of an observed value; the order of keys does not matter. */
export function valueDigest(value: Json): Digest {
  return digestOf(JSON.stringify(value, sortKeys));
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const table = value as Table<unknown>;
  return Object.fromEntries(
    Object.keys(table)
      .sort()
      .map((key) => [key, table[key]]),
  );
}

const noteOf = (sighting: Exclude<Sighting, { state: 'failed' }>): string =>
  sighting.state === 'ready' ? (sighting.note ?? '') : sighting.progress;

/** Why a target recorded with signature `was` is not up to date at signature `is`. */
export function differences(was: Signature, is: Signature): Reason[] {
  const reasons: Reason[] = [];
  if (was.recipe !== is.recipe) reasons.push({ kind: 'recipe changed' });
  for (const [name, from, to] of changes(was.params, is.params, sameJson))
    reasons.push({ kind: 'param changed', name, ...thatAreSet({ from, to }) });
  for (const [path, from, to] of changes(was.inputs, is.inputs)) {
    if (from === IN_FLUX && to !== undefined) reasons.push(meanwhile(path));
    else reasons.push({ kind: 'input changed', path, how: howChanged(from, to) });
  }
  for (const [name, from, to] of changes(was.env, is.env))
    reasons.push({ kind: 'env changed', name, ...thatAreSet({ from, to }) });
  for (const [pattern, from, to] of changes(was.globs, is.globs, sameMembers))
    reasons.push(from === IN_FLUX ? meanwhile(pattern) : globChange(pattern, from, to));
  for (const [target, from, to] of changes(was.deps, is.deps)) {
    if (from === IN_FLUX && to !== undefined) reasons.push(meanwhile(target));
    else
      reasons.push({
        kind: from === undefined ? 'dep added' : to === undefined ? 'dep removed' : 'dep changed',
        target,
      });
  }
  for (const [target, from, to] of changes(was.gathered, is.gathered)) {
    if (from === IN_FLUX && to !== undefined) reasons.push(meanwhile(target));
    else
      reasons.push({
        kind: from === undefined ? 'gathered' : to === undefined ? 'not gathered' : 'dep changed',
        target,
      });
  }
  if (was.observed?.digest !== is.observed?.digest) {
    reasons.push({
      kind: 'observation changed',
      from: was.observed?.note ?? '',
      to: is.observed?.note ?? '',
    });
  }
  return reasons;
}

/** The two values of a change, without one that is undefined. */
const thatAreSet = <T>({
  from,
  to,
}: {
  readonly from: T | undefined;
  readonly to: T | undefined;
}) => ({
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
});

/** Which files of a pattern changed, as far as both records name them. */
function globChange(pattern: string, from: Digest | undefined, to: Digest | undefined): Reason {
  const before = from === undefined ? undefined : membersOf(from);
  const after = to === undefined ? undefined : membersOf(to);
  if (before === undefined || after === undefined) return { kind: 'glob changed', pattern };
  const files = [...changes(Object.fromEntries(before), Object.fromEntries(after))].map(
    ([path, was, is]) => ({ path, how: howChanged(was ?? ABSENT, is ?? ABSENT) }),
  );
  return { kind: 'glob changed', pattern, files };
}

/** A record holds the members of a pattern; of many, and in older records, one digest of them all. */
const sameMembers = (a: Digest | undefined, b: Digest): boolean =>
  a === b || (a !== undefined && contentOf(a) === contentOf(b));

const meanwhile = (what: string): Reason => ({ kind: 'changed meanwhile', what });

function howChanged(
  from: Digest | undefined,
  to: Digest | undefined,
): 'changed' | 'appeared' | 'vanished' | 'added' | 'removed' {
  if (from === undefined) return 'added';
  if (to === undefined) return 'removed';
  if (from === ABSENT) return 'appeared';
  return to === ABSENT ? 'vanished' : 'changed';
}

type Table<T> = { readonly [name: string]: T };

function* changes<T>(
  was: Table<T>,
  is: Table<T>,
  same: (a: T, b: T) => boolean = Object.is,
): Generator<[string, T | undefined, T | undefined]> {
  for (const name of Object.keys(is)) {
    if (!Object.hasOwn(was, name)) yield [name, undefined, is[name]];
    else if (!same(was[name] as T, is[name] as T)) yield [name, was[name], is[name]];
  }
  for (const name of Object.keys(was)) {
    if (!Object.hasOwn(is, name)) yield [name, was[name], undefined];
  }
}

/** The table with other values. */
export function mapped<T>(
  table: Table<T>,
  value: (key: string, before: T) => T,
): { readonly [key: string]: T } {
  return Object.fromEntries(
    Object.entries(table).map(([key, before]) => [key, value(key, before)]),
  );
}

const sameJson = (a: Json, b: Json): boolean =>
  Object.is(a, b) || JSON.stringify(a, sortKeys) === JSON.stringify(b, sortKeys);

/** Digest of a signature; the order of keys does not matter. */
function signatureDigest({
  recipe,
  params,
  inputs,
  env,
  globs,
  deps,
  gathered,
  observed,
}: Signature): Digest {
  const members = mapped(globs, (_pattern, digest) => contentOf(digest));
  const tables = [inputs, env, members, deps, gathered].map((one) =>
    Object.keys(one)
      .sort()
      .map((name) => [name, one[name]]),
  );
  return digestOf(JSON.stringify([recipe, valueDigest(params), tables, observed]));
}

const isQuiet = ({ quiet }: Output): boolean => quiet === true;

/** Digest of what a target left: its outputs, or its whole signature when it leaves no file. */
export function productOf(
  node: Node,
  outputs: (path: Path) => Digest,
  signature: Signature,
): Digest {
  const { outputs: all } = node;
  const compared = all.some(isQuiet) ? all.filter((output) => !isQuiet(output)) : all;
  if (compared.length === 0) return signatureDigest(signature);
  if (compared.length === 1) return contentOf(outputs(compared[0]!.path));
  const contents = compared.map(({ path }) => [path, contentOf(outputs(path))]);
  return digestOf(JSON.stringify(contents));
}
