/** Forgetting targets: what of theirs may be deleted, what is left alone and why. */

import type { Output } from '../api/rules.ts';
import type { Exec } from '../api/steps.ts';
import type { Digest, Path, TargetName } from '../api/values.ts';
import type { Graph, Node } from '../graph/graph.ts';
import type { Journal, Memory } from '../memory/memory.ts';
import type { Cleaning, Trace } from '../memory/trace.ts';
import { lastGood } from '../memory/trace.ts';
import { leftoversBeside } from '../observe/leftovers.ts';
import { type Live, readersOf, recordedReaders } from '../observe/live.ts';
import type { Observer } from '../observe/observer.ts';
import { FORGOTTEN } from '../observe/stillness.ts';
import { contentOf, membersOf } from '../plan/left.ts';
import { isOurs, type Part, partsOf } from '../plan/ours.ts';
import { builtOf } from '../plan/record.ts';
import type { Plan } from '../plan/verdict.ts';
import type { Files } from '../world/world.ts';
import { usersIn } from './in-use.ts';

/** A target that may not be cleaned now. */
interface Refused {
  readonly target: TargetName;
  readonly why: string;
  /** Ends the work that is still under way. */
  readonly cancel?: Exec;
}

/** What cleaning would do. The dry run prints it, the real one carries out the same value. */
export interface CleanPlan {
  readonly targets: readonly { readonly target: TargetName; readonly deletes: readonly Path[] }[];
  /** Files that stay, with the reason. */
  readonly keeps: readonly { readonly path: Path; readonly why: string }[];
  /** Targets that may not be cleaned now, with the reason and what would end it. */
  readonly refused: readonly Refused[];
  /** Targets that the next build will have to look at again. */
  readonly follows: readonly TargetName[];
  /** What killed builds have half written. */
  readonly leftovers?: readonly Path[];
}

/**
 * Plans the cleaning of `names`; members of groups are meant by the group.
 * @param live work that is under way, or may be
 */
export function planClean(
  plan: Plan,
  names: readonly TargetName[],
  observer: Observer,
  files: Files,
  live: readonly Live[] = [],
): CleanPlan {
  const targets = members(plan, names);
  const refused = targets.flatMap((target) => whyNot(plan, target, observer, live) ?? []);
  const spared = new Set(refused.map(({ target }) => target));
  const cleaned = targets.filter((target) => !spared.has(target));
  const keeps: { path: Path; why: string }[] = [];
  const steps = cleaned.map((target) => {
    const node = plan.graph.nodes.get(target)!;
    return {
      target,
      deletes: node.outputs.flatMap((output) => deletable(node, output, observer, files, keeps)),
    };
  });
  return { targets: steps, keeps, refused, follows: followers(plan, cleaned) };
}

/** Targets on record that no rule declares any more, each with the outputs on record. */
export function orphans({ traces }: Memory, { nodes }: Pick<Graph, 'nodes'>) {
  return [...traces].flatMap(([target, trace]) => {
    const outputs = recordedOutputs(trace);
    return nodes.has(target) || outputs === undefined ? [] : [{ target, outputs }];
  });
}

/** Plans to delete what such targets left, but nothing that another makes or reads, or people changed. */
export function planOrphans(
  memory: Memory,
  graph: Pick<Graph, 'nodes'>,
  files: Files,
  live: readonly Live[] = [],
): CleanPlan {
  const keeps: { path: Path; why: string }[] = [];
  const refused: Refused[] = [];
  const userOf = usersIn(graph);
  const targets = orphans(memory, graph).flatMap(({ target, outputs }) => {
    const reader = recordedReaders(target, live, memory.traces);
    if (reader !== undefined) {
      refused.push(stillLive(target, reader));
      return [];
    }
    const deletes = Object.entries(outputs)
      .flatMap(filesOnRecord)
      .flatMap(([path, digest]) => {
        const user = userOf(path);
        // A link may lead anywhere: neither it nor anything behind it is ours to delete.
        if (user?.how === 'makes' || files.isLinked(path)) return [];
        const stat = files.stat(path);
        if (stat === undefined) return [];
        if (user !== undefined) {
          keeps.push({ path, why: `${user.target} is made from it` });
          return [];
        }
        if (!stat.directory && files.digest(path) === digest) return [path];
        keeps.push({ path, why: 'it was changed since desgw made it' });
        return [];
      });
    return [{ target, deletes }];
  });
  const leftovers = halfWritten(memory, graph, files);
  const more = leftovers.length === 0 ? {} : { leftovers };
  return { targets, keeps, refused, follows: [], ...more };
}

/** Half-written files beside all outputs there are or were, and where desgw keeps its own. */
function halfWritten(memory: Memory, graph: Pick<Graph, 'nodes'>, files: Files): readonly Path[] {
  const declared = [...graph.nodes.values()].flatMap(({ outputs }) =>
    outputs.map(({ path }) => path),
  );
  const recorded = orphans(memory, graph).flatMap(({ outputs }) => Object.keys(outputs));
  const own = ['journal', 'logs', 'tmp', 'cache', 'history'].map((name) => `.desgw/${name}/x`);
  const found = leftoversBeside(files, [...declared, ...recorded, ...own, '.desgw/x', 'x']);
  const here = `${files.root}/`;
  return found.map((path) => (path.startsWith(here) ? path.slice(here.length) : path));
}

/** Files with a digest of their own on record: no keys, no links, no patterns known only as a whole. */
function filesOnRecord([path, digest]: readonly [Path, Digest]): readonly (readonly [
  Path,
  Digest,
])[] {
  if (digest.startsWith('[')) return [...membersOf(digest)!];
  return contentOf(digest) === digest && !digest.startsWith('{') && !/[*?]/.test(path)
    ? [[path, digest]]
    : [];
}

/** Carries a plan out: first on record that the files are ours to delete, then deleted, then done. */
export function carryOut(
  clean: CleanPlan,
  journal: Journal,
  files: Files,
  { now, drop }: { readonly now: number; readonly drop: boolean },
): void {
  for (const path of clean.leftovers ?? []) files.remove(path);
  for (const { target, deletes } of clean.targets) {
    const trace = journal.traces.get(target);
    const record = trace === undefined ? undefined : cleaning(trace, now);
    if (record !== undefined) journal.trace(target, record, { durable: true });
    for (const path of deletes) files.remove(path);
    if (drop) journal.drop(target);
    else if (record !== undefined) journal.trace(target, { ...record, done: true });
  }
}

/** Makes way for making a target again, deleting nothing; its files stay known as ours. */
export function forget(target: TargetName, journal: Journal, at: number, reason?: string): void {
  const trace = journal.traces.get(target);
  // How long nothing had moved outside says nothing of what is begun now.
  if (journal.sightings.has(target)) journal.sighting(target, { digest: FORGOTTEN, since: at });
  if (trace === undefined || recordedOutputs(trace) === undefined) journal.drop(target);
  else
    journal.trace(target, {
      ...cleaning(trace, at),
      done: true,
      ...(reason === undefined ? {} : { reason }),
    });
}

function cleaning(trace: Trace, at: number): Cleaning {
  return {
    kind: 'cleaning',
    done: false,
    run: trace.run,
    at,
    signature: trace.signature,
    outputs: recordedOutputs(trace) ?? {},
  };
}

function recordedOutputs(trace: Trace): { readonly [path: string]: Digest } | undefined {
  switch (trace.kind) {
    case 'built':
    case 'finishing':
    case 'cleaning':
      return trace.outputs;
    case 'started':
    case 'failed':
      return trace.previous?.outputs;
  }
}

/** The targets meant by the names, each once: groups stand for what they need, groups in them too. */
export function members({ graph }: Plan, names: readonly TargetName[]): readonly TargetName[] {
  const found = new Set<TargetName>();
  const todo = [...names].reverse();
  const seen = new Set<TargetName>();
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const node = graph.nodes.get(name)!;
    if (!node.group) found.add(name);
    else for (let i = node.deps.length - 1; i >= 0; i--) todo.push(node.deps[i]!);
  }
  return [...found];
}

function stillLive(target: TargetName, { target: whose, what, sure, cancel }: Live): Refused {
  const of = whose === target ? 'its work' : `the work of ${whose}, which reads it,`;
  const why = sure
    ? `${of} is still live: ${what}`
    : `whether ${of} is still live is not known: ${what}`;
  return cancel === undefined
    ? { target, why }
    : { target, why: `${why}; --cancel ends it first`, cancel };
}

function whyNot(
  plan: Plan,
  target: TargetName,
  observer: Observer,
  live: readonly Live[],
): Refused | undefined {
  const verdict = plan.verdicts.get(target);
  if (verdict?.state === 'running') {
    return { target, why: 'it is running; wait for it or stop it' };
  }
  const readers = new Set(readersOf([target], plan.graph));
  const reader = live.find((one) => readers.has(one.partOf ?? one.target));
  if (reader !== undefined) return stillLive(target, reader);
  const { once } = plan.graph.nodes.get(target)!.rule;
  if (once === undefined) return undefined;
  const waiting = (plan.graph.dependents.get(target) ?? []).find(
    (name) => plan.verdicts.get(name)?.state === 'waiting',
  );
  if (waiting === undefined) return undefined;
  const why = `its work is still under way: ${waiting} waits for it (${plan.verdicts.get(waiting)!.note})`;
  const receipt = lastGood(observer.trace(target))?.receipt;
  if (once.cancel === undefined || receipt === undefined) return { target, why };
  return { target, why: `${why}; --cancel ends it first`, cancel: once.cancel(receipt) };
}

/** Files of an output that may be deleted; `keeps` gets those that may not. */
function deletable(
  node: Node,
  output: Output,
  observer: Observer,
  files: Files,
  keeps: { path: Path; why: string }[],
): Path[] {
  const trace = observer.trace(node.name);
  const record = builtOf(node, trace, observer) ?? trace;
  return partsOf(output, observer.output(output)).flatMap((part) => {
    const why = whyKept(output, part, record, observer, files);
    if (why === undefined) return [part.path];
    keeps.push({ path: part.path, why });
    return [];
  });
}

function whyKept(
  output: Output,
  part: Part,
  record: Trace | undefined,
  observer: Observer,
  files: Files,
): string | undefined {
  if (output.keys !== undefined) return 'only some of its lines are set by desgw';
  if (output.shared === true) return 'other programs use it too';
  if (!isOurs(output, part, record, observer)) {
    if (record?.kind === 'built' && record.how === 'accepted')
      return 'it was changed by hand and accepted';
    const recorded = record === undefined ? undefined : recordedOutputs(record)?.[output.path];
    const known = output.glob === true ? membersOf(recorded)?.has(part.path) : recorded;
    return known === undefined || known === false
      ? 'desgw did not make it'
      : 'it was changed since desgw made it';
  }
  return files.isLinked(part.path) ? 'it is a link, or lies behind one' : undefined;
}

function followers({ graph }: Plan, cleaned: readonly TargetName[]): readonly TargetName[] {
  const own = new Set(cleaned);
  const reached = new Set(cleaned);
  const swept = new Set<TargetName>();
  const reach = (name: TargetName): void => {
    reached.add(name);
    for (const link of graph.nodes.get(name)!.rule.chain?.sweep(name) ?? []) swept.add(link);
  };
  for (const name of cleaned) reach(name);
  for (const name of graph.order) {
    const { deps, gathers } = graph.nodes.get(name)!;
    const follows = deps.some((need) => reached.has(need)) || gathers.some((n) => reached.has(n));
    if (follows || swept.has(name)) reach(name);
  }
  return graph.order.filter(
    (name) => reached.has(name) && !own.has(name) && !graph.nodes.get(name)!.group,
  );
}
