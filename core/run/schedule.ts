/**
 * Carries a plan out: starts what is ready, folds each landing in, decides what waited for it.
 * Work per action is proportional to its dependents, never to the size of the graph.
 */
import type { Chain } from '../api/rules.ts';
import type { TargetName } from '../api/values.ts';
import { type Node, needsOf } from '../graph/graph.ts';
import type { Observer } from '../observe/observer.ts';
import { decide } from '../plan/decide.ts';
import { asNeed, blocked } from '../plan/needs.ts';
import { actionFor, type Wanted } from '../plan/plan.ts';
import type { Action, Decision, Plan, Verdict } from '../plan/verdict.ts';
import { isVerdict } from '../plan/verdict.ts';
import { perform } from './action.ts';
import { Chains } from './chains.ts';
import type { Landing, PerformContext } from './entry.ts';
import {
  changedMeanwhile,
  type Execution,
  type Failing,
  Outcomes,
  verdictOfFailed,
  verdictOfMade,
} from './execution.ts';
import { landingEvents } from './landing-events.ts';
import { OpenNeeds } from './open-needs.ts';
import { refuserOf } from './probe.ts';
import { Slots } from './slots.ts';

/** How a plan is carried out. */
export interface ExecuteOptions {
  readonly jobs: number;
  readonly failFast: boolean;
  /** Follow detached programs of earlier invocations to their end. */
  readonly wait: boolean;
  readonly signal: AbortSignal;
}

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
  readonly #needs: OpenNeeds;
  readonly #chains: Chains;
  readonly #slots: Slots;
  readonly #outcomes = new Outcomes();
  #unfinished = 0;
  #finish: () => void = () => {};
  #break: (error: unknown) => void = () => {};

  constructor(plan: Plan, context: Context, options: ExecuteOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#observer = context.observer;
    this.#verdicts = new Map(plan.verdicts);
    const closed = plan.order.filter((name) => asNeed(this.#verdicts.get(name)!) !== 'pending');
    this.#needs = new OpenNeeds(plan, closed);
    this.#chains = new Chains(plan, this.#observer, this.#verdicts);
    this.#slots = new Slots(plan, this.#observer, options.jobs, {
      run: (action) => this.#run(action),
      ended: () => {
        this.#goOn();
        this.#done();
      },
      broken: (error) => this.#break(error),
    });
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
    this.#decideHeldBack();
    return this.#outcomes.with(this.#verdicts);
  }

  /** Of what was held back before its needs were made it is known only now whether they have changed. */
  #decideHeldBack(): void {
    for (const [name, { until, reasons }] of this.#verdicts) {
      if (until === undefined || reasons.length > 0) continue;
      const decision = decide(this.#node(name), this.#observer, this.#verdicts);
      if (isVerdict(decision) && decision.until !== undefined) this.#verdicts.set(name, decision);
    }
  }

  /** Starts from what is fresh already. */
  #begin(): void {
    const pending: Node[] = [];
    for (const name of this.#plan.order) {
      const node = this.#node(name);
      const verdict = this.#verdicts.get(name)!;
      if (asNeed(verdict) === 'pending') pending.push(node);
      else if (verdict.adopt !== undefined && asNeed(verdict) === 'usable')
        this.#enqueue(actionFor(node, verdict));
    }
    for (const node of pending) this.#chains.countOutside(node, this.#needs);
    for (const node of pending) if (this.#needs.count(node.name) === 0) this.#consider(node);
  }

  /** Every need of the target is closed: decide it, looking outside first if that is wanted. */
  #consider(node: Node): void {
    if (this.#chains.isMaking(node.name)) return;
    const decision = decide(node, this.#observer, this.#verdicts);
    if (isVerdict(decision)) this.#act(node, decision);
    else this.#lookFirst(node, decision);
  }

  #lookFirst(node: Node, { look }: Extract<Decision, { look: unknown }>): void {
    const giveUpRoom = look === 'once' ? this.#slots.expect(node.name) : undefined;
    this.#lookAt([node.name], look, () => {
      giveUpRoom?.();
      this.#consider(node);
    });
  }

  #lookAt(targets: readonly TargetName[], look: Wanted['look'], then: () => void): void {
    this.#unfinished += 1;
    this.#observer
      .look(
        this.#plan.graph,
        targets.map((target) => ({ target, look })),
      )
      .then(() => {
        then();
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
    this.#chains.decided(node.name);
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
    this.#outcomes.spare(name);
    this.#context.emit({ kind: 'target spared', target: name });
  }

  #considerChain(chain: Chain): void {
    if (!this.#chains.isIdle(chain)) return;
    if (!this.#options.wait) this.#leaveAlive(chain);
    const unseen = this.#chains.unseen(chain);
    if (unseen.length > 0) {
      this.#lookAt(unseen, 'sighting', () => this.#considerChain(chain));
      return;
    }
    const action = this.#chains.begin(chain, (link, verdict) => this.#close(link, verdict));
    if (action !== undefined) this.#enqueue(action);
  }

  #leaveAlive(chain: Chain): void {
    for (const link of chain.links) {
      const verdict = this.#verdicts.get(link)!;
      const node = this.#node(link);
      if (verdict.state === 'running' && this.#observerSaysAlive(node))
        this.#close(node, { ...verdict, state: 'waiting' });
    }
  }

  // -- closing --------------------------------------------------------------------------------

  #close(node: Node, verdict: Verdict): void {
    this.#verdicts.set(node.name, verdict);
    this.#needs.close(node);
  }

  /** Tells of all that was closed, however long the chains are; then starts what may start. */
  #goOn(): void {
    for (let news = this.#needs.next(); news !== undefined; news = this.#needs.next()) {
      const chain = this.#chains.oneNeedLess(news.node, news.need);
      if (chain !== undefined) this.#considerChain(chain);
      if (news.last && !this.#needs.isClosed(news.node.name)) this.#consider(news.node);
    }
    const { signal, failFast } = this.#options;
    const stopped = signal.aborted || (failFast && this.#outcomes.hasFailures);
    if (!stopped) this.#slots.fill();
    else for (let n = this.#slots.clear(); n > 0; n--) queueMicrotask(() => this.#done());
  }

  // -- running --------------------------------------------------------------------------------

  #enqueue(action: Action): void {
    this.#unfinished += 1;
    this.#slots.add(action);
  }

  #done(): void {
    this.#unfinished -= 1;
    if (this.#unfinished === 0) this.#finish();
  }

  async #run(action: Action): Promise<void> {
    const by = refuserOf(action, this.#plan.graph, this.#observer);
    if (by !== undefined) {
      this.#close(this.#node(action.makes[0]!), blocked([by], this.#verdicts));
      return;
    }
    const begun = this.#context.world.clock.steady();
    const before = action.makes.map((name) => this.#plan.verdicts.get(name)?.product);
    const landing = await perform(action, this.#context);
    const { clock } = this.#context.world;
    const [at, ms] = [clock.now(), Math.round(clock.steady() - begun)];
    const nodes = action.makes.map((name) => this.#node(name));
    const { emit, world } = this.#context;
    const ended = { at, ms, before, nodes };
    for (const event of landingEvents(action, landing, ended, world.files)) emit(event);
    this.#fold(action, landing);
  }

  #fold(action: Action, landing: Landing): void {
    // What was seen outside before a program ran says nothing about now.
    this.#observer.forgetLooks(landing.state === 'built' ? landing.wrote : undefined);
    switch (landing.state) {
      case 'built':
        this.#slots.proved(action);
        for (const name of action.makes) this.#landed(name, action);
        this.#resumeChain(action);
        return;
      case 'failed':
        for (const name of landing.made) this.#landed(name, action);
        this.#failed(
          action.makes.filter((name) => !landing.made.includes(name)),
          landing,
        );
        this.#resumeChain(action);
        return;
      case 'doubt':
        // Perhaps the outside can tell by now.
        this.#observer.forgetOnce(action.makes);
        this.#chains.release(action.makes);
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

  /** Of a chain one link has failed; those behind it are held up by it, as every later plan has it. */
  #failed(names: readonly TargetName[], landing: Failing): void {
    for (const name of names) {
      const node = this.#node(name);
      const by = needsOf(node).filter((need) => names.includes(need));
      if (by.length > 0) this.#close(node, blocked(by, this.#verdicts));
      else this.#down(name, landing);
    }
  }

  /** What ran of a chain has been followed; now comes what else is due of it. */
  #resumeChain(action: Action): void {
    const chain = this.#chains.followed(action);
    if (chain !== undefined) this.#considerChain(chain);
  }

  #landed(name: TargetName, action: Action): void {
    const node = this.#node(name);
    this.#outcomes.made(name, action);
    const decision = decide(node, this.#observer, this.#verdicts);
    if (action.kind === 'attach' && isVerdict(decision) && asNeed(decision) !== 'usable') {
      // An earlier build started it from what there was then, which is not what there is now.
      this.#chains.release([name]);
      this.#act(node, decision);
      return;
    }
    const verdict = verdictOfMade(node, decision, this.#context);
    if (changedMeanwhile(decision)) {
      const message =
        'something it depends on changed while it was being made; the next build makes it again';
      this.#context.emit({ kind: 'warning', target: name, message });
    }
    this.#close(node, verdict);
  }

  #down(name: TargetName, landing: Failing): void {
    this.#outcomes.fail(name, landing, this.#context.world.files);
    const { phase } = this.#node(name).rule;
    if (phase !== undefined && landing.problems.some(({ refused }) => refused === 'all'))
      this.#context.refusers.set(phase, name);
    this.#close(this.#node(name), verdictOfFailed(landing));
    this.#chains.holdUpLinks(name);
  }

  #node(name: TargetName): Node {
    return this.#plan.graph.nodes.get(name)!;
  }
}
