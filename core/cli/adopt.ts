/** `desgw adopt`: what is there already counts as made. */
import { Refusal, UserError } from '../api/errors.ts';
import type { Rule } from '../api/rules.ts';
import type { TargetName } from '../api/values.ts';
import { needsOf } from '../graph/graph.ts';
import { claimant, takeClaim } from '../observe/claims.ts';
import { type Project, stage } from '../observe/stage.ts';
import { decide } from '../plan/decide.ts';
import { isVerdict, type Plan, type Verdict } from '../plan/verdict.ts';
import { adoptOutputs, type ByHandContext } from '../repair/by-hand.ts';
import { typed } from '../words/quote.ts';
import { underLock } from './by-hand.ts';
import type { CommonFlags, Invocation } from './context.ts';

/**
 * Puts outputs that are there on record, one after the other, so that a whole chain can be adopted at
 * once. With `as` the outputs are made first, from a value that was decided before.
 */
export async function adopt(
  names: readonly string[],
  flags: CommonFlags & { readonly as?: string },
  invocation: Invocation,
): Promise<number> {
  await underLock(names, flags, invocation, async (targets, context, project) => {
    if (flags.as !== undefined) standFor(flags.as, targets, context, project);
    const adopting = new Adopting(names, context, project);
    const left: UserError[] = [];
    for (const target of context.plan.order) {
      await adopting.reach(target);
      if (!targets.includes(target)) continue;
      const why = whyNot(() => adopting.adopt(target));
      if (why === undefined) invocation.terminal.out(`adopted: ${target} counts as made`);
      // What was named is meant; a pattern means what there is.
      else if (names.includes(target)) throw why;
      else left.push(why);
    }
    if (left.length === targets.length && left[0] !== undefined) throw left[0];
    tellLeft(left, invocation);
  });
  return 0;
}

/** Why a target was not adopted, if it was not. */
function whyNot(adopt: () => void): UserError | undefined {
  try {
    adopt();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** What of a pattern was not adopted, and why. */
function tellLeft(left: readonly UserError[], { terminal }: Invocation): void {
  if (left.length === 0) return;
  for (const { message } of left.slice(0, TOLD)) terminal.out(`not adopted: ${message}`);
  if (left.length > TOLD) terminal.out(`and ${left.length - TOLD} more`);
  terminal.out('The next build makes what is missing, or finds it done outside.');
}

/** So many that are left are told one by one. */
const TOLD = 5;

/** How everything is while one target after the other is adopted: only what needs those is judged anew. */
class Adopting {
  readonly #names: readonly string[];
  readonly #context: ByHandContext;
  readonly #project: Project;
  readonly #moved = new Set<TargetName>();
  #plan: Plan;
  #verdicts: Map<TargetName, Verdict>;

  constructor(names: readonly string[], context: ByHandContext, project: Project) {
    this.#names = names;
    this.#context = context;
    this.#project = project;
    this.#plan = context.plan;
    this.#verdicts = new Map(context.plan.verdicts);
  }

  /** Comes to a target, of which everything that it needs has been reached before. */
  async reach(name: TargetName): Promise<void> {
    const node = this.#plan.graph.nodes.get(name);
    if (node === undefined || !needsOf(node).some((need) => this.#moved.has(need))) return;
    this.#moved.add(name);
    const decision = decide(node, this.#context.observer, this.#verdicts);
    if (isVerdict(decision)) this.#verdicts.set(name, decision);
    else await this.#planAnew();
  }

  adopt(name: TargetName): void {
    adoptOutputs(name, { ...this.#context, plan: { ...this.#plan, verdicts: this.#verdicts } });
    this.#moved.add(name);
    const node = this.#plan.graph.nodes.get(name)!;
    const decision = decide(node, this.#context.observer, this.#verdicts);
    if (isVerdict(decision)) this.#verdicts.set(name, decision);
  }

  async #planAnew(): Promise<void> {
    const { observer } = this.#context;
    ({ plan: this.#plan } = await stage(this.#project, observer, this.#names, { assume: true }));
    this.#verdicts = new Map(this.#plan.verdicts);
    this.#moved.clear();
  }
}

/** @throws UserError when the targets cannot stand for a value, or not for this one */
function standFor(
  value: string,
  targets: readonly TargetName[],
  { plan, observer }: ByHandContext,
  { world }: Project,
): void {
  const [target] = targets;
  const make = plan.graph.nodes.get(target!)!.rule.adoptAs;
  if (targets.length !== 1 || make === undefined)
    throw new UserError(
      '--as is for one target that stands for a value',
      'desgw adopt TARGET --as VALUE',
    );
  const { by = [] } = plan.verdicts.get(target!)!;
  if (by.length > 0)
    throw new UserError(
      `'${target}' cannot be adopted yet: ${by.join(', ')} is not fresh`,
      `Make that first: ${typed('build', ...by)}`,
    );
  for (const step of stepsFor(make, value)) {
    if (step.kind === 'claim') {
      if (takeClaim(world, step, '').length > 0) continue;
      throw new UserError(`${step.names.join(', ')} is taken${claimant(world.files, step)}`);
    }
    world.files.write(step.path, String(step.content));
    observer.forget([step.path]);
  }
}

function stepsFor(make: NonNullable<Rule['adoptAs']>, value: string) {
  try {
    return make(value);
  } catch (error) {
    if (error instanceof Refusal) throw new UserError(error.message, error.advice);
    throw error;
  }
}
