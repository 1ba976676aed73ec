/** What people decide for desgw: accept an edit, adopt work, decide a doubt, do something once more. */

import { MissingText, Refusal, UserError } from '../api/errors.ts';
import type { OnceSighting, Output } from '../api/rules.ts';
import type { Digest, TargetName } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import { recipeOf } from '../graph/recipes.ts';
import type { Journal } from '../memory/memory.ts';
import { type Built, EMPTY_SIGNATURE, lastGood } from '../memory/trace.ts';
import { claimsOf, liftClaims } from '../observe/claims.ts';
import { forRecord } from '../observe/looked.ts';
import type { Observer } from '../observe/observer.ts';
import { membersDigest, membersOf } from '../plan/left.ts';
import { usableMembers } from '../plan/needs.ts';
import { builtOf, wasAskedAgain } from '../plan/record.ts';
import { signatureOf } from '../plan/signature.ts';
import type { Plan } from '../plan/verdict.ts';
import { typed } from '../words/quote.ts';
import { moment } from '../words/time.ts';
import type { Files } from '../world/world.ts';
import { forget } from './clean.ts';

/** What a decision by hand goes by, and where it is recorded. */
export interface ByHandContext {
  readonly plan: Plan;
  readonly observer: Observer;
  readonly journal: Journal;
  readonly files: Files;
  readonly now: number;
  /** Targets that have to be made before it is known what follows from them. */
  readonly toCome?: readonly TargetName[];
}

/**
 * Takes what is there as good: edited outputs, until what they are made from changes; of what must not
 * happen twice that it happened, though what it was made from has changed since.
 */
export function acceptEdit(name: TargetName, context: ByHandContext): void {
  const { plan, observer, journal, now } = context;
  const node = plan.graph.nodes.get(name)!;
  const built = refuseAcceptance(name, context);
  if (plan.verdicts.get(name)!.state === 'outdated') {
    // That it happened, and as what, stays on record.
    const gathered = usableMembers(node, plan.verdicts);
    const signature = signatureOf(node, observer, plan.verdicts, gathered);
    journal.trace(name, { ...built, how: 'accepted', at: now, signature }, { durable: true });
    return;
  }
  journal.trace(
    name,
    { ...built, how: 'accepted', at: now, outputs: outputsAccepted(node, built, observer) },
    { durable: true },
  );
}

/** What would be accepted. @throws UserError where there is nothing to accept */
export function refuseAcceptance(
  name: TargetName,
  { plan, observer, journal }: ByHandContext,
): Built {
  const built = builtOf(plan.graph.nodes.get(name)!, journal.traces.get(name), observer);
  if (built === undefined) {
    const there = absentOf(name, { plan, observer }).length === 0;
    throw new UserError(
      `'${name}' has not been built, so there is no edit to accept`,
      there
        ? `\`${typed('adopt', name)}\` puts files that are there on record.`
        : `\`${typed('build', name)}\` makes it.`,
    );
  }
  const { state } = plan.verdicts.get(name)!;
  if (state !== 'edited' && state !== 'outdated') {
    const nor = plan.graph.nodes.get(name)!.rule.once && ', and it is not outdated';
    throw new UserError(`nothing that '${name}' made was changed by hand${nor ?? ''}`);
  }
  return built;
}

/**
 * Whether a target may be marked as done.
 * @throws UserError for what is no receipt, and where a good one would be lost
 */
export function refuseReceipt(
  name: TargetName,
  receipt: string | undefined,
  { context, all }: { readonly context: ByHandContext; readonly all: readonly TargetName[] },
): void {
  const { receipts } = onceNode(name, context.plan).rule.once!;
  if (receipt !== undefined && receipts !== undefined && !receipts.isOne(receipt))
    throw new UserError(`'${receipt}' is no job id`, `It looks like ${receipts.example}.`);
  if (receipt !== undefined && all.length > 1)
    throw new UserError(
      `one job id cannot stand for ${all.join(' and ')}`,
      'Mark each with its own.',
    );
  const trace = context.journal.traces.get(name);
  const known = trace?.kind === 'built' ? trace.receipt : undefined;
  if (known !== undefined && known !== receipt)
    throw new UserError(
      `'${name}' is not in doubt: it is on record as ${known}`,
      'Nothing was changed.',
    );
}

/** What the outside says of an attempt whose end is not on record: that it happened, or why nobody can tell. */
export async function contradiction(
  name: TargetName,
  { plan, observer }: Pick<ByHandContext, 'plan' | 'observer'>,
): Promise<Exclude<OnceSighting, { state: 'not done' }> | undefined> {
  // Of what may be made again nothing outside is asked.
  if (plan.graph.nodes.get(name)!.rule.once === undefined) return undefined;
  if (observer.once(name) === undefined)
    await observer.look(plan.graph, [{ target: name, look: 'once' }]);
  const seen = observer.once(name);
  if (seen?.state === 'failed') return { state: 'unknown', why: seen.why, unanswered: true };
  return seen?.state === 'not done' ? undefined : seen;
}

/** Puts a target on record as made, with the outputs that are there. */
export function adoptOutputs(name: TargetName, context: ByHandContext): void {
  const { plan, observer, now } = context;
  const node = plan.graph.nodes.get(name)!;
  const missing = absentOf(name, context);
  if (missing.length > 0)
    throw new UserError(
      `'${name}' cannot be adopted: ${missing.join(', ')} is not there`,
      node.rule.once === undefined
        ? undefined
        : `Whether it has happened is looked for, and it is adopted then, by \`${typed('build', name)}\`.`,
    );
  const by = plan.verdicts.get(name)?.by ?? [];
  if (by.length > 0)
    throw new UserError(
      `'${name}' cannot be adopted yet: ${by.join(', ')} is not fresh`,
      `Build or adopt ${by.length > 1 ? 'these' : 'it'} first.`,
    );
  record(node, context, {
    how: 'adopted',
    outputs: outputsNow(node, observer),
    evidence: 'taken as it was, by hand',
    at: now,
  });
}

/** Outputs that would have to be there. */
const absentOf = (
  name: TargetName,
  { plan, observer }: Pick<ByHandContext, 'plan' | 'observer'>,
): readonly string[] =>
  plan.graph.nodes
    .get(name)!
    .outputs.filter((output) => output.optional !== true && observer.output(output) === 'absent')
    .map((output) => output.path);

/** Decides a doubt: the work has happened, under this receipt if it is known. */
export function markDone(
  name: TargetName,
  receipt: string | undefined,
  context: ByHandContext,
): void {
  const node = onceNode(name, context.plan);
  record(node, context, {
    how: 'marked',
    outputs: {},
    evidence: 'marked by hand',
    at: context.now,
    ...(receipt === undefined ? {} : { receipt }),
  });
}

/**
 * Decides a doubt: the work has not happened. The next build looks outside once more and acts.
 * @returns whose claims on the work were lifted
 */
export function markNotDone(name: TargetName, context: ByHandContext): readonly string[] {
  const { journal, now } = context;
  const trace = journal.traces.get(name);
  const node = refuseNoDoubt(name, context);
  const { run, signature } = trace ?? { run: 0, signature: EMPTY_SIGNATURE };
  const problems = [{ what: 'marked by hand as not done' }];
  const { untouched, left } = trace?.kind === 'failed' ? trace : {};
  journal.trace(
    name,
    {
      ...{ kind: 'failed', run, at: now, ms: 0, signature, because: [], problems },
      denied: true,
      ...(untouched === undefined ? {} : { untouched }),
      ...(left === undefined ? {} : { left }),
      ...(wasAskedAgain(trace) ? { again: true } : {}),
    },
    { durable: true },
  );
  return lifted(node, context);
}

/** A target that may be marked as not done. @throws UserError where there is no doubt to decide */
export function refuseNoDoubt(name: TargetName, { plan, journal, observer }: ByHandContext): Node {
  const trace = journal.traces.get(name);
  const inDoubt = plan.verdicts.get(name)?.state === 'in doubt';
  const node = inDoubt ? plan.graph.nodes.get(name)! : onceNode(name, plan);
  if (!inDoubt && (trace === undefined || trace.kind === 'built')) {
    throw new UserError(
      `'${name}' is not in doubt`,
      trace === undefined ? undefined : `To do it once more: ${typed('resubmit', name)}`,
    );
  }
  const open = trace?.kind === 'started' || trace?.kind === 'finishing';
  if (open && trace.detached !== undefined && observer.attempt(trace.token) === 'alive')
    throw new UserError(`'${name}' is still running`, `Wait for it: ${typed('build', name)}`);
  return node;
}

/** Lifts the claims on a target with the doubt: they bar whoever comes next, whatever the record says. */
function lifted(node: Node, { observer, files }: ByHandContext): readonly string[] {
  try {
    const facts = observer.facts(node, [], [], recipeOf(node.rule).reads ?? []);
    return liftClaims(files, claimsOf(node, facts));
  } catch (error) {
    // Where the steps cannot be told, since what they read is not there, no build can claim anything either.
    if (error instanceof Refusal || error instanceof MissingText) return [];
    throw error;
  }
}

/**
 * Makes way for doing once more what must not happen twice. Whoever watches the work starts anew.
 * @returns whose claims on the work were lifted
 */
export function allowAgain(
  name: TargetName,
  reason: string,
  context: ByHandContext,
): readonly string[] {
  const { plan, journal, files, now } = context;
  const node = onceNode(name, plan);
  const trace = journal.traces.get(name);
  const { run, signature } = trace ?? { run: 0, signature: EMPTY_SIGNATURE };
  journal.trace(
    name,
    { kind: 'cleaning', done: true, run, at: now, signature, outputs: {}, reason },
    { durable: true },
  );
  for (const output of node.outputs) keepOld(files, output.path);
  for (const dependent of plan.graph.dependents.get(name) ?? []) {
    if (plan.graph.nodes.get(dependent)!.rule.observe !== undefined)
      forget(dependent, journal, now, reason);
  }
  return lifted(node, context);
}

/** What is on record of a once-target, in a sentence. */
export function onRecord(
  name: TargetName,
  { plan, journal }: Pick<ByHandContext, 'plan' | 'journal'>,
): string {
  onceNode(name, plan);
  const trace = journal.traces.get(name);
  const good = lastGood(trace);
  const when = trace === undefined ? '' : ` on ${moment(trace.at)}`;
  const receipt = good?.receipt === undefined ? '' : ` as ${good.receipt}`;
  const state =
    trace === undefined
      ? 'never done'
      : trace.kind === 'built'
        ? `${trace.how}${receipt}${when}`
        : `${trace.kind}${when}`;
  return `${name}: ${state}`;
}

function onceNode(name: TargetName, plan: Plan): Node {
  const node = plan.graph.nodes.get(name)!;
  if (node.rule.once === undefined) {
    throw new UserError(`'${name}' may be made as often as you like`, typed('build --force', name));
  }
  return node;
}

const outputsNow = (node: Node, observer: Observer): Built['outputs'] =>
  Object.fromEntries(node.outputs.map((output) => [output.path, asSeen(output, observer)]));

/** A person may take as it is that an output is not there, but not one that cannot be seen. */
const asSeen = (output: Output, observer: Observer): Digest =>
  forRecord({ ...output, optional: true }, observer.output(output));

/** Outputs as they are now; of a pattern only the files on record, for others are not of this target. */
const outputsAccepted = (node: Node, built: Built, observer: Observer): Built['outputs'] =>
  Object.fromEntries(
    node.outputs.map((output) => {
      const now = asSeen(output, observer);
      const ours = output.glob === true ? membersOf(built.outputs[output.path]) : undefined;
      const present = ours === undefined ? undefined : membersOf(now);
      if (ours === undefined || present === undefined) return [output.path, now];
      return [output.path, membersDigest([...present].filter(([path]) => ours.has(path)))];
    }),
  );

function record(
  node: Node,
  { plan, observer, journal }: ByHandContext,
  fields: Pick<Built, 'how' | 'outputs' | 'at'> & Partial<Pick<Built, 'evidence' | 'receipt'>>,
): void {
  const gathered = node.gathers.filter(
    (member) => plan.verdicts.get(member)?.product !== undefined,
  );
  const { run: last = 0, set } = journal.traces.get(node.name) ?? {};
  const run = last + 1;
  const signature = signatureOf(node, observer, plan.verdicts, gathered);
  journal.trace(
    node.name,
    { kind: 'built', run, ms: 0, signature, because: [], ...(set && { set }), ...fields },
    { durable: true },
  );
}

function keepOld(files: Files, path: string): void {
  if (files.stat(path) === undefined) return;
  for (let n = 1; ; n++) {
    const name = `${path}.previous-${n}`;
    if (files.stat(name) !== undefined) continue;
    files.rename(path, name);
    return;
  }
}
