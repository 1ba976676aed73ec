/** Plays a history on a workspace in memory, and holds every build against the naive builder. */
import { expect } from 'vitest';
import { UserError } from '../../core/api/errors.ts';
import type { Json, TargetName } from '../../core/api/values.ts';
import { madeBy, memoOfIdle, type Outdated, Recalling } from '../../core/cli/recall.ts';
import { loadMemory, openJournal } from '../../core/memory/journal.ts';
import { unlock } from '../../core/memory/lock.ts';
import { envDigest, type Memo, type MemoKey, readMemo, wasIdle } from '../../core/memory/memo.ts';
import type { Trace } from '../../core/memory/trace.ts';
import { Observer } from '../../core/observe/observer.ts';
import type { Project } from '../../core/observe/project.ts';
import type { Recalled } from '../../core/observe/recalled.ts';
import { stage } from '../../core/observe/stage.ts';
import type { Plan } from '../../core/plan/verdict.ts';
import {
  acceptEdit,
  type ByHandContext,
  markDone,
  markNotDone,
} from '../../core/repair/by-hand.ts';
import { carryOut, planClean } from '../../core/repair/clean.ts';
import { type BuildOptions, runBuild } from '../../core/run/build.ts';
import type { Summary } from '../../core/run/events.ts';
import { type Found, lookOnly, openToLook } from '../../core/run/opening.ts';
import type { Done } from '../../core/run/summing-up.ts';
import { Stopped } from '../../core/testing/faults.ts';
import { type Engine, type Machine, memoryMachine } from '../../core/testing/machine.ts';
import { WORKSPACE } from '../../core/testing/memory-files.ts';
import { statusJson } from '../../core/views/status.ts';
import { openFiles } from '../../core/world/files.ts';
import { FileError, type FsModule } from '../../core/world/fs.ts';
import { type Noted, Noting } from '../../core/world/noting.ts';
import { areAsNoted, differencesFrom } from '../../core/world/signatures.ts';
import { staleFs } from '../faults/stale.ts';
import { randomFrom } from '../support/chance.ts';
import { initialTree, MEMBERS, OPTIONAL, type Op, SOURCES } from './arbitrary.ts';
import { countedIn, countsOf } from './counted.ts';
import {
  buildOf,
  filesOf,
  naive,
  OUTSIDE_LOG,
  outputOf,
  outputsOf,
  programsOf,
  type Sketch,
  sketchOf,
  type Workspace,
} from './workspace.ts';

type BuildOp = Extract<Op, { op: 'build' }>;

/** What a build is asked in the end, when everything has been mended. */
const LAST_BUILD: BuildOp = {
  op: 'build',
  jobs: 4,
  wait: true,
  failFast: false,
  force: undefined,
  abortAt: undefined,
  killAt: undefined,
  meddleAt: undefined,
  disk: undefined,
};

export class Model {
  readonly workspace: Workspace;
  readonly machine: Machine;
  /** Texts that a person wrote into outputs; they must never be lost. */
  readonly #precious = new Set<string>();
  /** Targets whose edited text was accepted and has not been remade since. */
  readonly #accepted = new Set<TargetName>();
  /** Computers that see late what others did, by how many looks they remember. */
  readonly #views = new Map<number, FsModule>();
  #edits = 0;
  #cuts = 0;
  /** Whether what ran before a cut can be told to have ended with it. */
  #knowsBoots: boolean;
  /** Whether a cut came before the build was at its end. */
  cutShort = false;
  #meddled = 0;

  constructor(workspace: Workspace) {
    // Programs and people change it as they go.
    const { sourceDisk, ...plain } = workspace;
    this.workspace = { ...structuredClone(plain), env: { ...workspace.env } };
    this.#knowsBoots = !workspace.anonymous;
    this.machine = memoryMachine(
      initialTree(workspace),
      programsOf(this.workspace, () => this.machine.memory.tree()),
      {
        grain: workspace.coarse ? 2000 : 1,
        anonymous: workspace.anonymous,
        otherDisk: sourceDisk && { ...sourceDisk, under: `${WORKSPACE}/src` },
      },
    );
  }

  async play(history: readonly Op[]): Promise<void> {
    for (const op of history) await this.#one(op);
    await this.#mend();
  }

  async #one(op: Op): Promise<void> {
    const { workspace, machine } = this;
    const { targets } = workspace;
    switch (op.op) {
      case 'source':
        return this.#put(pick(SOURCES, op.which), `v${op.value}`);
      case 'optional':
        return this.#put(pick(OPTIONAL, op.which), op.value === 0 ? undefined : `v${op.value}`);
      case 'member':
        return this.#put(pick(MEMBERS, op.which), op.value === 0 ? undefined : `v${op.value}`);
      case 'param':
        pick(targets, op.which).param = op.value;
        return;
      case 'env':
        workspace.env.HUE = `hue-${op.value}`;
        return;
      case 'set clock':
        return this.#setClock(op.ms);
      case 'pass':
        return machine.clock.advance(op.ms);
      case 'touch': {
        const path = pick(SOURCES, op.which);
        return this.#put(path, machine.memory.tree()[path]);
      }
      case 'observe': {
        const observed = targets.flatMap(({ observes }) => observes ?? []);
        if (observed.length > 0) this.#put(pick(observed, op.which), op.value);
        return;
      }
      case 'fail':
        workspace.failing.add(pick(targets, op.which).name);
        return;
      case 'mend':
        workspace.failing.delete(pick([...workspace.failing, ''], op.which));
        return;
      case 'depend':
      case 'independ':
        return this.#changeDeps(pick(targets, op.which), op);
      case 'delete':
        return this.#withOutput(op.which, (sketch) =>
          this.#overwrite(pick(outputsOf(sketch), op.which), undefined),
        );
      case 'edit':
        return this.#withOutput(op.which, (sketch) => this.#edit(sketch));
      case 'accept':
        return this.#accept(pick(targets, op.which).name);
      case 'clean':
        return this.#clean(pick(targets, op.which));
      case 'build':
        return this.#build(op);
    }
  }

  // -- what people do -----------------------------------------------------------------------------

  #put(path: string, text: string | undefined): void {
    if (text === undefined) this.machine.engine().files.remove(path);
    else this.machine.put(path, text);
  }

  #changeDeps(sketch: Sketch, op: Extract<Op, { op: 'depend' | 'independ' }>): void {
    const { targets } = this.workspace;
    if (sketch.kind === 'once' || sketch.kind === 'link') return;
    const others = targets.slice(0, targets.indexOf(sketch)).map((t) => t.name);
    const on = others[op.on % Math.max(1, others.length)];
    if (on === undefined || sketch === targets.at(-1)) return;
    const rest = sketch.deps.filter((dep) => dep !== on);
    // Their order says nothing, so it stays.
    const more = rest.length === sketch.deps.length ? [...rest, on] : sketch.deps;
    sketch.deps = op.op === 'depend' ? more : rest;
  }

  /** The machine's idea of when it was started goes by that clock. */
  async #setClock(ms: number): Promise<void> {
    this.#knowsBoots = false;
    this.machine.clock.set(ms);
    const { files, processes } = this.machine.engine();
    await unlock(files, processes);
  }

  #withOutput(which: number, change: (sketch: Sketch) => void): void {
    const made = this.workspace.targets.filter((sketch) => outputsOf(sketch).length > 0);
    if (made.length > 0) change(pick(made, which));
  }

  /** A person's text in an output; whatever a person wrote there before is theirs to lose. */
  #overwrite(path: string, text: string | undefined): void {
    this.#precious.delete(this.machine.memory.tree()[path] ?? '');
    this.#put(path, text);
  }

  #edit({ name, kind }: Sketch): void {
    const text = `edited ${++this.#edits}\n`;
    const trace = loadMemory(this.machine.engine().files).traces.get(name)?.kind;
    // What is written there before the end of such a run is collected passes for what it made.
    if (kind === 'link' && this.workspace.detached && trace === 'started') return;
    this.#overwrite(outputOf(name), text);
    // After a run that did not end well, what lies there counts as left by that run.
    if (trace === undefined || trace === 'built' || trace === 'cleaning') this.#precious.add(text);
  }

  async #accept(name: TargetName): Promise<void> {
    await this.#byHand(name, ({ plan, ...context }) => {
      if (plan.verdicts.get(name)?.state !== 'edited') return;
      acceptEdit(name, { plan, ...context });
      this.#accepted.add(name);
    });
  }

  async #clean({ name, kind }: Sketch): Promise<void> {
    if (kind === 'once' || kind === 'group') return;
    await this.#byHand(name, ({ plan, observer, journal, files, now }) => {
      carryOut(planClean(plan, [name], observer, files), journal, files, { now, drop: false });
      this.#accepted.delete(name);
    });
  }

  async #byHand(name: TargetName, act: (context: ByHandContext) => void): Promise<void> {
    const project = this.#project(this.#engine());
    const { world } = project;
    const journal = openJournal(world.files, world.processes.self);
    const signal = new AbortController().signal;
    const observer = new Observer(world, journal, {
      adapters: {},
      dry: false,
      mayWrite: true,
      signal,
    });
    const { plan } = await stage(project, observer, [name], { assume: true });
    act({ plan, observer, journal, files: world.files, now: world.clock.now() });
    journal.close();
  }

  /** A person looks outside, and says what there is to be seen. */
  #tell(name: TargetName, context: ByHandContext): void {
    if (this.#submissions(name) > 0) markDone(name, `job-${name}`, context);
    else markNotDone(name, context);
  }

  /** Everything is put right, and then everything must be right. */
  async #mend(): Promise<void> {
    const { workspace, machine } = this;
    workspace.failing.clear();
    for (const { observes } of workspace.targets)
      if (observes !== undefined) this.#put(observes, 'ready 2');
    await this.#checkedBuild(LAST_BUILD, []);
    let summary = await this.#checkedBuild(LAST_BUILD, []);
    for (let round = 0; round < workspace.targets.length; round++) {
      const settled = summary.person.filter(({ state }) => state !== 'outdated');
      if (settled.length === 0) break;
      for (const { target, state } of settled) {
        if (state === 'in doubt')
          await this.#byHand(target, (context) => this.#tell(target, context));
      }
      // All at once: each of several links of a chain that were edited holds up the others.
      const edited = settled.filter(({ state }) => state === 'edited').map(({ target }) => target);
      if (edited.length > 0) {
        const { failed } = await this.#checkedBuild({ ...LAST_BUILD, force: 0 }, edited);
        // What work under way may read is not made again: the edit has to stand.
        for (const { target, problems } of failed)
          if (problems.some(({ code }) => code === 'DG407')) await this.#accept(target);
      }
      await this.#checkedBuild(LAST_BUILD, []);
      summary = await this.#checkedBuild(LAST_BUILD, []);
    }
    const stale = summary.person.map(({ target }) => target);
    expect(summary).toMatchObject({
      outcome: stale.length > 0 ? 'person' : 'fresh',
      failed: [],
      blocked: [],
      waiting: [],
    });
    expect(summary.fresh + stale.length).toBe(summary.total);
    for (const { name, kind } of workspace.targets)
      if (kind === 'once') expect(this.#submissions(name)).toBe(1);
    const engine = this.#engine();
    const again = await this.#run(engine, LAST_BUILD, [], () => {});
    expect({ ...again, ms: 0 }).toEqual({ ...again, ms: 0, built: [], spared: [], adopted: [] });
    machine.clock.advance(5000);
  }

  // -- remembering --------------------------------------------------------------------------------

  /**
   * The memo that a build leaves now; undefined where it goes by more than files, or does something.
   * @param outdated what an earlier one left, from which this one goes on
   */
  async memo(outdated?: Outdated): Promise<Memo | undefined> {
    const { machine } = this;
    const noting = new Noting(machine.memory.fs);
    const engine = this.#engine();
    const world: Engine = {
      ...engine,
      files: openFiles(WORKSPACE, noting.fs),
      processes: noting.processes(engine.processes),
      doubt: (why) => noting.doubt(why),
    };
    const begun = { here: world.clock.now(), onDisk: world.clock.now() };
    const recalling = outdated && new Recalling(outdated, machine.memory.fs);
    let idle: Found | undefined;
    let noted: Noted | undefined;
    const recorded: Done[] = [];
    const emit: BuildOptions['emit'] = ({ kind }) => {
      if (kind !== 'planned' && kind !== 'finished') noting.doubt(kind);
    };
    const summary = await this.#run(world, LAST_BUILD, [], emit, {
      recall: async () => recalling?.recall(),
      onIdle: (found) => {
        idle = found;
      },
      onWork: () => {
        if (recalling?.holds === true && noting.doubts === undefined) noted = noting.notes();
      },
      onRecorded: (done) => {
        recorded.push(done);
        recalling?.noteJournal(engine.files);
      },
    });
    const key = this.#memoKey();
    const kept = (bytes: Uint8Array | undefined) => bytes && readMemo(Buffer.from(bytes));
    if (idle === undefined) {
      const [done] = recorded;
      if (noted === undefined || done === undefined || recorded.length > 1) return undefined;
      if (summary.outcome !== 'fresh') return undefined;
      const made = madeBy(done, summary.built, engine.files);
      const news = { noted, verdicts: done.verdicts, made, begun };
      return kept(recalling!.bytes({ key, summary: null }, news, WORKSPACE));
    }
    if (!wasIdle(summary) || noting.doubts !== undefined) return undefined;
    const json = { key, summary: summary as unknown as Json };
    const { plan } = idle.stage;
    const news = {
      noted: noting.notes(),
      verdicts: plan.verdicts,
      made: new Set<string>(),
      begun,
    };
    if (recalling?.holds === true) return kept(recalling.bytes(json, news, WORKSPACE));
    const found = { plan, observer: idle.observer };
    return kept(memoOfIdle(json, found, noting.notes(), { begun, files: engine.files }));
  }

  /** What a build would recall of this memo; undefined: nothing. */
  async outdated(memo: Memo): Promise<Outdated | undefined> {
    if (memo.judged === undefined || !this.#isOfThis(memo)) return undefined;
    const bearable = { from: memo.shared, most: Number.POSITIVE_INFINITY };
    const changed = await differencesFrom(memo, bearable, this.machine.memory.fs);
    return changed && { memo, changed };
  }

  /** The plan of a build that recalls what it may, and of one that judges everything; and how many it recalled. */
  async plans(outdated: Outdated): Promise<{ recalled: number; with: object; without: object }> {
    const recalled = await new Recalling(outdated, this.machine.memory.fs).recall();
    const planned = async (recall: Recalled | undefined): Promise<Plan> => {
      const project = this.#project(this.#engine());
      const { signal } = new AbortController();
      const { observer } = openToLook(project, {
        dry: false,
        signal,
        mayWrite: true,
      });
      const found = await stage(project, observer, [], {
        assume: false,
        recalled: recall,
      });
      return found.plan;
    };
    const [full, some] = [await planned(undefined), await planned(recalled)];
    // What nobody needs, nobody asks for the product of.
    const isNeeded = (name: TargetName): boolean => full.graph.dependents.has(name);
    const [without, joined] = [full, some].map(({ verdicts, actions, order }) => ({
      order,
      actions,
      verdicts: [...verdicts].map(([name, { product, ...more }]) =>
        isNeeded(name) ? [name, more, product] : [name, more],
      ),
    }));
    return { recalled: recalled?.verdicts.size ?? 0, with: joined!, without: without! };
  }

  #memoKey(): MemoKey {
    const { targets, env } = this.workspace;
    // The rules stand for the files of which a real key names the state.
    const program = JSON.stringify(targets);
    return { program, words: ['build'], cwd: '/', interactive: false, env: envDigest(env) };
  }

  /** What commands show that only look, of how everything stands now. */
  async shown(): Promise<object> {
    const { signal } = new AbortController();
    const { stage } = await lookOnly(this.#project(this.#engine()), [], { dry: false, signal });
    return statusJson(stage.plan, { names: [], live: [] });
  }

  /** Whether a build would be answered from the memo. */
  async answers(memo: Memo): Promise<boolean> {
    if (memo.summary === null || !this.#isOfThis(memo)) return false;
    return areAsNoted(memo, this.machine.memory.fs);
  }

  #isOfThis({ key }: Memo): boolean {
    return JSON.stringify(key) === JSON.stringify(this.#memoKey());
  }

  /** What a build says that remembers nothing. */
  async summary(): Promise<Summary> {
    return this.#run(this.#engine(), LAST_BUILD, [], () => {});
  }

  async do(op: Op): Promise<void> {
    await this.#one(op);
  }

  // -- building -----------------------------------------------------------------------------------

  #engine({ killAt, disk, cut, stale }: Partial<BuildOp> = {}): Engine {
    const { env } = this.workspace;
    const through = stale === undefined ? this.machine.memory.fs : this.#seenBy(stale);
    const fault =
      cut !== undefined
        ? { failAt: cut.at, with: 'cut' }
        : killAt !== undefined
          ? { failAt: killAt, with: 'stop' }
          : disk;
    return this.machine.engine({ env, through, ...(fault && { fault }) });
  }

  /** A computer that has looked before goes on with what it remembers. */
  #seenBy(looks: number): FsModule {
    const view = this.#views.get(looks) ?? staleFs(this.machine.memory.fs, looks);
    this.#views.set(looks, view);
    return view;
  }

  #project(world: Engine): Project {
    return {
      world,
      build: buildOf(this.workspace),
      params: {},
      siteOf: () => '',
      explain: (error) => error as Error,
    };
  }

  async #build(op: BuildOp): Promise<void> {
    const { targets } = this.workspace;
    await this.#checkedBuild(op, op.force === undefined ? [] : [pick(targets, op.force).name]);
  }

  async #run(
    engine: Engine,
    op: BuildOp,
    goals: readonly string[],
    emit: BuildOptions['emit'],
    more: Partial<BuildOptions> = {},
  ): Promise<Summary> {
    const { machine } = this;
    const stop = new AbortController();
    let starts = 0;
    machine.onStart = () => {
      starts++;
      if (starts === op.abortAt) stop.abort();
      if (starts === op.meddleAt) machine.put(pick(SOURCES, starts), `m${this.#meddled++ % 10}`);
    };
    const { jobs, failFast, wait } = op;
    const force = op.force !== undefined;
    return runBuild(this.#project(engine), {
      ...more,
      goals,
      jobs,
      failFast,
      force,
      wait,
      waitTimeout: 5,
      command: 'desgw build',
      signal: stop.signal,
      emit: (event) => {
        // It would wait for ever: nobody else is at work.
        if (event.kind === 'lock wait') throw new Error(`the lock is held by ${event.holder}`);
        emit(event);
      },
    });
  }

  /** What the plan says now; looking must leave no trace. */
  async #look(
    goals: readonly string[],
    options: { readonly force?: boolean; readonly failuresStand?: boolean } = {},
  ): Promise<Plan> {
    const engine = this.#engine();
    const signal = new AbortController().signal;
    const { stage } = await lookOnly(this.#project(engine), goals, {
      dry: true,
      signal,
      ...options,
    });
    expect(engine.effects()).toBe(0);
    return stage.plan;
  }

  async #checkedBuild(op: BuildOp, goals: readonly string[]): Promise<Summary> {
    const plan = await this.#look(goals, { force: op.force !== undefined });
    for (const name of plan.actions.flatMap(({ makes }) => makes)) {
      const { state, adopt } = plan.verdicts.get(name)!;
      expect(state !== 'fresh' || adopt !== undefined, `${name} is made and says so`).toBe(true);
    }
    const known = new Map(loadMemory(this.machine.engine().files).traces);
    if (op.cut !== undefined) this.machine.flush();
    const before = this.#meddled;
    const started: TargetName[] = [];
    const collected: TargetName[] = [];
    const engine = this.#engine(op);
    const mayFail = op.disk !== undefined || op.stale !== undefined;
    const summary = await this.#run(engine, op, goals, (event) => {
      // What an earlier build left running may be collected, and be out of date by then.
      const isRun = event.kind === 'action started' && event.action.kind !== 'attach';
      if (isRun) started.push(...event.action.makes);
      if (event.kind === 'action started' && !isRun) collected.push(...event.action.makes);
      // What failed without a receipt may be found outside all the same.
      const isFound = event.kind === 'target adopted' && !started.includes(event.target);
      if (isFound) started.push(event.target);
    }).catch((error: unknown) => {
      const isTold = error instanceof FileError || (op.stale && error instanceof UserError);
      if (error instanceof Stopped || (mayFail && isTold)) return undefined;
      throw error;
    });
    if (summary === undefined) await this.machine.rest();
    if (op.cut !== undefined) await this.#cut(op.cut, known);
    this.cutShort ||= op.cut !== undefined && engine.effects() >= op.cut.at;
    for (const name of [...started, ...collected]) this.#accepted.delete(name);
    this.#checkNothingLost();
    // Who sees late what others did makes of it what was; the next one notices.
    if (op.stale !== undefined) return this.#whatever(plan);
    // While a source changes under a build, all that counts is that the next one notices.
    if (this.#meddled > before) return this.#whatever(plan);
    // What a failing disk spoils is told as a failure, of this build or of a target of it.
    const broke = op.killAt === undefined ? op.disk : undefined;
    if (broke !== undefined && engine.effects() >= broke.failAt) return this.#whatever(plan);
    this.#checkStarted(plan, started, collected, summary);
    if (summary === undefined || summary.outcome === 'interrupted') return this.#whatever(plan);
    // That it could not be forced, or what an earlier build started has failed, is no state; a cut changes it.
    const isTold = op.force === undefined && op.cut === undefined && collected.length === 0;
    if (isTold) await this.#checkCounted(goals, summary);
    if (!op.failFast) await this.#checkMade(plan, summary, goals, collected);
    return summary;
  }

  /** The power is cut and comes back. Whoever had the lock is gone, as the machine knows or a person can see. */
  async #cut(
    { chance }: NonNullable<BuildOp['cut']>,
    known: ReadonlyMap<TargetName, Trace>,
  ): Promise<void> {
    const { machine } = this;
    this.#cuts++;
    machine.cut(randomFrom(chance));
    const { files, processes } = machine.engine();
    if (!this.#knowsBoots) await unlock(files, processes);
    for (const [name, trace] of loadMemory(files).traces) {
      // What a later run, of which the record is lost, has overwritten is another matter.
      if (trace.kind !== 'built' || trace.run === known.get(name)?.run) continue;
      const outputs = this.workspace.targets.filter((one) => one.name === name).flatMap(outputsOf);
      for (const path of outputs)
        expect(files.digest(path), `${path} is on record as made`).toBe(trace.outputs[path]);
    }
  }

  /** Stands for the summary of a build that was cut short. */
  #whatever({ goals, order }: Plan): Summary {
    const none = {
      built: [],
      spared: [],
      adopted: [],
      failed: [],
      blocked: [],
      waiting: [],
      person: [],
    };
    return { outcome: 'interrupted', ms: 0, goals, fresh: 0, total: order.length, ...none };
  }

  // -- what must hold -----------------------------------------------------------------------------

  #checkStarted(
    plan: Plan,
    started: readonly TargetName[],
    collected: readonly TargetName[],
    summary: Summary | undefined,
  ): void {
    const links = this.workspace.targets.filter(({ kind }) => kind === 'link').map((l) => l.name);
    // One run makes several of them.
    const linksWith = (name: TargetName) => (links.includes(name) ? links : [name]);
    const announced = new Set(plan.actions.flatMap(({ makes }) => makes));
    // Whatever is held back may be let go by the very build that settles what it waits for.
    const released = new Set(heldIn(plan).flatMap(linksWith));
    const inPlan = new Set(plan.order);
    for (const name of released)
      for (const next of (plan.graph.dependents.get(name) ?? []).filter((n) => inPlan.has(n)))
        for (const link of linksWith(next)) released.add(link);
    for (const name of released) announced.add(name);
    for (const name of collected.flatMap(linksWith)) announced.add(name);
    const once = started.filter((name) => !released.has(name));
    expect(once, 'nothing runs twice').toEqual([...new Set(once)]);
    expect(
      started.filter((name) => !announced.has(name)),
      'what runs was announced',
    ).toEqual([]);
    if (summary?.outcome !== 'fresh') return;
    const certain = plan.actions.filter((action) => action.certain).flatMap(({ makes }) => makes);
    expect(
      certain.filter((name) => !started.includes(name) && !collected.includes(name)),
      'what is certain runs',
    ).toEqual([]);
  }

  #checkNothingLost(): void {
    const tree = this.machine.memory.tree();
    const texts = new Set(Object.values(tree));
    expect(
      [...this.#precious].filter((text) => !texts.has(text)),
      'what people wrote is there',
    ).toEqual([]);
    for (const { name, kind } of this.workspace.targets) {
      if (kind === 'once')
        expect(this.#submissions(name), `${name} at most once`).toBeLessThanOrEqual(1);
    }
    expect(loadMemory(this.machine.engine().files).warnings).toEqual([]);
  }

  /** Whoever looks afterwards counts what the build has counted. */
  async #checkCounted(goals: readonly string[], summary: Summary): Promise<void> {
    const status = statusJson(await this.#look(goals, { failuresStand: true }), {
      names: [],
      live: [],
    });
    expect(countedIn(status), 'status counts the same').toEqual(countsOf(summary));
  }

  async #checkMade(
    before: Plan,
    summary: Summary,
    goals: readonly string[],
    collected: readonly TargetName[],
  ): Promise<void> {
    const plan = await this.#look(goals);
    const { failed, blocked, waiting, person } = summary;
    const notFresh = new Set(
      [...failed, ...blocked, ...waiting, ...person].map(({ target }) => target),
    );
    expect(summary.fresh + notFresh.size, 'every target is accounted for').toBe(summary.total);
    // What failed, or nobody can tell of, is left out where members are gathered.
    const inDoubt = person.filter(({ state }) => state === 'in doubt');
    const down = new Set([...failed, ...inDoubt].map(({ target }) => target));
    for (const { target, by } of blocked) if (by.some((need) => down.has(need))) down.add(target);
    // A group is told of by what it stands for.
    for (const { name, kind, deps, after } of this.workspace.targets)
      if (kind === 'group' && [...deps, ...after].some((need) => down.has(need))) down.add(name);
    this.#checkExcuses(summary, collected);
    const held = [...heldIn(before), ...heldIn(plan)];
    const tree = this.machine.memory.tree();
    // What was made from a file that is gone, and may not be made again yet, shows nothing.
    const orphaned = plan.order.filter((name) => {
      const { deps, gathers } = plan.graph.nodes.get(name)!;
      const made = filesOf([...deps, ...gathers], this.workspace).filter((n) => held.includes(n));
      return made.some((n) => tree[outputOf(n)] === undefined);
    });
    const asTheyAre = new Set([...notFresh, ...this.#accepted, ...held, ...orphaned]);
    const given = { tree, asTheyAre, leftOut: down };
    for (const name of heldIn(plan)) this.#checkHeld(name);
    const names = before.order.filter(
      (name) => outputsOf(sketchOf(this.workspace, name)).length > 0,
    );
    const wanted = names.map((name) => [name, naive(name, this.workspace, given)]);
    expect(names.map((name) => [name, tree[outputOf(name)]])).toEqual(wanted);
    // Of a pair both hold the same, unless a person had a hand in it.
    for (const name of names.filter((n) => !asTheyAre.has(n))) {
      const texts = outputsOf(sketchOf(this.workspace, name)).map((path) => tree[path]);
      expect(new Set(texts).size, `${name} is all of one piece`).toBe(1);
    }
    // What goes on elsewhere will be collected, and whatever needs it made.
    const retried = plan.actions
      .flatMap(({ makes }) => makes)
      .filter((name) => !down.has(name) && !notFresh.has(name));
    // What was held back until this very build let it go is a matter for the next one.
    if (failed.length === 0 && heldIn(before).length === 0)
      expect(retried, 'nothing is left to do').toEqual([]);
  }

  /** Whoever is not fresh has a reason that the world outside bears out. */
  #checkExcuses(
    { built, failed, waiting, blocked, person }: Summary,
    collected: readonly TargetName[],
  ): void {
    const { workspace } = this;
    const tree = this.machine.memory.tree();
    const observed = (name: TargetName): string =>
      tree[sketchOf(workspace, name).observes ?? ''] ?? '';
    const breaks = (name: TargetName): boolean =>
      workspace.failing.has(name) || observed(name).startsWith('failed');
    const links = workspace.targets.filter(({ kind }) => kind === 'link').map(({ name }) => name);
    for (const { target, problems } of failed) {
      // An earlier build left it running, and it failed by what was wrong then.
      if (collected.includes(target)) continue;
      if (breaks(target) || (links.includes(target) && links.some(breaks))) continue;
      // Forced or not, what live work may read stays; or it cannot be seen.
      const codes = problems.map(({ code }) => code);
      expect(
        codes.some((code) => code === 'DG407' || code === 'DG408'),
        `${target} may fail: ${codes}`,
      ).toBe(true);
      const isOver = built.includes(sketchOf(workspace, target).hold?.until ?? '');
      if (!isOver) this.#checkHeld(target);
    }
    for (const { target, progress } of waiting) {
      const gone = /^needs (.+), whose files are gone/.exec(progress)?.[1];
      if (gone === undefined) expect(observed(target), `${target} may wait`).not.toMatch(/^ready/);
      else
        this.#checkHeld(filesOf([gone], workspace).find((name) => sketchOf(workspace, name).hold)!);
    }
    for (const { target, state } of person) {
      if (state === 'in doubt' && links.includes(target)) {
        expect(this.#mayRunElsewhere(target), `${target} may run elsewhere`).toBe(true);
        continue;
      }
      const once = sketchOf(workspace, target).kind === 'once';
      const edited = (tree[outputOf(target)] ?? '').startsWith('edited');
      expect(
        once ? state !== 'edited' || edited : state === 'edited' && edited,
        `${target} ${state}`,
      ).toBe(true);
    }
    const down = new Set(
      [...failed, ...waiting, ...blocked, ...person].map(({ target }) => target),
    );
    for (const { by } of blocked) expect(by.some((need) => down.has(need))).toBe(true);
  }

  /** Whether an attempt of before a cut may run still, for all that is to be seen of it. */
  #mayRunElsewhere(name: TargetName): boolean {
    if (this.#cuts === 0) return false;
    const trace = loadMemory(this.machine.engine().files).traces.get(name);
    if (trace?.kind !== 'started' && trace?.kind !== 'finishing') return false;
    // Who it was is in a file that the cut may have taken.
    const who = this.machine.read(`.desgw/runs/${trace.token}/pid`) ?? '';
    return !this.#knowsBoots || !/^\d+ \d+\n$/.test(who);
  }

  /** Only work that was begun, or of which nobody knows whether it was, holds back what it may read. */
  #checkHeld(name: TargetName): void {
    const { hold } = sketchOf(this.workspace, name);
    const { traces } = loadMemory(this.machine.engine().files);
    const since = traces.get(hold!.since);
    const isOpen =
      since?.kind === 'built' ||
      // A submission that ended without a word.
      (since?.kind === 'failed' && since.token !== undefined) ||
      // One that is under way, or was when the power was cut, which may have taken its claim.
      ((since?.kind === 'started' || since?.kind === 'finishing') &&
        (this.#cuts > 0 || this.#isClaimed(since.token)));
    expect(isOpen, `${name} is held back by ${since?.kind} ${hold!.since}`).toBe(true);
    expect(traces.get(hold!.until)?.kind).not.toBe('built');
  }

  #isClaimed(token: string): boolean {
    const claim = this.machine.engine().files.stat(`.desgw/runs/${token}/claim`);
    return claim?.directory === true;
  }

  #submissions(name: TargetName): number {
    const log = this.machine.memory.tree()[OUTSIDE_LOG] ?? '';
    return log.split('\n').filter((line) => line === name).length;
  }
}

const heldIn = ({ order, verdicts, graph }: Plan): readonly TargetName[] =>
  order.filter((name) => !graph.nodes.get(name)!.group && verdicts.get(name)!.until !== undefined);

const pick = <T>(from: readonly T[], which: number): T => from[which % from.length]!;
