/** `desgw clean`. */

import { UserError } from '../api/errors.ts';
import type { Memory } from '../memory/memory.ts';
import { liveWork, readersOf, undeclared } from '../observe/live.ts';
import type { Observer } from '../observe/observer.ts';
import { isAsWritten, type Project } from '../observe/project.ts';
import { notYetKnown, stage } from '../observe/stage.ts';
import { Stillness } from '../observe/stillness.ts';
import {
  type CleanPlan,
  carryOut,
  members,
  orphans,
  planClean,
  planOrphans,
} from '../repair/clean.ts';
import { type Opening, openToLook, withJournal } from '../run/opening.ts';
import { display, typed } from '../words/quote.ts';
import { count, enumerate } from '../words/text.ts';
import type { BuildFlags } from './build-flags.ts';
import { type CommonFlags, type Invocation, lockWish, openProject } from './context.ts';
import { endWork } from './end-work.ts';
import { confirm } from './prompt.ts';

type CleanFlags = CommonFlags &
  Pick<BuildFlags, 'dryRun'> & {
    readonly orphans?: boolean;
    readonly cancel?: boolean;
    readonly yes?: boolean;
  };

/** What is to be cleaned, and for how long nothing has moved outside, from one look to the next. */
interface Wish {
  readonly project: Project;
  readonly names: readonly string[];
  readonly orphans: boolean;
  readonly stillness: Stillness;
  readonly signal: AbortSignal;
}

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
      "desgw clean TARGET, desgw clean 't*', or desgw clean --orphans",
    );
  const { project } = await openProject(invocation, flags, { writes: flags.dryRun !== true });
  if (orphans && !isAsWritten(project))
    throw new UserError(
      'what is in no rule any more is told by the rule file as it stands, not by what is set for this once',
      'desgw clean --orphans',
    );
  const { terminal, signal } = invocation;
  const wish: Wish = {
    project,
    names,
    orphans,
    stillness: new Stillness(project.world.clock, project.world.processes.self),
    signal,
  };
  if (flags.dryRun === true) {
    const plan = await plannedNow(wish);
    terminal.out(cleanText(plan, 'would be deleted'));
    return plan.refused.length > 0 ? 2 : 0;
  }
  if (flags.cancel === true)
    await endWork(async () => (await plannedNow(wish)).refused, project.world, {
      yes: flags.yes === true,
      invocation,
    });
  return withJournal(
    project,
    { wish: lockWish(invocation), looking: { dry: false, stillness: wish.stillness, signal } },
    (opening) => cleanLocked(wish, flags, invocation, opening),
  );
}

async function cleanLocked(
  wish: Wish,
  flags: CleanFlags,
  invocation: Invocation,
  { journal, observer }: Opening,
): Promise<number> {
  const { terminal } = invocation;
  const { files, clock } = wish.project.world;
  const plan = await planned(wish, journal, observer);
  if (plan.refused.length > 0) {
    terminal.err(cleanText({ ...plan, targets: [], leftovers: [], keeps: [], follows: [] }, ''));
    return 2;
  }
  const deletes =
    plan.targets.some((one) => one.deletes.length > 0) || (plan.leftovers ?? []).length > 0;
  if (wish.orphans && deletes && flags.yes !== true) {
    terminal.out(cleanText(plan, 'would be deleted'));
    if (!(await confirm('Delete them?', invocation))) {
      terminal.out('Nothing was changed.');
      return 0;
    }
  }
  carryOut(plan, journal, files, { now: clock.now(), drop: wish.orphans });
  terminal.out(cleanText(plan, 'deleted'));
  return 0;
}

/** What would be cleaned as things are, without the lock. */
function plannedNow(wish: Wish): Promise<CleanPlan> {
  const { project, stillness, signal } = wish;
  const looking = { dry: false, mayWrite: false, stillness, signal };
  const { memory, observer } = openToLook(project, looking);
  return planned(wish, memory, observer);
}

async function planned(
  { names: named, orphans: ofNoRule, project, signal }: Wish,
  memory: Memory,
  observer: Observer,
): Promise<CleanPlan> {
  const { world } = project;
  const asking = { world, adapters: project.build.adapters ?? {}, signal };
  const found = await stage(project, observer, named, { assume: true });
  const { plan } = found;
  if (!ofNoRule) {
    // Whoever watches the work of a target tells whether it is live.
    const watchers = plan.goals.flatMap((goal) => plan.graph.dependents.get(goal) ?? []);
    const wider =
      watchers.length === 0
        ? plan
        : (await stage(project, observer, [...plan.goals, ...watchers], { assume: true })).plan;
    const handed = readersOf(members(plan, plan.goals), plan.graph);
    const also = undeclared(memory.traces, plan.graph);
    const live = await liveWork(handed, { ...asking, traces: memory.traces, also });
    return planClean(wider, plan.goals, observer, world.files, live);
  }
  const unknown = notYetKnown(found);
  if (unknown.length > 0)
    throw new UserError(
      `which targets there are is not known before ${enumerate(unknown.map(display))} ${unknown.length > 1 ? 'are' : 'is'} up to date`,
      `Make it first: ${typed('build', ...unknown)}`,
    );
  const names = orphans(memory, plan.graph).map(({ target }) => target);
  const live = await liveWork(names, { ...asking, traces: memory.traces });
  return planOrphans(memory, plan.graph, world.files, live);
}

function cleanText(
  { targets, keeps, refused, follows, leftovers = [] }: CleanPlan,
  verb: string,
): string {
  const lines = targets.map(({ target, deletes }) =>
    deletes.length === 0
      ? `${display(target)}: nothing to delete, forgotten`
      : `${display(target)}: ${deletes.map(display).join(', ')} ${verb}`,
  );
  lines.push(...leftovers.map((path) => `${display(path)}, half written, ${verb}`));
  lines.push(...keeps.map(({ path, why }) => `kept ${display(path)}: ${why}`));
  lines.push(...refused.map(({ target, why }) => `${display(target)} cannot be cleaned: ${why}`));
  if (follows.length > 0)
    lines.push(
      `The next build looks again at ${count(follows.length, 'target')} that ${follows.length > 1 ? 'depend' : 'depends'} on this: ${enumerate(follows.map(display))}`,
    );
  return lines.length === 0 ? 'nothing to clean' : lines.join('\n');
}
