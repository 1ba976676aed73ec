/** What is still to come: targets that follow from what is not made yet, told with placeholders. */

import type { Expansion, RuleItem } from '../api/builds.ts';
import type { Path, TargetName } from '../api/values.ts';
import { placeholderPatterns, refuseHopeless, resolveGoals } from '../graph/goals.ts';
import type { Graph } from '../graph/graph.ts';
import { declared, normaliser, type Project, resolved } from './project.ts';

/** The graph as what lies here tells it, placeholders and all; nothing is looked at but those texts. */
export function graphUnseen(project: Project): Graph {
  const normalise = normaliser(project.world.files.root);
  const items = declared(project);
  const texts = new Map<TargetName, string>();
  for (;;) {
    const graph = resolved(project, items, texts, normalise, { open: [...texts.keys()] });
    if (graph.unexpanded.length === 0) return graph;
    for (const expansion of graph.unexpanded)
      texts.set(expansion.from!, textFor(project, graph, expansion, { unmade: true }));
  }
}

/** Tells of a file whether rules that are not known yet may make it; found out when first wanted. */
export function filesToCome(
  project: Project,
  items: readonly RuleItem[],
  normalise: (path: Path) => string,
): (path: Path) => boolean {
  let told: ((path: Path) => boolean) | undefined;
  return (path) => {
    told ??= placeholderFiles(project, items, normalise);
    return told(path);
  };
}

function placeholderFiles(
  project: Project,
  items: readonly RuleItem[],
  normalise: (path: Path) => string,
): (path: Path) => boolean {
  const texts = new Map<TargetName, string>();
  const placeholders: string[] = [];
  for (;;) {
    const { unexpanded, makers } = resolved(project, items, texts, normalise, {
      open: [...texts.keys()],
    });
    if (unexpanded.length === 0) {
      const patterns = placeholderPatterns([...makers.keys()], placeholders);
      return (path) => makers.has(path) || patterns.some((pattern) => pattern.test(path));
    }
    for (const { from, placeholder } of unexpanded) {
      // Without one, nobody knows: what is there passes for what it is.
      if (placeholder === undefined) return (path) => project.world.files.stat(path) === undefined;
      texts.set(from!, placeholder);
      placeholders.push(placeholder);
    }
  }
}

/** Names on the command line, and what is known of the targets that others follow from. */
interface Said {
  readonly texts: ReadonlyMap<TargetName, string>;
  readonly names: readonly string[];
  readonly normalise: (path: Path) => string;
}

/** Whether the names may mean something of what is still to come, as far as placeholders tell. */
export function meansMore(
  project: Project,
  items: readonly RuleItem[],
  { texts: known, names, normalise }: Said,
  now: Graph,
): boolean {
  const texts = new Map(known);
  const meant = (graph: Graph): number => resolveGoals(graph, names, normalise).length;
  for (;;) {
    const later = resolved(project, items, texts, normalise, { open: [...texts.keys()] });
    if (later.unexpanded.length === 0) return meant(later) > meant(now);
    for (const { from, placeholder } of later.unexpanded) {
      if (placeholder === undefined) return true;
      texts.set(from!, placeholder);
    }
  }
}

/**
 * A name that cannot come to mean anything is refused before anything is made for it. Told from
 * the rules as they are with placeholders; without those, nobody knows what there will be.
 */
export function refuseUnknown(
  project: Project,
  items: readonly RuleItem[],
  { texts: known, names, normalise }: Said,
): void {
  const texts = new Map(known);
  const placeholders: string[] = [];
  for (;;) {
    const graph = resolved(project, items, texts, normalise, { open: [...texts.keys()] });
    if (graph.unexpanded.length === 0) {
      refuseHopeless(graph, names, normalise, placeholders);
      return;
    }
    for (const { from, placeholder } of graph.unexpanded) {
      if (placeholder === undefined) return;
      texts.set(from!, placeholder);
      placeholders.push(placeholder);
    }
  }
}

/** What a target tells of the targets that follow from it. */
export function textFor(
  project: Project,
  graph: Graph,
  expansion: Expansion,
  { unmade }: { readonly unmade: boolean },
): string {
  const path = graph.nodes.get(expansion.from!)!.outputs[0]?.path;
  const text = path === undefined ? undefined : project.world.files.readText(path);
  if (unmade && expansion.placeholder !== undefined) return text ?? expansion.placeholder;
  return text ?? '';
}
