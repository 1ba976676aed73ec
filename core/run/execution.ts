/** What became of the targets of a plan, put together while it is carried out. */
import { codeOf } from '../api/codes.ts';
import type { Problem } from '../api/rules.ts';
import type { Path, TargetName } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import { logThere } from '../memory/logs.ts';
import { asNeed } from '../plan/needs.ts';
import { productNow } from '../plan/record.ts';
import type { Action, Decision, Verdict } from '../plan/verdict.ts';
import { failing, isVerdict } from '../plan/verdict.ts';
import type { Reason } from '../words/reasons.ts';
import type { Files } from '../world/world.ts';
import type { Landing, PerformContext } from './entry.ts';

/** A target that failed, and why. */
export interface FailedTarget {
  readonly target: TargetName;
  readonly problems: readonly Problem[];
  readonly log?: Path;
}

/** What became of the targets of a plan. */
export interface Execution {
  readonly verdicts: ReadonlyMap<TargetName, Verdict>;
  readonly built: readonly TargetName[];
  readonly spared: readonly TargetName[];
  readonly adopted: readonly TargetName[];
  readonly failed: readonly FailedTarget[];
}

/** How an action fails. */
export type Failing = Extract<Landing, { state: 'failed' }>;

/** What was built, spared, adopted and failed so far. */
export class Outcomes {
  readonly #built: TargetName[] = [];
  readonly #spared = new Set<TargetName>();
  readonly #adopted: TargetName[] = [];
  readonly #failed: FailedTarget[] = [];

  made(name: TargetName, { kind }: Action): void {
    this.#spared.delete(name);
    if (kind === 'adopt') this.#adopted.push(name);
    else this.#built.push(name);
  }

  spare(name: TargetName): void {
    this.#spared.add(name);
  }

  fail(target: TargetName, { problems, log }: Failing, files: Files): void {
    this.#failed.push({ target, problems, ...logThere(files, log) });
  }

  get hasFailures(): boolean {
    return this.#failed.length > 0;
  }

  with(verdicts: Execution['verdicts']): Execution {
    const [built, adopted, failed] = [this.#built, this.#adopted, this.#failed];
    return { verdicts, built, spared: [...this.#spared], adopted, failed };
  }
}

/** A target that was just made counts as fresh for this build even if an input changed meanwhile. */
export function verdictOfMade(
  node: Node,
  decision: Decision,
  { journal, observer }: Pick<PerformContext, 'journal' | 'observer'>,
): Verdict {
  if (isVerdict(decision) && asNeed(decision) === 'usable') return decision;
  const made = journal.traces.get(node.name);
  const product = made?.kind === 'built' ? productNow(node, observer, made.signature) : undefined;
  return { state: 'fresh', reasons: [], ...(product === undefined ? {} : { product }) };
}

/** Whether something that it was made from has changed while it was being made. */
export const changedMeanwhile = (decision: Decision): boolean =>
  isVerdict(decision) && asNeed(decision) !== 'usable' && decision.reasons.some(isNews);

/** Whether a reason tells of a change; being forced, or wanted by an observation, is over once it is made. */
const isNews = ({ kind }: Reason): boolean => kind !== 'forced' && kind !== 'observation asks';

/** The verdict on a target whose action failed. */
export function verdictOfFailed({ problems }: Failing): Verdict {
  const [problem] = problems;
  if (problem === undefined) return { state: 'failed', final: true, reasons: [] };
  return failing(problem.what, codeOf(problem));
}
