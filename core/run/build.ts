/** A build from beginning to end: plan, lock, execute, wait for what goes on elsewhere, sum up. */

import { isSystemError, UserError } from '../api/errors.ts';
import type { Tally } from '../api/looks.ts';
import type { Problem } from '../api/rules.ts';
import type { Step } from '../api/steps.ts';
import type { Path, TargetName } from '../api/values.ts';
import { realTargets } from '../graph/graph.ts';
import { lackingSource, sourceNeededBy } from '../graph/sources.ts';
import type { Journal } from '../memory/memory.ts';
import { stillSet } from '../observe/by-set.ts';
import { type Environments, environmentsOf } from '../observe/environment.ts';
import { findingsIn } from '../observe/findings.ts';
import { Listings } from '../observe/listings.ts';
import { leftLive, leftOver, liveWork, undeclared } from '../observe/live.ts';
import { Looker } from '../observe/looker.ts';
import type { Observer } from '../observe/observer.ts';
import { Settled } from '../observe/settled.ts';
import { declarationOf, type Project, type Stage, stage } from '../observe/stage.ts';
import { Stillness } from '../observe/stillness.ts';
import { heldUp } from '../plan/held-up.ts';
import { asBuilt } from '../plan/record.ts';
import type { Plan } from '../plan/verdict.ts';
import type { Verdicts } from '../plan/view.ts';
import type { Files } from '../world/world.ts';
import type { BuildEvent, Outcome, Summary } from './events.ts';
import type { Execution } from './execution.ts';
import { Programs } from './means.ts';
import {
  type Looking,
  meantBy,
  type Opening,
  openToLook,
  type Seen,
  withJournal,
} from './opening.ts';
import { pastOf } from './past.ts';
import { execute } from './schedule.ts';

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
}

/** Exit status of an outcome. */
export const EXIT: { readonly [outcome in Outcome]: number } = {
  fresh: 0,
  failed: 1,
  waiting: 3,
  person: 4,
  interrupted: 130,
};

/** Seconds between two looks at work that goes on elsewhere: short at first, then longer and longer. */
const FIRST_LOOK = 0.5;
const LONGEST_LOOK = 60;
/** When no more than so many parts of each are open, nobody is kept waiting that long. */
const NEAR_END_PARTS = 2;
const NEAR_END_LOOK = 10;
const LOOK_GROWTH = 1.5;
/** Seconds after which what cannot be seen is a failure. */
const UNSEEN_LIMIT = 60;

/** The longest that is waited between two looks: whatever moves, but for what is nearly over. */
const longestPause = (
  waiting: readonly { readonly target: TargetName }[],
  verdicts: Verdicts,
): number =>
  waiting.every(({ target }) => isNearlyOver(verdicts.get(target)?.tally))
    ? NEAR_END_LOOK
    : LONGEST_LOOK;

const isNearlyOver = (tally: Tally | undefined): boolean =>
  tally !== undefined && tally.total - tally.complete - tally.failed <= NEAR_END_PARTS;

/** Brings the goals up to date. */
export async function runBuild(project: Project, options: BuildOptions): Promise<Summary> {
  const build = new BuildRun(project, options);
  const summary = await build.run();
  options.emit({ kind: 'finished', summary, at: project.world.clock.now() });
  return summary;
}

/** What a round has seen without the lock, and the plan, unless it is known that another is needed. */
type Round = Seen & { readonly found?: Stage };

/** A round's plan, and the verdicts that came of it. */
interface Done {
  readonly plan: Plan;
  readonly verdicts: Verdicts;
  readonly traces: Journal['traces'];
}

class BuildRun {
  readonly #project: Project;
  readonly #options: BuildOptions;
  readonly #begun: number;
  /** How often each target was made. */
  readonly #built = new Map<TargetName, number>();
  readonly #spared = new Set<TargetName>();
  readonly #adopted = new Set<TargetName>();
  readonly #failed = new Map<TargetName, Summary['failed'][number]>();
  readonly #refusers = new Map<string, TargetName>();
  readonly #environments: Environments;
  readonly #stillness: Stillness;
  readonly #listings: Listings;
  readonly #settled = new Settled();
  readonly #programs: Programs;
  #forced: ReadonlySet<TargetName> | undefined;
  #toldLeft = false;
  /** Since when targets could not be seen, without having been seen in between. */
  readonly #unseenSince = new Map<TargetName, number>();

  constructor(project: Project, options: BuildOptions) {
    this.#project = project;
    this.#options = options;
    this.#begun = project.world.clock.now();
    this.#environments = environmentsOf(project.world);
    this.#stillness = new Stillness(project.world.clock);
    this.#listings = new Listings(project.world.clock);
    this.#programs = new Programs(project.world.files);
  }

  async run(): Promise<Summary> {
    const { signal, wait } = this.#options;
    let pause = FIRST_LOOK;
    let onceMore = false;
    for (;;) {
      const done = await this.#round();
      const { plan, verdicts } = done;
      const held = heldUp(verdicts, plan);
      for (const name of this.#unseenSince.keys())
        if (verdicts.get(name)?.unseen !== true) this.#unseenSince.delete(name);
      if (signal.aborted) return this.#summary(done, 'interrupted');
      await this.#tellLeftLive(done);
      if (!onceMore && hasLetGo(plan, verdicts)) {
        onceMore = true;
        continue;
      }
      if (held.waiting.length === 0 || !wait || this.#timedOut()) return this.#summary(done);
      pause = Math.min(longestPause(held.waiting, verdicts), pause * LOOK_GROWTH);
      this.#tellProgress({ ...plan, verdicts }, held.waiting, pause);
      await this.#project.world.clock.sleep(pause * 1000, signal);
    }
  }

  /** Plans without the lock; takes it only when there is something to do or to write down. */
  async #round(): Promise<Done> {
    const { memory, observer } = openToLook(this.#project, {
      ...this.#looking(),
      mayWrite: true,
    });
    for (const message of memory.warnings) this.#warnOnce(message);
    const found = await stage(this.#project, observer, this.#options.goals, false);
    this.#tell(found.plan.verdicts);
    const forced = this.#forceGoals(found);
    const seen: Round = { memory, observer, ...(forced ? {} : { found }) };
    const idle = found.kind === 'plan' && found.plan.actions.length === 0 && !forced;
    observer.keepSettled(found.plan);
    const { traces } = memory;
    const asFound = { plan: found.plan, verdicts: found.plan.verdicts, traces };
    if (idle && observer.learned.size === 0 && observer.newSightings.size === 0) return asFound;
    if (this.#options.signal.aborted) return asFound;
    if (!idle) return this.#locked(seen, this.#options.wait);
    try {
      return await this.#locked(seen, false);
    } catch (error) {
      // Nobody is kept waiting, and no disk needs to be well, just to note down what a digest was.
      if (error instanceof UserError || isSystemError(error)) return asFound;
      throw error;
    }
  }

  /** Disks are away for a moment now and then; nobody is called failed, or left out, for that. */
  #awaitsSight(target: TargetName): boolean {
    const now = this.#project.world.clock.now();
    const since = this.#unseenSince.get(target) ?? now;
    this.#unseenSince.set(target, since);
    return this.#options.wait && now - since < UNSEEN_LIMIT * 1000;
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
        : new Set([...this.#forced].filter((t) => !this.#built.has(t)));
    return {
      dry: false,
      signal: this.#options.signal,
      gaveUp: this.#failed,
      made: this.#built,
      refusers: this.#refusers,
      awaitsSight: (target) => this.#awaitsSight(target),
      stillness: this.#stillness,
      listings: this.#listings,
      settled: this.#settled,
      ...(forced === undefined ? {} : { forced }),
    };
  }

  async #locked({ found, ...before }: Round, wait: boolean): Promise<Done> {
    const { signal, emit, command } = this.#options;
    const onWait = (holder: string): void => emit({ kind: 'lock wait', holder });
    return withJournal(
      this.#project,
      {
        wish: { wait, command, signal, onWait },
        looking: this.#looking(),
        // Which targets are forced may have become known only from the plan.
        ...(found === undefined ? {} : { before }),
      },
      (opening) => this.#underLock(opening, opening.stands ? found : undefined),
    );
  }

  async #underLock({ journal, observer }: Opening, known: Stage | undefined): Promise<Done> {
    for (let given = known; ; given = undefined) {
      const found = given ?? (await stage(this.#project, observer, this.#options.goals, false));
      this.#recordFinished(found.plan, journal);
      const { plan } = found;
      if (found.kind === 'plan')
        this.#options.emit({
          kind: 'planned',
          plan,
          at: this.#project.world.clock.now(),
          past: pastOf(plan.graph, journal.traces),
        });
      const done = await this.#execute(plan, journal, observer);
      this.#settled.forget(done.built, plan.graph);
      observer.keepSettled({ graph: plan.graph, verdicts: done.verdicts });
      this.#tell(done.verdicts);
      await observer.confirm();
      this.#writeDown(observer, journal);
      const expanded =
        found.kind === 'first' &&
        plan.goals.every((goal) => done.verdicts.get(goal)!.state === 'fresh');
      if (!expanded || this.#options.signal.aborted)
        return { plan, verdicts: done.verdicts, traces: journal.traces };
    }
  }

  async #execute(plan: Plan, journal: Journal, observer: Observer): Promise<Execution> {
    const { world, build } = this.#project;
    const { jobs, failFast, wait, signal, emit } = this.#options;
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
        explain: this.#project.explain,
        refusers: this.#refusers,
        onMeans: (targets, steps, token) => this.#noteMeans(targets, steps, token),
      },
      { jobs, failFast, wait, signal },
    );
    for (const name of done.built) this.#built.set(name, (this.#built.get(name) ?? 0) + 1);
    for (const name of done.spared) this.#spared.add(name);
    for (const name of done.adopted) this.#adopted.add(name);
    for (const name of [...done.built, ...done.adopted]) this.#failed.delete(name);
    for (const failure of done.failed) this.#failed.set(failure.target, failure);
    return done;
  }

  /** By what targets are about to be made, for the history. */
  #noteMeans(targets: readonly TargetName[], steps: readonly Step[], token: string): void {
    const { history } = this.#project;
    if (history === undefined) return;
    const means = this.#programs.meansOf(steps, token);
    for (const target of targets) history.means(target, means);
  }

  /** A run that died while putting its outputs in place, and whose outputs are all there, is done. */
  #recordFinished(plan: Plan, journal: Journal): void {
    for (const name of plan.order) {
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

  #timedOut(): boolean {
    const { waitTimeout } = this.#options;
    return (
      waitTimeout !== undefined &&
      this.#project.world.clock.now() - this.#begun > waitTimeout * 1000
    );
  }

  readonly #told = new Map<string, string>();

  #tellProgress(
    plan: Plan,
    waiting: readonly { target: TargetName; progress: string }[],
    nextLook: number,
  ): void {
    const at = this.#project.world.clock.now();
    for (const { target, progress } of waiting) {
      if (this.#told.get(target) === progress) continue;
      this.#told.set(target, progress);
      this.#options.emit({ kind: 'progress', target, progress, at });
    }
    const targets = waiting.map((w) => w.target);
    this.#options.emit({ kind: 'waiting', targets, at, nextLook, plan });
  }

  /** Each matter once a build, however many targets tell of it. */
  #tell(verdicts: Verdicts): void {
    for (const [target, { tell = [] }] of verdicts) {
      for (const { about, text } of tell) {
        if (this.#told.has(about)) continue;
        this.#told.set(about, text);
        this.#options.emit({ kind: 'told', target, text });
      }
    }
  }

  /** Of work on the grid whose targets no rule declares any more, once all that there is is known. */
  async #tellLeftLive({ plan, traces }: Done): Promise<void> {
    if (this.#toldLeft || plan.graph.unexpanded.length > 0) return;
    this.#toldLeft = true;
    const left = undeclared(traces, plan.graph);
    const { world, build } = this.#project;
    const asking = { world, adapters: build.adapters ?? {}, signal: this.#options.signal };
    const live = leftOver(await liveWork(left, { ...asking, traces }), plan.graph);
    for (const line of leftLive(live)) this.#warnOnce(line);
  }

  #warnOnce(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.set(message, '');
    this.#options.emit({ kind: 'warning', message });
  }

  #summary({ plan, verdicts, traces }: Done, forced?: Outcome): Summary {
    const { waiting, person, blocked, unseen } = heldUp(verdicts, plan);
    // An interrupted look has not failed.
    for (const failure of forced === 'interrupted' ? [] : unseen)
      if (!this.#failed.has(failure.target))
        this.#failed.set(failure.target, this.#explained(plan, failure));
    const failed = [...this.#failed.values()];
    const targets = realTargets(plan);
    const findings = findingsIn(plan, verdicts, this.#project.world.files);
    const kept = stillSet(plan, traces, this.#project);
    const flawed =
      forced === undefined &&
      findings.some(({ strict }) => strict || this.#options.strict === true);
    return {
      outcome: forced ?? (flawed ? 'failed' : outcomeOf(failed, person, waiting, plan, verdicts)),
      ...(findings.length === 0 ? {} : { findings }),
      ...(kept.length === 0 ? {} : { stillSet: kept }),
      ms: this.#project.world.clock.now() - this.#begun,
      goals: plan.goals,
      built: [...this.#built.keys()],
      spared: [...this.#spared],
      adopted: [...this.#adopted],
      failed,
      blocked,
      waiting,
      person,
      fresh: targets.filter((name) => verdicts.get(name)!.state === 'fresh').length,
      total: targets.length,
    };
  }

  /** A file that is lacking is told with who needs it and what there is instead. */
  #explained(plan: Plan, failure: Summary['failed'][number]): Summary['failed'][number] {
    const { files } = this.#project.world;
    const node = plan.graph.nodes.get(failure.target)!;
    const lacking = node.sources.filter((path) => isLacking(files, path));
    if (lacking.length === 0) return failure;
    const neededBy = sourceNeededBy(plan, node.name, declarationOf(this.#project, node.name));
    return {
      target: node.name,
      problems: lacking.map((path) => lackingSource(files, path, neededBy)),
    };
  }
}

/** Whether what held a target back (see `hold`) has been settled in this round: it can be made now. */
const hasLetGo = (plan: Plan, verdicts: Verdicts): boolean =>
  plan.order.some((name) => {
    const { until } = verdicts.get(name)!;
    return until !== undefined && verdicts.get(until)?.state === 'fresh';
  });

function outcomeOf(
  failed: readonly { problems: readonly Problem[] }[],
  person: readonly unknown[],
  waiting: readonly unknown[],
  plan: Plan,
  verdicts: Verdicts,
): Outcome {
  if (failed.length > 0) return 'failed';
  if (person.length > 0) return 'person';
  if (waiting.length > 0) return 'waiting';
  const stuck = plan.goals.filter((goal) => verdicts.get(goal)!.state !== 'fresh');
  if (stuck.length > 0)
    throw new UserError(
      `internal: ${stuck.join(', ')} was left behind without a reason`,
      undefined,
      1,
    );
  return 'fresh';
}

/** What cannot be looked at is not lacking: the failure itself says what is wrong with it. */
function isLacking(files: Files, path: Path): boolean {
  try {
    return files.stat(path) === undefined;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}
