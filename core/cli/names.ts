/** Keeps what can be typed in a workspace, for `complete.ts`. */
import { isSystemError } from '../api/errors.ts';
import type { Plan } from '../plan/verdict.ts';
import { openFiles } from '../world/files.ts';
import { describe } from './added.ts';
import { type Opened, shortcutsOf } from './context.ts';
import { NAMES, type Names } from './known-names.ts';

/** The names in a plan and in the rule file that it is of. */
export function namesOf({ graph }: Plan, { project: { build } }: Opened): Names {
  const subjects = new Map<string, Set<string>>();
  for (const name of graph.order) {
    const about = graph.nodes.get(name)!.rule.subject;
    if (about === undefined) continue;
    subjects.set(about.kind, (subjects.get(about.kind) ?? new Set()).add(about.name));
  }
  return {
    targets: graph.order,
    subjects: Object.fromEntries([...subjects].map(([kind, all]) => [kind, [...all]])),
    params: Object.entries(build.params ?? {}).map(([name, declared]) => [name, helpFor(declared)]),
    options: shortcutsOf(build).map(({ option }) => option),
    commands: Object.fromEntries(
      Object.entries(build.commands ?? {}).map(([name, added]) => [name, describe(name, added)]),
    ),
  };
}

function helpFor(declared: unknown): string {
  const isDescribed = typeof declared === 'object' && declared !== null && 'help' in declared;
  return isDescribed ? String(declared.help) : '';
}

/** Keeps them, where that is possible; what is there already is not written again. */
export function keepNames(workspace: string, names: Names): void {
  const files = openFiles(workspace);
  const text = JSON.stringify(names);
  try {
    if (files.readText(NAMES) !== text) files.write(NAMES, text);
  } catch (error) {
    // Whoever may only look completes fewer words.
    if (!isSystemError(error)) throw error;
  }
}
