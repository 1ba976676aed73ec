/** The engine on a stub world: builds, and what is on record afterwards. */

import type { Build, RuleItem } from '../../core/api/builds.ts';
import { exec, target } from '../../core/api/define.ts';
import type { Rule } from '../../core/api/rules.ts';
import { loadMemory, openJournal } from '../../core/memory/journal.ts';
import type { Journal } from '../../core/memory/memory.ts';
import type { Trace } from '../../core/memory/trace.ts';
import { Observer } from '../../core/observe/observer.ts';
import { stage } from '../../core/observe/stage.ts';
import type { Plan } from '../../core/plan/verdict.ts';
import type { BuildOptions } from '../../core/run/build.ts';
import { buildTold, type Told } from '../../core/testing/told.ts';
import { type StubWorld, stubProject } from './stub-world.ts';

/** A target that copies its first need, or else `in`. */
export const made = (name: string, deps: readonly string[] = [], more: Partial<Rule> = {}): Rule =>
  target(name, {
    deps,
    outputs: [name],
    recipe: [exec(['cp', deps[0] ?? 'in', name])],
    ...(deps.length === 0 ? { inputs: ['in'] } : {}),
    ...more,
  });

export interface Engine {
  readonly world: StubWorld;
  /** Builds; what happened in words, one an event. */
  build(options?: Partial<BuildOptions>): Promise<Told>;
  trace(target: string): Trace | undefined;
  /** Plans these targets with the journal open, as the commands do that decide something by hand. */
  withPlan(
    names: readonly string[],
    act: (context: { plan: Plan; observer: Observer; journal: Journal }) => void,
  ): Promise<void>;
}

export function engineOn(
  world: StubWorld,
  items: readonly RuleItem[],
  more: Partial<Build> = {},
): Engine {
  const project = stubProject(world, items, more);
  return {
    world,
    build: (options = {}) => buildTold(project, options),
    trace: (target) => loadMemory(world.files).traces.get(target),
    async withPlan(names, act) {
      const journal = openJournal(world.files, world.processes.self);
      const { signal } = new AbortController();
      const observer = new Observer(world, journal, {
        adapters: {},
        dry: false,
        mayWrite: true,
        signal,
      });
      const { plan } = await stage(project, observer, names, { assume: true });
      act({ plan, observer, journal });
      journal.close();
    },
  };
}
