/** Commands that look at desgw itself: what is on record, and where the time goes. */

import { dirname } from 'node:path';
import { didYouMean, UserError } from '../api/errors.ts';
import { globPattern, resolveGoals } from '../graph/goals.ts';
import { listJournal } from '../memory/listing.ts';
import { normaliser } from '../observe/project.ts';
import { graphUnseen } from '../observe/to-come.ts';
import { lookOnly } from '../run/opening.ts';
import { journalJson, journalText } from '../views/journal.ts';
import { table } from '../words/text.ts';
import {
  type CommonFlags,
  type Invocation,
  openProject,
  openWorld,
  ruleFileOf,
} from './context.ts';

/** What is on record, of all targets or of those named, oldest first. Needs no rule file that loads. */
export async function journal(
  names: readonly string[],
  flags: CommonFlags,
  invocation: Invocation,
): Promise<number> {
  const world = openWorld(dirname(ruleFileOf(flags, invocation)), invocation);
  const segments = listJournal(world.files);
  const known = new Set(segments.flatMap(({ records }) => records.map(({ target }) => target)));
  const meant = new Set<string>();
  for (const name of names) {
    const targets = [...known].filter((target) => isMeant(target, name));
    const more = targets.length > 0 ? [] : await namedInRules(name, flags, invocation);
    const recorded = [...targets, ...more.filter((target) => known.has(target))];
    if (recorded.length === 0)
      throw new UserError(`nothing is on record of '${name}'`, didYouMean(name, known));
    for (const target of recorded) meant.add(target);
  }
  const wanted = (target: string): boolean => names.length === 0 || meant.has(target);
  const { terminal } = invocation;
  if (flags.json === true) {
    for (const record of journalJson(segments, wanted)) terminal.data(record);
    return 0;
  }
  const told = journalText(segments, wanted);
  terminal.out(told === '' ? 'Nothing is on record.' : told);
  return 0;
}

/** What a file or a subject means, where the rule file can tell. */
async function namedInRules(
  name: string,
  flags: CommonFlags,
  invocation: Invocation,
): Promise<readonly string[]> {
  try {
    const { project } = await openProject(invocation, flags, { writes: false });
    return resolveGoals(graphUnseen(project), [name], normaliser(project.world.files.root));
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** Whether a name, or a pattern with stars, means a target. */
export const isMeant = (target: string, name: string): boolean =>
  target === name || (/[*?[]/.test(name) && globPattern(name).test(target));

/** Where the time of an invocation goes that plans these targets and does nothing else. */
export async function stats(
  targets: readonly string[],
  flags: CommonFlags,
  invocation: Invocation,
): Promise<number> {
  const started = performance.now();
  const { project } = await openProject(invocation, flags, { writes: false });
  const loaded = performance.now();
  const { signal } = invocation;
  let remembered = loaded;
  const seen = await lookOnly(project, targets, {
    dry: false,
    signal,
    onMemory: () => {
      remembered = performance.now();
    },
  });
  const planned = performance.now();
  const { plan } = seen.stage;
  const parts = [
    ['start', started, 'Node, and desgw itself'],
    ['rule file', loaded - started, `${plan.graph.nodes.size} targets declared`],
    [
      'journal',
      remembered - loaded,
      `${seen.memory.traces.size} targets and ${seen.memory.files.size} files on record`,
    ],
    [
      'plan',
      planned - remembered,
      `${plan.order.length} targets decided, ${project.world.files.digests} files read`,
    ],
    ['in all', planned, ''],
  ] as const;
  if (flags.json === true) {
    const data = Object.fromEntries(parts.map(([name, ms]) => [name, Math.round(ms)]));
    invocation.terminal.data(data);
    return 0;
  }
  const rows = parts.map(([name, ms, what]) => [name, `${Math.round(ms)} ms`.padStart(9), what]);
  invocation.terminal.out(
    table(rows)
      .map((line) => line.trimEnd())
      .join('\n'),
  );
  return 0;
}
