/**
 * Performs one action, and keeps the order that makes a crash harmless:
 *
 *   started (on record) -> steps -> judged -> outputs durable beside their place ->
 *   finishing (on record, with their digests) -> renamed into place -> built (on record) -> told
 */

import { isSystemError } from '../api/errors.ts';
import type { Facts } from '../api/facts.ts';
import type { Seen } from '../api/looks.ts';
import { inRule } from '../api/rule-code.ts';
import type { Problem, Recipe } from '../api/rules.ts';
import type { Claim, Exec, Step } from '../api/steps.ts';
import type { Digest, Path, TargetName } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import { recipeOf } from '../graph/recipes.ts';
import { logPath } from '../memory/logs.ts';
import { attemptDirectory } from '../observe/attempts.ts';
import { giveBackClaims } from '../observe/claims.ts';
import { leftoversBeside } from '../observe/leftovers.ts';
import { signatureAfter } from '../observe/stamps.ts';

import { usableMembers } from '../plan/needs.ts';
import { productNow } from '../plan/record.ts';
import type { Action } from '../plan/verdict.ts';
import { adopt } from './adopt.ts';
import { revokeAttempt } from './detached.ts';
import { flushOutputs } from './durable.ts';
import {
  type Entry,
  entryOf,
  evaluate,
  isOpen,
  type Landing,
  nextRun,
  type PerformContext,
} from './entry.ts';
import { evidenceOf, progressOf } from './evidence.ts';
import {
  emptyPatterns,
  leftOverNotice,
  madeFrom,
  outputsMade,
  type Ran,
  signatureMade,
} from './found.ts';
import { Keeper } from './keep.ts';
import { builtOf, type Course, failedOf, finishingOf, startedOf } from './on-record.ts';
import { notMade, problemOf, problemsOf } from './problems.ts';
import type { StepsEnd } from './step-options.ts';
import { placedBy, Run } from './steps.ts';

/** Performs `action`; failing is a landing, only defects throw. */
export async function perform(action: Action, context: PerformContext): Promise<Landing> {
  const { graph } = context;
  const entries: Entry[] = [];
  try {
    if (action.kind === 'adopt') return await adopt(action, context);
    for (const name of action.makes)
      entries.push(await entryOf(graph.nodes.get(name)!, action, context));
  } catch (error) {
    // What it is to be made from cannot be looked at: nothing has begun, nothing goes on record.
    const run = nextRun(graph.nodes.get(action.makes[0]!)!, context);
    return {
      state: 'failed',
      made: [],
      problems: problemsOf(error, context.explain),
      log: logPath(action.name, run),
    };
  }
  return new Performer(action, entries, context).go();
}

class Performer {
  readonly #action: Action;
  readonly #context: PerformContext;
  #entries: readonly Entry[];
  readonly #recipe: Recipe;
  readonly #facts: Facts;
  readonly #log: Path;
  readonly #begun: number;
  readonly #keeper: Keeper;
  /** Whether the run may go on record: earlier attempts are out of the way, strangers' files kept. */
  #mayRecord = false;
  /** Files that the steps themselves put in place. */
  #placed: ReadonlySet<Path> = new Set();
  readonly #token: string;
  #claims: readonly Claim[] = [];
  /** Tokens of earlier attempts that cannot begin any more. */
  readonly #takenBack: string[] = [];
  readonly #startedAt: number;
  /** What the targets recorded so far have made. */
  readonly #products = new Map<TargetName, Digest>();

  constructor(action: Action, entries: readonly Entry[], context: PerformContext) {
    this.#action = action;
    this.#context = context;
    const { observer, journal, world } = context;
    this.#entries = entries;
    const first = this.#entries[0]!;
    this.#recipe = recipeOf(first.node.rule);
    const due = first.node.rule.chain === undefined ? [] : action.makes;
    this.#facts = observer.facts(
      first.node,
      usableMembers(first.node, context.verdicts),
      due,
      this.#recipe.reads ?? [],
    );
    this.#log = logPath(action.name, first.run);
    this.#begun = world.clock.now();
    this.#keeper = new Keeper(world, observer, context.emit);
    const trace = journal.traces.get(first.node.name);
    const resumed = action.kind === 'attach' && isOpen(trace);
    this.#token = resumed
      ? trace.token
      : action.kind === 'restore'
        ? (first.previous?.token ?? '')
        : context.newToken();
    this.#startedAt = resumed
      ? trace.at
      : action.kind === 'restore'
        ? (first.previous?.at ?? 0)
        : this.#begun;
    for (const link of resumed ? (trace.due ?? []) : []) {
      // Put on record by an engine that did not come to the others.
      const product = context.verdicts.get(link)?.product;
      if (product !== undefined) this.#products.set(link, product);
    }
  }

  async go(): Promise<Landing> {
    const { emit } = this.#context;
    let run: Run | undefined;
    try {
      if (this.#action.kind === 'run' && !this.#takeBack()) {
        return {
          state: 'left',
          note: 'an earlier attempt began after all; build again to follow it',
        };
      }
      this.#keep();
      this.#mayRecord = true;
      const steps = this.#steps();
      this.#claims = steps.filter((step): step is Claim => step.kind === 'claim');
      for (const token of this.#takenBack)
        giveBackClaims(this.#context.world.files, this.#claims, token);
      this.#placed = new Set(steps.flatMap(placedBy));
      this.#sweep();
      this.#start(steps);
      emit({ kind: 'action started', action: this.#action, at: this.#begun, log: this.#log });
      for (const { node } of this.#entries)
        for (const message of emptyPatterns(node, this.#context.observer))
          this.#warn(node.name, message);
      run = this.#newRun();
      const end = await run.all(steps);
      if (end.state === 'interrupted' || end.state === 'left') return this.#stopped(run, end);
      return await this.#conclude(run, end);
    } catch (error) {
      const problems = problemsOf(error, this.#context.explain);
      run?.discard();
      // What was launched is followed by the next build, which needs the record as it is.
      if (run?.launched === true && isSystemError(error)) {
        this.#keeper.leave();
        return this.#leave(problems);
      }
      if (!this.#mayRecord) {
        this.#keeper.release();
        return this.#leave(problems);
      }
      return this.#fail(problems, [], run !== undefined && this.#effectUnknown(run, problems));
    }
  }

  /** An attempt on record that never began must be kept from beginning before a new one does. */
  #takeBack(): boolean {
    const { journal, observer, world } = this.#context;
    return this.#entries.every(({ node }) => {
      const trace = journal.traces.get(node.name);
      if (!isOpen(trace) || trace.detached === undefined) return true;
      if (observer.attempt(trace.token) !== 'lost' && !revokeAttempt(world, trace.token))
        return false;
      this.#takenBack.push(trace.token);
      return true;
    });
  }

  #steps(): readonly Step[] {
    return evaluate(this.#recipe, this.#facts);
  }

  #keep(): void {
    const { journal } = this.#context;
    for (const { node } of this.#entries) this.#keeper.keep(node, journal.traces.get(node.name));
  }

  /** What an interrupted run has half written, beside anything that it may have been writing. */
  #sweep(): void {
    const { files } = this.#context.world;
    const interrupted = this.#entries.filter(
      ({ node }) =>
        this.#action.kind === 'run' && isOpen(this.#context.journal.traces.get(node.name)),
    );
    if (interrupted.length === 0) return;
    const outputs = interrupted.flatMap(({ node }) => node.outputs.map(({ path }) => path));
    for (const path of leftoversBeside(files, [...outputs, ...this.#placed])) files.remove(path);
  }

  #start(steps: readonly Step[]): void {
    const { journal } = this.#context;
    if (this.#action.kind !== 'run') return;
    this.#context.onMeans?.(this.#action.makes, steps, this.#token);
    const detached = steps.find(
      (step): step is Exec => step.kind === 'exec' && step.detached !== undefined,
    )?.detached;
    this.#entries.forEach((entry, i) => {
      const started = startedOf(entry, this.#course(), detached);
      // Durable before anything that must not happen twice; one sync covers all links.
      const durable =
        i === this.#entries.length - 1 &&
        (detached !== undefined || entry.node.rule.once !== undefined);
      journal.trace(entry.node.name, started, { durable });
    });
  }

  #newRun(): Run {
    const { world, environments, signal, emit } = this.#context;
    const first = this.#entries[0]!;
    return new Run(
      this.#facts,
      {
        world,
        environments,
        signal,
        token: this.#token,
        again: first.again,
        startedAt: this.#startedAt,
        log: this.#log,
        env: first.node.rule.env ?? [],
        resume: this.#action.kind === 'attach',
        onAlive: () => this.#tellProgress(),
        filesOnly: this.#action.kind === 'restore',
        onRetry: (retry, delay, exit) =>
          emit({ kind: 'action retried', action: this.#action, retry, delay, exit }),
        onWarning: (message) => emit({ kind: 'warning', target: first.node.name, message }),
      },
      this.#action.kind === 'restore' ? first.previous?.receipt : undefined,
    );
  }

  #told = '';

  /** While a detached program runs: what it is at. */
  async #tellProgress(): Promise<void> {
    const { emit, world } = this.#context;
    const text = await progressOf(this.#recipe, this.#facts, this.#context);
    if (text === undefined || text === this.#told) return;
    this.#told = text;
    emit({ kind: 'progress', target: this.#action.name, progress: text, at: world.clock.now() });
  }

  #stopped(run: Run, end: StepsEnd): Landing {
    run.discard();
    if (end.state === 'left') {
      return { state: 'left', note: 'goes on by itself; the same command picks it up' };
    }
    return { state: 'interrupted' };
  }

  async #conclude(run: Run, end: StepsEnd): Promise<Landing> {
    await this.#lookBack();
    const seen = await evidenceOf(this.#recipe, this.#facts, this.#context);
    // The judge knows what to make of a program that failed; where none ran, or it has nothing to
    // say, the bare fact counts.
    const noneRan = end.state === 'failed' && run.facts.exits.length === 0;
    const judged =
      this.#action.kind === 'restore' || noneRan
        ? []
        : inRule(() => this.#recipe.judge?.(run.facts, seen) ?? []);
    const problems = judged.length === 0 && end.state === 'failed' ? [problemOf(end)] : judged;
    if (problems.length > 0) {
      run.commit(); // what it did write tells people what went wrong
      return await this.#failAfter(run, problems, this.#completed(run, seen));
    }
    return await this.#finish(run);
  }

  /**
   * Links of a chain that a failed run has made all the same. What follows one that it has not made
   * is not made either, and one at least is not, or nothing would tell that it failed.
   */
  #completed(run: Run, seen: readonly Seen[]): readonly TargetName[] {
    const { chain } = this.#entries[0]!.node.rule;
    if (chain?.completed === undefined || run.facts.exits.length === 0) return [];
    const { completed } = chain;
    const said = inRule(() => completed(run.facts, seen));
    const { makes } = this.#action;
    const open = makes.findIndex((link) => !said.includes(link));
    return makes.slice(0, open < 0 ? makes.length - 1 : open);
  }

  /** What was written while it was read is not what the run was made from. */
  async #lookBack(): Promise<void> {
    const { graph, observer } = this.#context;
    const { kind, makes } = this.#action;
    if (kind === 'restore') return;
    const now: Entry[] = [];
    for (const entry of this.#entries) {
      const signature = await signatureAfter(entry.node, entry, makes, graph, observer);
      now.push({ ...entry, signature });
    }
    this.#entries = now;
  }

  async #finish(run: Run): Promise<Landing> {
    await this.#flush(run, this.#entries);
    const { journal, observer } = this.#context;
    const prepared = new Map(run.prepared.map((one) => [one.path, one.digest]));
    if (prepared.size > 0 && this.#entries.length === 1 && this.#action.kind !== 'restore') {
      const entry = this.#entries[0]!;
      const trace = journal.traces.get(entry.node.name);
      const finishing = finishingOf(entry, trace, prepared, observer);
      if (finishing !== undefined) journal.trace(entry.node.name, finishing);
    }
    const note = this.#noteOf(run);
    run.commit();
    const missing: Problem[] = [];
    for (const { node } of this.#entries) {
      observer.forget(node.outputs.map((o) => o.path));
      for (const [path, digest] of prepared) observer.know(path, digest);
      missing.push(...this.#missing(node));
    }
    if (missing.length > 0) return await this.#failAfter(run, missing, []);
    for (const entry of this.#entries) this.#record(entry, run);
    for (const entry of this.#entries) {
      const message = leftOverNotice(this.#ran(entry), this.#action.reasons, observer);
      this.#warn(entry.node.name, message);
    }
    this.#tidy();
    this.#keeper.release();
    const { wrote } = run;
    return {
      state: 'built',
      made: this.#action.makes,
      ...(note === '' ? {} : { note }),
      ...(wrote === undefined ? {} : { wrote }),
    };
  }

  /** Files that nothing but the steps themselves wrote are flushed as they are put in place. */
  async #flush(run: Run, entries: readonly Entry[]): Promise<void> {
    const { observer, world } = this.#context;
    const nodes = entries.map(({ node }) => node);
    if (run.wrote === undefined) await flushOutputs(nodes, observer, world.files);
  }

  #course(): Course {
    const { observer, world } = this.#context;
    const [action, token, startedAt] = [this.#action, this.#token, this.#startedAt];
    return { action, token, startedAt, begun: this.#begun, now: world.clock.now(), observer };
  }

  #noteOf(run: Run): string {
    const said = inRule(() => this.#recipe.note?.(run.facts));
    return said ?? this.#entries[0]!.signature.observed?.note ?? '';
  }

  #missing(node: Node): readonly Problem[] {
    return notMade(node, this.#context.observer, this.#context.world.files);
  }

  #record(entry: Entry, run: Run): void {
    const { journal, observer } = this.#context;
    const { node } = entry;
    const signature = signatureMade(entry, this.#products, this.#context);
    const outputs = outputsMade(this.#ran(entry), observer);
    const built =
      this.#action.kind === 'restore' && entry.previous !== undefined
        ? { ...entry.previous, signature, outputs }
        : builtOf({ ...entry, signature }, this.#course(), outputs, run.facts.receipt);
    journal.trace(node.name, built, { durable: node.rule.once !== undefined });
    this.#products.set(node.name, productNow(node, observer, signature));
  }

  #ran(entry: Entry): Ran {
    return { ...entry, placed: this.#placed, madeFrom: madeFrom(entry.node, this.#context.graph) };
  }

  #warn(target: TargetName, message: string | undefined): void {
    if (message !== undefined) this.#context.emit({ kind: 'warning', target, message });
  }

  /** What an attempt left goes when all of it is on record. */
  #tidy(): void {
    // A restored target has no attempt of its own, and perhaps not even a name for one.
    if (this.#action.kind === 'restore') return;
    try {
      this.#context.world.files.removeTree(attemptDirectory(this.#token));
    } catch (error) {
      // The targets are made; a folder too many is no reason to say otherwise.
      if (!isSystemError(error)) throw error;
    }
  }

  async #failAfter(
    run: Run,
    problems: readonly Problem[],
    completed: readonly TargetName[],
  ): Promise<Landing> {
    const { observer } = this.#context;
    for (const { node } of this.#entries) observer.forget(node.outputs.map((o) => o.path));
    const made = this.#entries.filter(
      ({ node }) => completed.includes(node.name) && this.#missing(node).length === 0,
    );
    await this.#flush(run, made);
    for (const entry of made) this.#record(entry, run);
    return this.#fail(
      problems,
      made.map((entry) => entry.node.name),
      this.#effectUnknown(run, problems),
    );
  }

  /** A once-command that was started and left no receipt may have had its effect all the same. */
  #effectUnknown(run: Run, problems: readonly Problem[]): boolean {
    return (
      this.#entries[0]!.node.rule.once !== undefined &&
      !problems.some(({ refused }) => refused !== undefined) &&
      run.facts.exits.some(({ kind }) => kind !== 'spawn')
    );
  }

  /** Fails without a word on record. */
  #leave(problems: readonly Problem[]): Landing {
    return { state: 'failed', made: [], problems, log: this.#log };
  }

  #fail(problems: readonly Problem[], made: readonly TargetName[], doubt = false): Landing {
    const { journal, world } = this.#context;
    const untouched = this.#keeper.release();
    // That a file could not be put back does not undo what was done.
    if (this.#action.kind === 'restore') return this.#leave(problems);
    for (const entry of this.#entries) {
      if (made.includes(entry.node.name)) continue;
      const failed = failedOf(entry, this.#course(), {
        problems,
        log: this.#log,
        untouched,
        doubt,
      });
      journal.trace(entry.node.name, failed, { durable: doubt });
    }
    if (!doubt) giveBackClaims(world.files, this.#claims, this.#token);
    return { state: doubt ? 'doubt' : 'failed', made, problems, log: this.#log };
  }
}
