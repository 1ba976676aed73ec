/** The end of a build: what was done, what is missing, and what to do next. */

import { codeOf } from '../api/codes.ts';
import type { Problem } from '../api/rules.ts';
import type { TargetName } from '../api/values.ts';
import type { Outcome, Summary } from '../run/events.ts';
import type { Paint, Style } from '../words/paint.ts';
import { display, displayLines } from '../words/quote.ts';
import { count, enumerate, indent, table } from '../words/text.ts';
import { duration } from '../words/time.ts';
import { advice, command, personCode } from './advice.ts';
import { failureKind } from './folds.ts';
import { stillSetLines } from './still-set.ts';

/** Most targets of one kind that are named one by one. */
const NAMED = 20;

/**
 * The summary of a build. What follows from something else comes first and in one line; the first
 * cause comes last, where a reader of a scrolling screen looks.
 * @param justTold targets of the failure that stands just above, if one does
 */
export function summaryText(
  summary: Summary,
  paint: Paint,
  justTold: readonly TargetName[] = [],
): string {
  const { waiting, blocked, person, failed } = summary;
  // With no more than a line between them, a failure is not told twice.
  const isTold =
    waiting.length + person.length === 0 && failed.every((it) => justTold.includes(it.target));
  const parts: string[] = [];
  if (waiting.length > 0) {
    parts.push(
      section(
        'waiting',
        'blue',
        waiting.map((it) => [it.target, it.progress]),
        paint,
      ),
    );
  }
  if (blocked.length > 0) parts.push(heldUpText(blocked, paint));
  if (person.length > 0) {
    parts.push(
      section(
        'needs a person',
        'red',
        person.map((it) => [it.target, `${it.state}: ${it.note}`]),
        paint,
      ),
    );
  }
  if (failed.length > 0 && !isTold) {
    const runs = failedRuns(failed);
    // The first failure is the cause to look at first, so it stands lowest.
    const shown = runs
      .slice(0, NAMED)
      .toReversed()
      .map((it) => failureText(it, paint));
    const more = runs.length > NAMED ? [`and ${count(runs.length - NAMED, 'more failure')}`] : [];
    parts.push([...more, ...shown].join('\n'));
  }
  if (summary.findings !== undefined) parts.push(findingLines(summary.findings, paint).join('\n'));
  if (summary.stillSet !== undefined) parts.push(stillSetLines(summary.stillSet).join('\n'));
  parts.push([verdictText(summary, paint), ...nextSteps(summary)].join('\n'));
  return `${parts.join('\n\n')}\n`;
}

const OUTCOMES: { readonly [outcome in Outcome]: readonly [string, Style] } = {
  fresh: ['up to date', 'green'],
  failed: ['failed', 'red'],
  machine: ['the machine refuses', 'red'],
  waiting: ['still waiting', 'blue'],
  person: ['needs a person', 'red'],
  interrupted: ['interrupted', 'yellow'],
};

function verdictText(summary: Summary, paint: Paint): string {
  const { outcome, goals, built, spared, adopted, failed, waiting, blocked, person } = summary;
  const [words, usual] = OUTCOMES[outcome];
  // All was done that could be, and yet not all is well.
  const style = outcome === 'fresh' && summary.findings !== undefined ? 'yellow' : usual;
  const counts = [
    [built.length, 'built'],
    [adopted.length, 'adopted'],
    [spared.length, 'spared'],
    [failed.length, 'failed'],
    [waiting.length, 'waiting'],
    [blocked.length, 'held up'],
    [person.length, 'to decide'],
  ] as const;
  const done = counts.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`);
  const detail = done.length === 0 ? 'nothing to do' : done.join(', ');
  return `${enumerate(goals.map(display))}: ${paint(style, words)}: ${detail}; ${summary.fresh} of ${count(summary.total, 'target')} fresh, in ${duration(summary.ms)}`;
}

function section(
  title: string,
  style: Style,
  items: readonly (readonly [TargetName, string])[],
  paint: Paint,
): string {
  const alike = new Map<string, TargetName[]>();
  for (const [name, note] of items) alike.set(note, [...(alike.get(note) ?? []), name]);
  const rows = [...alike].map(([note, names]) => [
    `  ${enumerate(names.map(display))}`,
    display(note),
  ]);
  const more = rows.length > NAMED ? [`  and ${rows.length - NAMED} more`] : [];
  return [`${paint(style, title)}:`, ...table(rows.slice(0, NAMED)), ...more].join('\n');
}

/** Consequences: one line, however many there are. */
export function heldUpText(blocked: Summary['blocked'], paint: Paint): string {
  // Only what is at the root of it: a target that is held up itself holds nobody up by its own.
  const held = new Set(blocked.map((it) => it.target));
  const by = [...new Set(blocked.flatMap((it) => it.by))].filter((name) => !held.has(name));
  const because = by.length === 0 ? '' : `, by ${enumerate(by.map(display))}`;
  return `${paint('magenta', 'held up')}: ${count(blocked.length, 'target')} (${enumerate(blocked.map((it) => display(it.target)))})${because}`;
}

type FailedRun = Omit<Summary['failed'][number], 'target'> & {
  readonly targets: readonly TargetName[];
};

/**
 * A run that was to make several targets has failed once, not once for each; its log is the same.
 * Nor does anybody want to read sixty times that a ticket has expired.
 */
function failedRuns(failed: Summary['failed']): readonly FailedRun[] {
  const runs = new Map<string, FailedRun & { readonly targets: TargetName[] }>();
  for (const { target, ...rest } of failed) {
    const key = failureKind(target, rest.problems);
    const run = runs.get(key);
    if (run === undefined) runs.set(key, { ...rest, targets: [target] });
    else run.targets.push(target);
  }
  return [...runs.values()];
}

function failureText({ targets, problems, log }: FailedRun, paint: Paint): string {
  return [
    `${paint('red', 'failed')}: ${enumerate(targets.map(display))}`,
    ...problemLines(problems),
    ...(log === undefined ? [] : [`  log: ${display(log)}`]),
  ].join('\n');
}

/** What is not well although it could be made, each in a line with its remedy. */
export function findingLines(
  findings: NonNullable<Summary['findings']>,
  paint: Paint,
): readonly string[] {
  return findings.flatMap(({ target, problems }) => [
    `${paint('yellow', 'not well')}: ${display(target)}`,
    ...problems
      .slice(0, NAMED)
      .map(({ what, advice }) =>
        indent(displayLines(advice === undefined ? what : `${what}: ${advice}`), '  '),
      ),
    ...(problems.length > NAMED ? [`  and ${problems.length - NAMED} more`] : []),
  ]);
}

/** Problems, each with its advice below it, indented. */
export function problemLines(problems: readonly Problem[]): readonly string[] {
  return problems.flatMap(({ what, advice }) => [
    indent(displayLines(what), '  '),
    ...(advice === undefined ? [] : [indent(displayLines(advice), '    ')]),
  ]);
}

/** Where nothing ran, there is no log to look into. */
function nextAfter({ target, log }: Summary['failed'][number]): string {
  return log === undefined
    ? `${command('build', target)} tries again.`
    : advice('failed', target, { repeatable: true });
}

const adviceFor = ({ state, target, repeatable }: Summary['person'][number]): string =>
  advice(state, target, { repeatable: repeatable === true });

const helpFor = ([first]: readonly Problem[]): string =>
  `\`desgw help ${codeOf(first ?? {})}\` tells what that may mean.`;

/** Time brings what is under way; not jobs that are held, nor a ticket. */
function whileWaiting(wanted: readonly string[]): readonly string[] {
  if (wanted.length === 0)
    return ['next: the same command goes on from here; what is under way needs no watching.'];
  const more = wanted.length > 3 ? [`      and ${wanted.length - 3} more like it`] : [];
  return [
    ...wanted.slice(0, 3).map((want, i) => `${i === 0 ? 'next: ' : '      '}${display(want)}`),
    ...more,
    '      The same command goes on from here; the rest needs no watching.',
  ];
}

function nextSteps(summary: Summary): readonly string[] {
  const { outcome, failed, person } = summary;
  switch (outcome) {
    case 'fresh':
      return [];
    case 'failed':
      return failed[0] === undefined
        ? ['next: see what is not well; without --strict it would do.']
        : [
            `next: ${nextAfter(failed[0])}`,
            `      ${helpFor(failed[0].problems)}`,
            ...person.slice(0, 1).map((it) => `and:  ${display(it.target)}: ${adviceFor(it)}`),
          ];
    case 'machine':
      return ['next: see to that, then the same command goes on from here.'];
    case 'person':
      return person[0] === undefined
        ? []
        : [
            `next: ${adviceFor(person[0])}`,
            `      ${command('why', person[0].target)} and \`desgw help ${personCode(person[0].state)}\` tell more.`,
          ];
    case 'waiting':
      return whileWaiting(summary.waiting.flatMap(({ wants }) => wants ?? []));
    case 'interrupted':
      return ['next: the same command goes on from here; nothing that was finished is lost.'];
  }
}
