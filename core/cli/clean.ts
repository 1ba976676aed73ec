/** `desgw clean`. */

import { UserError } from '../api/errors.ts';
import type { TargetName } from '../api/values.ts';
import { loadMemory, openJournal } from '../memory/journal.ts';
import { acquire } from '../memory/lock.ts';
import type { KnownSighting, Memory } from '../memory/memory.ts';
import { runForAdapter } from '../observe/adapter.ts';
import { Observer } from '../observe/observer.ts';
import type { Project } from '../observe/stage.ts';
import { notYetKnown, stage } from '../observe/stage.ts';
import { type CleanPlan, carryOut, planClean, planOrphans } from '../repair/clean.ts';
import { display, shellQuote } from '../words/quote.ts';
import { count, enumerate } from '../words/text.ts';
import type { BuildFlags } from './build.ts';
import { type CommonFlags, type Invocation, openProject } from './context.ts';
import { confirm } from './prompt.ts';

type CleanFlags = CommonFlags &
  Pick<BuildFlags, 'dryRun'> & {
    readonly orphans?: boolean;
    readonly cancel?: boolean;
    readonly yes?: boolean;
  };

/** Seconds that cancelled work may take to be seen gone, and between two looks. */
const CANCEL_LIMIT = 300;
const CANCEL_LOOK = 1;

/** Forgets targets and deletes what they made. Exit status 2 when something had to be refused. */
export async function clean(
  names: readonly string[],
  flags: CleanFlags,
  invocation: Invocation,
): Promise<number> {
  const orphans = flags.orphans === true;
  if (names.length === 0 && !orphans)
    throw new UserError(
      'clean needs targets',
      "desgw clean postproc:4, desgw clean 'ccds_*', or desgw clean --orphans",
    );
  const { project } = await openProject(invocation, flags, flags.dryRun !== true);
  const { files, processes, clock } = project.world;
  const { signal, command, terminal } = invocation;
  if (flags.dryRun === true) {
    const plan = await planned(names, orphans, project, loadMemory(files), invocation);
    terminal.out(cleanText(plan, 'would be deleted'));
    return plan.refused.length > 0 ? 2 : 0;
  }
  const seen = new Map<TargetName, KnownSighting>();
  if (flags.cancel === true) await cancelLive(names, flags, project, invocation, seen);
  const lock = await acquire(files, processes, clock, {
    wait: true,
    command,
    signal,
    onWait: (holder) => terminal.err(`waiting for ${holder}`),
  });
  try {
    const journal = openJournal(files, processes.self);
    try {
      const plan = await planned(names, orphans, project, journal, invocation, seen);
      if (plan.refused.length > 0) {
        terminal.err(cleanText({ ...plan, targets: [], keeps: [], follows: [] }, ''));
        return 2;
      }
      const ask =
        orphans && plan.targets.some(({ deletes }) => deletes.length > 0) && flags.yes !== true;
      if (ask) {
        terminal.out(cleanText(plan, 'would be deleted'));
        if (!(await confirm('Delete them?', invocation))) {
          terminal.out('Nothing was changed.');
          return 0;
        }
      }
      carryOut(plan, journal, files, clock.now(), orphans);
      terminal.out(cleanText(plan, 'deleted'));
      return 0;
    } finally {
      journal.close();
    }
  } finally {
    lock.release();
  }
}

/**
 * Ends work that keeps targets from being cleaned, and waits until it is seen to be gone.
 * @param seen since when nothing has moved, from one look to the next
 */
async function cancelLive(
  names: readonly string[],
  flags: CleanFlags,
  project: Project,
  invocation: Invocation,
  seen: Map<TargetName, KnownSighting>,
): Promise<void> {
  const { world } = project;
  const { terminal, signal } = invocation;
  const refusedNow = async () =>
    (await planned(names, false, project, loadMemory(world.files), invocation, seen)).refused;
  const live = (await refusedNow()).filter(({ cancel }) => cancel !== undefined);
  for (const { target, why, cancel } of live) {
    terminal.out(`${display(target)}: ${why}`);
    if (flags.yes !== true && !(await confirm('End it?', invocation))) {
      throw new UserError('nothing was cancelled');
    }
    await runForAdapter(world, cancel!, signal);
  }
  const deadline = world.clock.now() + CANCEL_LIMIT * 1000;
  while (live.length > 0 && (await refusedNow()).some(({ cancel }) => cancel !== undefined)) {
    if (world.clock.now() > deadline || signal.aborted) {
      throw new UserError(
        `the work of ${live.map(({ target }) => target).join(', ')} is not seen to have ended`,
        'Nothing was cleaned. See what is left of it, then clean again.',
        1,
      );
    }
    await world.clock.sleep(CANCEL_LOOK * 1000, signal);
  }
}

async function planned(
  names: readonly string[],
  orphans: boolean,
  project: Project,
  memory: Memory,
  { signal }: Invocation,
  seen: Map<TargetName, KnownSighting> = new Map(),
): Promise<CleanPlan> {
  const { world, build } = project;
  const observer = new Observer(world, memory, {
    adapters: build.adapters ?? {},
    dry: false,
    mayWrite: false,
    signal,
  });
  for (const [target, known] of seen) observer.newSightings.set(target, known);
  const found = await stage(project, observer, names, true);
  const { plan } = found;
  if (!orphans) {
    // Whoever watches the work of a target tells whether it is live.
    const watchers = plan.goals.flatMap((goal) => plan.graph.dependents.get(goal) ?? []);
    const wider =
      watchers.length === 0
        ? plan
        : (await stage(project, observer, [...plan.goals, ...watchers], true)).plan;
    for (const [target, known] of observer.newSightings) seen.set(target, known);
    return planClean(wider, plan.goals, observer, world.files);
  }
  const unknown = notYetKnown(found);
  if (unknown.length > 0)
    throw new UserError(
      `which targets there are is not known before ${enumerate(unknown.map(display))} ${unknown.length > 1 ? 'are' : 'is'} up to date`,
      `Make it first: desgw build ${unknown.map(shellQuote).join(' ')}`,
    );
  return planOrphans(memory, plan.graph, world.files);
}

function cleanText({ targets, keeps, refused, follows }: CleanPlan, verb: string): string {
  const lines = targets.map(({ target, deletes }) =>
    deletes.length === 0
      ? `${display(target)}: nothing to delete, forgotten`
      : `${display(target)}: ${deletes.map(display).join(', ')} ${verb}`,
  );
  lines.push(...keeps.map(({ path, why }) => `kept ${display(path)}: ${why}`));
  lines.push(...refused.map(({ target, why }) => `${display(target)} cannot be cleaned: ${why}`));
  if (follows.length > 0)
    lines.push(
      `The next build looks again at ${count(follows.length, 'target')} that ${follows.length > 1 ? 'depend' : 'depends'} on this: ${enumerate(follows.map(display))}`,
    );
  return lines.length === 0 ? 'nothing to clean' : lines.join('\n');
}
