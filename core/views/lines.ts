/**
 * A line for everything that was done, failed or needs attention; silence about what is fresh.
 * Fit for terminals, pipes and logs alike.
 */

import type { Instant, TargetName } from '../api/values.ts';
import type { Action } from '../plan/verdict.ts';
import type { BuildEvent } from '../run/events.ts';
import { exitText } from '../run/steps.ts';
import { display, displayLines } from '../words/quote.ts';
import type { Terminal } from '../words/terminal.ts';
import { enumerate, indent } from '../words/text.ts';
import { duration } from '../words/time.ts';
import type { Clock } from '../world/world.ts';
import type { Reporter } from './reporter.ts';
import { problemLines, summaryText } from './summary.ts';

export interface LinesOptions {
  /** Tell also what starts, what is spared, and every step of progress. */
  readonly verbose: boolean;
}

/** Between two lines about the same waiting. */
const WAITING_EVERY_MS = 10 * 60 * 1000;

/** Reports a build line by line. */
export function linesReporter(
  terminal: Terminal,
  clock: Clock,
  { verbose }: LinesOptions,
): Reporter {
  const { paint } = terminal;
  const progress = new Map<TargetName, string>();
  let told: { readonly targets: string; readonly text: string; readonly at: Instant } | undefined;

  const waiting = (targets: readonly TargetName[]): void => {
    const text = waitingText(targets, progress);
    const now = clock.now();
    const fresh = told === undefined || told.targets !== targets.join('\n');
    const due = told !== undefined && told.text !== text && now - told.at >= WAITING_EVERY_MS;
    // On a screen the live line tells of progress; in a log a line now and then is enough.
    if (!fresh && (terminal.isLive || (!due && !verbose) || told?.text === text)) return;
    told = { targets: targets.join('\n'), text, at: now };
    terminal.out(`${paint('blue', 'waiting')} ${text}`);
  };

  return {
    event(event) {
      switch (event.kind) {
        case 'planned':
          return;
        case 'action started':
          if (verbose) terminal.out(`start   ${actionText(event.action)}`);
          return;
        case 'action retried':
          terminal.out(
            `${paint('yellow', 'retry')}   ${display(event.action.name)} ${display(exitText(event.exit))}; try ${event.retry + 1} in ${duration(event.delay * 1000)}`,
          );
          return;
        case 'action done':
          // Adopting is told as such.
          if (event.action.kind === 'adopt') return;
          terminal.out(
            `${paint('green', 'done')}    ${actionText(event.action)}  ${paint('dim', duration(event.ms))}${noteText(event.note)}`,
          );
          return;
        case 'action failed':
          terminal.out(failureText(event, paint('red', 'failed')));
          return;
        case 'action left':
          terminal.out(
            `${paint('blue', 'left')}    ${actionText(event.action)}${noteText(event.note)}`,
          );
          return;
        case 'target spared':
          if (verbose)
            terminal.out(`spared  ${display(event.target)}  what it needs came out the same`);
          return;
        case 'target adopted':
          terminal.out(
            `${paint('green', 'adopted')} ${display(event.target)}${noteText(event.how)}`,
          );
          return;
        case 'progress':
          progress.set(event.target, event.progress);
          return;
        case 'waiting':
          if (event.targets.length > 0) waiting(event.targets);
          return;
        case 'warning': {
          const about = event.target === undefined ? '' : `${display(event.target)}: `;
          terminal.err(
            `${terminal.paintErr('yellow', 'warning')}: ${about}${displayLines(event.message)}`,
          );
          return;
        }
        case 'lock wait':
          terminal.out(`${paint('blue', 'waiting')} for another build: ${display(event.holder)}`);
          return;
        case 'finished':
          terminal.out(summaryText(event.summary, paint).trimEnd());
          return;
      }
    },
    end() {},
  };
}

/** `ccds_668440 (31 of 59 CCDs), ccds_668441 and 3 more`: the gist of each, up to a colon. */
export function waitingText(
  targets: readonly TargetName[],
  progress: ReadonlyMap<TargetName, string>,
): string {
  const words = targets.map((name) => {
    const gist = (progress.get(name) ?? '').split(/[;:]/)[0]!;
    return gist === '' ? display(name) : `${display(name)} (${display(gist)})`;
  });
  return enumerate(words, 2);
}

/** The name of an action, and of a chain what it makes. */
function actionText({ name, makes }: Action): string {
  if (makes.length > 3) return `${display(name)} (${makes.length} targets)`;
  const several = makes.length > 1 || (makes[0] !== undefined && makes[0] !== name);
  return several ? `${display(name)} (${makes.map(display).join(', ')})` : display(name);
}

function noteText(note: string | undefined): string {
  return note === undefined || note === '' ? '' : `  ${display(note)}`;
}

function failureText(event: Extract<BuildEvent, { kind: 'action failed' }>, word: string): string {
  const { action, ms, problems, log, tail } = event;
  return [
    `${word}  ${actionText(action)}  ${duration(ms)}`,
    ...problemLines(problems),
    ...(tail === undefined || tail.trim() === ''
      ? []
      : [indent(displayLines(tail.trimEnd()), '  | ')]),
    ...(log === undefined ? [] : [`  log: ${display(log)}`]),
  ].join('\n');
}
