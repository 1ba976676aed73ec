/** A build from beginning to end: plan, lock, execute, wait for what goes on elsewhere, sum up. */

import { setMaxListeners } from 'node:events';
import { isSystemError, UserError } from '../api/errors.ts';
import type { Step } from '../api/steps.ts';
import type { TargetName } from '../api/values.ts';
import type { Journal } from '../memory/memory.ts';
import { deleteOldLogs } from '../memory/old-logs.ts';
import { type Environments, environmentsOf } from '../observe/environment.ts';
import { Listings } from '../observe/listings.ts';
import { leftLive, leftOver, liveWork, undeclared } from '../observe/live.ts';
import { Looker } from '../observe/looker.ts';
import { mistakesIn } from '../observe/mistakes.ts';
import type { Observer } from '../observe/observer.ts';
import { isAsWritten, type Project } from '../observe/project.ts';
import type { Recalled } from '../observe/recalled.ts';
import { Settled } from '../observe/settled.ts';
import { type Stage, stage } from '../observe/stage.ts';
import { Stillness } from '../observe/stillness.ts';
import { heldUp } from '../plan/held-up.ts';
import { asBuilt } from '../plan/record.ts';
import type { Plan } from '../plan/verdict.ts';
import type { Verdicts } from '../plan/view.ts';
import type { BuildEvent, Outcome, Summary } from './events.ts';
import type { Execution } from './execution.ts';
import { KnownPrograms } from './means.ts';
import {
  type Found,
  type Looking,
  meantBy,
  type Opening,
  openToLook,
  type Seen,
  withJournal,
} from './opening.ts';
import { pastOf } from './past.ts';
import { Patience } from './patience.ts';
import { execute } from './schedule.ts';
import { type Done, SoFar, sumUp } from './summing-up.ts';
import { Telling } from './telling.ts';

/** What a build is to do, and how. */
export interface BuildOptions {
  /** As named on the command line; none means the build's goal. */
  readonly goals: readonly string[];
  /** Actions at a time. */
  readonly jobs: number;
  readonly failFast: boolean;
  /** Make the goals again whatever their record says. */
  readonly force: boolean;
  /** Stay until nothing is under way elsewhere. */
  readonly wait: boolean;
  /** What is not well with targets that could be made counts as a failure. */
  readonly strict?: boolean;
  /** Seconds after which waiting ends; undefined: no limit. */
  readonly waitTimeout: number | undefined;
  readonly command: string;
  readonly signal: AbortSignal;
  readonly emit: (event: BuildEvent) => void;
  /** Told what was found when there was nothing to do and nothing to write down. */
  readonly onIdle?: (found: Found) => void;
  /** Asked once what is read of the record: verdicts that need not be reached again. */
  readonly recall?: () => Promise<Recalled | undefined>;
  /** Told when there is something to do or to write down, before that is begun. */
  readonly onWork?: () => void;
  /** Told, with the lock still held, that nothing more goes on record in this round, and how all stands. */
  readonly onRecorded?: (done: Done) => void;
  /** Called after each round, without the lock. True: it did something, and the next round follows at once. */
  readonly between?: (done: Done) => Promise<boolean>;
}

/** Exit status of an outcome. */
export const EXIT: { readonly [outcome in Outcome]: number } = {
  fresh: 0,
  failed: 1,
  machine: 5,
  waiting: 3,
  person: 4,
  interrupted: 130,
};

/** Brings the goals up to date. */
export async function runBuild(project: Project, options: BuildOptions): Promise<Summary> {
  const build = new BuildRun(project, options);
  const summary = await build.run();
  if (summary.built.length + summary.failed.length > 0) cleanLogs(project);
  options.emit({ kind: 'finished', summary, at: project.world.clock.now() });
  return summary;
}

/** Makes room where logs have piled up; one that cannot be deleted is no reason to fail. */
function cleanLogs({ world, build }: Project): void {
  try {
    deleteOldLogs(world.files, world.clock.now(), build.logs);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** What a round has seen without the lock, and the plan, unless it is known that another is needed. */
type Round = Seen & { readonly found?: Stage };

class BuildRun {
  readonly #project: Project;
  readonly #options: BuildOptions;
  readonly #soFar = new SoFar();
  readonly #patience: Patience;
  readonly #telling: Telling;
  readonly #refusers = new Map<string, TargetName>();
  readonly #environments: Environments;
  readonly #stillness: Stillness;
  readonly #listings: Listings;
  readonly #settled = new Settled();
  readonly #programs: KnownPrograms;
  #forced: ReadonlySet<TargetName> | undefined;
  #toldLeft = false;
  #mayRecall = true;

  constructor(project: Project, options: BuildOptions) {
    this.#project = project;
    this.#options = options;
    this.#patience = new Patience(project.world.clock, options);
    this.#telling = new Telling(options.emit);
    this.#environments = environmentsOf(project.world);
    this.#stillness = new Stillness(project.world.clock, project.world.processes.self);
    this.#listings = new Listings(project.world.clock);
    this.#programs = new KnownPrograms(project.world.files);
  }

  async run(): Promise<Summary> {
    const { signal } = this.#options;
    const { clock } = this.#project.world;
    let onceMore = false;
    for (;;) {
      const done = await this.#round();
      const { plan, verdicts } = done;
      const { waiting } = heldUp(verdicts, plan);
      this.#patience.saw(verdicts);
      if (signal.aborted) return this.#sumUp(done);
      await this.#tellLeftLive(done);
      if (await this.#options.between?.(done)) continue;
      if (!onceMore && hasLetGo(plan, verdicts)) {
        onceMore = true;
        continue;
      }
      if (waiting.length === 0 || this.#patience.isOver) return this.#sumUp(done);
      const nextLook = this.#patience.nextPause(waiting, verdicts, clock.now());
      this.#telling.progress({ ...plan, verdicts }, waiting, { at: clock.now(), nextLook });
      await clock.sleep(nextLook * 1000, signal);
    }
  }

  /** Plans without the lock; takes it only when there is something to do or to write down. */
  async #round(): Promise<Done> {
    const { memory, observer } = openToLook(this.#project, {
      ...this.#looking(),
      mayWrite: true,
      believesEndings: true,
    });
    for (const message of memory.warnings) this.#telling.warn(message);
    // What an earlier build has found is what this one finds, until it has done anything itself.
    const recalled = this.#mayRecall ? await this.#options.recall?.() : undefined;
    this.#mayRecall = false;
    const look = () =>
      stage(this.#project, observer, this.#options.goals, {
        assume: false,
        recalled,
      });
    const first = await look();
    // Before anything is done it is asked for, and not believed, that nothing more is to come.
    const acts = first.kind !== 'plan' || first.plan.actions.length > 0 || this.#options.force;
    const found = acts && observer.disbelieve() ? await look() : first;
    this.#telling.tell(found.plan.verdicts);
    const forced = this.#forceGoals(found);
    const seen: Round = { memory, observer, ...(forced ? {} : { found }) };
    const idle = found.kind === 'plan' && found.plan.actions.length === 0 && !forced;
    observer.keepSettled(found.plan);
    const { traces } = memory;
    const asFound = { plan: found.plan, verdicts: found.plan.verdicts, traces };
    if (idle && observer.learned.size === 0 && observer.newSightings.size === 0) {
      this.#options.onIdle?.({ stage: found, memory, observer });
      return asFound;
    }
    this.#options.onWork?.();
    if (this.#options.signal.aborted) return asFound;
    if (!idle) return this.#locked(seen, { wait: this.#options.wait });
    try {
      return await this.#locked(seen, { wait: false });
    } catch (error) {
      // Nobody is kept waiting, and no disk needs to be well, just to note down what a digest was.
      if (error instanceof UserError || isSystemError(error)) return asFound;
      throw error;
    }
  }

  /** The first stage that knows the goals says which targets `--force` means. */
  #forceGoals(found: Stage): boolean {
    if (!this.#options.force || this.#forced !== undefined || found.kind !== 'plan') return false;
    this.#forced = meantBy(found.plan);
    return true;
  }

  /** How this round looks at the world. */
  #looking(): Looking {
    const forced =
      this.#forced === undefined
        ? undefined
        : new Set([...this.#forced].filter((t) => !this.#soFar.built.has(t)));
    return {
      dry: false,
      signal: this.#options.signal,
      gaveUp: this.#soFar.failed,
      made: this.#soFar.built,
      refusers: this.#refusers,
      awaitsSight: (target) => this.#patience.awaitsSight(target),
      stillness: this.#stillness,
      listings: this.#listings,
      settled: this.#settled,
      ...(forced === undefined ? {} : { forced }),
    };
  }

  async #locked({ found, ...before }: Round, { wait }: { readonly wait: boolean }): Promise<Done> {
    const { signal, emit, command } = this.#options;
    const onWait = (holder: string): void => emit({ kind: 'lock wait', holder });
    return withJournal(
      this.#project,
      {
        wish: { wait, isOver: () => this.#patience.isOver, command, signal, onWait },
        looking: this.#looking(),
        onClosed: (done: Done) => this.#options.onRecorded?.(done),
        // Which targets are forced may have become known only from the plan.
        ...(found === undefined ? {} : { before }),
      },
      (opening) => this.#underLock(opening, opening.stands ? found : undefined),
    );
  }

  async #underLock(opening: Opening, known: Stage | undefined): Promise<Done> {
    const { journal, observer, lost } = opening;
    for (let given = known; ; given = undefined) {
      const found =
        given ?? (await stage(this.#project, observer, this.#options.goals, { assume: false }));
      this.#recordFinished(found.plan, journal);
      const { plan } = found;
      this.#telling.foresee(plan);
      if (found.kind === 'plan')
        this.#options.emit({
          kind: 'planned',
          plan,
          at: this.#project.world.clock.now(),
          past: pastOf(plan.graph, journal.traces),
        });
      const done = await this.#execute(plan, opening);
      lost.throwIfAborted();
      this.#settled.forget(done.built, plan.graph);
      observer.keepSettled({ graph: plan.graph, verdicts: done.verdicts });
      this.#telling.tell(done.verdicts);
      await observer.confirm();
      this.#writeDown(observer, journal);
      const expanded =
        found.kind === 'first' &&
        plan.goals.every((goal) => done.verdicts.get(goal)!.state === 'fresh');
      if (!expanded || this.#options.signal.aborted)
        return { plan, verdicts: done.verdicts, traces: journal.traces };
    }
  }

  async #execute(plan: Plan, { journal, observer, lost }: Opening): Promise<Execution> {
    const { world, build } = this.#project;
    const { jobs, failFast, wait, emit } = this.#options;
    const signal = AbortSignal.any([this.#options.signal, lost]);
    // As many listen as there are actions at a time.
    setMaxListeners(0, signal);
    const done = await execute(
      plan,
      {
        world,
        given: this.#project.given ?? {},
        graph: plan.graph,
        observer,
        journal,
        environments: this.#environments,
        looker: new Looker(world, { adapters: build.adapters ?? {}, dry: false, signal }),
        signal,
        emit,
        newToken: () => crypto.randomUUID(),
        explain: mistakesIn(this.#project),
        refusers: this.#refusers,
        isOver: () => this.#patience.isOver,
        onMeans: (targets, steps, token) => this.#noteMeans(targets, steps, token),
      },
      { jobs, failFast, wait, signal },
    );
    this.#soFar.add(done);
    return done;
  }

  /** Keeps in the history by which programs targets are about to be made. */
  #noteMeans(targets: readonly TargetName[], steps: readonly Step[], token: string): void {
    const { history } = this.#project;
    if (history === undefined) return;
    const means = this.#programs.meansOf(steps, token);
    for (const target of targets) history.means(target, means);
  }

  /** A run that died while putting its outputs in place, and whose outputs are all there, is done. */
  #recordFinished(plan: Plan, journal: Journal): void {
    for (const name of plan.judged ?? plan.order) {
      const trace = journal.traces.get(name);
      if (trace?.kind !== 'finishing' || plan.verdicts.get(name)!.state !== 'fresh') continue;
      journal.trace(name, asBuilt(trace));
    }
  }

  #writeDown(observer: Observer, journal: Journal): void {
    for (const [path, known] of observer.learned) journal.file(path, known);
    for (const [target, known] of observer.newSightings) journal.sighting(target, known);
    observer.learned.clear();
    observer.newSightings.clear();
  }

  /** Tells once of work on the grid whose targets no rule declares any more, when all targets are known. */
  async #tellLeftLive({ plan, traces }: Done): Promise<void> {
    if (this.#toldLeft || !isAsWritten(this.#project) || plan.graph.unexpanded.length > 0) return;
    this.#toldLeft = true;
    const left = undeclared(traces, plan.graph);
    const { world, build } = this.#project;
    const asking = { world, adapters: build.adapters ?? {}, signal: this.#options.signal };
    const live = leftOver(await liveWork(left, { ...asking, traces }), plan.graph);
    for (const line of leftLive(live)) this.#telling.warn(line);
  }

  #sumUp(done: Done): Summary {
    const { signal, strict = false } = this.#options;
    const { begun } = this.#patience;
    return sumUp(this.#project, done, this.#soFar, { begun, strict, interrupted: signal.aborted });
  }
}

/** Whether what held a target back (see `hold`) has become fresh in this round: it can be made now. */
const hasLetGo = (plan: Plan, verdicts: Verdicts): boolean =>
  plan.order.some((name) => {
    const { until } = verdicts.get(name)!;
    return until !== undefined && verdicts.get(until)?.state === 'fresh';
  });
