/**
 * Targets as a table: a row for each subject (an exposure), a column for each phase. Status, the
 * live block and the report page are laid out by it, so that they cannot disagree.
 */

import type { State } from '../api/builds.ts';
import type { Tally } from '../api/looks.ts';
import type { TargetName } from '../api/values.ts';
import type { Graph, Node } from '../graph/graph.ts';
import type { Plan, Verdict } from '../plan/verdict.ts';
import { STATE_ORDER } from '../words/paint.ts';

/** The targets of one phase, of all subjects or of one. */
export interface Cell {
  readonly targets: readonly TargetName[];
  readonly states: ReadonlyMap<State, number>;
  /** All that may have to be made is there, and is made again only if what it needs has changed. */
  readonly asMade: boolean;
  /** The sum over its targets. */
  readonly tally?: Tally;
}

/** One phase over all subjects. */
export interface PhaseRow extends Omit<Cell, 'asMade'> {
  readonly phase: string;
}

/** How a subject stands as a whole; the first that fits of these, from the end. */
export type Condition = (typeof CONDITIONS)[number];
export const CONDITIONS = [
  'done',
  'left out',
  'may change',
  'to do',
  'held up',
  'under way',
  'failed',
  'needs a person',
] as const;

/** One subject over all phases. */
export interface SubjectRow {
  readonly subject: string;
  readonly condition: Condition;
  readonly cells: ReadonlyMap<string, Cell>;
}

/** Phase of targets that name none. */
export const OTHER = 'other';

interface Filling {
  readonly targets: TargetName[];
  readonly states: Map<State, number>;
}

/** The table, kept up to date target by target. */
export class Board {
  /** The kind of its subjects, `exposure`; undefined when no target has one. */
  readonly kind: string | undefined;
  readonly #graph: Graph;
  readonly #states = new Map<TargetName, State>();
  readonly #tallies = new Map<TargetName, Tally>();
  readonly #leftOut = new Set<TargetName>();
  readonly #asMade = new Set<TargetName>();
  /** In the order in which the phases come to their ends. */
  readonly #phases: ReadonlyMap<string, Filling>;
  readonly #subjects = new Map<string, Map<string, TargetName[]>>();

  constructor(graph: Graph, order: readonly TargetName[]) {
    this.#graph = graph;
    const phases = new Map<string, Filling>();
    let kind: string | undefined;
    for (const name of order) {
      const node = graph.nodes.get(name)!;
      if (node.group) continue;
      const phase = phaseOf(node);
      const filling: Filling = phases.get(phase) ?? { targets: [], states: new Map() };
      // Behind all others, for its end comes after theirs.
      phases.delete(phase);
      phases.set(phase, filling);
      filling.targets.push(name);
      const { subject } = node.rule;
      if (subject === undefined) continue;
      kind ??= subject.kind;
      const cells = this.#subjects.get(subject.name) ?? new Map<string, TargetName[]>();
      this.#subjects.set(subject.name, cells);
      cells.set(phase, [...(cells.get(phase) ?? []), name]);
    }
    this.kind = kind;
    const other = phases.get(OTHER);
    if (phases.size > 1 && other !== undefined) {
      phases.delete(OTHER);
      phases.set(OTHER, other);
    }
    this.#phases = phases;
  }

  /** Where a target stands now. Targets that are not on the board are passed over. */
  set(name: TargetName, state: State, tally?: Tally): void {
    const node = this.#graph.nodes.get(name);
    const filling = node === undefined ? undefined : this.#phases.get(phaseOf(node));
    if (filling === undefined || node?.group === true) return;
    const before = this.#states.get(name);
    if (before !== undefined) filling.states.set(before, filling.states.get(before)! - 1);
    this.#states.set(name, state);
    filling.states.set(state, (filling.states.get(state) ?? 0) + 1);
    if (tally !== undefined) this.#tallies.set(name, tally);
  }

  /** Sets a target as the plan has it. What only waits for something under way is to come. */
  judge(name: TargetName, { state, cause, tally, leftOut, reasons }: Verdict): void {
    // What has never been made has that as a reason of its own.
    if (state === 'maybe' && reasons.length === 0) this.#asMade.add(name);
    else this.#asMade.delete(name);
    if (leftOut === undefined) this.#leftOut.delete(name);
    else this.#leftOut.add(name);
    this.set(name, state === 'blocked' && cause === 'waiting' ? 'maybe' : state, tally);
  }

  /** State of a target, once it has been set. */
  state(name: TargetName): State | undefined {
    return this.#states.get(name);
  }

  /** Tally of a target, if it has one. */
  tally(name: TargetName): Tally | undefined {
    return this.#tallies.get(name);
  }

  phases(): readonly PhaseRow[] {
    return [...this.#phases].map(([phase, { targets, states }]) => ({
      phase,
      targets,
      states: new Map([...states].filter(([, n]) => n > 0)),
      ...this.#sum(targets),
    }));
  }

  subjects(): readonly SubjectRow[] {
    return [...this.#subjects].map(([subject, phases]) => {
      const cells = new Map(
        [...phases].map(([phase, targets]): [string, Cell] => [phase, this.#cell(targets)]),
      );
      const found = [...cells.values()].flatMap((cell) =>
        [...cell.states.keys()].map((state) => conditionIn(state, cell)),
      );
      const isLeftOut = [...phases.values()].flat().some((name) => this.#leftOut.has(name));
      return { subject, cells, condition: worst(isLeftOut ? [...found, 'left out'] : found) };
    });
  }

  #cell(targets: readonly TargetName[]): Cell {
    const states = new Map<State, number>();
    for (const name of targets) {
      const state = this.#states.get(name) ?? 'maybe';
      states.set(state, (states.get(state) ?? 0) + 1);
    }
    const maybe = targets.filter((name) => (this.#states.get(name) ?? 'maybe') === 'maybe');
    const asMade = maybe.every((name) => this.#asMade.has(name));
    return { targets, states, asMade, ...this.#sum(targets) };
  }

  #sum(targets: readonly TargetName[]): { tally?: Tally } {
    if (this.#tallies.size === 0) return {};
    const tally = summed(targets.flatMap((name) => this.#tallies.get(name) ?? []));
    return tally === undefined ? {} : { tally };
  }
}

/** The board of a plan. */
export function boardOf(plan: Plan): Board {
  const board = new Board(plan.graph, plan.order);
  for (const [name, verdict] of plan.verdicts) board.judge(name, verdict);
  return board;
}

/** How many subjects stand how, none left out that there are. */
export function conditions(rows: readonly SubjectRow[]): ReadonlyMap<Condition, number> {
  const counts = CONDITIONS.map((condition): [Condition, number] => [
    condition,
    rows.filter((row) => row.condition === condition).length,
  ]);
  return new Map(counts.filter(([, n]) => n > 0));
}

const phaseOf = ({ rule }: Node): string => rule.phase ?? OTHER;

const CONDITION: { readonly [state in State]: Condition } = {
  fresh: 'done',
  stale: 'to do',
  missing: 'to do',
  maybe: 'to do',
  blocked: 'held up',
  waiting: 'under way',
  running: 'under way',
  failed: 'failed',
  edited: 'needs a person',
  outdated: 'needs a person',
  'in doubt': 'needs a person',
};

const conditionIn = (state: State, { asMade }: Cell): Condition =>
  state === 'maybe' && asMade ? 'may change' : CONDITION[state];

const worst = (found: readonly Condition[]): Condition =>
  CONDITIONS[Math.max(0, ...found.map((one) => CONDITIONS.indexOf(one)))]!;

/** The worst state of a cell. */
export const worstOf = ({ states }: Pick<Cell, 'states'>): State | undefined =>
  STATE_ORDER.findLast((state) => states.has(state));

/** Several tallies as one; undefined for none. */
export function summed([first, ...more]: readonly Tally[]): Tally | undefined {
  return first === undefined ? undefined : more.reduce(added, first);
}

function added(a: Tally, b: Tally): Tally {
  return {
    unit: a.unit,
    total: a.total + b.total,
    complete: a.complete + b.complete,
    failed: a.failed + b.failed,
    running: a.running + b.running,
    idle: a.idle + b.idle,
    held: a.held + b.held,
  };
}
