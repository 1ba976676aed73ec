/** What a build has done so far, and its summary at the end. */
import { isSystemError, UserError } from '../api/errors.ts';
import type { Problem } from '../api/rules.ts';
import type { Path, TargetName } from '../api/values.ts';
import { realTargets } from '../graph/graph.ts';
import { lackingSource, sourceNeededBy } from '../graph/sources.ts';
import type { Journal } from '../memory/memory.ts';
import { stillSet } from '../observe/by-set.ts';
import { findingsIn } from '../observe/findings.ts';
import type { Project } from '../observe/project.ts';
import { declarationOf } from '../observe/stage.ts';
import { heldUp } from '../plan/held-up.ts';
import type { Plan } from '../plan/verdict.ts';
import type { Verdicts } from '../plan/view.ts';
import type { Files } from '../world/world.ts';
import type { Outcome, Summary } from './events.ts';
import type { Execution, FailedTarget } from './execution.ts';
import { gravestFirst } from './gravest.ts';

/** A round's plan, the verdicts that came of it, and what is on record. */
export interface Done {
  readonly plan: Plan;
  readonly verdicts: Verdicts;
  readonly traces: Journal['traces'];
}

/** What the rounds of a build have done. */
export class SoFar {
  /** How often each target was made. */
  readonly built = new Map<TargetName, number>();
  readonly spared = new Set<TargetName>();
  readonly adopted = new Set<TargetName>();
  readonly failed = new Map<TargetName, FailedTarget>();

  add(done: Execution): void {
    for (const name of done.built) this.built.set(name, (this.built.get(name) ?? 0) + 1);
    for (const name of done.spared) this.spared.add(name);
    for (const name of done.adopted) this.adopted.add(name);
    for (const name of [...done.built, ...done.adopted]) this.failed.delete(name);
    for (const failure of done.failed) this.failed.set(failure.target, failure);
  }
}

/** The summary of a build that ends with this round. */
export function sumUp(
  project: Project,
  { plan, verdicts, traces }: Done,
  soFar: SoFar,
  how: { readonly begun: number; readonly strict: boolean; readonly interrupted: boolean },
): Summary {
  const { clock } = project.world;
  const held = heldUp(verdicts, plan);
  const { waiting, person, blocked, unseen } = held;
  // An interrupted look has not failed.
  for (const failure of how.interrupted ? [] : unseen)
    if (!soFar.failed.has(failure.target))
      soFar.failed.set(failure.target, explained(project, plan, failure));
  const failed = gravestFirst([...soFar.failed.values()], blocked, plan, verdicts);
  const targets = realTargets(plan);
  const findings = findingsIn(plan, verdicts, project);
  const kept = stillSet(plan, traces, project);
  const flawed = findings.some(({ strict }) => strict || how.strict);
  return {
    outcome: how.interrupted
      ? 'interrupted'
      : flawed
        ? 'failed'
        : outcomeOf(failed, held, plan, verdicts),
    ...(findings.length === 0 ? {} : { findings }),
    ...(kept.length === 0 ? {} : { stillSet: kept }),
    ms: Math.round(clock.steady() - how.begun),
    goals: plan.goals,
    built: [...soFar.built.keys()],
    spared: [...soFar.spared],
    adopted: [...soFar.adopted],
    failed,
    blocked,
    waiting,
    person,
    fresh: targets.filter((name) => verdicts.get(name)!.state === 'fresh').length,
    total: targets.length,
  };
}

/** A file that is lacking is told with who needs it and what there is instead. */
function explained(project: Project, plan: Plan, failure: FailedTarget): FailedTarget {
  const { files } = project.world;
  const node = plan.graph.nodes.get(failure.target)!;
  const lacking = node.sources.filter((path) => isLacking(files, path));
  if (lacking.length === 0) return failure;
  const neededBy = sourceNeededBy(plan, node.name, declarationOf(project, node.name));
  return {
    target: node.name,
    problems: lacking.map((path) => lackingSource(files, path, neededBy)),
  };
}

function outcomeOf(
  failed: readonly { problems: readonly Problem[] }[],
  { person, waiting }: ReturnType<typeof heldUp>,
  plan: Plan,
  verdicts: Verdicts,
): Outcome {
  // No target is to blame for a full disk, and whatever else failed may have failed of it.
  if (failed.some(({ problems }) => problems.some(({ code }) => code === 'DG503')))
    return 'machine';
  if (failed.length > 0) return 'failed';
  if (person.length > 0) return 'person';
  if (waiting.length > 0) return 'waiting';
  const stuck = plan.goals.filter((goal) => verdicts.get(goal)!.state !== 'fresh');
  if (stuck.length > 0)
    throw new UserError(
      `internal: ${stuck.join(', ')} was left behind without a reason`,
      undefined,
      1,
    );
  return 'fresh';
}

/** What cannot be looked at is not lacking: the failure itself says what is wrong with it. */
function isLacking(files: Files, path: Path): boolean {
  try {
    return files.stat(path) === undefined;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}
