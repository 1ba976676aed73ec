/**
 * Carries a plan out: starts what is ready, folds each landing in, decides what waited for it.
 * Work per action is proportional to its dependents, never to the size of the graph.
 */
import pLimit from 'p-limit';
import type { Chain, Problem } from '../api/rules.ts';
import type { Path, TargetName } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import { needsOf } from '../graph/resolve.ts';
import { logThere } from '../memory/logs.ts';
import type { Observer } from '../observe/observer.ts';
import { type Decision, decide } from '../plan/decide.ts';
import { asNeed, blocked } from '../plan/needs.ts';
import { actionFor, chainAction, firstDue, heldUpLinks, isVerdict } from '../plan/plan.ts';
import { productNow } from '../plan/record.ts';
import type { Action, Plan, Verdict } from '../plan/verdict.ts';
import type { Reason } from '../words/reasons.ts';
import { perform } from './action.ts';
import type { Landing, PerformContext } from './entry.ts';
import { landingEvents } from './landing-events.ts';
import { probeKey, refuserOf } from './probe.ts';
import { Ready, type ReadyAction } from './ready.ts';
import { isMoreUrgent, type Urgency, urgencies, urgencyOf } from './urgency.ts';

export interface ExecuteOptions {
  readonly jobs: number;
  readonly failFast: boolean;
  /** Follow detached programs of earlier invocations to their end. */
  readonly wait: boolean;
  readonly signal: AbortSignal;
}

/** What became of the targets of a plan. */
export interface Execution {
  readonly verdicts: ReadonlyMap<TargetName, Verdict>;
  readonly built: readonly TargetName[];
  readonly spared: readonly TargetName[];
  readonly adopted: readonly TargetName[];
  readonly failed: readonly { target: TargetName; problems: readonly Problem[]; log?: Path }[];
}

/** What made it be made whatever its record says is done with once it is made. */
const isNews = ({ kind }: Reason): boolean => kind !== 'forced' && kind !== 'observation asks';

type Context = Omit<PerformContext, 'verdicts'>;

/** Runs everything the plan says, as far as it goes. */
export function execute(plan: Plan, context: Context, options: ExecuteOptions): Promise<Execution> {
  return new Execute(plan, context, options).run();
}

class Execute {
  readonly #plan: Plan;
  readonly #context: PerformContext;
  readonly #observer: Observer;
  readonly #options: ExecuteOptions;
  readonly #verdicts: Map<TargetName, Verdict>;
  readonly #inPlan: ReadonlySet<TargetName>;
  /** How many needs of a target are still open. */
  readonly #open = new Map<TargetName, number>();
  readonly #closed = new Set<TargetName>();
  /** Decided anew in this run, with all needs closed. */
  readonly #decided = new Set<TargetName>();
  /** Links that a run of their chain makes; it closes them, nothing else does. */
  readonly #making = new Set<TargetName>();
  /** Links that wait for the rest of what their chain needs from outside. */
  readonly #chains = new Map<Chain, { outside: number; running: boolean }>();
  /** Needs that were closed of which those that need them have not been told yet; the last comes first. */
  readonly #news: { readonly node: Node; readonly need: TargetName }[] = [];
  readonly #ready = new Ready();
  /** Of targets of which is being asked whether they have been made already; most have not. */
  readonly #expected = new Set<Urgency>();
  #urgencies: ReturnType<typeof urgencies> | undefined;
  readonly #limit;
  readonly #built: TargetName[] = [];
  readonly #spared = new Set<TargetName>();
  readonly #adopted: TargetName[] = [];
  readonly #failed: { target: TargetName; problems: readonly Problem[]; log?: Path }[] = [];
  #unfinished = 0;
  #finish: () => void = () => {};
  #break: (error: unknown) => void = () => {};

  constructor(plan: Plan, context: Context, options: ExecuteOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#observer = context.observer;
    this.#verdicts = new Map(plan.verdicts);
    this.#inPlan = new Set(plan.order);
    this.#limit = pLimit(options.jobs);
    this.#context = { ...context, verdicts: this.#verdicts };
  }

  async run(): Promise<Execution> {
    await new Promise<void>((resolve, reject) => {
      this.#finish = resolve;
      this.#break = reject;
      this.#unfinished += 1; // keeps the run open until everything below has been started
      this.#begin();
      this.#goOn();
      this.#done();
    });
    return {
      verdicts: this.#verdicts,
      built: this.#built,
      spared: [...this.#spared],
      adopted: this.#adopted,
      failed: this.#failed,
    };
  }

  /** Closes what is fresh already and starts from there. */
  #begin(): void {
    const pending: Node[] = [];
    for (const name of this.#plan.order) {
      const node = this.#node(name);
      const verdict = this.#verdicts.get(name)!;
      if (asNeed(verdict) === 'pending') pending.push(node);
      else this.#closed.add(name);
      if (verdict.adopt !== undefined && asNeed(verdict) === 'usable')
        this.#enqueue(actionFor(node, verdict));
    }
    for (const node of pending) {
      this.#open.set(node.name, needsOf(node).filter((need) => !this.#closed.has(need)).length);
      this.#countOutside(node);
    }
    for (const node of pending) if (this.#open.get(node.name) === 0) this.#consider(node);
  }

  /** A chain's run needs what any of its links needs from outside the chain. */
  #countOutside(node: Node): void {
    const { chain } = node.rule;
    if (chain === undefined) return;
    const state = this.#chains.get(chain) ?? { outside: 0, running: false };
    for (const need of needsOf(node)) {
      if (!chain.links.includes(need) && !this.#closed.has(need)) state.outside += 1;
    }
    this.#chains.set(chain, state);
  }

  /** Every need of the target is closed: decide it, looking outside first if that is wanted. */
  #consider(node: Node): void {
    if (this.#making.has(node.name)) return;
    const decision = decide(node, this.#observer, this.#verdicts);
    if (isVerdict(decision)) this.#act(node, decision);
    else this.#lookFirst(node, decision);
  }

  #lookFirst(node: Node, { look }: Extract<Decision, { look: unknown }>): void {
    this.#unfinished += 1;
    const urgency = this.#urgencyOf([node.name]);
    if (look === 'once') this.#expected.add(urgency);
    this.#observer
      .look(this.#plan.graph, [{ target: node.name, look }])
      .then(() => {
        this.#expected.delete(urgency);
        this.#consider(node);
        this.#goOn();
        this.#done();
      })
      .catch(this.#break);
  }

  #act(node: Node, verdict: Verdict): void {
    if (verdict.state === 'running' && !this.#options.wait && this.#observerSaysAlive(node)) {
      this.#close(node, { ...verdict, state: 'waiting' });
      return;
    }
    this.#verdicts.set(node.name, verdict);
    this.#decided.add(node.name);
    if (asNeed(verdict) === 'pending') {
      if (node.rule.chain === undefined) this.#enqueue(actionFor(node, verdict));
      else this.#considerChain(node.rule.chain);
      return;
    }
    if (verdict.adopt !== undefined) this.#enqueue(actionFor(node, verdict));
    else if (verdict.state === 'fresh' && !node.group) this.#spare(node.name);
    this.#close(node, verdict);
  }

  #observerSaysAlive(node: Node): boolean {
    const trace = this.#context.journal.traces.get(node.name);
    return trace?.kind === 'started' && this.#observer.attempt(trace.token) === 'alive';
  }

  #spare(name: TargetName): void {
    this.#spared.add(name);
    this.#context.emit({ kind: 'target spared', target: name });
  }

  #considerChain(chain: Chain): void {
    const state = this.#chains.get(chain)!;
    if (state.running || state.outside > 0) return;
    if (!this.#options.wait) this.#leaveAlive(chain);
    const action = chainAction(chain, this.#verdicts);
    if (action === undefined || (action.kind === 'run' && this.#isHeldUp(chain, action))) return;
    state.running = true;
    for (const link of action.makes) this.#making.add(link);
    this.#enqueue(action);
  }

  #leaveAlive(chain: Chain): void {
    for (const link of chain.links) {
      const verdict = this.#verdicts.get(link)!;
      const node = this.#node(link);
      if (verdict.state === 'running' && this.#observerSaysAlive(node))
        this.#close(node, { ...verdict, state: 'waiting' });
    }
  }

  /** Whether a run of the chain has to wait, perhaps for good. */
  #isHeldUp(chain: Chain, action: Action): boolean {
    const first = firstDue(chain, this.#verdicts)!;
    // Only the first link that is not fresh starts the run; those before it have been decided.
    if (!this.#decided.has(first)) return true;
    const down = heldUpLinks(action, (link) => this.#ownVerdict(link));
    if (down.length > 0) this.#close(this.#node(first), blocked(down, this.#verdicts));
    return down.length > 0;
  }

  /** What holds a link up may have come to light after the plan. */
  #ownVerdict(link: TargetName): Verdict {
    const decision = decide(this.#node(link), this.#observer, this.#verdicts);
    const verdict = isVerdict(decision) ? decision : this.#verdicts.get(link)!;
    if (asNeed(verdict) === 'down') this.#verdicts.set(link, verdict);
    return verdict;
  }

  // -- closing --------------------------------------------------------------------------------

  #close(node: Node, verdict: Verdict): void {
    this.#verdicts.set(node.name, verdict);
    if (this.#closed.has(node.name)) return;
    this.#closed.add(node.name);
    const dependents = this.#plan.graph.dependents.get(node.name) ?? [];
    for (let i = dependents.length - 1; i >= 0; i--) {
      const name = dependents[i]!;
      if (this.#inPlan.has(name)) this.#news.push({ node: this.#node(name), need: node.name });
    }
  }

  /** Tells of all that was closed, however long the chains are; then starts what may start. */
  #goOn(): void {
    for (let news = this.#news.pop(); news !== undefined; news = this.#news.pop())
      this.#oneNeedLess(news.node, news.need);
    this.#pump();
  }

  #oneNeedLess(node: Node, need: TargetName): void {
    const open = this.#open.get(node.name);
    if (open === undefined) return;
    this.#open.set(node.name, open - 1);
    const { chain } = node.rule;
    if (chain !== undefined && !chain.links.includes(need)) {
      const state = this.#chains.get(chain)!;
      state.outside -= 1;
      if (state.outside === 0) this.#considerChain(chain);
    }
    if (open === 1 && !this.#closed.has(node.name)) this.#consider(node);
  }

  // -- running --------------------------------------------------------------------------------

  #enqueue(action: Action): void {
    this.#unfinished += 1;
    const keys = action.makes.flatMap((name) => this.#observer.keysOf(this.#node(name)));
    const probe = probeKey(action, this.#plan.graph);
    if (probe !== undefined) keys.push(probe);
    this.#ready.add({ action, urgency: this.#urgencyOf(action.makes), keys });
  }

  #urgencyOf(makes: readonly TargetName[]): Urgency {
    this.#urgencies ??= urgencies(this.#plan);
    return urgencyOf(makes, this.#urgencies);
  }

  /** Starts ready actions while there is room. */
  #pump(): void {
    const stopped =
      this.#options.signal.aborted || (this.#options.failFast && this.#failed.length > 0);
    if (stopped) {
      for (let left = this.#ready.clear(); left > 0; left--) queueMicrotask(() => this.#done());
      return;
    }
    for (;;) {
      const next = this.#ready.take((urgency) => this.#hasRoom(urgency));
      if (next === undefined) return;
      this.#start(next);
    }
  }

  /** Room is kept for what is more urgent and will be ready in a moment. */
  #hasRoom(urgency: Urgency): boolean {
    let room = this.#options.jobs - this.#limit.activeCount - this.#limit.pendingCount;
    for (const expected of this.#expected) {
      if (room <= 0) break;
      if (isMoreUrgent(expected, urgency)) room -= 1;
    }
    return room > 0;
  }

  #start(ready: ReadyAction): void {
    this.#limit(async () => {
      const by = refuserOf(ready.action, this.#plan.graph, this.#observer);
      if (by === undefined) await this.#perform(ready.action);
      else this.#close(this.#node(ready.action.makes[0]!), blocked([by], this.#verdicts));
    })
      .then(() => {
        this.#ready.release(ready);
        this.#goOn();
        this.#done();
      })
      .catch(this.#break);
  }

  #done(): void {
    this.#unfinished -= 1;
    if (this.#unfinished === 0) this.#finish();
  }

  async #perform(action: Action): Promise<void> {
    const begun = this.#context.world.clock.now();
    const before = action.makes.map((name) => this.#plan.verdicts.get(name)?.product);
    const landing = await perform(action, this.#context);
    const at = this.#context.world.clock.now();
    const nodes = action.makes.map((name) => this.#node(name));
    const { emit, world } = this.#context;
    const ended = { at, ms: at - begun, before, nodes };
    for (const event of landingEvents(action, landing, ended, world.files)) emit(event);
    this.#fold(action, landing);
  }

  #fold(action: Action, landing: Landing): void {
    // What was seen outside before a program ran says nothing about now.
    this.#observer.forgetLooks(landing.state === 'built' ? landing.wrote : undefined);
    switch (landing.state) {
      case 'built': {
        const probe = probeKey(action, this.#plan.graph);
        if (probe !== undefined) this.#ready.voidKey(probe);
        for (const name of action.makes) this.#landed(name, action);
        this.#resumeChain(action);
        return;
      }
      case 'failed':
        for (const name of landing.made) this.#landed(name, action);
        for (const name of action.makes)
          if (!landing.made.includes(name)) this.#down(name, landing);
        this.#resumeChain(action);
        return;
      case 'doubt':
        // Perhaps the outside can tell by now.
        this.#observer.forgetOnce(action.makes);
        for (const name of action.makes) this.#making.delete(name);
        for (const name of action.makes) this.#consider(this.#node(name));
        return;
      case 'left':
        for (const name of action.makes) {
          this.#close(this.#node(name), { state: 'waiting', reasons: [], note: landing.note });
        }
        this.#resumeChain(action);
        return;
      case 'interrupted':
        return;
    }
  }

  /** What ran of a chain has been followed; now comes what else is due of it. */
  #resumeChain(action: Action): void {
    const { chain } = this.#node(action.makes[0]!).rule;
    if (chain === undefined || action.kind !== 'attach') return;
    this.#chains.get(chain)!.running = false;
    for (const link of action.makes) this.#making.delete(link);
    this.#considerChain(chain);
  }

  /** A target was made. It counts as fresh for this build even if an input changed meanwhile. */
  #landed(name: TargetName, action: Action): void {
    const node = this.#node(name);
    this.#spared.delete(name);
    if (action.kind === 'adopt') this.#adopted.push(name);
    else this.#built.push(name);
    const decision = decide(node, this.#observer, this.#verdicts);
    if (isVerdict(decision) && asNeed(decision) === 'usable') {
      this.#close(node, decision);
      return;
    }
    if (action.kind === 'attach' && isVerdict(decision)) {
      // An earlier build started it from what there was then, which is not what there is now.
      this.#making.delete(name);
      this.#act(node, decision);
      return;
    }
    const made = this.#context.journal.traces.get(name);
    const product =
      made?.kind === 'built' ? productNow(node, this.#observer, made.signature) : undefined;
    if (isVerdict(decision) && decision.reasons.some(isNews)) {
      this.#context.emit({
        kind: 'warning',
        target: name,
        message:
          'something it depends on changed while it was being made; the next build makes it again',
      });
    }
    this.#close(
      node,
      product === undefined
        ? { state: 'fresh', reasons: [] }
        : { state: 'fresh', reasons: [], product },
    );
  }

  #down(name: TargetName, landing: Extract<Landing, { state: 'failed' }>): void {
    const { problems } = landing;
    this.#failed.push({
      target: name,
      problems,
      ...logThere(this.#context.world.files, landing.log),
    });
    const { phase } = this.#node(name).rule;
    if (phase !== undefined && problems.some(({ refused }) => refused === 'all'))
      this.#context.refusers.set(phase, name);
    const note = problems[0]?.what;
    this.#close(this.#node(name), {
      state: 'failed',
      final: true,
      reasons: [],
      ...(note === undefined ? {} : { note }),
    });
    this.#holdUpLinks(name);
  }

  /** A run of a chain may remake, and break, what links were made from that it leaves alone. */
  #holdUpLinks(first: TargetName): void {
    const broken = [first];
    for (let need = broken.pop(); need !== undefined; need = broken.pop()) {
      for (const name of this.#node(need).rule.chain?.links ?? []) {
        const needs = needsOf(this.#node(name)).includes(need);
        if (!needs || this.#making.has(name) || asNeed(this.#verdicts.get(name)!) !== 'usable')
          continue;
        this.#verdicts.set(name, blocked([need], this.#verdicts));
        broken.push(name);
      }
    }
  }

  #node(name: TargetName): Node {
    return this.#plan.graph.nodes.get(name)!;
  }
}
