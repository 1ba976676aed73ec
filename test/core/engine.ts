/** The engine on a stub world: builds, and what is on record afterwards. */

import type { Build, RuleItem } from '../../core/api/builds.ts';
import { loadMemory, openJournal } from '../../core/memory/journal.ts';
import type { Journal } from '../../core/memory/memory.ts';
import type { Trace } from '../../core/memory/trace.ts';
import { Observer } from '../../core/observe/observer.ts';
import { stage } from '../../core/observe/stage.ts';
import type { Plan } from '../../core/plan/verdict.ts';
import { type BuildOptions, runBuild } from '../../core/run/build.ts';
import type { BuildEvent, Summary } from '../../core/run/events.ts';
import { type StubWorld, stubProject } from './stub-world.ts';

const MANY_EVENTS = 1000;

export interface Engine {
  readonly world: StubWorld;
  /** Builds; what happened in words, one an event. */
  build(
    options?: Partial<BuildOptions>,
  ): Promise<{ readonly summary: Summary; readonly told: readonly string[] }>;
  trace(target: string): Trace | undefined;
  /** Plans these targets with the journal open, as the commands do that settle something by hand. */
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
    async build(options = {}) {
      const told: string[] = [];
      const summary = await runBuild(project, {
        ...{
          goals: [],
          jobs: 5,
          failFast: false,
          force: false,
          wait: false,
          waitTimeout: undefined,
        },
        ...{ command: 'desgw build', signal: new AbortController().signal },
        emit: (event) => {
          // A build that goes round in circles would hang the test that is to tell of it.
          if (told.length > MANY_EVENTS) throw new Error('there is no end of events');
          told.push(...inWords(event));
        },
        ...options,
      });
      return { summary, told };
    },
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
      const { plan } = await stage(project, observer, names, true);
      act({ plan, observer, journal });
      journal.close();
    },
  };
}

/** What is worth comparing of an event. */
function inWords(event: BuildEvent): string[] {
  switch (event.kind) {
    case 'action started':
      return [`start ${event.action.name}`];
    case 'action done':
      return [`done ${event.action.name}`];
    case 'action failed':
      return [`failed ${event.action.name}: ${event.problems.map(({ what }) => what).join('; ')}`];
    case 'action left':
      return [`left ${event.action.name}`];
    case 'target spared':
      return [`spared ${event.target}`];
    case 'target adopted':
      return [`adopted ${event.target}: ${event.how}`];
    case 'told':
      return [`told: ${event.text}`];
    case 'warning':
      return [`warning: ${event.message}`];
    case 'planned':
    case 'action retried':
    case 'progress':
    case 'waiting':
    case 'lock wait':
    case 'finished':
      return [];
  }
}
