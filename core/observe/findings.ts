/** What is not well although targets could be made. */

import { inRule, type RuleFault } from '../api/rule-code.ts';
import type { Problem } from '../api/rules.ts';
import type { Path, TargetName } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import { asNeed } from '../plan/needs.ts';
import type { Plan } from '../plan/verdict.ts';
import type { Verdicts } from '../plan/view.ts';
import type { Files } from '../world/world.ts';
import { failedSighting } from './judging.ts';
import { mistakesIn } from './mistakes.ts';
import type { Project } from './project.ts';

/** Findings of one target. */
export interface Found {
  readonly target: TargetName;
  readonly problems: readonly Problem[];
  readonly strict: boolean;
}

/** Findings of all targets that have been made. */
export function findingsIn(
  plan: Pick<Plan, 'graph' | 'order'>,
  verdicts: Verdicts,
  project: Project,
): readonly Found[] {
  const explain = mistakesIn(project);
  return plan.order.flatMap((name) => {
    const node = plan.graph.nodes.get(name)!;
    return asNeed(verdicts.get(name)!) === 'usable'
      ? findingsOf(node, project.world.files, explain)
      : [];
  });
}

/** Findings of a target as its files are now; empty where there are none. */
function findingsOf(
  { name, rule }: Node,
  files: Pick<Files, 'readText'>,
  explain: (fault: RuleFault) => Error,
): readonly Found[] {
  if (rule.findings === undefined) return [];
  const { judge, strict = false } = rule.findings;
  const maybeText = (path: Path) => files.readText(path);
  const text = (path: Path) => files.readText(path) ?? '';
  try {
    const problems = inRule(() => judge({ text, maybeText }));
    return problems.length === 0 ? [] : [{ target: name, problems, strict }];
  } catch (error) {
    // Where the judge itself fails, nobody knows whether all is well.
    return [
      { target: name, problems: [{ what: failedSighting(error, explain).why }], strict: true },
    ];
  }
}

/** For the event of what was just made: whether something is not well with it all the same. */
export function flawedIn(
  nodes: readonly Node[],
  files: Pick<Files, 'readText'>,
): { readonly flawed?: true } {
  const quietly = (fault: RuleFault): Error => fault;
  return nodes.some((node) => findingsOf(node, files, quietly).length > 0) ? { flawed: true } : {};
}
