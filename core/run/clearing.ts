/** What is cleared out of the way before a run. */
import { leftoversBeside } from '../observe/leftovers.ts';
import type { Course } from './course.ts';
import { revokeAttempt } from './detached.ts';
import { isOpen } from './entry.ts';

/**
 * An attempt on record that never began must be kept from beginning before a new one does.
 * @returns tokens of earlier attempts that cannot begin any more; undefined: one has begun after all
 */
export function takeBack({ action, entries, context }: Course): readonly string[] | undefined {
  const { journal, observer, world } = context;
  if (action.kind !== 'run') return [];
  const takenBack: string[] = [];
  for (const { node } of entries) {
    const trace = journal.traces.get(node.name);
    if (!isOpen(trace) || trace.detached === undefined) continue;
    if (observer.attempt(trace.token) !== 'lost' && !revokeAttempt(world, trace.token))
      return undefined;
    takenBack.push(trace.token);
  }
  return takenBack;
}

/** Content that desgw did not make is kept aside. */
export function keep({ entries, context, keeper }: Course): void {
  for (const { node } of entries) keeper.keep(node, context.journal.traces.get(node.name));
}

/** The same of files that its steps put in place and that are no outputs. */
export function keepBeside({ action, beside, entries, context, keeper }: Course): void {
  if (action.kind !== 'run' && action.kind !== 'restore') return;
  const traces = entries.map(({ node }) => context.journal.traces.get(node.name));
  keeper.keepBeside(entries[0]!.node.name, [...beside], traces);
}

/** What an interrupted run has half written goes, beside anything that it may have been writing. */
export function sweep({ action, entries, context, placed }: Course): void {
  if (action.kind !== 'run') return;
  const { files } = context.world;
  const interrupted = entries.filter(({ node }) => isOpen(context.journal.traces.get(node.name)));
  if (interrupted.length === 0) return;
  const outputs = interrupted.flatMap(({ node }) => node.outputs.map(({ path }) => path));
  for (const path of leftoversBeside(files, [...outputs, ...placed])) files.remove(path);
}
