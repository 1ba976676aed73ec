/**
 * Looks at the world on behalf of the planner: files, globs, environment, observations, attempts.
 * Reads only. What it learns (digests, sightings) it hands to whoever may write it down.
 */

import type { Facts } from '../api/facts.ts';
import type { Adapter, Look, Seen, Sighting } from '../api/looks.ts';
import { inRule, RuleFault } from '../api/rule-code.ts';
import type { Json, Path, TargetName } from '../api/values.ts';
import { sweepOf } from '../graph/checked.ts';
import type { Graph, Node } from '../graph/graph.ts';
import type { KnownSighting, Memory } from '../memory/memory.ts';
import type { Wanted } from '../plan/plan.ts';
import { pendingAttempt } from '../plan/record.ts';
import { valueDigest } from '../plan/signature.ts';
import type { Plan } from '../plan/verdict.ts';
import type { AttemptState, OnceSeen, View } from '../plan/view.ts';
import type { World } from '../world/world.ts';
import { attemptState } from './attempts.ts';
import { Contents } from './contents.ts';
import { failedSighting, withTime } from './judging.ts';
import type { Listings } from './listings.ts';
import { Looker } from './looker.ts';
import { endingOf, isAsk, type Readers, readersOf, withEnding } from './readers.ts';
import type { Settled } from './settled.ts';
import { Stillness } from './stillness.ts';

/** How the world may be looked at. */
export interface ObserverOptions {
  readonly adapters: { readonly [name: string]: Adapter };
  /** In a dry run only adapters that start nothing are asked, and nothing at all is written. */
  readonly dry: boolean;
  /** The file system's time may be found by writing a small file; read-only commands may not. */
  readonly mayWrite: boolean;
  readonly forced?: ReadonlySet<TargetName>;
  /** Whether what had ended by an earlier answer is believed to have ended, while all else is the same. */
  readonly believesEndings?: boolean;
  /** Targets that failed already in this invocation. */
  readonly gaveUp?: { has(target: TargetName): boolean };
  /** Phases of which everything is refused, by a target that was: see `Problem.refused`. */
  readonly refusers?: { get(phase: string): TargetName | undefined };
  /** How often targets were made already in this invocation. */
  readonly made?: { get(target: TargetName): number | undefined };
  /** Whether what could not be seen of a target is looked at once more in this invocation. */
  readonly awaitsSight?: (target: TargetName) => boolean;
  /** What this process has seen not to move, where several observers follow each other. */
  readonly stillness?: Stillness;
  /** What was listed, and what is settled, where several observers follow each other. */
  readonly listings?: Listings;
  readonly settled?: Settled;
  /** Finds the place in the rule file from which something was thrown. */
  readonly explain?: (fault: RuleFault) => Error;
  readonly signal: AbortSignal;
}

/** The world as a plan sees it, with the memory beside it. */
export class Observer extends Contents implements View {
  readonly newSightings = new Map<TargetName, KnownSighting>();
  readonly #world: World;
  readonly #memory: Memory;
  readonly #options: ObserverOptions;
  readonly #looker: Looker;
  readonly #stillness: Stillness;
  readonly #sightings = new Map<TargetName, Sighting>();
  readonly #goOn = new Set<TargetName>();
  /** Targets whose questions to an adapter failed; it has its own patience. */
  readonly #unanswered = new Set<TargetName>();
  readonly #onces = new Map<TargetName, OnceSeen>();
  /** Taken as ended without asking. */
  readonly #believed = new Set<TargetName>();
  #believesEndings: boolean;

  constructor(world: World, memory: Memory, options: ObserverOptions) {
    super(world, memory, options);
    this.#world = world;
    this.#memory = memory;
    this.#options = options;
    this.#looker = new Looker(world, options);
    this.#stillness = options.stillness ?? new Stillness(world.clock, world.processes.self);
    this.#believesEndings = options.believesEndings === true;
  }

  // -- View ---------------------------------------------------------------------------------

  trace(name: TargetName) {
    return this.#memory.traces.get(name);
  }
  damaged(name: TargetName): boolean {
    return this.#memory.damaged.has(name);
  }
  unproved(name: TargetName): boolean {
    return this.#memory.unproved(name);
  }

  mayHaveLost(name: TargetName): boolean {
    return this.#memory.mayHaveLost(name);
  }
  forced(name: TargetName): boolean {
    return this.#options.forced?.has(name) === true;
  }
  gaveUp(name: TargetName): boolean {
    return this.#options.gaveUp?.has(name) === true;
  }
  refuser(phase: string): TargetName | undefined {
    return this.#options.refusers?.get(phase);
  }
  madeNow(name: TargetName): number {
    return this.#options.made?.get(name) ?? 0;
  }
  goesOn(name: TargetName): boolean {
    return this.#goOn.has(name);
  }
  /** Targets that wait with enough, and are gone on with from now on. */
  goOnWith(names: readonly TargetName[]): void {
    for (const name of names) this.#goOn.add(name);
  }
  awaitsSight(name: TargetName): boolean {
    return !this.#unanswered.has(name) && this.#options.awaitsSight?.(name) === true;
  }
  env(name: string): string | undefined {
    const value = this.#world.env[name];
    const sealed = value === undefined ? value : this.#world.secrets?.seal(name, value);
    return sealed === undefined ? value : String(sealed);
  }
  sighting(name: TargetName): Sighting | undefined {
    return this.#sightings.get(name);
  }
  once(name: TargetName): OnceSeen | undefined {
    return this.#onces.get(name);
  }
  attempt(token: string): AttemptState {
    return attemptState(this.#world, token);
  }

  // -- looks --------------------------------------------------------------------------------

  /** Makes looks that a provisional plan wanted, all at once. */
  async look(graph: Graph, wanted: readonly Wanted[]): Promise<void> {
    await Promise.all(
      wanted.map(async ({ target, look }) => {
        const node = graph.nodes.get(target)!;
        if (look === 'sighting') {
          const kept = this.#options.settled?.get(node, this.#tracesWith(graph));
          this.#sightings.set(target, kept ?? (await this.#sight(node)));
        }
        if (look === 'once') this.#onces.set(target, await this.#lookOnce(node));
      }),
    );
  }

  /** Keeps what was seen of targets that are done with, for those who look after this one. */
  keepSettled({ graph, verdicts }: Pick<Plan, 'graph' | 'verdicts'>): void {
    for (const [target, sighting] of this.#sightings)
      if (verdicts.get(target)?.state === 'fresh' && !this.#isFleeting(graph.nodes.get(target)!))
        this.#options.settled?.keep(graph.nodes.get(target)!, this.#tracesWith(graph), sighting);
  }

  /** Whether what was seen of a target may be otherwise in a minute. */
  #isFleeting({ name, rule }: Node): boolean {
    return this.#believed.has(name) || rule.observe?.fleeting === true;
  }

  #tracesWith = ({ makers }: Graph) => ({ makers, trace: (name: TargetName) => this.trace(name) });

  async #sight(node: Node): Promise<Sighting> {
    const observe = node.rule.observe!;
    const facts = readersOf(observe.reads ?? [], (path) => this.texts.read(path));
    try {
      const looks = inRule(() => observe.look(facts));
      const recorded = await this.#asRecorded(node, looks, facts);
      if (recorded !== undefined) return recorded;
      const seen = await this.#looker.look(looks);
      if (looks.some(({ kind }, i) => kind === 'ask' && seen[i]!.kind === 'failed'))
        this.#unanswered.add(node.name);
      const first = inRule(() => observe.judge(seen, withTime(this.#world, facts)));
      const sighting =
        first.state === 'waiting'
          ? this.#judgedInTime(node, first, (times) => observe.judge(seen, { ...facts, ...times }))
          : first;
      if (sighting.state === 'ready') this.#noteEnding(node, looks, seen, facts);
      return sighting;
    } catch (error) {
      return failedSighting(error, this.#options.explain);
    }
  }

  /** What is seen without asking anybody, where that is enough: see `valueFromFiles`. */
  async #asRecorded(
    { name, rule }: Node,
    looks: readonly Look[],
    facts: Readers,
  ): Promise<Sighting | undefined> {
    const trace = this.trace(name);
    const { valueFromFiles, judge } = rule.observe!;
    // Of what was gone on with early the same value does not say whether it has settled.
    if (valueFromFiles !== true || trace?.kind !== 'built' || trace.early === true)
      return undefined;
    const seen = await this.#looker.look(looks, { asking: false });
    const sighting = inRule(() => judge(seen, withTime(this.#world, facts)));
    if (sighting.state === 'failed' || sighting.value === undefined) return undefined;
    if (trace.signature.observed?.digest !== valueDigest(sighting.value)) return undefined;
    // Where nobody is to be asked, only the time could still tell something.
    if (sighting.state === 'ready' || !looks.some(isAsk)) return sighting;
    const { value, tally } = sighting;
    const hasEnded =
      this.#believesEndings &&
      this.#memory.sightings.get(name)?.ended === endingOf(looks, seen, rule, facts);
    if (!hasEnded) return undefined;
    this.#believed.add(name);
    const { note } = trace.signature.observed;
    return { state: 'ready', value, note, ...(tally === undefined ? {} : { tally }) };
  }

  /** Whether anything was taken as ended without asking. */
  get believes(): boolean {
    return this.#believed.size > 0;
  }

  /**
   * Whether anything was taken as ended since it had ended by an earlier answer. From now on it is
   * asked for anew: before anything is done, whether more is to come is known and not believed.
   */
  disbelieve(): boolean {
    this.#believesEndings = false;
    for (const name of this.#believed) this.#sightings.delete(name);
    return this.#believed.size > 0;
  }

  /** What has not moved for long may have ended. */
  #judgedInTime(
    { name }: Node,
    first: Extract<Sighting, { state: 'waiting' }>,
    judge: (times: { readonly now: number; readonly unchangedFor: number }) => Sighting,
  ): Sighting {
    this.#world.doubt?.('the time');
    const now = this.#world.clock.now();
    const still = this.#stillMs(name, first.movement ?? first.value ?? null);
    return inRule(() => judge({ now, unchangedFor: still / 1000 }));
  }

  /** Puts on record what was seen when an answer ended it, so that the next build need not ask. */
  #noteEnding({ name, rule }: Node, looks: readonly Look[], seen: readonly Seen[], facts: Readers) {
    if (rule.observe!.valueFromFiles !== true || !looks.some(isAsk)) return;
    const ended = endingOf(looks, seen, rule, facts);
    const known = this.newSightings.get(name) ?? this.#memory.sightings.get(name);
    if (known?.ended !== ended)
      this.newSightings.set(name, withEnding(known, ended, this.#world.clock.now()));
  }

  #stillMs(name: TargetName, value: Json): number {
    const known = this.newSightings.get(name) ?? this.#memory.sightings.get(name);
    const { stillMs, record } = this.#stillness.note(name, valueDigest(value), known);
    if (record !== undefined) this.newSightings.set(name, record);
    return stillMs;
  }

  async #lookOnce(node: Node): Promise<OnceSeen> {
    const once = node.rule.once ?? node.rule.doneBefore!;
    const attempt = pendingAttempt(this.trace(node.name));
    const facts = this.facts(node, []);
    try {
      const seen = await this.#looker.look(inRule(() => once.look(facts, attempt)));
      const judged = inRule(() => once.judge(seen, attempt));
      // A dry run does not ask; the build will, before it acts.
      return judged.state === 'unknown' && this.#looker.refused(seen)
        ? { state: 'not done' }
        : judged;
    } catch (error) {
      const { why, advice } = failedSighting(error, this.#options.explain);
      if (error instanceof RuleFault) return { state: 'failed', why };
      const unknown = { state: 'unknown', unanswered: true, why } as const;
      return advice === undefined ? unknown : { ...unknown, advice };
    }
  }

  /**
   * What recipe functions of a node are given. Texts are read anew every time: programs of the same
   * run write them.
   */
  facts(
    node: Node,
    gathered: readonly TargetName[],
    due: readonly TargetName[] = [],
    reads: readonly Path[] = [],
  ): Facts {
    const declared = [...reads, ...(node.rule.observe?.reads ?? [])];
    const workspace = this.#world.files.root;
    const { files } = this.#world;
    // Where a look has shown a file, "there is none" is believed when it is said twice.
    const read = (path: Path) =>
      files.readText(path) ?? (this.file(path) === 'absent' ? undefined : files.readText(path));
    const settled = this.#sightings.get(node.name)?.state !== 'waiting';
    const value = this.#valueOf(node.name);
    return { ...readersOf(declared, read), value, settled, gathered, due, workspace };
  }

  /** What only one action at a time may have, of those that make this target. */
  keysOf(node: Node): readonly string[] {
    try {
      return this.#keysOf(node);
    } catch (error) {
      // A target whose keys cannot be told has failed already, see `fault`.
      if (error instanceof RuleFault) return [];
      throw error;
    }
  }

  #keysOf({ name, rule: { exclusive = [] } }: Node): readonly string[] {
    if (typeof exclusive !== 'function') return exclusive;
    return inRule(() => exclusive(this.#valueOf(name)));
  }

  /** What was seen of a target; null where nothing was. */
  #valueOf(name: TargetName): Json {
    const sighting = this.#sightings.get(name);
    return sighting === undefined || sighting.state === 'failed' ? null : (sighting.value ?? null);
  }

  fault(node: Node): string | undefined {
    const { exclusive, chain, observe } = node.rule;
    const sighted = observe === undefined || this.#sightings.has(node.name);
    try {
      if (typeof exclusive === 'function' && sighted) this.#keysOf(node);
      if (chain !== undefined) sweepOf(chain, node.name);
      return undefined;
    } catch (error) {
      return failedSighting(error, this.#options.explain).why;
    }
  }

  // -- before and after something runs ------------------------------------------------------

  /**
   * Lets listings and answers be made anew; sightings that were judged stay.
   * @param wrote nothing but these files can have changed
   */
  forgetLooks(wrote?: readonly Path[]): void {
    if (wrote !== undefined) this.#looker.forgetAround(wrote);
    else {
      this.texts.clear();
      this.#looker.forget();
    }
  }

  /** Forgets what once-looks saw, so that the outside is asked again. */
  forgetOnce(targets: readonly TargetName[]): void {
    for (const target of targets) this.#onces.delete(target);
    this.forgetLooks();
  }
}
