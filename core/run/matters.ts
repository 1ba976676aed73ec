/** What people who do not watch should hear of: matters, each of an occasion, as a build comes upon them. */

import type { Told } from '../api/looks.ts';
import type { Occasion } from '../api/notify.ts';
import type { Instant, Path, TargetName } from '../api/values.ts';
import type { Graph } from '../graph/graph.ts';
import type { Trace } from '../memory/trace.ts';
import type { Plan } from '../plan/verdict.ts';
import type { Verdicts } from '../plan/view.ts';
import type { BuildEvent, Summary } from './events.ts';

/** One thing to hear of. It is the same as long as its key is. */
export interface Matter {
  readonly key: string;
  readonly occasion: Occasion;
  readonly target?: TargetName;
  readonly text: string;
}

const PERSON = ['edited', 'in doubt', 'outdated'];

/**
 * What is to be heard of a plan with what is on record: the same matters, by the same keys, as a build
 * comes upon.
 */
export function mattersOnRecord(
  plan: Plan,
  traces: ReadonlyMap<TargetName, Trace>,
): readonly Matter[] {
  const found = plan.order.flatMap((target): readonly Matter[] => {
    const { tell = [] } = plan.verdicts.get(target)!;
    const trace = traces.get(target);
    return [
      ...(trace?.kind === 'failed'
        ? [failure(target, target, trace.problems[0]?.what ?? 'it failed', trace.log)]
        : []),
      ...tell.flatMap((told) => toldMatter(target, told)),
    ];
  });
  // A run that failed is one matter, however many targets it was to make.
  const once = new Map(found.toReversed().map((matter) => [matter.key, matter]));
  return [...once.values()].toReversed().concat(mattersIn(plan));
}

/** Another try that fails alike is no news: the number of the run does not count. */
function failure(target: TargetName, name: string, what: string, log: Path | undefined): Matter {
  const gist = what.split('\n')[0]!;
  const run = log?.replace(/\.\d+\.log$/, '') ?? target;
  return {
    key: `${run}\nfailed\n${gist}`,
    occasion: 'failed',
    target,
    text: `${name} failed: ${gist}`,
  };
}

function toldMatter(target: TargetName, { about, text, occasion }: Told): readonly Matter[] {
  return occasion === undefined ? [] : [{ key: `${occasion}\n${about}`, occasion, target, text }];
}

/** What a person must decide. */
function mattersIn({ order, verdicts }: Pick<Plan, 'order'> & { verdicts: Verdicts }) {
  return order.flatMap((target): readonly Matter[] => {
    const { state, note = '' } = verdicts.get(target)!;
    if (!PERSON.includes(state)) return [];
    const text = note === '' ? `${target} is ${state}` : `${target} is ${state}: ${note}`;
    return [{ key: `${target}\n${state}`, occasion: 'in doubt', target, text }];
  });
}

/** Follows a build and says what is worth hearing, as it comes; what has been said is said again only anew. */
export class Matters {
  #graph: Graph | undefined;
  #order: readonly TargetName[] = [];
  /** Keys that hold now, of targets of this build. */
  readonly #current = new Map<string, Matter>();

  /** Targets that this build looks at: of others nothing is known. */
  get order(): readonly TargetName[] {
    return this.#order;
  }

  get current(): readonly Matter[] {
    return [...this.#current.values()];
  }

  /** What holds as things were found, without a build. */
  take(plan: Plan, matters: readonly Matter[]): void {
    this.#see(plan);
    this.#hold(matters);
  }

  note(event: BuildEvent): void {
    switch (event.kind) {
      case 'planned':
        this.#see(event.plan);
        return;
      case 'waiting':
        this.#see(event.plan);
        this.#hold(mattersIn(event.plan));
        return;
      case 'action failed': {
        const { action, problems, log } = event;
        this.#failed(action.makes[0]!, action.name, problems[0]?.what ?? 'it failed', log);
        return;
      }
      case 'action done':
        for (const target of event.action.makes) this.#made(target, event.at);
        return;
      case 'told':
        this.#hold(toldMatter(event.target, event));
        return;
      case 'finished':
        this.#finished(event.summary, event.at);
        return;
      case 'notice':
      case 'action started':
      case 'action retried':
      case 'action left':
      case 'target spared':
      case 'target adopted':
      case 'progress':
      case 'warning':
      case 'lock wait':
        return;
    }
  }

  #see({ graph, order }: Plan): void {
    this.#graph = graph;
    this.#order = order;
  }

  #add(matter: Matter): void {
    this.#current.set(matter.key, matter);
  }

  /** A run that failed is one matter, however many targets it was to make. */
  #failed(target: TargetName, name: string, what: string, log: Path | undefined): void {
    const matter = failure(target, name, what, log);
    if (!this.#current.has(matter.key)) this.#add(matter);
  }

  /** What was made has not failed any more, and nobody need decide anything. */
  #made(target: TargetName, at: Instant): void {
    for (const [key, matter] of this.#current)
      if (matter.target === target && matter.occasion !== 'ready') this.#current.delete(key);
    const milestone = this.#graph?.nodes.get(target)?.rule.milestone;
    if (milestone !== undefined)
      // Each time it is made it is news.
      this.#add({ key: `${target}\nready\n${at}`, occasion: 'ready', target, text: milestone });
  }

  #hold(matters: readonly Matter[]): void {
    for (const matter of matters) this.#add(matter);
  }

  #finished({ failed, person, outcome, built, adopted, goals }: Summary, at: Instant): void {
    for (const { target, problems, log } of failed)
      this.#failed(target, target, problems[0]?.what ?? 'it failed', log);
    this.#hold(
      person.map(({ target, state, note }) => ({
        key: `${target}\n${state}`,
        occasion: 'in doubt',
        target,
        text: `${target} is ${state}: ${note}`,
      })),
    );
    if (outcome === 'fresh' && built.length + adopted.length > 0)
      this.#add({
        key: `finished\n${at}`,
        occasion: 'finished',
        text: `${goals.join(', ')}: all up to date`,
      });
  }
}
