/** `desgw status`: the state of every target in a plan, like targets folded into one line. */

import type { State, TargetStatus } from '../api/builds.ts';
import type { TargetName } from '../api/values.ts';
import { realTargets } from '../graph/graph.ts';
import { leftLive } from '../observe/live.ts';
import type { Plan, Verdict } from '../plan/verdict.ts';
import type { Summary } from '../run/events.ts';
import { type Paint, STATE_ORDER, STATE_STYLE } from '../words/paint.ts';
import { display } from '../words/quote.ts';
import { reasonText } from '../words/reasons.ts';
import { count, enumerate, table, wrap } from '../words/text.ts';
import { patternOf } from './activity.ts';
import { command } from './advice.ts';
import { type Board, boardOf, conditions } from './board.ts';
import { leftOutLines } from './left-out.ts';
import { type OverviewOptions, overviewLines } from './overview.ts';
import { stillSetLines } from './still-set.ts';
import { findingLines } from './summary.ts';

/** From this many targets on whose names differ only in digits, they share a line. */
const FOLD_FROM = 3;

/** What is told beside the states. */
export interface StatusOptions extends OverviewOptions {
  /** The command that builds what is shown. */
  readonly again?: string;
  readonly findings?: NonNullable<Summary['findings']>;
  readonly stillSet?: NonNullable<Summary['stillSet']>;
}

const told = ({ findings = [], stillSet = [], paint }: StatusOptions): readonly string[] => [
  ...(findings.length === 0 ? [] : ['', ...findingLines(findings, paint)]),
  ...(stillSet.length === 0 ? [] : ['', ...stillSetLines(stillSet)]),
];

/**
 * State of every target that the goals need, the counts, and what to do next.
 * @param orphans targets on record that no rule makes any more
 */
export function statusText(
  plan: Plan,
  orphans: Orphans,
  options: StatusOptions & { readonly map?: readonly string[] },
): string {
  const board = boardOf(plan);
  if (board.kind !== undefined && board.subjects().length > 1)
    return boardText(plan, board, orphans, options);
  const { paint } = options;
  const rows = folds(plan.order).flatMap((fold) => foldRows(plan, fold));
  const lines = table(rows.map((row) => row.cells)).map((line, i) =>
    paintState(line, rows[i]!, paint),
  );
  const counts = [countsText(stateCounts(plan)), ...orphanLines(orphans)];
  const map = options.map === undefined || options.map.length === 0 ? [] : ['', ...options.map];
  const left = leftOutLines(plan, options);
  return `${[...lines, ...map, ...left, ...told(options), '', ...counts, ...nextSteps(plan, options.again)].join('\n')}\n`;
}

/** The same where targets are about subjects: these against phases, and what is not well. */
function boardText(plan: Plan, board: Board, orphans: Orphans, options: StatusOptions): string {
  const section = (title: string, names: readonly TargetName[]): string[] =>
    names.length === 0
      ? []
      : ['', `${options.paint('bold', title)}:`, ...alike(plan, names).map((line) => `  ${line}`)];
  const lines = [
    ...overviewLines(plan, board, options),
    ...leftOutLines(plan, options),
    ...section('failed', inState(plan, 'failed')),
    ...section('needs a person', inState(plan, ...PERSON)),
    ...told(options),
    '',
    countsText(stateCounts(plan)),
    ...orphanLines(orphans),
    ...nextSteps(plan, options.again),
  ];
  return `${lines.flatMap((line) => wrap(line, options.width, '  ')).join('\n')}\n`;
}

/** The same as data. */
export function statusJson(plan: Plan, orphans: Orphans, again?: string): object {
  return {
    goals: plan.goals,
    counts: Object.fromEntries(stateCounts(plan)),
    ...boardData(boardOf(plan)),
    targets: plan.order.map((target) => {
      const { state, reasons, by, note, tally } = plan.verdicts.get(target)!;
      const { phase, subject } = plan.graph.nodes.get(target)!.rule;
      return {
        target,
        state,
        reasons,
        ...(by && { by }),
        ...(note !== undefined && { note }),
        ...(tally !== undefined && { tally }),
        ...(phase !== undefined && { phase }),
        ...(subject !== undefined && { subject: subject.name }),
      };
    }),
    orphans: orphans.names,
    liveOrphans: orphans.live.map(({ target, what }) => ({ target, what })),
    next: nextSteps(plan, again),
  };
}

/** The same for commands of rule files: targets alone, reasons in words. */
export const statesOf = (plan: Plan): readonly TargetStatus[] =>
  realTargets(plan).map((target) => {
    const { state, reasons, by, note } = plan.verdicts.get(target)!;
    const { subject } = plan.graph.nodes.get(target)!.rule;
    return {
      target,
      state,
      reasons: reasons.map(reasonText),
      ...(by && { by }),
      ...(note !== undefined && { note }),
      ...(subject !== undefined && { subject: subject.name }),
    };
  });

/** Targets with what is to be said of each; those of which the same is to be said in one line. */
function alike(plan: Plan, names: readonly TargetName[]): readonly string[] {
  const kinds = new Map<string, TargetName[]>();
  for (const name of names) {
    const why = likeOthers(name, detail(plan.verdicts.get(name)!), 2);
    const members = kinds.get(`${patternOf(name)}\n${why}`);
    if (members === undefined) kinds.set(`${patternOf(name)}\n${why}`, [name]);
    else members.push(name);
  }
  return table(
    [...kinds.values()].map((members) => {
      const why = likeOthers(members[0]!, detail(plan.verdicts.get(members[0]!)!), members.length);
      return [enumerate(members.map(display)), why];
    }),
  );
}

/** Totals over the subjects, and of every phase. */
function boardData(board: Board): object {
  if (board.kind === undefined) return {};
  return {
    subjects: { kind: board.kind, ...Object.fromEntries(conditions(board.subjects())) },
    phases: board.phases().map(({ phase, states, tally }) => ({
      phase,
      states: Object.fromEntries(states),
      ...(tally !== undefined && { tally }),
    })),
  };
}

/** Targets on record that no rule declares any more. */
export interface Orphans {
  readonly names: readonly TargetName[];
  /** Of those, work that is still under way, or may be. */
  readonly live: readonly {
    readonly target: TargetName;
    readonly what: string;
    readonly advice?: string;
  }[];
}

function orphanLines({ names, live }: Orphans): readonly string[] {
  const alive = leftLive(live);
  const dead = names.filter((name) => !live.some(({ target }) => target === name));
  if (dead.length === 0) return alive;
  const [are, they] = dead.length === 1 ? ['is', 'it'] : ['are', 'they'];
  return [
    ...alive,
    `${enumerate(dead.map(display))} ${are} in no rule any more; \`desgw clean --orphans\` deletes what ${they} left.`,
  ];
}

/** States that only a person can end. */
export const PERSON = ['edited', 'outdated', 'in doubt'] as const satisfies readonly State[];

/** Targets in one of these states, in the order of the plan. */
export const inState = (plan: Plan, ...states: readonly State[]): readonly TargetName[] =>
  realTargets(plan).filter((name) => states.includes(plan.verdicts.get(name)!.state));

/** How many targets are in each state; groups, which are only names, do not count. */
export function stateCounts(plan: Plan): ReadonlyMap<State, number> {
  const counts = new Map<State, number>();
  for (const name of realTargets(plan)) {
    const { state } = plan.verdicts.get(name)!;
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  const known = STATE_ORDER.filter((state) => counts.has(state));
  return new Map(known.map((state) => [state, counts.get(state)!]));
}

/** Why a target is in its state, in a few words. */
export function detail(verdict: Verdict): string {
  const { state, reasons, by } = verdict;
  // Of a mistake in the rule file the place; `desgw why` shows the line.
  const note = verdict.note?.split(/\n *\d+ \|/)[0];
  const because = reasons[0] === undefined ? '' : reasonText(reasons[0]);
  const more = reasons.length > 1 ? ` and ${count(reasons.length - 1, 'more reason')}` : '';
  const holders = enumerate((by ?? []).map(display));
  switch (state) {
    case 'stale':
    case 'missing':
      return because === '' ? display(note ?? '') : because + more;
    case 'maybe':
      return holders === '' ? because + more : `after ${holders}`;
    case 'blocked':
      return holders === '' ? display(note ?? '') : `by ${holders}`;
    case 'fresh':
    case 'waiting':
    case 'running':
    case 'failed':
    case 'edited':
    case 'in doubt':
    case 'outdated':
      return display(note ?? '') || because + more;
  }
}

interface Fold {
  readonly label: string;
  readonly members: readonly TargetName[];
}

interface Row {
  readonly cells: readonly string[];
  readonly state: State;
}

/** Targets by their name without digits, each fold at the place of its first member. */
function folds(names: readonly TargetName[]): readonly Fold[] {
  const byPattern = new Map<string, TargetName[]>();
  for (const name of names) {
    const pattern = patternOf(name);
    const members = byPattern.get(pattern);
    if (members === undefined) byPattern.set(pattern, [name]);
    else members.push(name);
  }
  return [...byPattern].flatMap(([pattern, members]) =>
    members.length >= FOLD_FROM
      ? [{ label: `${display(pattern)} (${members.length})`, members }]
      : members.map((name) => ({ label: display(name), members: [name] })),
  );
}

/** One row for the fold, and under it one for each kind of member that is not fresh. */
function foldRows(plan: Plan, { label, members }: Fold): readonly Row[] {
  const alike = new Map<string, { state: State; detail: string; members: TargetName[] }>();
  for (const name of members) {
    const verdict = plan.verdicts.get(name)!;
    const why =
      members.length > 1 && verdict.state === 'fresh'
        ? ''
        : likeOthers(name, detail(verdict), members.length);
    const key = `${verdict.state}\n${why}`;
    const found = alike.get(key);
    if (found === undefined)
      alike.set(key, { state: verdict.state, detail: detail(verdict), members: [name] });
    else {
      found.detail = why;
      found.members.push(name);
    }
  }
  const kinds = [...alike.values()];
  if (kinds.length === 1)
    return [{ cells: [label, kinds[0]!.state, kinds[0]!.detail], state: kinds[0]!.state }];
  const counts = STATE_ORDER.map((state) => ({
    state,
    n: kinds.reduce((sum, kind) => sum + (kind.state === state ? kind.members.length : 0), 0),
  })).filter(({ n }) => n > 0);
  // The fold is coloured for the worst of its members; STATE_ORDER ends with the worst.
  const worst = counts.at(-1)!.state;
  return [
    { cells: [label, counts.map(({ state, n }) => `${n} ${state}`).join(', ')], state: worst },
    ...kinds
      .filter((kind) => kind.state !== 'fresh')
      .map((kind) => ({
        cells: [`  ${enumerate(kind.members.map(display), 1)}`, kind.state, kind.detail],
        state: kind.state,
      })),
  ];
}

/** Says the same of members that differ in their number alone: `after dagmaker_*.out`. */
function likeOthers(name: TargetName, why: string, members: number): string {
  if (members === 1) return why;
  return (name.match(/\d{2,}/g) ?? []).reduce((text, number) => text.replaceAll(number, '*'), why);
}

/** Only the state is coloured; it is found behind the name because the table is laid out already. */
function paintState(line: string, row: Row, paint: Paint): string {
  const [name = '', state = ''] = row.cells;
  const at = line.indexOf(state, name.length);
  if (at < 0) return line;
  return line.slice(0, at) + paint(STATE_STYLE[row.state], state) + line.slice(at + state.length);
}

/** `12 targets: 9 fresh, 3 waiting`. */
function countsText(counts: ReadonlyMap<State, number>): string {
  const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
  if (total === 0) return 'no targets';
  return `${count(total, 'target')}: ${[...counts].map(([state, n]) => `${n} ${state}`).join(', ')}`;
}

/** What a person can do now, most urgent last. `again`: the command that builds what is shown. */
export function nextSteps(plan: Plan, again = 'desgw build'): readonly string[] {
  const person = inState(plan, ...PERSON);
  const runnable = inState(plan, 'stale', 'missing', 'failed', 'running');
  const waiting = inState(plan, 'waiting');
  const steps: string[] = [];
  const failed = inState(plan, 'failed');
  if (failed[0] !== undefined) {
    const all = runnable.length === failed.length ? '' : ', and makes what is missing';
    steps.push(
      `next: ${command('why', failed[0])} says why it failed, ${command('log', failed[0])} what it printed; \`${again}\` tries again${all}.`,
    );
  } else if (runnable.length > 0) {
    steps.push(
      `next: \`${again}\` makes what is missing; \`${again.replace('build', 'build -n')}\` shows what that would be.`,
    );
  } else if (waiting.length > 0) {
    steps.push(`next: \`${again}\` waits for what is under way, and goes on from there.`);
    const held = waiting.flatMap((name) => plan.verdicts.get(name)!.tell ?? []);
    const wanted = held.filter(({ occasion }) => occasion === 'held').map(({ text }) => text);
    steps.push(...wanted.slice(0, 3).map((text) => `      ${display(text)}`));
    if (wanted.length > 3) steps.push(`      and ${wanted.length - 3} more like it`);
  } else if (person.length === 0 && inState(plan, 'maybe', 'blocked').length === 0) {
    steps.push('Everything is up to date.');
  }
  if (person.length > 0) {
    const what = person.length === 1 ? 'needs a person' : 'need a person';
    steps.push(
      `${enumerate(person.map(display))} ${what}: ${command('why', person[0]!)} says what to do.`,
    );
  }
  return steps;
}
