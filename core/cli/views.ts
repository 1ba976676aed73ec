/** The commands that only look: status, why, graph, targets, log, params. */

import { dirname } from 'node:path';
import { UserError } from '../api/errors.ts';
import type { Sighting } from '../api/looks.ts';
import type { Chain } from '../api/rules.ts';
import type { TargetName } from '../api/values.ts';
import { resolveGoals } from '../graph/goals.ts';
import type { Graph } from '../graph/graph.ts';
import { dependencyPath } from '../graph/order.ts';
import { recipeOf } from '../graph/recipes.ts';
import { buildLogs, logsOf, partsOf } from '../memory/logs.ts';
import { stillSet } from '../observe/by-set.ts';
import { findingsIn } from '../observe/findings.ts';
import { leftOver, liveWork } from '../observe/live.ts';
import { isAsWritten, normaliser } from '../observe/project.ts';
import { notYetKnown } from '../observe/stage.ts';
import { graphUnseen } from '../observe/to-come.ts';
import type { Plan } from '../plan/verdict.ts';
import { orphans } from '../repair/clean.ts';
import { dotText, graphJson, mermaidText } from '../views/graph.ts';
import { paramsJson, paramsText } from '../views/params.ts';
import { detail, type Orphans, statusJson, statusText } from '../views/status.ts';
import { targetsJson, targetsText } from '../views/targets.ts';
import { pathText, whyJson, whyText } from '../views/why.ts';
import { knowsUnicode, type MapOptions, mapLines } from '../words/map.ts';
import { display, displayLines, typed } from '../words/quote.ts';
import type { World } from '../world/world.ts';
import {
  type CommonFlags,
  type Invocation,
  openProject,
  openWorld,
  ruleFileOf,
} from './context.ts';
import { lastSeen } from './last-seen.ts';
import { planOf, tellOfBuilder } from './look.ts';
import { workspaces } from './workspaces.ts';

/** Opens the project and plans. */
async function look(
  targets: readonly string[],
  flags: CommonFlags,
  invocation: Invocation,
  options: { readonly failuresStand?: boolean } = {},
) {
  const { project } = await openProject(invocation, flags, { writes: false });
  return { project, ...(await planOf(project, targets, invocation, options)) };
}

/** State of the targets. Exit status 0 whatever it is. */
export async function status(
  targets: readonly string[],
  flags: CommonFlags & {
    readonly all?: boolean;
    readonly ascii?: boolean;
    readonly workspaces?: string;
  },
  invocation: Invocation,
): Promise<number> {
  if (flags.workspaces !== undefined) return workspaces(flags.workspaces, flags, invocation);
  const looked = await look(targets, flags, invocation, { failuresStand: true });
  return tellStatus(looked, targets, flags, invocation);
}

/** Tells how everything stands that was looked at. */
export async function tellStatus(
  looked: Awaited<ReturnType<typeof look>>,
  targets: readonly string[],
  flags: Pick<CommonFlags, 'json'> & { readonly all?: boolean; readonly ascii?: boolean },
  invocation: Invocation,
): Promise<number> {
  const { plan, memory, observer, project } = looked;
  const { terminal } = invocation;
  const { paint, width } = terminal;
  const names = await orphansOf(looked, invocation);
  const findings = findingsIn(plan, plan.verdicts, project);
  const kept = stillSet(plan, memory.traces, project);
  const goal = project.build.goal === undefined && targets.length === 0 ? ['*'] : targets;
  const again = typed('build', ...goal);
  if (flags.json === true)
    terminal.data({ ...statusJson(plan, names, again), findings, stillSet: kept });
  else
    terminal.out(
      statusText(plan, names, {
        paint,
        width,
        all: flags.all === true,
        findings,
        stillSet: kept,
        again,
        map: mapOf(plan, lastSeen(plan.graph, observer, project.world.files), {
          paint,
          ascii: flags.ascii === true || !knowsUnicode(invocation.env),
        }),
      }),
    );
  return 0;
}

/** What no rule declares any more, with what of it is still under way. */
async function orphansOf(
  { plan, memory, stage, project }: Awaited<ReturnType<typeof look>>,
  { signal }: Invocation,
): Promise<Orphans> {
  const known = isAsWritten(project) && notYetKnown(stage).length === 0;
  const left = known ? orphans(memory, plan.graph) : [];
  const named = left.filter((it) => Object.keys(it.outputs).length > 0).map((it) => it.target);
  const { world, build } = project;
  const asking = { world, adapters: build.adapters ?? {}, signal };
  const targets = left.map(({ target }) => target);
  const live = leftOver(await liveWork(targets, { ...asking, traces: memory.traces }), plan.graph);
  return { names: named, live };
}

/** The parts of the one subject that a plan is about, where they lie. */
function mapOf(
  plan: Plan,
  sighting: (name: string) => Sighting | undefined,
  options: MapOptions,
): readonly string[] {
  const subjects = plan.goals.map((name) => plan.graph.nodes.get(name)!.rule.subject?.name);
  if (subjects[0] === undefined || new Set(subjects).size > 1) return [];
  return plan.goals.flatMap((name) => {
    const { observe } = plan.graph.nodes.get(name)!.rule;
    const seen = sighting(name);
    if (observe?.parts === undefined || seen === undefined || seen.state === 'failed') return [];
    return seen.value === undefined ? [] : mapLines(observe.parts(seen.value), options);
  });
}

/** Every reason for a target's state; with `path` how one target depends on another. */
export async function why(
  names: readonly string[],
  flags: CommonFlags & { readonly path?: boolean },
  invocation: Invocation,
): Promise<number> {
  const { terminal } = invocation;
  if (flags.path === true) {
    if (names.length !== 2)
      throw new UserError(
        'why --path needs two targets',
        'desgw why --path A B shows how B depends on A.',
      );
    const { plan, project } = await look([names[1]!], flags, invocation);
    const [from] = resolveGoals(plan.graph, [names[0]!], normaliser(project.world.files.root));
    const to = plan.goals[0]!;
    if (flags.json === true)
      terminal.data({ from: from!, to, path: dependencyPath(plan.graph, from!, to) ?? null });
    else terminal.out(pathText(plan.graph, from!, to));
    return 0;
  }
  if (names.length === 0) throw new UserError('why needs a target', 'desgw why TARGET');
  const { plan, memory, project } = await look(names, flags, invocation);
  const options = { traces: memory.traces, now: project.world.clock.now(), paint: terminal.paint };
  if (flags.json === true)
    terminal.data(plan.goals.map((goal) => whyJson(plan, goal, options.traces)));
  else terminal.out(plan.goals.map((goal) => whyText(plan, goal, options)).join('\n'));
  return 0;
}

/** The graph as dot, mermaid or JSON. */
export async function graph(
  targets: readonly string[],
  flags: CommonFlags & { readonly format?: string; readonly why?: boolean },
  invocation: Invocation,
): Promise<number> {
  const format = flags.json === true ? 'json' : (flags.format ?? 'dot');
  const { plan } = await look(targets, flags, invocation);
  const options = { onlyStale: flags.why === true };
  if (format === 'dot') invocation.terminal.out(dotText(plan, options));
  else if (format === 'mermaid') invocation.terminal.out(mermaidText(plan, options));
  else if (format === 'json') invocation.terminal.data(graphJson(plan, options));
  else
    throw new UserError(`there is no graph format '${format}'`, 'There are dot, mermaid and json.');
  return 0;
}

/** Names, states, outputs and purposes of targets. */
export async function targets(
  patterns: readonly string[],
  flags: CommonFlags,
  invocation: Invocation,
): Promise<number> {
  const { plan, project } = await look([], flags, invocation);
  const { graph } = plan;
  const meant = new Set(resolveGoals(graph, patterns, normaliser(project.world.files.root)));
  const names = [...graph.nodes.keys()].filter(
    (name) => !graph.awaited.has(name) && (patterns.length === 0 || meant.has(name)),
  );
  const { terminal } = invocation;
  if (flags.json === true) terminal.data(targetsJson(plan, names));
  else terminal.out(targetsText(plan, names, terminal.paint));
  return 0;
}

interface LogFlags extends CommonFlags {
  readonly run?: string;
  readonly list?: boolean;
  readonly follow?: boolean;
  readonly raw?: boolean;
}

/** What a target printed: its last run, an earlier one, or what it is printing now; or a build. */
export async function log(
  name: string | undefined,
  flags: LogFlags,
  invocation: Invocation,
): Promise<number> {
  const {
    logs,
    files,
    clock,
    of,
    prints = [],
  } = name === undefined
    ? logsOfBuilds(flags, invocation)
    : await logsOfTarget(name, flags, invocation);
  const { terminal } = invocation;
  if (logs.length === 0) return logOfNothing(name!, of, flags, invocation);
  if (flags.list === true) {
    terminal.out(logs.map(({ run, path }) => `run ${run}  ${path}`).join('\n'));
    return 0;
  }
  const wanted =
    flags.run === undefined ? logs.at(-1)! : logs.find(({ run }) => run === Number(flags.run));
  if (wanted === undefined)
    throw new UserError(
      `${of} has no run ${flags.run}`,
      `Its runs are ${logs.map((l) => l.run).join(', ')}.`,
    );
  const printed = wanted === logs.at(-1) ? prints : [];
  const parts = [...partsOf(wanted.path), ...printed].map((path) => ({ path, shown: 0 }));
  for (;;) {
    for (const part of parts) {
      const bytes = files.read(part.path) ?? new Uint8Array();
      const more = bytes.subarray(part.shown);
      if (more.length > 0 && flags.raw === true) terminal.raw(more);
      else if (more.length > 0) terminal.out(displayLines(new TextDecoder().decode(more)));
      part.shown = bytes.length;
    }
    if (flags.follow !== true || invocation.signal.aborted) return 0;
    await clock.sleep(300, invocation.signal);
  }
}

interface Logs extends Pick<World, 'files' | 'clock'> {
  readonly of: string;
  readonly logs: readonly { readonly run: number; readonly path: string }[];
  /** Files into which the programs of the last run print. */
  readonly prints?: readonly string[];
}

function logsOfBuilds(flags: CommonFlags, invocation: Invocation): Logs {
  const { files, clock } = openWorld(dirname(ruleFileOf(flags, invocation)), invocation);
  const logs = buildLogs(files);
  if (logs.length === 0)
    throw new UserError(
      'there is no log of a build',
      'No build has had anything to do here. `desgw log TARGET` shows what a target printed.',
    );
  return { files, clock, logs, of: 'the log of builds' };
}

async function logsOfTarget(
  name: string,
  flags: CommonFlags,
  invocation: Invocation,
): Promise<Logs> {
  const { project } = await openProject(invocation, flags, { writes: false });
  const { files, clock } = project.world;
  tellOfBuilder(project.world, invocation);
  // How anything stands does not matter here.
  const graph = graphUnseen(project);
  const known = graph.nodes.has(name)
    ? [name]
    : resolveGoals(graph, [name], normaliser(files.root));
  const target = known[0]!;
  const chain = chainOf(graph, target);
  const logs = [
    ...logsOf(files, target),
    ...(chain === undefined || chain.name === target ? [] : logsOf(files, chain.name)),
  ];
  const prints = (chain?.recipe ?? recipeOf(graph.nodes.get(target)!.rule)).prints ?? [];
  return { files, clock, logs, of: `'${target}'`, prints };
}

/** The chain of a link, or of the group that stands for all of its links. */
function chainOf({ nodes }: Pick<Graph, 'nodes'>, target: TargetName): Chain | undefined {
  const { rule, group, deps } = nodes.get(target)!;
  const [first] = deps;
  if (!group || first === undefined) return rule.chain;
  const { chain } = nodes.get(first)!.rule;
  return deps.every((dep) => nodes.get(dep)!.rule.chain === chain) ? chain : undefined;
}

/** What failed before it could print anything says so itself. */
async function logOfNothing(
  name: string,
  of: string,
  flags: CommonFlags,
  invocation: Invocation,
): Promise<number> {
  const { plan } = await look([name], flags, invocation);
  const target = plan.goals[0]!;
  const verdict = plan.verdicts.get(target)!;
  if (verdict.state !== 'failed')
    throw new UserError(`there is no log of ${of}`, 'It has not run here, or it printed nothing.');
  invocation.terminal.out(
    `${display(target)} printed nothing. It failed:\n  ${display(detail(verdict))}`,
  );
  return 0;
}

/** Parameters with their value, where it comes from, and what they are for. */
export async function params(flags: CommonFlags, invocation: Invocation): Promise<number> {
  const { loaded, chosen, project } = await openProject(invocation, flags, { writes: false });
  const looking = { readText: project.world.files.readText, secrets: invocation.secrets };
  const { terminal } = invocation;
  if (flags.json === true) terminal.data(paramsJson(loaded.build, chosen, looking));
  else terminal.out(paramsText(loaded.build, chosen, looking, terminal.paint));
  return 0;
}
