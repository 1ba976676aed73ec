/** What is told of an action that has ended. */

import type { Digest } from '../api/values.ts';
import type { Node } from '../graph/graph.ts';
import { logThere, tailOf } from '../memory/logs.ts';
import { flawedIn } from '../observe/findings.ts';
import type { Action } from '../plan/verdict.ts';
import type { Files } from '../world/world.ts';
import type { Landing } from './entry.ts';
import type { BuildEvent } from './events.ts';

/** What is known of an action that has ended. */
interface Ended {
  readonly at: number;
  readonly ms: number;
  /** What its targets had made before it. */
  readonly before: readonly (Digest | undefined)[];
  readonly nodes: readonly Node[];
}

/** The events that tell of how an action ended. */
export function landingEvents(
  action: Action,
  landing: Landing,
  { at, ms, before, nodes }: Ended,
  files: Files,
): readonly BuildEvent[] {
  switch (landing.state) {
    case 'built': {
      const { note } = landing;
      const changed = before.some((digest) => digest === undefined);
      const noted = note === undefined ? {} : { note };
      const flawed = flawedIn(nodes, files);
      const adopted: readonly BuildEvent[] =
        action.kind === 'adopt'
          ? [{ kind: 'target adopted', target: action.name, how: note ?? '' }]
          : [];
      return [...adopted, { kind: 'action done', action, at, ms, changed, ...noted, ...flawed }];
    }
    case 'failed':
    case 'doubt': {
      const { problems, log } = landing;
      const tail = tailOf(files, log);
      return [{ kind: 'action failed', action, at, ms, problems, ...logThere(files, log), tail }];
    }
    case 'left':
      return [{ kind: 'action left', action, note: landing.note }];
    case 'interrupted':
      return [];
  }
}
