/**
 * A build is stopped at each of its effects on files, one after the other, and taken up by a new
 * engine; or that one effect fails. Either way the next build must bring everything right.
 */
import { describe, expect, test } from 'vitest';
import { UserError } from '../../core/api/errors.ts';
import { loadMemory } from '../../core/memory/journal.ts';
import { runBuild } from '../../core/run/build.ts';
import type { Summary } from '../../core/run/events.ts';
import { type Fault, Stopped } from '../../core/testing/faults.ts';
import { type Engine, type Machine, memoryMachine } from '../../core/testing/machine.ts';
import { FileError } from '../../core/world/fs.ts';
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

const long = process.env.DESGW_LONG === '1';

interface Site {
  readonly workspace: Workspace;
  readonly machine: Machine;
}

function newSite(): Site {
  const workspace = everyKind();
  const tree = { ...initialTree(workspace), 'outside/watch': 'ready 0' };
  const machine: Machine = memoryMachine(
    tree,
    programsOf(workspace, () => machine.memory.tree()),
  );
  return { workspace, machine };
}

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
async function faultyBuild(site: Site, fault: Fault): Promise<{ effects: number; came: unknown }> {
  const engine = site.machine.engine({ env: site.workspace.env, fault });
  const came = await build(site, engine).catch((error: unknown) => error);
  await site.machine.rest();
  return { effects: engine.effects(), came };
}

/** Everything is as a builder without a memory makes it, and what must happen once has. */
async function expectWhole(site: Site): Promise<void> {
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
const BUILDS = {
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

describe.each(Object.entries(BUILDS))('%s', (_, prepare) => {
  test('loses nothing and repeats nothing when it is stopped at any of its effects', {
    timeout: 600_000,
  }, async () => {
    for (let failAt = 1; ; failAt++) {
      const site = await prepare();
      const { effects, came } = await faultyBuild(site, { failAt, with: 'stop' });
      if (effects < failAt) break;
      await expectWhole(site).catch((error: unknown) => {
        throw new Error(`stopped at effect ${failAt}: ${(error as Error).message}`, {
          cause: error,
        });
      });
      if (came instanceof Error && !(came instanceof Stopped)) throw came;
    }
  });

  test('fails cleanly when any of its effects fails, and the next build puts it right', {
    timeout: 600_000,
  }, async () => {
    for (let failAt = 1; ; failAt++) {
      // By turns, unless there is time for both everywhere.
      const codes = long ? ['ENOSPC', 'EIO'] : [failAt % 2 === 0 ? 'ENOSPC' : 'EIO'];
      const ends: string[] = [];
      for (const code of codes) ends.push(await expectCleanFailure(code, failAt));
      if (ends.includes('never came to it')) break;
    }
  });

  async function expectCleanFailure(code: string, failAt: number): Promise<string> {
    const site = await prepare();
    const { effects, came } = await faultyBuild(site, { failAt, with: code });
    if (effects < failAt) return 'never came to it';
    if (came instanceof Error && !(came instanceof FileError) && !(came instanceof UserError)) {
      throw new Error(`effect ${failAt}: not a clean failure`, { cause: came });
    }
    await expectWhole(site).catch((error: unknown) => {
      throw new Error(`${code} at effect ${failAt}: ${(error as Error).message}`, { cause: error });
    });
    return 'came through';
  }
});
