/** Subjects against phases as a table, those that stand alike in one row, the totals first. */

import type { State } from '../api/builds.ts';
import type { Tally } from '../api/looks.ts';
import type { Plan } from '../plan/verdict.ts';
import { type Paint, STATE_STYLE, type Style } from '../words/paint.ts';
import { display } from '../words/quote.ts';
import { columns, cutList, number, pad } from '../words/text.ts';
import {
  type Board,
  type Cell,
  CONDITIONS,
  type Condition,
  conditions,
  type SubjectRow,
  summed,
  worstOf,
} from './board.ts';

/** How much the table shows, and for which screen. */
export interface OverviewOptions {
  readonly paint: Paint;
  /** Columns of the screen. */
  readonly width: number;
  /** A row for every subject, also where several stand alike. */
  readonly all: boolean;
}

/** The totals over all subjects, then the table, then how far the phases are that have no subjects. */
export function overviewLines(plan: Plan, board: Board, options: OverviewOptions): string[] {
  const subjects = board.subjects();
  const others = board
    .phases()
    .map((row) => ({
      phase: row.phase,
      targets: row.targets.filter((name) => plan.graph.nodes.get(name)!.rule.subject === undefined),
    }))
    .filter(({ targets }) => targets.length > 0)
    .map(({ phase, targets }) => {
      const done = targets.filter((name) => board.state(name) === 'fresh').length;
      return `${phase} ${number(done)} of ${number(targets.length)}`;
    });
  return [
    totalsLine(board, subjects),
    '',
    ...subjectTable(board, subjects, options),
    ...(others.length === 0 ? [] : ['', `done of the rest: ${others.join(', ')}`]),
  ];
}

/** `60 exposures: 54 done, 3 under way (1,204 of 3,540 CCDs complete, 12 held), 2 failed`. */
export function totalsLine(board: Board, subjects: readonly SubjectRow[]): string {
  const parts = [...conditions(subjects)].map(([condition, n]) => {
    const tally = condition === 'under way' ? tallyOf(subjects, condition) : undefined;
    return `${number(n)} ${condition}${tally === undefined ? '' : ` (${tallyGist(tally)})`}`;
  });
  const { length } = subjects;
  return `${number(length)} ${board.kind}${length === 1 ? '' : 's'}: ${parts.join(', ')}`;
}

function tallyOf(subjects: readonly SubjectRow[], condition: Condition): Tally | undefined {
  const tallies = subjects
    .filter((row) => row.condition === condition)
    .flatMap((row) => [...row.cells.values()].flatMap((cell) => cell.tally ?? []));
  return summed(tallies);
}

function tallyGist({ unit, total, complete, held, failed }: Tally): string {
  return [
    `${number(complete)} of ${number(total)} ${unit} complete`,
    ...(failed > 0 ? [`${number(failed)} failed`] : []),
    ...(held > 0 ? [`${number(held)} held`] : []),
  ].join(', ');
}

const WORDS: { readonly [state in State]: string } = {
  fresh: 'done',
  stale: 'to do',
  missing: 'to do',
  maybe: 'to do',
  blocked: 'held up',
  waiting: 'waiting',
  running: 'running',
  failed: 'failed',
  edited: 'edited',
  outdated: 'outdated',
  'in doubt': 'in doubt',
};

interface Row {
  readonly subjects: readonly SubjectRow[];
  /** Of each phase the worst state, and that in a word. */
  readonly states: readonly (State | undefined)[];
  readonly words: readonly string[];
}

function subjectTable(
  board: Board,
  subjects: readonly SubjectRow[],
  { paint, width, all }: OverviewOptions,
): string[] {
  const phases = board
    .phases()
    .map(({ phase }) => phase)
    .filter((phase) => subjects.some((row) => row.cells.has(phase)));
  const rows = rowsOf(subjects, phases, { all });
  const cells = rows.map((row) => [
    labelOf(row, board.kind!),
    ...phases.map((phase, i) => cellText(row, phase, row.words[i]!)),
  ]);
  const head = [`${board.kind}s`, ...phases];
  const widths = head.map((title, i) =>
    Math.max(columns(title), ...cells.map((line) => columns(line[i]!))),
  );
  const laid = (line: readonly string[], styles: readonly (Style | undefined)[]) =>
    line.map((cell, i) => {
      const text = pad(cell, widths[i]!);
      return styles[i] === undefined ? text : paint(styles[i]!, text);
    });
  const room = width - widths.reduce((sum, n) => sum + n + 2, 0);
  const body = rows.map((row, i) => {
    const styles = [undefined, ...row.states.map((state) => state && STATE_STYLE[state])];
    const names = row.subjects.length === 1 ? [] : row.subjects.map((s) => display(s.subject));
    return [...laid(cells[i]!, styles), cutList(names, room)];
  });
  return [
    laid(
      head,
      head.map(() => 'bold'),
    ),
    ...body,
  ].map((line) => line.join('  ').trimEnd());
}

/** Subjects that stand alike in every phase, the best first. */
function rowsOf(
  subjects: readonly SubjectRow[],
  phases: readonly string[],
  { all }: { readonly all: boolean },
): readonly Row[] {
  const rows = new Map<string, Row & { readonly subjects: SubjectRow[] }>();
  for (const subject of subjects) {
    const states = phases.map((phase) => {
      const cell = subject.cells.get(phase);
      return cell && worstOf(cell);
    });
    const words = phases.map((phase) => wordOf(subject.cells.get(phase)));
    const key = all ? subject.subject : [subject.condition, ...words].join('\n');
    const row = rows.get(key);
    if (row === undefined) rows.set(key, { subjects: [subject], states, words });
    else row.subjects.push(subject);
  }
  const rank = ({ subjects: [first] }: Row) => CONDITIONS.indexOf(first!.condition);
  return all ? [...rows.values()] : [...rows.values()].sort((a, b) => rank(a) - rank(b));
}

function labelOf({ subjects }: Row, kind: string): string {
  return subjects.length === 1
    ? display(subjects[0]!.subject)
    : `${number(subjects.length)} ${kind}s`;
}

function wordOf(cell: Cell | undefined): string {
  const state = cell && worstOf(cell);
  if (cell === undefined || state === undefined) return '';
  return state === 'maybe' && cell.asMade ? 'may change' : WORDS[state];
}

function cellText({ subjects }: Row, phase: string, word: string): string {
  const tally = summed(subjects.flatMap((row) => row.cells.get(phase)?.tally ?? []));
  if (tally === undefined || word === '') return word;
  return `${word} ${number(tally.complete)}/${number(tally.total)}`;
}
