/** The one place where a command opens what it works on: lock, journal and observer. */
import { dirname } from 'node:path';
import { UserError } from '../api/errors.ts';
import type { Problem } from '../api/rules.ts';
import type { TargetName } from '../api/values.ts';
import { JOURNAL } from '../memory/format.ts';
import { isCurrent, type Loaded, loadMemory, openJournal } from '../memory/journal.ts';
import { acquire, LOCK } from '../memory/lock.ts';
import type { Journal } from '../memory/memory.ts';
import { mistakesIn } from '../observe/mistakes.ts';
import { Observer, type ObserverOptions } from '../observe/observer.ts';
import type { Project } from '../observe/project.ts';
import { type Stage, stage } from '../observe/stage.ts';
import type { Plan } from '../plan/verdict.ts';
import { display } from '../words/quote.ts';
import type { Files, World } from '../world/world.ts';

/** How to look at the world; the adapters are those of the project. */
export type Looking = Omit<ObserverOptions, 'adapters' | 'mayWrite'>;

/** What is known without the lock. */
export interface Seen {
  readonly memory: Loaded;
  readonly observer: Observer;
}

/** What a plan was made from without the lock, and the plan. */
export interface Found extends Seen {
  readonly stage: Stage;
}

/** How to come by the lock. */
export interface LockWish {
  /** False: do not wait for somebody else. */
  readonly wait: boolean;
  /** Whether somebody else was waited for long enough. */
  readonly isOver?: () => boolean;
  readonly command: string;
  readonly onWait: (holder: string) => void;
  readonly signal: AbortSignal;
}

/** What is known with the lock, and may be written down. */
export interface Opening {
  readonly journal: Journal;
  readonly observer: Observer;
  /** Whether what was seen without the lock still holds: nobody can have been at work between. */
  readonly stands: boolean;
  /** Aborts when the lock is lost, with the error to end with: nothing more may be begun. */
  readonly lost: AbortSignal;
}

/** Memory and world as they are now; takes no lock and writes nothing on record. */
export function openToLook(
  project: Project,
  looking: Looking & Pick<ObserverOptions, 'mayWrite'>,
): Seen {
  const memory = loadMemory(project.world.files);
  return { memory, observer: observe(project, memory, looking) };
}

/**
 * Runs `use` with the lock held and the journal open, and closes both whatever happens.
 * @param before what was seen without the lock; whoever builds holds the lock and leaves more in the
 *   journal than there was, so it is known whether that still holds
 * @param onClosed told with what came of it once the journal is closed, while the lock is held
 */
export async function withJournal<T>(
  project: Project,
  {
    wish,
    looking,
    before,
    onClosed,
  }: {
    wish: LockWish;
    looking: Looking;
    before?: Seen;
    onClosed?: (made: T) => void;
  },
  use: (opening: Opening) => Promise<T> | T,
): Promise<T> {
  const { files, processes, clock } = project.world;
  const lock = await acquire(files, processes, clock, wish);
  const losing = new AbortController();
  lock.onLost(() => losing.abort(lockLost(files)));
  try {
    const stands = before !== undefined && lock.atOnce && isCurrent(files, before.memory);
    const journal = openJournal(files, processes.self, stands ? before.memory : loadMemory(files));
    const made = await closing(journal, lock, () => {
      const observer = stands
        ? before.observer
        : observe(project, journal, { ...looking, mayWrite: true });
      const quiet = unspoken(journal, project.world);
      return use({
        journal: told(explained(quiet, project.world), project),
        observer,
        stands,
        lost: losing.signal,
      });
    });
    if (lock.isHeld()) onClosed?.(made);
    return made;
  } catch (error) {
    // Where the lock was lost, whatever failed has failed of that.
    throw lock.isHeld() ? error : lockLost(files);
  } finally {
    lock.release();
  }
}

/** Uses a journal, and closes it whatever happens. */
async function closing<T>(
  journal: Journal,
  lock: Pick<Awaited<ReturnType<typeof acquire>>, 'isHeld'>,
  use: () => Promise<T> | T,
): Promise<T> {
  try {
    return await use();
  } finally {
    // What others have begun meanwhile is not swept up with the rest.
    journal.close({ shorten: lock.isHeld() });
  }
}

/** Somebody else may build now, or nobody can tell what was done: nothing more is begun. */
function lockLost(files: Files): UserError {
  const dir = files.absolute(dirname(LOCK));
  // The folder itself may be there again, with what this build has written since.
  const gone = files.stat(JOURNAL) === undefined;
  return new UserError(
    gone
      ? `${dir} was removed while desgw was at work. Nothing can be put on record, so it stopped.`
      : `${dir}/lock was taken away while desgw was at work. Somebody else may build here now, so it stopped.`,
    gone
      ? 'What was made is still there. Put .desgw back if you have a copy, then run the same command; without one, what must not happen twice is in doubt until the outside shows it, or you say so.'
      : 'If it was `desgw unlock`: that is for locks of the dead. The same command goes on when nobody else is at work.',
    5,
  ).coded('DG503');
}

/** A plan as a command sees it that only looks. `dry`: nothing outside is asked that starts anything. */
export async function lookOnly(
  project: Project,
  goals: readonly string[],
  options: {
    readonly dry: boolean;
    readonly force?: boolean;
    /** What failed is told as failed, as at the end of the build that tried it. */
    readonly failuresStand?: boolean;
    readonly signal: AbortSignal;
    /** Told when the memory has been read. */
    readonly onMemory?: () => void;
  },
): Promise<Found> {
  const { dry, signal, force, failuresStand = false } = options;
  const looking = { dry, signal, mayWrite: false };
  const seen = openToLook(project, looking);
  options.onMemory?.();
  const found = await stage(project, seen.observer, goals, { assume: true, failuresStand });
  if (force !== true) return { stage: found, ...seen };
  const forced = openToLook(project, { ...looking, forced: meantBy(found.plan) });
  return { stage: await stage(project, forced.observer, goals, { assume: true }), ...forced };
}

/** The goals, with the members of groups in their place. */
export function meantBy({ goals, graph }: Plan): ReadonlySet<TargetName> {
  const found = new Set<TargetName>(goals);
  // A set gives out what is added to it on the way.
  for (const name of found) {
    const node = graph.nodes.get(name)!;
    if (node.group) for (const dep of node.deps) found.add(dep);
  }
  return found;
}

/** What programs and looks said is put on record without secrets; all else is sealed before. */
function unspoken(journal: Journal, { secrets }: World): Journal {
  if (secrets === undefined) return journal;
  const { hide } = secrets;
  return {
    ...journal,
    trace(target, trace, options) {
      const { observed } = trace.signature;
      const signature =
        observed === undefined
          ? trace.signature
          : { ...trace.signature, observed: { ...observed, note: hide(observed.note) } };
      const said =
        trace.kind === 'failed'
          ? { problems: trace.problems.map((one) => hiddenIn(one, hide)) }
          : {};
      journal.trace(target, { ...trace, ...said, signature }, options);
    },
  };
}

function hiddenIn(problem: Problem, hide: (text: string) => string): Problem {
  const { what, advice } = problem;
  return {
    ...problem,
    what: hide(what),
    ...(advice === undefined ? {} : { advice: hide(advice) }),
  };
}

/** The journal, telling those who want to know what is written to it. */
function explained(journal: Journal, { explain }: World): Journal {
  if (explain === undefined) return journal;
  return {
    ...journal,
    trace(target, trace, options) {
      const durable = options?.durable === true ? ', on disk for certain' : '';
      explain('journal', () => [`${display(target)} ${trace.kind} (run ${trace.run}${durable})`]);
      journal.trace(target, trace, options);
    },
    drop(target) {
      explain('journal', () => [`${display(target)} dropped`]);
      journal.drop(target);
    },
  };
}

/** The journal, with what is written to it of targets kept in the history of the workspace too. */
function told(journal: Journal, { history }: Project): Journal {
  if (history === undefined) return journal;
  return {
    ...journal,
    trace(target, trace, options) {
      journal.trace(target, trace, options);
      history.note(target, trace);
    },
    drop(target) {
      journal.drop(target);
      history.drop(target);
    },
  };
}

function observe(
  project: Project,
  memory: ConstructorParameters<typeof Observer>[1],
  options: Omit<ObserverOptions, 'adapters'>,
): Observer {
  const { world, build } = project;
  const explain = mistakesIn(project);
  return new Observer(world, memory, { ...options, explain, adapters: build.adapters ?? {} });
}
