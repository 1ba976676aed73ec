/** Builds with what happened in words, to compare whole. */
import type { Project } from '../observe/project.ts';
import { type BuildOptions, runBuild } from '../run/build.ts';
import type { BuildEvent, Summary } from '../run/events.ts';

/** More events than any test tells of. */
const MANY_EVENTS = 1000;

/** How a build went, and what it told, one text an event. */
export interface Told {
  readonly summary: Summary;
  readonly told: readonly string[];
}

/** Builds the goal of the rule file without waiting, unless the options say otherwise. */
export async function buildTold(
  project: Project,
  options: Partial<BuildOptions> = {},
): Promise<Told> {
  const told: string[] = [];
  const summary = await runBuild(project, {
    ...{ goals: [], jobs: 5, failFast: false, force: false, wait: false, waitTimeout: undefined },
    ...{ command: 'desgw build', signal: new AbortController().signal },
    emit: (event) => {
      // A build that goes round in circles would hang the test that is to tell of it.
      if (told.length > MANY_EVENTS) throw new Error('there is no end of events');
      told.push(...inWords(event));
    },
    ...options,
  });
  return { summary, told };
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
    case 'notice':
    case 'planned':
    case 'action retried':
    case 'progress':
    case 'waiting':
    case 'lock wait':
    case 'finished':
      return [];
  }
}
