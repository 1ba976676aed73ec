/** What is stopped, and what must hold after that. */
import { expect } from 'vitest';
import { loadMemory } from '../../core/memory/journal.ts';
import { runBuild } from '../../core/run/build.ts';
import type { Summary } from '../../core/run/events.ts';
import {
  type Engine,
  type EngineOptions,
  type Machine,
  memoryMachine,
} from '../../core/testing/machine.ts';
import { waitingBuild } from '../core/stub-world.ts';
import { initialTree } from '../property/arbitrary.ts';
import {
  buildOf,
  naive,
  OUTSIDE_LOG,
  outputsOf,
  programsOf,
  type Workspace,
} from '../property/workspace.ts';
import { everyKind } from './workspace.ts';

/** A machine with a workspace that has a target of every kind. */
export interface Site {
  readonly workspace: Workspace;
  readonly machine: Machine;
}

/** A new one. */
function newSite(): Site {
  const workspace = everyKind();
  const tree = { ...initialTree(workspace), 'outside/watch': 'ready 0' };
  const machine: Machine = memoryMachine(
    tree,
    programsOf(workspace, () => machine.memory.tree()),
  );
  return { workspace, machine };
}

/** Builds everything there, and waits a little for what goes on outside. */
function build({ workspace }: Site, world: Engine): Promise<Summary> {
  const project = {
    world,
    build: buildOf(workspace),
    params: {},
    siteOf: () => '',
    explain: (e: unknown) => e as Error,
  };
  return runBuild(project, waitingBuild(3));
}

/** Builds with a fault; what it throws is part of how it went. */
export async function faultyBuild(
  site: Site,
  faults: Omit<EngineOptions, 'env'>,
): Promise<{ effects: number; looks: number; came: unknown }> {
  const engine = site.machine.engine({ env: site.workspace.env, ...faults });
  const came = await build(site, engine).catch((error: unknown) => error);
  await site.machine.rest();
  return { effects: engine.effects(), looks: engine.looks(), came };
}

/** Everything is as a builder without a memory makes it, and what must happen once has. */
export async function expectWhole(site: Site): Promise<void> {
  const { workspace, machine } = site;
  const { outcome, failed, person } = await build(site, machine.engine({ env: workspace.env }));
  expect({ outcome, failed, person }).toEqual({ outcome: 'fresh', failed: [], person: [] });
  const tree = machine.memory.tree();
  const given = { tree, asTheyAre: new Set<string>(), leftOut: new Set<string>() };
  const made = workspace.targets.flatMap((sketch) =>
    outputsOf(sketch).map((path) => [path, sketch.name] as const),
  );
  expect(made.map(([path]) => [path, tree[path]])).toEqual(
    made.map(([path, name]) => [path, naive(name, workspace, given)]),
  );
  expect(tree[OUTSIDE_LOG]).toBe('once\n');
  expect(Object.keys(tree).filter((path) => path.includes('.kept'))).toEqual([]);
  expect(loadMemory(machine.engine().files).warnings).toEqual([]);
  machine.started.length = 0;
  const again = await build(site, machine.engine({ env: workspace.env }));
  expect([again.outcome, machine.started]).toEqual(['fresh', []]);
}

/** The two builds that are disturbed: one of everything, and one after some things have changed. */
export const BUILDS = {
  'the first build': async (): Promise<Site> => newSite(),
  'a build after a change': async (): Promise<Site> => {
    const site = newSite();
    await build(site, site.machine.engine({ env: site.workspace.env }));
    site.machine.clock.advance(5000);
    const { files } = site.machine.engine();
    files.write('src/b', 'v1');
    files.write('outside/both', 'ready 1');
    files.write('outside/watch', 'ready 1');
    files.remove('out/once');
    return site;
  },
};
