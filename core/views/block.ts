/** The block at the foot of the screen while a build runs: every phase, what runs, how far it is. */

import type { State } from '../api/builds.ts';
import type { Tally } from '../api/looks.ts';
import type { Instant, Path } from '../api/values.ts';
import { display } from '../words/quote.ts';
import { count, number, pad } from '../words/text.ts';
import { type ClockOptions, clockTime, duration } from '../words/time.ts';
import type { Activity, Running } from './activity.ts';
import type { PhaseRow } from './board.ts';
import { phaseEstimate } from './estimate.ts';
import { waitingText } from './lines.ts';

/** What the block is told by. */
export interface BlockOptions extends ClockOptions {
  readonly now: Instant;
  readonly begun: Instant;
  /** Actions at a time. */
  readonly jobs: number;
  /** Rows of the screen. */
  readonly height: number;
  /** The last line that a run has printed. */
  readonly lastLine: (log: Path) => string | undefined;
}

/** What an action prints is of interest once it takes longer than this. */
const LONG_MS = 10_000;
/** Most actions that are shown one by one. */
const SHOWN = 8;

/** Lines for the block; none when there is nothing to tell. */
export function blockLines(activity: Activity, options: BlockOptions): readonly string[] {
  if (activity.lock !== undefined)
    return [`waiting for another build: ${display(activity.lock)}, ${since(options)}`];
  const { done, total, unsure } = activity.counts();
  if (total === 0) return [];
  const head = `[${number(done)}/${number(total)}] ${since(options)}${unsure === 0 ? '' : `; ${number(unsure)} of them may not be needed`}`;
  const lines = [
    ...phaseLines(activity, options),
    ...lookLines(activity, options),
    ...runningLines(activity.running, options),
  ];
  // The line with the totals is always there; a low screen loses what runs first.
  const room = Math.max(1, options.height - 3);
  return [...lines.slice(0, room), head];
}

const since = ({ now, begun }: BlockOptions): string => duration(Math.max(0, now - begun));

function phaseLines(activity: Activity, options: BlockOptions): readonly string[] {
  const { board } = activity;
  const rows = (board?.phases() ?? []).filter((row) => row.states.size > 0);
  if (board === undefined || (rows.length === 1 && rows[0]!.phase === 'other')) return [];
  const width = Math.max(...rows.map(({ phase }) => phase.length));
  const digits = Math.max(...rows.map(({ targets }) => number(targets.length).length));
  return rows.flatMap((row) => {
    const done = row.states.get('fresh') ?? 0;
    const total = row.targets.length;
    const { past } = activity;
    const range =
      past === undefined || done === total
        ? undefined
        : phaseEstimate(row, board, { ...options, past });
    const more = range === undefined ? '' : `${rangeText(range.low, range.high)} more, as before`;
    const words = [stateWords(row), more].filter((text) => text !== '').join('; ');
    const line = `${pad(display(row.phase), width)}  ${number(done).padStart(digits)} of ${number(total).padStart(digits)}  ${words}`;
    return [
      line.trimEnd(),
      ...(row.tally === undefined || done === total ? [] : [`  ${tallyText(row.tally)}`]),
    ];
  });
}

/** States other than fresh, and other than those that are merely to come. */
const TOLD: readonly (readonly [State, string])[] = [
  ['running', 'running'],
  ['waiting', 'under way'],
  ['failed', 'failed'],
  ['blocked', 'held up'],
  ['edited', 'edited'],
  ['outdated', 'outdated'],
  ['in doubt', 'in doubt'],
];

function stateWords({ states }: PhaseRow): string {
  return TOLD.flatMap(([state, word]) => {
    const n = states.get(state) ?? 0;
    return n === 0 ? [] : [`${number(n)} ${word}`];
  }).join(', ');
}

/** `1,204 of 3,540 CCDs complete, 31 failed, 210 running, 90 idle, 12 held`. */
function tallyText({ unit, total, complete, failed, running, idle, held }: Tally): string {
  const parts = [
    [failed, 'failed'],
    [running, 'running'],
    [idle, 'idle'],
    [held, 'held'],
  ] as const;
  const rest = parts.filter(([n]) => n > 0).map(([n, word]) => `, ${number(n)} ${word}`);
  return `${number(complete)} of ${number(total)} ${unit} complete${rest.join('')}`;
}

function rangeText(low: number, high: number): string {
  const [from, to] = [duration(low), duration(high)];
  return low < 1000 ? `up to ${to}` : from === to ? from : `${from} to ${to}`;
}

function lookLines({ looked, waiting, board, progress }: Activity, options: BlockOptions) {
  if (looked === undefined || waiting.length === 0) return [];
  const next = Math.max(0, looked.next - options.now);
  const again = next === 0 ? 'now' : `in ${duration(Math.ceil(next / 1000) * 1000)}`;
  const seen = `  last looked ${clockTime(looked.at, options)}, again ${again}`;
  // What is not counted part by part is named.
  const rest = waiting.filter((name) => board?.tally(name) === undefined);
  return [...(rest.length === 0 ? [] : [`  waiting for ${waitingText(rest, progress)}`]), seen];
}

function runningLines(running: ReadonlyMap<string, Running>, options: BlockOptions) {
  const all = [...running].sort(([, a], [, b]) => a.since - b.since);
  const width = Math.max(0, ...all.slice(0, SHOWN).map(([name]) => display(name).length));
  const lines = all.slice(0, SHOWN).map(([name, { since: begun, log, progress }]) => {
    const took = options.now - begun;
    const said =
      progress ?? (log === undefined || took < LONG_MS ? undefined : options.lastLine(log));
    const words = said === undefined || said === '' ? '' : `  ${display(said)}`;
    return `  ${pad(display(name), width)}  ${duration(Math.max(0, took)).padStart(7)}${words}`;
  });
  const more = all.length - lines.length;
  return more > 0 ? [...lines, `  and ${count(more, 'more action')} running`] : lines;
}
