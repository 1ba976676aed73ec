/** `desgw status --workspaces`: how several workspaces stand, a line each. */

import type { Code } from '../api/codes.ts';
import type { Path } from '../api/values.ts';
import type { Plan } from '../plan/verdict.ts';
import type { Paint, Style } from '../words/paint.ts';
import { display } from '../words/quote.ts';
import { pad, table, wrap } from '../words/text.ts';
import { boardOf } from './board.ts';
import { totalsLine } from './overview.ts';
import { PERSON, stateCounts } from './status.ts';

/** How a workspace stands, in a word. */
type WorkspaceState = 'done' | 'to do' | 'under way' | 'failed' | 'needs a person' | 'broken';

/** One workspace as it was looked at. */
export interface WorkspaceStatus {
  readonly workspace: Path;
  readonly name: string;
  readonly state: WorkspaceState;
  /** How far it is, or why it cannot be told. */
  readonly text: string;
  readonly counts?: { readonly [state: string]: number };
  /** Who is building there now. */
  readonly builder?: string;
  readonly code?: Code;
}

const STYLES: { readonly [state in WorkspaceState]: Style } = {
  done: 'green',
  'to do': 'yellow',
  'under way': 'blue',
  failed: 'red',
  'needs a person': 'red',
  broken: 'red',
};

/** The worst of its targets says how a workspace stands. */
export function summedUp(plan: Plan): Pick<WorkspaceStatus, 'state' | 'text' | 'counts'> {
  const counts = stateCounts(plan);
  const has = (...states: readonly Parameters<typeof counts.get>[0][]) =>
    states.some((state) => counts.has(state));
  const state = has(...PERSON)
    ? 'needs a person'
    : has('failed')
      ? 'failed'
      : has('waiting', 'running')
        ? 'under way'
        : has('stale', 'missing', 'maybe', 'blocked')
          ? 'to do'
          : 'done';
  const board = boardOf(plan);
  const subjects = board.subjects();
  const words = [...counts].map(([state, n]) => `${n} ${state}`).join(', ');
  const text = subjects.length > 0 ? totalsLine(board, subjects) : words;
  return { state, text, counts: Object.fromEntries(counts) };
}

/** A line for each, wrapped below its own text where it is too long. */
export function workspacesText(
  all: readonly WorkspaceStatus[],
  { paint, width }: { readonly paint: Paint; readonly width: number },
): string {
  const names = table(all.map(({ name, state }) => [display(name), state, '']));
  const room = Math.max(0, ...names.map((line) => line.length));
  return all
    .flatMap(({ state, text, builder }, i) => {
      const more = builder === undefined ? '' : `; building: ${builder}`;
      const line = `${pad(names[i]!, room)}  ${display(text + more)}`;
      const at = names[i]!.lastIndexOf(state);
      return wrap(line, width, ' '.repeat(Math.min(room + 2, 20))).map((row, j) =>
        j > 0 ? row : row.slice(0, at) + paint(STYLES[state], state) + row.slice(at + state.length),
      );
    })
    .join('\n');
}
