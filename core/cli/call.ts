/** What a command of the rule file is lent: the outside, the record, and builds of its own. */

import type { Changes, CommandCall, RuleItem, RunningProgram } from '../api/builds.ts';
import type { TargetName } from '../api/values.ts';
import { loadMemory } from '../memory/journal.ts';
import { keepLastLook, readLastLook } from '../memory/last-look.ts';
import { onRecord, type Trace } from '../memory/trace.ts';
import { runForAdapter } from '../observe/adapter.ts';
import { attemptDirectory, attemptState, supervisorOf } from '../observe/attempts.ts';
import { Looker } from '../observe/looker.ts';
import type { Project } from '../observe/project.ts';
import { forget } from '../repair/clean.ts';
import { EXIT, runBuild } from '../run/build.ts';
import { stopAttempt } from '../run/detached.ts';
import type { BuildEvent } from '../run/events.ts';
import { withJournal } from '../run/opening.ts';
import { changesSince, changesText, classesOf } from '../views/changes.ts';
import { statesOf } from '../views/status.ts';
import type { World } from '../world/world.ts';
import { type Invocation, jobsOf, lockWish, type Opened } from './context.ts';
import { planOf } from './look.ts';
import { Notifying } from './notify.ts';
import { type Flags, nameOf } from './options.ts';
import { confirm } from './prompt.ts';
import { logReporter, screenReporter, together } from './reporting.ts';

/** What an added command is given. */
export function callOf(
  args: readonly string[],
  flags: Flags,
  opened: Opened,
  invocation: Invocation,
): CommandCall {
  const { project } = opened;
  const { world, build } = project;
  const { signal, terminal } = invocation;
  const option = (name: string) => optionOf(flags, name);
  const looker = new Looker(world, { adapters: build.adapters ?? {}, dry: false, signal });
  return {
    args,
    option,
    params: project.params,
    tools: {
      run: (exec) => runForAdapter(world, exec, signal),
      workspace: world.files.root,
      signal,
    },
    env: world.env,
    now: world.clock.now(),
    readText: (path) => world.files.readText(path),
    look: (looks) => looker.look(looks),
    record: (target) => onRecord(loadMemory(world.files).traces.get(target)),
    status: async (targets = []) =>
      statesOf((await planOf(project, targets, invocation, { failuresStand: true })).plan),
    changes: () => changesNow(opened, invocation),
    build: (items, goal) =>
      buildShown(items, goal, project, invocation, { wait: option('--no-wait') !== true }),
    forget: (targets) =>
      withJournal(
        project,
        { wish: lockWish(invocation), looking: { dry: false, signal } },
        ({ journal }) => {
          for (const target of targets) forget(target, journal, world.clock.now());
        },
      ),
    running: (target) => runningProgram(world, loadMemory(world.files).traces.get(target)),
    print: (text) => terminal.out(text),
    ...(terminal.isLive ? { screen: { width: terminal.width, paint: terminal.paint } } : {}),
    confirm: (question) =>
      option('--yes') === true ? Promise.resolve(true) : confirm(question, invocation),
  };
}

/** What has changed since the last call; how things are now is kept for the next. Sends notifications. */
async function changesNow(opened: Opened, invocation: Invocation): Promise<Changes> {
  const { project } = opened;
  const { files, clock } = project.world;
  const { plan, memory } = await planOf(project, [], invocation, { failuresStand: true });
  const before = readLastLook(files);
  const changes = changesSince(plan, memory.traces, before);
  if (changes.length > 0 || before === undefined)
    keepLastLook(files, { at: clock.now(), classes: classesOf(plan) });
  await new Notifying(opened, invocation).report(plan, memory.traces);
  return {
    changes,
    text: changesText(changes, before?.at),
    ...(before === undefined ? {} : { since: before.at }),
  };
}

/** An option by the name with which it was declared. */
function optionOf(flags: Flags, name: string): string | true | undefined {
  const value = flags[nameOf(name)];
  if (name.startsWith('--no-')) return value === false ? true : undefined;
  return typeof value === 'string' || value === true ? value : undefined;
}

/** Builds what a command put together on the spot, and tells of it as of any build. */
async function buildShown(
  items: readonly RuleItem[],
  goal: TargetName,
  project: Project,
  invocation: Invocation,
  { wait }: { readonly wait: boolean },
): Promise<number> {
  const { world, build } = project;
  const log = logReporter(world, invocation);
  const screen = { verbose: false, utc: false, jobs: jobsOf(build), log: () => log.path };
  const reporter = together([log, screenReporter(world, invocation, screen)]);
  try {
    const emit = (event: BuildEvent): void => reporter.event(event);
    return await buildGoal(items, goal, project, invocation, { wait, emit });
  } finally {
    reporter.end();
  }
}

/** Builds what a command put together on the spot, and tells only `emit` of it. */
export async function buildGoal(
  items: readonly RuleItem[],
  goal: TargetName,
  project: Project,
  { command, signal }: Invocation,
  told: { readonly wait: boolean; readonly emit: (event: BuildEvent) => void },
): Promise<number> {
  const { build } = project;
  const rules = (): readonly RuleItem[] => [...build.rules(project.params), ...items];
  const summary = await runBuild(
    { ...project, build: { ...build, goal, rules } },
    {
      goals: [goal],
      jobs: jobsOf(build),
      failFast: false,
      force: false,
      waitTimeout: undefined,
      command: command(),
      signal,
      ...told,
    },
  );
  return EXIT[summary.outcome];
}

/** The attempt on record, where it is alive or nobody here can tell. */
function runningProgram(world: World, trace: Trace | undefined): RunningProgram | undefined {
  const open = trace?.kind === 'started' || trace?.kind === 'finishing';
  if (!open || trace.detached === undefined) return undefined;
  const state = attemptState(world, trace.token);
  const who = supervisorOf(world, attemptDirectory(trace.token));
  if (who === undefined || (state !== 'alive' && state !== 'elsewhere')) return undefined;
  return {
    pid: who.pid,
    host: who.host,
    since: trace.at,
    here: state === 'alive',
    stop: () => stopAttempt(world, trace.token),
  };
}
