/** `desgw show`: where what targets made comes from. */

import { basename } from 'node:path';
import { didYouMean, UserError } from '../api/errors.ts';
import type { TargetName } from '../api/values.ts';
import { resolveGoals } from '../graph/goals.ts';
import { loadMemory } from '../memory/journal.ts';
import { provenanceOf } from '../memory/provenance.ts';
import { lastGood, type Trace } from '../memory/trace.ts';
import { normaliser, type Project } from '../observe/project.ts';
import { graphUnseen } from '../observe/to-come.ts';
import { provJson } from '../views/prov.ts';
import { provenanceJson, provenanceText } from '../views/provenance.ts';
import { roCrate } from '../views/ro-crate.ts';
import { type CommonFlags, type Invocation, openProject } from './context.ts';

interface ShowFlags extends CommonFlags {
  readonly format?: string;
  readonly deep?: boolean;
}

type Format = 'text' | 'json' | 'ro-crate' | 'prov';
const FORMATS: readonly Format[] = ['text', 'json', 'ro-crate', 'prov'];

/** Tells who made targets, when, from what, with which commands. */
export async function show(
  names: readonly string[],
  flags: ShowFlags,
  invocation: Invocation,
): Promise<number> {
  if (names.length === 0) throw new UserError('show needs a target', 'desgw show TARGET');
  const format = formatOf(flags);
  const { project } = await openProject(invocation, flags, { writes: false });
  const { files, clock } = project.world;
  const { traces } = loadMemory(files);
  const meant = targetsOf(names, traces, project);
  const targets = flags.deep === true ? withNeeds(meant, traces) : meant;
  const found = provenanceOf(targets, traces, files);
  if (found.length === 0)
    throw new UserError(
      `${names.map((name) => `'${name}'`).join(', ')}: nothing of it was made yet`,
      `\`desgw why ${names[0]}\` tells how it stands.`,
    );
  const { terminal } = invocation;
  const { paint, width } = terminal;
  const now = clock.now();
  switch (format) {
    case 'text':
      terminal.out(provenanceText(found, { paint, width, now }));
      break;
    case 'json':
      terminal.data(provenanceJson(found));
      break;
    case 'ro-crate':
      terminal.out(JSON.stringify(roCrate(found, { name: basename(files.root), now }), null, 2));
      break;
    case 'prov':
      terminal.out(JSON.stringify(provJson(found, files.root), null, 2));
      break;
  }
  return 0;
}

function formatOf({ format, json }: ShowFlags): Format {
  if (format === undefined) return json === true ? 'json' : 'text';
  const known = FORMATS.find((one) => one === format);
  if (known !== undefined) return known;
  throw new UserError(
    `there is no format '${format}'`,
    didYouMean(format, FORMATS) ?? `There are ${FORMATS.join(', ')}.`,
  ).coded('DG102');
}

/** What is on record is meant by its name, also when the rule file does not know it any more. */
function targetsOf(
  names: readonly string[],
  traces: ReadonlyMap<TargetName, Trace>,
  project: Project,
): readonly TargetName[] {
  if (names.every((name) => traces.has(name))) return names;
  const graph = graphUnseen(project);
  return resolveGoals(graph, names, normaliser(project.world.files.root)).flatMap((name) => {
    const node = graph.nodes.get(name);
    return node?.group === true ? node.deps : [name];
  });
}

/** These and all that they were made from, each before what was made from it. */
function withNeeds(
  targets: readonly TargetName[],
  traces: ReadonlyMap<TargetName, Trace>,
): readonly TargetName[] {
  const order = new Set<TargetName>();
  const open = targets.map((target) => ({ target, expanded: false })).reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { target, expanded } = next;
    if (order.has(target)) continue;
    if (expanded) {
      order.add(target);
      continue;
    }
    open.push({ target, expanded: true });
    const { deps = {}, gathered = {} } = lastGood(traces.get(target))?.signature ?? {};
    for (const need of [...Object.keys(deps), ...Object.keys(gathered)].reverse())
      if (!order.has(need)) open.push({ target: need, expanded: false });
  }
  return [...order];
}
