/** Commands by which people decide: accept, mark, resubmit, unlock. */

import { dirname } from 'node:path';
import { UserError } from '../api/errors.ts';
import type { TargetName } from '../api/values.ts';
import { describeHolder, readHolder, unlock as takeLock } from '../memory/lock.ts';
import { type Live, liveWork, undeclared } from '../observe/live.ts';
import type { Project } from '../observe/project.ts';
import { notYetKnown, stage } from '../observe/stage.ts';
import type { Plan } from '../plan/verdict.ts';
import {
  acceptEdit,
  allowAgain,
  type ByHandContext,
  contradiction,
  markDone,
  markNotDone,
  onRecord,
  refuseAcceptance,
  refuseNoDoubt,
  refuseReceipt,
} from '../repair/by-hand.ts';
import { withJournal } from '../run/opening.ts';
import { shellQuote, typed } from '../words/quote.ts';
import { build } from './build.ts';
import {
  type CommonFlags,
  type Invocation,
  lockWish,
  openProject,
  openWorld,
  ruleFileOf,
} from './context.ts';
import { endWork } from './end-work.ts';
import { confirm, isInteractive, prompt } from './prompt.ts';

/** Runs `change` for each named target under the lock, on a plan of now. */
export async function underLock(
  names: readonly string[],
  flags: CommonFlags,
  invocation: Invocation,
  change: (
    targets: readonly TargetName[],
    context: ByHandContext,
    project: Project,
  ) => Promise<void> | void,
): Promise<void> {
  if (names.length === 0) throw new UserError('name at least one target');
  const { project } = await openProject(invocation, flags, { writes: true });
  const { files, clock } = project.world;
  await withJournal(
    project,
    { wish: lockWish(invocation), looking: { dry: false, signal: invocation.signal } },
    async ({ journal, observer }) => {
      const found = await stage(project, observer, names, { assume: true });
      const { plan } = found;
      const toCome = notYetKnown(found);
      const context = { plan, observer, journal, files, now: clock.now(), toCome };
      await change(plan.goals, context, project);
    },
  );
}

/** A subject stands for all of its targets; where some of them must not happen twice, those alone are meant. */
function meant(targets: readonly TargetName[], { plan }: ByHandContext): readonly TargetName[] {
  const once = targets.filter((target) => plan.graph.nodes.get(target)!.rule.once !== undefined);
  return once.length > 0 ? once : targets;
}

/** Of what a pattern or a number stands for, the targets that the command is about; a target named in full always. */
const concerned = (
  targets: readonly TargetName[],
  names: readonly string[],
  isIt: (target: TargetName) => boolean,
): readonly TargetName[] =>
  targets.filter(
    (target) =>
      names.includes(target) || (targets.length === 1 && !isPattern(names)) || isIt(target),
  );

const isPattern = (names: readonly string[]): boolean => names.some((name) => /[*?[\]]/.test(name));

/** Takes edits as they are, and submissions as they were made. */
export async function accept(
  names: readonly string[],
  flags: CommonFlags,
  invocation: Invocation,
): Promise<number> {
  await underLock(names, flags, invocation, (targets, context) => {
    const changed = ({ verdicts }: Plan, target: TargetName) =>
      ['edited', 'outdated'].includes(verdicts.get(target)!.state);
    const all = concerned(targets, names, (target) => changed(context.plan, target));
    if (all.length === 0)
      throw new UserError(`there is nothing to accept among ${names.join(', ')}`);
    // Wholly or not at all.
    for (const target of all) refuseAcceptance(target, context);
    for (const target of all) {
      acceptEdit(target, context);
      invocation.terminal.out(
        `accepted: ${target} stays as it is until what it is made from changes`,
      );
    }
  });
  return 0;
}

/** Decides doubts. */
export async function mark(
  [state, ...names]: readonly string[],
  flags: CommonFlags & { readonly job?: string; readonly yes?: boolean },
  invocation: Invocation,
): Promise<number> {
  const done = state === 'submitted' || state === 'done';
  if (!done && state !== 'not-submitted' && state !== 'not-done') {
    throw new UserError(
      `a target can be marked submitted or not-submitted, not '${state}'`,
      'desgw mark submitted TARGET --job ID',
    );
  }
  await underLock(names, flags, invocation, async (targets, context) => {
    const doubtful = (target: TargetName) =>
      context.plan.verdicts.get(target)?.state === 'in doubt';
    const all = concerned(meant(targets, context), names, doubtful);
    // Wholly or not at all.
    if (done) for (const target of all) refuseReceipt(target, flags.job, { context, all });
    else {
      for (const target of all) refuseNoDoubt(target, context);
      await agreeThatNothingHappened(all, flags, { context, invocation });
    }
    for (const target of all) {
      if (done) markDone(target, flags.job, context);
      else tellLifted(markNotDone(target, context), invocation);
      invocation.terminal.out(
        `marked: ${target} ${done ? 'has happened' : 'has not happened; the next build looks once more and then acts'}`,
      );
    }
    if (all.length === 0)
      invocation.terminal.out(`Nothing is in doubt among ${names.join(', ')}: all stays as it is.`);
  });
  return 0;
}

function tellLifted(claims: readonly string[], { terminal }: Invocation): void {
  for (const claim of claims) terminal.out(`claim given up: ${claim}`);
}

/**
 * A person's word counts only as far as the outside does not contradict it. Where somebody who may
 * know has not answered, the person is told so, and has to confirm.
 * @throws UserError when it has happened, or when the person is not sure
 */
async function agreeThatNothingHappened(
  targets: readonly TargetName[],
  flags: { readonly yes?: boolean },
  { context, invocation }: { readonly context: ByHandContext; readonly invocation: Invocation },
): Promise<void> {
  const untold: string[] = [];
  for (const target of targets) {
    const seen = await contradiction(target, context);
    if (seen?.state === 'done')
      throw new UserError(
        `'${target}' has happened: ${seen.how}`,
        typed(
          `mark submitted${seen.receipt === undefined ? '' : ` --job ${shellQuote(seen.receipt)}`}`,
          target,
        ),
      );
    if (seen?.unanswered === true) untold.push(`${target}: ${seen.why}`);
  }
  if (untold.length === 0 || flags.yes === true) return;
  const what = `it is not certain that nothing happened:\n  ${untold.join('\n  ')}`;
  if (!isInteractive())
    throw new UserError(
      what,
      'If it did happen, the next build does it a second time. Wait and try again; or, if you know better, add --yes.',
    );
  invocation.terminal.out(`${what}\nIf it did happen, the next build does it a second time.`);
  if (!(await confirm('Are you sure that it has not happened?', invocation)))
    throw new UserError('nothing was marked', 'Try again when everybody has answered.');
}

/** Does once more what must not happen twice, for a reason. */
export async function resubmit(
  names: readonly string[],
  flags: CommonFlags & {
    readonly reason?: string;
    readonly yes?: boolean;
    readonly dryRun?: boolean;
    readonly cancel?: boolean;
  },
  invocation: Invocation,
): Promise<number> {
  const { terminal, signal } = invocation;
  const agreed: TargetName[] = [];
  await underLock(names, flags, invocation, async (named, context, project) => {
    const asking = { world: project.world, adapters: project.build.adapters ?? {}, signal };
    const targets = meant(named, context);
    const { traces } = context.journal;
    const also = undeclared(traces, context.plan.graph);
    const look = () => liveWork(targets, { ...asking, traces, also });
    const live = await look();
    for (const target of targets)
      terminal.out(`${onRecord(target, context)}; ${liveText(target, live)}`);
    if (flags.dryRun === true) return;
    const reason = flags.reason ?? (isInteractive() ? await prompt('Why once more? ', signal) : '');
    if (reason.trim() === '')
      throw new UserError('a resubmission needs a reason', "Add --reason 'why'.");
    const yes =
      flags.yes === true ||
      (await confirm(
        `Submit ${targets.length === 1 ? 'it' : `these ${targets.length}`} once more?`,
        invocation,
      ));
    if (!yes) {
      terminal.out('Nothing was changed.');
      return;
    }
    await endBefore(live, look, { project, flags, invocation });
    for (const target of targets) tellLifted(allowAgain(target, reason, context), invocation);
    agreed.push(...targets);
  });
  return agreed.length === 0 ? 0 : build(agreed, flags, invocation);
}

/** What is known of the work of a target that was handed over. */
function liveText(target: TargetName, live: readonly Live[]): string {
  const found = live.find((one) => (one.partOf ?? one.target) === target);
  if (found === undefined) return 'nothing of it is known to be live';
  return found.sure
    ? `still live: ${found.what}`
    : `whether it is still live is not known: ${found.what}`;
}

/**
 * Work that is live is ended first, if that was asked for.
 * @throws UserError when it is live, or may be, and was not to be ended
 */
async function endBefore(
  live: readonly Live[],
  look: () => Promise<readonly Live[]>,
  {
    project,
    flags,
    invocation,
  }: {
    readonly project: Project;
    readonly flags: { readonly cancel?: boolean; readonly yes?: boolean };
    readonly invocation: Invocation;
  },
): Promise<void> {
  const unseen = live.find(({ sure }) => !sure);
  if (unseen !== undefined)
    throw new UserError(
      `${unseen.target} may still be live: ${unseen.what}`,
      'Nothing was changed. Try again when it can be seen.',
    );
  const [first] = live;
  if (first === undefined) return;
  if (flags.cancel !== true)
    throw new UserError(
      live.map(({ target, what }) => `${target} is still live: ${what}`).join('; '),
      `Nothing was changed. ${first.advice === undefined ? 'Add' : `End it first: ${first.advice}; or add`} --cancel.`,
    );
  const endings = async () =>
    (await look()).map((one) => ({ ...one, why: liveText(one.target, [one]) }));
  await endWork(endings, project.world, { yes: flags.yes === true, invocation });
}

/** Takes the lock away from a builder that is gone. */
export async function unlock(
  flags: CommonFlags & { readonly yes?: boolean },
  invocation: Invocation,
): Promise<number> {
  const world = openWorld(dirname(ruleFileOf(flags, invocation)), invocation);
  const { terminal } = invocation;
  const holder = readHolder(world.files);
  if (holder !== undefined) {
    terminal.out(`The lock is held by ${describeHolder(holder)}.`);
    const sure =
      flags.yes === true ||
      (await confirm('Are you sure that it does not run any more?', invocation));
    if (!sure) {
      terminal.out('Nothing was changed. See on that host whether it still runs.');
      return 0;
    }
  }
  const whose = await takeLock(world.files, world.processes);
  terminal.out(whose === undefined ? 'There was no lock.' : `The lock of ${whose} is gone.`);
  return 0;
}
