/** What goes on record of a run, from its beginning to its end. */

import type { Problem } from '../api/rules.ts';
import type { Exec } from '../api/steps.ts';
import type { Digest, Path } from '../api/values.ts';
import type { Built, Failed, Finishing, Left, Started, Trace } from '../memory/trace.ts';
import { forRecord } from '../observe/looked.ts';
import type { Observer } from '../observe/observer.ts';
import type { Course } from './course.ts';
import { type Entry, earlyIn, rememberedIn } from './entry.ts';

/** On record before anything runs. */
export function startedOf(entry: Entry, course: Course, detached: Exec['detached']): Started {
  const { makes, reasons } = course.action;
  const stamps = { ...(detached === undefined ? {} : entry.stamps), ...entry.found };
  return {
    kind: 'started',
    run: entry.run,
    at: course.startedAt,
    signature: entry.signature,
    because: reasons,
    token: course.token,
    ...rememberedIn(entry),
    ...entry.set,
    ...(makes.length > 1 ? { due: makes } : {}),
    ...(entry.previous === undefined ? {} : { previous: entry.previous }),
    ...(entry.again ? { again: true } : {}),
    ...(entry.denied ? { denied: true } : {}),
    ...earlyIn(entry, course.context),
    ...(detached === undefined ? {} : { detached }),
    ...(Object.keys(stamps).length === 0 ? {} : { stamps }),
  };
}

/**
 * On record when all outputs are durable beside their place. Whoever finds it looks at the outputs
 * alone, so there is none where anything else is on its way, or where only keys are ours.
 */
export function finishingOf(
  { node, signature }: Entry,
  started: Trace | undefined,
  prepared: ReadonlyMap<Path, Digest>,
  observer: Observer,
): Finishing | undefined {
  const plain = node.outputs.every(
    (o) => o.keys === undefined && (prepared.has(o.path) || observer.file(o.path) !== 'absent'),
  );
  const declared = [...prepared.keys()].every((path) => node.outputs.some((o) => o.path === path));
  if (started?.kind !== 'started' || !plain || !declared) return undefined;
  const outputs = Object.fromEntries(
    node.outputs.map((o) => [o.path, prepared.get(o.path) ?? forRecord(o, observer.output(o))]),
  );
  return { ...started, kind: 'finishing', signature, outputs };
}

/** When a run came to its end, and for how long this invocation was at it. */
const endOf = ({ begunSteadily, context: { world } }: Course) => ({
  at: world.clock.now(),
  ms: Math.round(world.clock.steady() - begunSteadily),
});

/** On record when everything is in place. */
export function builtOf(
  entry: Entry,
  course: Course,
  made: Pick<Built, 'outputs'> & {
    readonly beside: NonNullable<Built['beside']>;
    readonly receipt: string | undefined;
  },
): Built {
  const { node, run, signature, again } = entry;
  const { action, token, startedAt } = course;
  const { outputs, beside, receipt } = made;
  return {
    kind: 'built',
    how: 'built',
    run,
    ...endOf(course),
    signature,
    because: action.reasons,
    outputs,
    ...(Object.keys(beside).length === 0 ? {} : { beside }),
    ...entry.set,
    ...earlyIn(entry, course.context),
    ...(node.rule.once === undefined ? {} : { token, began: startedAt }),
    ...(receipt === undefined ? {} : { receipt }),
    ...(again ? { again: true } : {}),
  };
}

/** On record when it failed; with `doubt` it may have had its effect all the same. */
export function failedOf(
  entry: Entry,
  course: Course,
  end: {
    readonly problems: readonly Problem[];
    readonly log: Path;
    readonly untouched: NonNullable<Failed['untouched']>;
    readonly left: Left;
    readonly doubt: boolean;
  },
): Failed {
  const { action, token } = course;
  return {
    kind: 'failed',
    run: entry.run,
    ...endOf(course),
    signature: entry.signature,
    because: action.reasons,
    ...entry.set,
    problems: end.problems,
    log: end.log,
    ...(entry.previous === undefined ? {} : { previous: entry.previous }),
    ...(entry.again ? { again: true } : {}),
    ...(entry.denied ? { denied: true } : {}),
    ...(Object.keys(end.untouched).length > 0 ? { untouched: end.untouched } : {}),
    left: end.left,
    ...(end.doubt ? { token, ...rememberedIn(entry) } : {}),
  };
}
