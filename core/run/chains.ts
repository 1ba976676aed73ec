/** Chains in a run: when a run of one may begin, what it makes, and which links it breaks. */
import type { Chain } from '../api/rules.ts';
import type { TargetName } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import { needsOf } from '../graph/graph.ts';
import { decide } from '../plan/decide.ts';
import { asNeed, blocked } from '../plan/needs.ts';
import { chainAction, firstDue, heldUpLinks } from '../plan/plan.ts';
import type { Action, Plan, Verdict } from '../plan/verdict.ts';
import { isVerdict } from '../plan/verdict.ts';
import type { View } from '../plan/view.ts';
import type { OpenNeeds } from './open-needs.ts';

/** The chains of a plan while it is carried out. */
export class Chains {
  readonly #plan: Plan;
  readonly #view: View;
  readonly #verdicts: Map<TargetName, Verdict>;
  /** How many needs from outside the chain are open, and whether a run of it is under way. */
  readonly #chains = new Map<Chain, { outside: number; running: boolean }>();
  /** Links that a run of their chain makes; it closes them, nothing else does. */
  readonly #making = new Set<TargetName>();
  /** Links that were decided anew when all their needs were closed. */
  readonly #decided = new Set<TargetName>();

  constructor(plan: Plan, view: View, verdicts: Map<TargetName, Verdict>) {
    this.#plan = plan;
    this.#view = view;
    this.#verdicts = verdicts;
  }

  /** A chain's run needs what any of its links needs from outside the chain. */
  countOutside(node: Node, needs: OpenNeeds): void {
    const { chain } = node.rule;
    if (chain === undefined) return;
    const state = this.#chains.get(chain) ?? { outside: 0, running: false };
    for (const need of needsOf(node)) {
      if (!chain.links.includes(need) && !needs.isClosed(need)) state.outside += 1;
    }
    this.#chains.set(chain, state);
  }

  /** @returns the chain, when this was the last need from outside that was open */
  oneNeedLess({ rule: { chain } }: Node, need: TargetName): Chain | undefined {
    if (chain === undefined || chain.links.includes(need)) return undefined;
    const state = this.#chains.get(chain)!;
    state.outside -= 1;
    return state.outside === 0 ? chain : undefined;
  }

  isMaking(name: TargetName): boolean {
    return this.#making.has(name);
  }

  /** Its run has ended, in one way or another. */
  release(names: readonly TargetName[]): void {
    for (const name of names) this.#making.delete(name);
  }

  decided(name: TargetName): void {
    this.#decided.add(name);
  }

  /** Whether a run of the chain may be thought of. */
  isIdle(chain: Chain): boolean {
    const state = this.#chains.get(chain)!;
    return !state.running && state.outside === 0;
  }

  /**
   * The run of the chain that is due, which makes its links from now on.
   * @param block told of a link that is held up for good, and with it the run
   */
  begin(chain: Chain, block: (link: Node, verdict: Verdict) => void): Action | undefined {
    const action = chainAction(chain, this.#verdicts);
    if (action === undefined || (action.kind === 'run' && this.#isHeldUp(chain, action, block)))
      return undefined;
    this.#chains.get(chain)!.running = true;
    for (const link of action.makes) this.#making.add(link);
    return action;
  }

  /** Links that the run which is due would make, and that are to be looked at before it begins. */
  unseen(chain: Chain): readonly TargetName[] {
    const action = chainAction(chain, this.#verdicts);
    if (action?.kind !== 'run') return [];
    return action.makes.filter(
      (link) => !isVerdict(decide(this.#node(link), this.#view, this.#verdicts)),
    );
  }

  /** What ran of a chain has been followed. @returns the chain, of which more may be due now */
  followed({ kind, makes }: Action): Chain | undefined {
    const { chain } = this.#node(makes[0]!).rule;
    if (chain === undefined || kind !== 'attach') return undefined;
    this.#chains.get(chain)!.running = false;
    this.release(makes);
    return chain;
  }

  /** A run of a chain may remake, and break, what links were made from that it leaves alone. */
  holdUpLinks(first: TargetName): void {
    const broken = [first];
    for (let need = broken.pop(); need !== undefined; need = broken.pop()) {
      for (const name of this.#node(need).rule.chain?.links ?? []) {
        const isMadeFrom = needsOf(this.#node(name)).includes(need);
        if (!isMadeFrom || this.#making.has(name) || asNeed(this.#verdicts.get(name)!) !== 'usable')
          continue;
        this.#verdicts.set(name, blocked([need], this.#verdicts));
        broken.push(name);
      }
    }
  }

  /** Whether a run of the chain has to wait, perhaps for good. */
  #isHeldUp(chain: Chain, action: Action, block: (link: Node, verdict: Verdict) => void): boolean {
    const first = firstDue(chain, this.#verdicts)!;
    // Only the first link that is not fresh starts the run; those before it have been decided.
    if (!this.#decided.has(first)) return true;
    const down = heldUpLinks(action, (link) => this.#ownVerdict(link));
    if (down.length > 0) block(this.#node(first), blocked(down, this.#verdicts));
    return down.length > 0;
  }

  /** What holds a link up may have come to light after the plan. */
  #ownVerdict(link: TargetName): Verdict {
    const decision = decide(this.#node(link), this.#view, this.#verdicts);
    const verdict = isVerdict(decision) ? decision : this.#verdicts.get(link)!;
    if (asNeed(verdict) === 'down') this.#verdicts.set(link, verdict);
    return verdict;
  }

  #node(name: TargetName): Node {
    return this.#plan.graph.nodes.get(name)!;
  }
}
