/** What a build would do now, as a value. Pure: graph and view in, plan out. */
import type { Chain } from '../api/rules.ts';
import type { TargetName } from '../api/values.ts';
import { sweepOf } from '../graph/checked.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { needsOf } from '../graph/graph.ts';
import { asLeft, hasFailed, leaveLinks } from './as-left.ts';
import { decide } from './decide.ts';
import { asNeed, blocked } from './needs.ts';
import { isRestored } from './record.ts';
import { isUnlooked } from './signature.ts';
import { type Action, isVerdict, type Plan, type Verdict } from './verdict.ts';
import type { Verdicts, View } from './view.ts';

/** Something that must be looked at before a target can be decided. */
export interface Wanted {
  readonly target: TargetName;
  readonly look: 'sighting' | 'once';
}

/**
 * Decides every target that the goals need, in order. While `wanted` is not empty the plan is
 * provisional: those looks have to be made first (see `observe.ts`).
 * @param recalled verdicts that were reached before, and nothing that they go by has changed since
 */
export function plan(
  graph: Graph,
  goals: readonly TargetName[],
  view: View,
  {
    order = closure(graph, goals),
    failuresStand = false,
    recalled,
  }: {
    readonly order?: readonly TargetName[];
    readonly failuresStand?: boolean;
    readonly recalled?: Verdicts | undefined;
  } = {},
): { readonly plan: Plan; readonly wanted: readonly Wanted[] } {
  const verdicts = new Map<TargetName, Verdict>();
  const wanted: Wanted[] = [];
  const openLinks = new Map<Chain, number>();
  const runs = new Map<Chain, readonly Action[]>();
  const fleeting: Wanted[] = [];
  for (const name of order) {
    const known = recalled?.get(name);
    if (known !== undefined) {
      verdicts.set(name, known);
      continue;
    }
    const node = graph.nodes.get(name)!;
    const decided = decide(node, view, verdicts);
    const { chain } = node.rule;
    const decision = failuresStand && chain === undefined ? asLeft(decided) : decided;
    if (isUnlooked(node, view)) fleeting.push({ target: name, look: 'sighting' });
    if (!isVerdict(decision)) wanted.push({ target: name, look: decision.look });
    verdicts.set(name, isVerdict(decision) ? decision : UNSEEN);
    if (chain === undefined) continue;
    const open = (openLinks.get(chain) ?? chain.links.length) - 1;
    openLinks.set(chain, open);
    if (open === 0) runs.set(chain, runsOf(chain, graph, view, verdicts, { failuresStand }));
  }
  const actions = actionsOf(graph, order, verdicts, runs);
  // A fleeting observation keeps others from beginning: it is needless where nothing is to begin or waits.
  if (wanted.length === 0 && fleeting.length > 0 && (actions.length > 0 || !allFresh(verdicts)))
    wanted.push(...fleeting);
  const judged = recalled === undefined ? order : order.filter((name) => !recalled.has(name));
  return { plan: { graph, goals, order, verdicts, actions, judged }, wanted };
}

/** The runs of a chain of which all links are decided; says of these what the runs mean for them. */
function runsOf(
  chain: Chain,
  graph: Graph,
  view: View,
  verdicts: Map<TargetName, Verdict>,
  { failuresStand }: { readonly failuresStand: boolean },
): readonly Action[] {
  const run = chainRun(chain, verdicts);
  const down = run === undefined ? [] : heldUpLinks(run, (link) => verdicts.get(link)!);
  // While the run is not certain to be due, its links are not told of as held up.
  if (run?.certain === true && down.length > 0) holdUp(chain, down, graph, verdicts, view);
  else if (failuresStand && hasFailed(chain, verdicts)) leaveLinks(chain, graph, view, verdicts);
  else if (run !== undefined && down.length === 0) sweep(chain, run, verdicts);
  const follow = chainAttach(chain, verdicts);
  return [follow, down.length > 0 ? undefined : run].filter((one) => one !== undefined);
}

const allFresh = (verdicts: Verdicts): boolean =>
  [...verdicts.values()].every(({ state }) => state === 'fresh');

const UNSEEN: Verdict = Object.freeze({ state: 'maybe', reasons: [] });

/** Everything the goals need, each after its needs. Whoever needs a link needs its whole chain. */
export function closure(graph: Graph, goals: readonly TargetName[]): readonly TargetName[] {
  const wanted = new Set<TargetName>();
  const todo = [...goals];
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (wanted.has(name)) continue;
    wanted.add(name);
    const node = graph.nodes.get(name)!;
    for (const need of needsOf(node)) if (!wanted.has(need)) todo.push(need);
    for (const link of node.rule.chain?.links ?? []) if (!wanted.has(link)) todo.push(link);
  }
  return wanted.size === graph.order.length
    ? graph.order
    : graph.order.filter((name) => wanted.has(name));
}

/** The link with which a chain's next run begins; none if all are fresh, or if that link is held up. */
export function firstDue(chain: Chain, verdicts: Verdicts): TargetName | undefined {
  const need = (link: TargetName) => asNeed(verdicts.get(link)!);
  const first = chain.links.find(
    (link) => verdicts.get(link)!.state !== 'running' && need(link) !== 'usable',
  );
  return first === undefined || need(first) === 'down' ? undefined : first;
}

/**
 * Links that a run would remake although something else holds them up, such as an edit. One command
 * makes all of its links, so they hold up the whole run.
 */
export function heldUpLinks(
  action: Action,
  verdict: (name: TargetName) => Verdict,
): readonly TargetName[] {
  return action.makes.filter((link) => asNeed(verdict(link)) === 'down');
}

/** Blocks the first due link by those links of its run that are held up, and decides those after it anew. */
function holdUp(
  chain: Chain,
  down: readonly TargetName[],
  graph: Graph,
  verdicts: Map<TargetName, Verdict>,
  view: View,
): void {
  const first = firstDue(chain, verdicts)!;
  verdicts.set(first, blocked(down, verdicts));
  for (const link of chain.links.slice(chain.links.indexOf(first) + 1)) {
    if (asNeed(verdicts.get(link)!) !== 'pending') continue;
    const decision = decide(graph.nodes.get(link)!, view, verdicts);
    if (isVerdict(decision)) verdicts.set(link, decision);
  }
}

/** Marks links that are fresh themselves but will be remade along with others. */
function sweep(chain: Chain, action: Action, verdicts: Map<TargetName, Verdict>): void {
  const first = firstDue(chain, verdicts)!;
  for (const link of action.makes) {
    const verdict = verdicts.get(link)!;
    if (verdict.state !== 'fresh' && verdict.state !== 'maybe') continue;
    if (link === first) continue;
    const reasons = [...verdict.reasons, { kind: 'swept' as const, chain: chain.name, first }];
    verdicts.set(link, {
      state: action.certain ? 'stale' : 'maybe',
      reasons,
      by: verdict.by ?? [],
    });
  }
}

function actionsOf(
  graph: Graph,
  order: readonly TargetName[],
  verdicts: Verdicts,
  runs: Map<Chain, readonly Action[]>,
): Action[] {
  const actions: Action[] = [];
  for (const name of order) {
    const verdict = verdicts.get(name)!;
    if (asNeed(verdict) !== 'pending' && verdict.adopt === undefined) continue;
    const node = graph.nodes.get(name)!;
    const { chain } = node.rule;
    if (node.group) continue;
    if (chain === undefined || verdict.adopt !== undefined) actions.push(actionFor(node, verdict));
    else {
      // Listed once, where the first of its links stands.
      actions.push(...(runs.get(chain) ?? []));
      runs.delete(chain);
    }
  }
  return actions;
}

/** The action that makes a single target fresh. */
export function actionFor(node: Node, verdict: Verdict): Action {
  return {
    name: node.name,
    kind: kindOf(node, verdict),
    makes: [node.name],
    certain: verdict.state !== 'maybe',
    reasons: verdict.reasons,
  };
}

function kindOf(node: Node, verdict: Verdict): Action['kind'] {
  if (verdict.adopt !== undefined) return 'adopt';
  if (verdict.state === 'running') return 'attach';
  return isRestored(node, verdict.reasons) ? 'restore' : 'run';
}

/** What a chain has to do next: what runs already is followed before anything new is begun. */
export function chainAction(chain: Chain, verdicts: Verdicts): Action | undefined {
  return chainAttach(chain, verdicts) ?? chainRun(chain, verdicts);
}

function chainAttach(chain: Chain, verdicts: Verdicts): Action | undefined {
  const makes = chain.links.filter((link) => verdicts.get(link)!.state === 'running');
  if (makes.length === 0) return undefined;
  const { reasons } = verdicts.get(makes[0]!)!;
  return { name: chain.name, kind: 'attach', makes, certain: true, reasons };
}

/** The one run that makes every due link. */
function chainRun(chain: Chain, verdicts: Verdicts): Action | undefined {
  const first = firstDue(chain, verdicts);
  if (first === undefined) return undefined;
  const { state, reasons } = verdicts.get(first)!;
  const makes = sweepOf(chain, first);
  return { name: chain.name, kind: 'run', makes, certain: state !== 'maybe', reasons };
}
