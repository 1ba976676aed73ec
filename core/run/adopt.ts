/** Adoption: work that was done without desgw is put on record, with the files that belong to it. */

import type { OnceSighting } from '../api/rules.ts';
import type { Instant, Path } from '../api/values.ts';
import { recipeOf } from '../graph/recipes.ts';
import { logPath } from '../memory/logs.ts';
import { forRecord } from '../observe/looked.ts';
import { usableMembers } from '../plan/needs.ts';
import type { Action } from '../plan/verdict.ts';
import { flushOutputs } from './durable.ts';
import { type Entry, entryOf, evaluate, type Landing, type PerformContext } from './entry.ts';
import { Keeper } from './keep.ts';
import { Run } from './steps.ts';

/** Puts work on record that was found done, writing the files that go with the record. */
export async function adopt(action: Action, context: PerformContext): Promise<Landing> {
  const { world, journal, observer, graph } = context;
  const entry = await entryOf(graph.nodes.get(action.makes[0]!)!, action, context);
  const { node } = entry;
  const at = world.clock.now();
  const seen = observer.once(node.name);
  if (seen?.state !== 'done') throw new Error(`internal: ${node.name} is adopted without evidence`);
  if (node.rule.once !== undefined && !(await putInPlace(entry, seen, { ...context, at })))
    return { state: 'interrupted' };
  await flushOutputs([node], observer, world.files);
  journal.trace(
    node.name,
    {
      kind: 'built',
      how: 'adopted',
      run: entry.run,
      at,
      ms: 0,
      signature: entry.signature,
      because: [],
      outputs: Object.fromEntries(
        node.outputs.map((o) => [o.path, forRecord({ ...o, optional: true }, observer.output(o))]),
      ),
      evidence: seen.how,
      ...(seen.receipt === undefined ? {} : { receipt: seen.receipt }),
      ...(seen.token === undefined ? {} : { token: seen.token }),
      ...(entry.again ? { again: true } : {}),
    },
    { durable: node.rule.once !== undefined },
  );
  // No program ran: these files are all that can have changed.
  const wrote = node.outputs.map((o) => o.path);
  return { state: 'built', note: seen.how, wrote };
}

/**
 * Writes the files that go with the record.
 * @returns false when it was interrupted; then nothing may go on record, for some files are not there
 */
async function putInPlace(
  entry: Entry,
  seen: Extract<OnceSighting, { state: 'done' }>,
  context: PerformContext & { readonly at: Instant },
): Promise<boolean> {
  const { world, journal, observer, verdicts, at } = context;
  const { node } = entry;
  const keeper = new Keeper(world, observer, context.emit);
  keeper.keep(node, journal.traces.get(node.name));
  const recipe = recipeOf(node.rule);
  const facts = observer.facts(node, usableMembers(node, verdicts), [], recipe.reads ?? []);
  const quiet = quietOptions(context, entry, at, seen.token ?? '');
  const onReplacing = (path: Path): void => keeper.keepNew(node.name, path);
  const run = new Run(facts, { ...quiet, onReplacing, filesOnly: true }, seen.receipt);
  const end = await run.all(evaluate(node, facts));
  const done = end.state === 'done';
  if (done) run.commit();
  else run.discard();
  keeper.release();
  if (done) observer.forget(node.outputs.map((o) => o.path));
  return done;
}

function quietOptions(context: PerformContext, entry: Entry, at: number, token: string) {
  const { world, environments, signal } = context;
  return {
    world,
    environments,
    signal,
    token, // that of whoever did it; empty where it does not show
    again: entry.again,
    startedAt: at,
    log: logPath(entry.node.name, entry.run),
    env: [],
    resume: false,
    onRetry: () => {},
    onWarning: () => {},
    onAlive: () => Promise.resolve(),
  };
}
