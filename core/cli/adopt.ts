/** `desgw adopt`: what is there already counts as made. */
import { Refusal, UserError } from '../api/errors.ts';
import type { Rule } from '../api/rules.ts';
import type { TargetName } from '../api/values.ts';
import { type Node, needsOf } from '../graph/graph.ts';
import { claimant, takeClaim } from '../observe/claims.ts';
import type { Project } from '../observe/project.ts';
import { notYetKnown, stage } from '../observe/stage.ts';
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
    const tried = new Set<TargetName>();
    // With what was adopted further targets come to light, which the same words may mean.
    for (let plan: Plan | undefined = context.plan; plan; plan = await adopting.further()) {
      const goals = plan.goals.filter((goal) => !tried.has(goal));
      if (goals.length === 0) break;
      for (const target of plan.order) {
        await adopting.reach(target);
        if (!goals.includes(target)) continue;
        tried.add(target);
        const why = await whyNot(() => adopting.adopt(target));
        if (why === undefined) invocation.terminal.out(`adopted: ${target} counts as made`);
        // What was named is meant; a pattern means what there is.
        else if (names.includes(target)) throw why;
        else left.push(why);
      }
    }
    if (left.length === tried.size && left[0] !== undefined) throw left[0];
    tellLeft(left, invocation);
  });
  return 0;
}

/** Why a target was not adopted, if it was not. */
async function whyNot(adopt: () => Promise<void>): Promise<UserError | undefined> {
  try {
    await adopt();
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
  /** What is not known yet, and will be when these are. */
  #toCome: readonly TargetName[];
  #plan: Plan;
  #verdicts: Map<TargetName, Verdict>;

  constructor(names: readonly string[], context: ByHandContext, project: Project) {
    this.#names = names;
    this.#context = context;
    this.#project = project;
    this.#toCome = context.toCome ?? [];
    this.#plan = context.plan;
    this.#verdicts = new Map(context.plan.verdicts);
  }

  /** Comes to a target, of which everything that it needs has been reached before. */
  async reach(name: TargetName): Promise<void> {
    const node = this.#plan.graph.nodes.get(name);
    if (node === undefined) return;
    // Links of a chain that would only run along with a later one are judged by themselves.
    const { reasons } = this.#verdicts.get(name)!;
    const isSwept = reasons.length > 0 && reasons.every(({ kind }) => kind === 'swept');
    if (!isSwept && !needsOf(node).some((need) => this.#moved.has(need))) return;
    await this.#judge(node);
  }

  async adopt(name: TargetName): Promise<void> {
    adoptOutputs(name, { ...this.#context, plan: { ...this.#plan, verdicts: this.#verdicts } });
    await this.#judge(this.#plan.graph.nodes.get(name)!);
  }

  async #judge(node: Node): Promise<void> {
    const { observer } = this.#context;
    this.#moved.add(node.name);
    for (;;) {
      const decision = decide(node, observer, this.#verdicts);
      if (isVerdict(decision)) {
        this.#verdicts.set(node.name, decision);
        return;
      }
      await observer.look(this.#plan.graph, [{ target: node.name, look: decision.look }]);
    }
  }

  /** The plan with the targets that have come to light; undefined: none have. */
  async further(): Promise<Plan | undefined> {
    const { observer } = this.#context;
    if (!this.#toCome.some((name) => this.#verdicts.get(name)?.state === 'fresh')) return undefined;
    const found = await stage(this.#project, observer, this.#names, { assume: true });
    this.#plan = found.plan;
    this.#verdicts = new Map(this.#plan.verdicts);
    this.#toCome = notYetKnown(found);
    this.#moved.clear();
    return this.#plan;
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
