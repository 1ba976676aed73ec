/**
 * Looks at the world on behalf of the planner: files, globs, environment, observations, attempts.
 * Reads only. What it learns (digests, sightings) it hands to whoever may write it down.
 */

import { isSystemError } from '../api/errors.ts';
import type { Facts } from '../api/facts.ts';
import type { Adapter, Look, Sighting } from '../api/looks.ts';
import type { OnceSighting, Output } from '../api/rules.ts';
import type { Digest, Json, Path, TargetName } from '../api/values.ts';
import { readKeys } from '../formats/keys.ts';
import type { Graph, Node } from '../graph/graph.ts';
import type { KnownFile, KnownSighting, Memory } from '../memory/memory.ts';
import type { Stamps } from '../memory/trace.ts';
import { contentOf, keysDigest, linkDigest, membersDigest, unfit } from '../plan/left.ts';
import type { Wanted } from '../plan/plan.ts';
import { pendingAttempt } from '../plan/record.ts';
import { valueDigest } from '../plan/signature.ts';
import type { Verdict } from '../plan/verdict.ts';
import type { AttemptState, View } from '../plan/view.ts';
import type { Stat, World } from '../world/world.ts';
import { attemptState } from './attempts.ts';
import { failedSighting, withTime } from './judging.ts';
import { COARSE_TICK_MS, FINE_TICK_MS, pickStat, racy, stampOf, tick, unchanged } from './known.ts';
import type { Listings } from './listings.ts';
import { Looker } from './looker.ts';
import type { Settled } from './settled.ts';
import { Stillness } from './stillness.ts';
import { Texts } from './texts.ts';

export interface ObserverOptions {
  readonly adapters: { readonly [name: string]: Adapter };
  /** In a dry run only adapters that start nothing are asked, and nothing at all is written. */
  readonly dry: boolean;
  /** The file system's time may be found by writing a small file; read-only commands may not. */
  readonly mayWrite: boolean;
  readonly forced?: ReadonlySet<TargetName>;
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
  /** What was listed, and what is done with, in the same case. */
  readonly listings?: Listings;
  readonly settled?: Settled;
  readonly signal: AbortSignal;
}

/** How long one reading of the file system's clock may serve. */
const CLOCK_READING_MS = 20;

/** Of so many files that an input pattern matches each is on record; of more, their digest as one. */
const NAMED_MEMBERS = 100;

/** What a look at a file showed; with its digest as soon as a record is found to speak of this. */
type Looked = Stat & { digest?: Digest };

interface Globbed {
  readonly paths: readonly Path[];
  /** The paths with their digests, as `left.ts` has it. */
  readonly members: Digest;
}

export class Observer implements View {
  readonly learned = new Map<Path, KnownFile>();
  readonly newSightings = new Map<TargetName, KnownSighting>();
  readonly #world: World;
  readonly #memory: Memory;
  readonly #options: ObserverOptions;
  readonly #looker: Looker;
  readonly #texts: Texts;
  readonly #stillness: Stillness;
  readonly #stats = new Map<Path, Looked | undefined>();
  readonly #globs = new Map<string, Globbed>();
  readonly #sightings = new Map<TargetName, Sighting>();
  readonly #goOn = new Set<TargetName>();
  /** Targets whose questions to an adapter failed; it has its own patience. */
  readonly #unanswered = new Set<TargetName>();
  readonly #onces = new Map<TargetName, OnceSighting>();
  #clock: { at: number; reading: number } | undefined;

  constructor(world: World, memory: Memory, options: ObserverOptions) {
    this.#world = world;
    this.#memory = memory;
    this.#options = options;
    this.#looker = new Looker(world, options);
    this.#texts = new Texts(world.files);
    this.#stillness = options.stillness ?? new Stillness(world.clock);
  }

  /** Stats everything that the targets in `order` name, many at a time, each path once. */
  async stat(graph: Graph, order: readonly TargetName[]): Promise<void> {
    const paths = new Set<Path>();
    const add = (path: Path): void => {
      if (!this.#stats.has(path)) paths.add(path);
    };
    for (const name of order) {
      const { rule, outputs } = graph.nodes.get(name)!;
      for (const path of rule.inputs ?? []) add(path);
      for (const path of rule.optionalInputs ?? []) add(path);
      for (const output of outputs) if (output.glob !== true) add(output.path);
    }
    const list = [...paths];
    const stats = await this.#world.files.statMany(list);
    list.forEach((path, i) => {
      this.#stats.set(path, stats[i]);
    });
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
    return this.#world.env[name];
  }
  sighting(name: TargetName): Sighting | undefined {
    return this.#sightings.get(name);
  }
  once(name: TargetName): OnceSighting | undefined {
    return this.#onces.get(name);
  }
  attempt(token: string): AttemptState {
    return attemptState(this.#world, token);
  }

  /** Digest of a file's content now, from the record if its stat is that of the record. */
  file(path: Path): Digest {
    const stat = this.#statOf(path);
    if (stat === undefined) return 'absent';
    if (stat.directory) return unfit('is a directory');
    if (stat.odd !== undefined) return unfit(`is ${stat.odd}, not a file`);
    if (stat.digest !== undefined) return stat.digest;
    const known = this.learned.get(path) ?? this.#memory.files.get(path);
    if (known === undefined || !unchanged(known, stat) || racy(known))
      return this.#learn(path, stat);
    stat.digest = known.digest;
    return known.digest;
  }

  glob(pattern: string): Digest {
    const { paths, members } = this.#globbed(pattern);
    return paths.length > NAMED_MEMBERS ? contentOf(members) : members;
  }

  /** Files that match. */
  matches(pattern: string): readonly Path[] {
    return this.#globbed(pattern).paths;
  }

  #globbed(pattern: string): Globbed {
    const cached = this.#globs.get(pattern);
    if (cached !== undefined) return cached;
    const globbed = this.#search(pattern);
    this.#globs.set(pattern, globbed);
    return globbed;
  }

  #search(pattern: string): Globbed {
    let paths: readonly Path[];
    try {
      paths = this.#world.files.glob(pattern);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      return { paths: [], members: unfit(`cannot be looked for: ${error.message}`) };
    }
    return { paths, members: membersDigest(paths.map((path) => [path, this.file(path)])) };
  }

  /** How an output is now, as `left.ts` has it. */
  output(output: Output): Digest {
    if (output.glob === true) return this.#globbed(output.path).members;
    if (output.keys !== undefined) return this.#keys(output.path, output.keys);
    const stat = this.#statOf(output.path);
    if (stat?.link !== undefined)
      return linkDigest(stat.link, stat.directory ? 'absent' : this.file(output.path));
    if (stat !== undefined) return this.file(output.path);
    const leadsTo = this.#world.files.readLink(output.path);
    return leadsTo === undefined ? 'absent' : linkDigest(leadsTo, 'absent');
  }

  #keys(path: Path, { format, names }: NonNullable<Output['keys']>): Digest {
    const whole = this.file(path);
    if (whole === 'absent') return whole;
    return keysDigest(names, readKeys(this.#world.files.readText(path) ?? '', format, names));
  }

  // -- looks --------------------------------------------------------------------------------

  /** Makes looks that a provisional plan wanted, all at once. */
  async look(graph: Graph, wanted: readonly Wanted[]): Promise<void> {
    await Promise.all(
      wanted.map(async ({ target, look }) => {
        const node = graph.nodes.get(target)!;
        if (look === 'sighting') {
          const kept = this.#options.settled?.get(target, this.trace(target));
          this.#sightings.set(target, kept ?? (await this.#sight(node)));
        }
        if (look === 'once') this.#onces.set(target, await this.#lookOnce(node));
      }),
    );
  }

  /** Keeps what was seen of targets that are done with, for those who look after this one. */
  keepSettled(verdicts: ReadonlyMap<TargetName, Pick<Verdict, 'state'>>): void {
    for (const [target, sighting] of this.#sightings)
      if (verdicts.get(target)?.state === 'fresh')
        this.#options.settled?.keep(target, this.trace(target), sighting);
  }

  async #sight(node: Node): Promise<Sighting> {
    const observe = node.rule.observe!;
    const facts = this.#readers(observe.reads ?? [], (path) => this.#texts.read(path));
    try {
      const looks = observe.look(facts);
      const recorded = await this.#asRecorded(node, looks, facts);
      if (recorded !== undefined) return recorded;
      const seen = await this.#looker.look(looks);
      if (looks.some(({ kind }, i) => kind === 'ask' && seen[i]!.kind === 'failed'))
        this.#unanswered.add(node.name);
      const first = observe.judge(seen, withTime(this.#world, facts));
      if (first.state === 'failed') return first;
      if (first.state === 'ready') return first;
      this.#world.doubt?.('the time');
      const now = this.#world.clock.now();
      const still = this.#stillMs(node.name, first.movement ?? first.value ?? null);
      return observe.judge(seen, { ...facts, now, unchangedFor: still / 1000 });
    } catch (error) {
      return failedSighting(error);
    }
  }

  /** What is seen without asking anybody, where that is enough: see `valueFromFiles`. */
  async #asRecorded(
    { name, rule }: Node,
    looks: readonly Look[],
    facts: Pick<Facts, 'text' | 'maybeText'>,
  ): Promise<Sighting | undefined> {
    const trace = this.trace(name);
    const { valueFromFiles, judge } = rule.observe!;
    if (valueFromFiles !== true || trace?.kind !== 'built') return undefined;
    const seen = await this.#looker.look(looks, { asking: false });
    const sighting = judge(seen, withTime(this.#world, facts));
    const same =
      // Where nobody is to be asked, only the time could still tell something.
      (sighting.state === 'ready' || (sighting.state === 'waiting' && !looks.some(isAsk))) &&
      sighting.value !== undefined &&
      trace.signature.observed?.digest === valueDigest(sighting.value);
    return same ? sighting : undefined;
  }

  #stillMs(name: TargetName, value: Json): number {
    const known = this.newSightings.get(name) ?? this.#memory.sightings.get(name);
    const { stillMs, record } = this.#stillness.note(name, valueDigest(value), known);
    if (record !== undefined) this.newSightings.set(name, record);
    return stillMs;
  }

  async #lookOnce(node: Node): Promise<OnceSighting> {
    const once = node.rule.once ?? node.rule.doneBefore!;
    const attempt = pendingAttempt(this.trace(node.name));
    const facts = this.facts(node, []);
    try {
      const seen = await this.#looker.look(once.look(facts, attempt));
      const judged = once.judge(seen, attempt);
      // A dry run does not ask; the build will, before it acts.
      return judged.state === 'unknown' && this.#looker.refused(seen)
        ? { state: 'not done' }
        : judged;
    } catch (error) {
      const { why, advice } = failedSighting(error);
      const unknown = { state: 'unknown', unanswered: true, why } as const;
      return advice === undefined ? unknown : { ...unknown, advice };
    }
  }

  /** Functions that read declared files. */
  #readers(
    reads: readonly Path[],
    read: (path: Path) => string | undefined,
  ): Pick<Facts, 'text' | 'maybeText'> {
    const allowed = new Set(reads);
    const maybeText = (path: Path): string | undefined => {
      if (!allowed.has(path))
        throw new Error(`internal: '${path}' is read but not declared in reads`);
      return read(path);
    };
    const text = (path: Path): string => {
      const content = maybeText(path);
      if (content === undefined) throw new MissingText(path);
      return content;
    };
    return { text, maybeText };
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
    const sighting = this.#sightings.get(node.name);
    const value =
      sighting === undefined || sighting.state === 'failed' ? null : (sighting.value ?? null);
    const declared = [...reads, ...(node.rule.observe?.reads ?? [])];
    const workspace = this.#world.files.root;
    const read = (path: Path) => this.#world.files.readText(path);
    const settled = sighting?.state !== 'waiting';
    return { ...this.#readers(declared, read), value, settled, gathered, due, workspace };
  }

  // -- before and after something runs ------------------------------------------------------

  /** Looks at files anew, many at a time, and lets globs be matched anew. */
  async refresh(paths: readonly Path[], globs: readonly string[]): Promise<void> {
    for (const pattern of globs) {
      for (const path of this.#globs.get(pattern)?.paths ?? []) this.#stats.delete(path);
      this.#globs.delete(pattern);
    }
    if (paths.length === 0) return;
    const stats = await this.#world.files.statMany(paths);
    paths.forEach((path, i) => {
      this.#stats.set(path, stats[i]);
      this.#texts.forget(path);
    });
  }

  /** Whether a path is a directory. */
  directory(path: Path): 'itself' | 'behind a link' | undefined {
    const stat = this.#statOf(path);
    if (stat?.directory !== true) return undefined;
    return stat.link === undefined ? 'itself' : 'behind a link';
  }

  /** Whether a file has other names too. */
  hasMoreNames(path: Path): boolean {
    return (this.#statOf(path)?.links ?? 1) > 1;
  }

  /** Whether two paths name one file. */
  isSameFile(a: Path, b: Path): boolean {
    const [one, other] = [this.#statOf(a), this.#world.files.stat(b)];
    return one !== undefined && other !== undefined && unchanged(one, other);
  }

  /** Changes whenever a file is written, as far as its time of change tells; the digest comes first. */
  stamps(paths: readonly Path[]): Stamps {
    return Object.fromEntries(
      paths.map((path) => [path, stampOf(this.file(path), this.#statOf(path))]),
    );
  }

  /** The same of files as they are at this moment; what is known of them stays as it was. */
  async stampsNow(paths: readonly Path[]): Promise<Stamps> {
    if (paths.length === 0) return {};
    const stats = await this.#world.files.statMany(paths);
    return Object.fromEntries(
      paths.map((path, i) => {
        const stat = stats[i];
        const seen = this.#statOf(path);
        const same = stat?.size === seen?.size && stat?.mtime === seen?.mtime;
        const digest =
          same || stat?.directory === true ? this.file(path) : this.#world.files.digest(path);
        return [path, stampOf(digest, stat)];
      }),
    );
  }

  /** Forgets what was seen of files that may have changed, and of those that match a pattern. */
  forget(paths: Iterable<Path>): void {
    for (const path of paths) {
      this.#stats.delete(path);
      this.#texts.forget(path);
      for (const member of this.#globs.get(path)?.paths ?? []) this.#stats.delete(member);
    }
    this.#globs.clear();
  }

  /**
   * Lets listings and answers be made anew; sightings that were judged stay.
   * @param wrote nothing but these files can have changed
   */
  forgetLooks(wrote?: readonly Path[]): void {
    if (wrote !== undefined) this.#looker.forgetAround(wrote);
    else {
      this.#texts.clear();
      this.#looker.forget();
    }
  }

  /** Forgets what once-looks saw, so that the outside is asked again. */
  forgetOnce(targets: readonly TargetName[]): void {
    for (const target of targets) this.#onces.delete(target);
    this.forgetLooks();
  }

  /** Notes what is known already of a file just put in place, sparing a second reading. */
  know(path: Path, digest: Digest): void {
    const seen = this.#fileSystemTime();
    const stat = this.#world.files.stat(path);
    this.#stats.set(path, stat);
    this.#texts.forget(path);
    if (stat !== undefined) this.learned.set(path, { ...pickStat(stat), digest, seen });
  }

  /**
   * Digests learned within one tick of the file's last change cannot be believed next time. Reads
   * those files once more after the tick is over, where that is a matter of milliseconds.
   */
  async confirm(): Promise<void> {
    const doubtful = [...this.learned].filter(([, known]) => racy(known));
    if (doubtful.length === 0 || !this.#options.mayWrite) return;
    if (doubtful.every(([, known]) => tick(known) === COARSE_TICK_MS)) return;
    await this.#world.clock.sleep(FINE_TICK_MS + 5);
    this.#clock = undefined;
    for (const [path, known] of doubtful) {
      const seen = this.#fileSystemTime();
      const stat = this.#world.files.stat(path);
      if (stat === undefined || !unchanged(known, stat)) this.learned.delete(path);
      else if (this.#world.files.digest(path) !== known.digest) this.learned.delete(path);
      else this.learned.set(path, { ...known, seen });
    }
  }

  #statOf(path: Path): Looked | undefined {
    const seen = this.#stats.get(path);
    if (seen !== undefined || this.#stats.has(path)) return seen;
    const stat = this.#world.files.stat(path);
    this.#stats.set(path, stat);
    return stat;
  }

  #learn(path: Path, stat: Stat): Digest {
    const seen = this.#fileSystemTime();
    let digest: Digest;
    try {
      digest = this.#world.files.digest(path);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      return unfit(`cannot be used: ${error.message}`);
    }
    if (digest !== 'absent') this.learned.set(path, { ...pickStat(stat), digest, seen });
    return digest;
  }

  /** The clock that stamps files, which need not agree with ours; 0 when it may not be asked. */
  #fileSystemTime(): number {
    if (!this.#options.mayWrite) return 0;
    const now = this.#world.clock.now();
    if (this.#clock === undefined || Math.abs(now - this.#clock.at) > CLOCK_READING_MS) {
      this.#clock = { at: now, reading: this.#readClock() };
    }
    return this.#clock.reading;
  }

  /** Where nothing can be written, what is learned cannot be believed next time. */
  #readClock(): number {
    try {
      return this.#world.files.now();
    } catch (error) {
      if (isSystemError(error)) return 0;
      throw error;
    }
  }
}

/** A declared file that is not there (yet); a dry run says so instead of failing. */
export class MissingText extends Error {
  readonly path: Path;
  constructor(path: Path) {
    super(`${path} does not exist`);
    this.path = path;
  }
}

const isAsk = ({ kind }: Look): boolean => kind === 'ask';
