/**
 * A line for everything that was done, failed or needs attention, with the time of day; silence
 * about what is fresh; like ones folded. Fit for terminals, pipes and logs alike.
 */

import type { TargetName } from '../api/values.ts';
import type { Action } from '../plan/verdict.ts';
import type { BuildEvent } from '../run/events.ts';
import { exitText } from '../words/exit.ts';
import type { Style } from '../words/paint.ts';
import { display, displayLines } from '../words/quote.ts';
import type { Terminal } from '../words/terminal.ts';
import { enumerate, withinWidth, wrap } from '../words/text.ts';
import { type ClockOptions, clockTime, duration } from '../words/time.ts';
import type { Clock } from '../world/world.ts';
import { Activity } from './activity.ts';
import { type FoldLine, Folds } from './folds.ts';
import { noticeText } from './notice.ts';
import type { Reporter } from './reporter.ts';
import { problemLines, summaryText } from './summary.ts';

/** How much is told line by line. */
export interface LinesOptions extends ClockOptions {
  /** Tell also what starts, what is spared, and every step of progress; fold nothing. */
  readonly verbose: boolean;
  /** Where the whole of a line that is too long to show can be read. */
  readonly log?: () => string | undefined;
}

/** Tells a build line by line. */
export interface Lines extends Reporter {
  readonly activity: Activity;
  /** Tells the folds, as far as they are. */
  flush(): void;
  /** Tells that it goes on, and how far it is. */
  heartbeat(block: readonly string[]): void;
  /** When a line was written last. */
  readonly spokenAt: number;
}

/** Between two lines about the same waiting. */
const WAITING_EVERY_MS = 10 * 60 * 1000;
/** Rows that one line may take on a screen, and characters elsewhere. */
const MOST_ROWS = 8;
const MOST_CHARACTERS = 1000;

const STYLES: { readonly [verb in FoldLine['verb']]: Style } = {
  done: 'green',
  adopted: 'green',
  left: 'blue',
  failed: 'red',
};

/** Reports a build line by line. */
export function linesReporter(terminal: Terminal, clock: Clock, options: LinesOptions): Lines {
  return new LineByLine(terminal, clock, options);
}

class LineByLine implements Lines {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #options: LinesOptions;
  readonly activity = new Activity();
  readonly #folds = new Folds(this.activity);
  #told: { readonly text: string; readonly at: number } | undefined;
  /** Targets of the failure that was told last, while nothing has been said since. */
  #justFailed: readonly TargetName[] = [];
  spokenAt: number;

  constructor(terminal: Terminal, clock: Clock, options: LinesOptions) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#options = options;
    this.spokenAt = clock.steady();
  }

  event(event: BuildEvent): void {
    this.activity.note(event);
    const folded = this.#options.verbose ? undefined : this.#folds.take(event);
    if (folded === undefined) {
      for (const line of this.#folds.before(event)) this.#tellFold(line);
      this.#tell(event);
    } else for (const line of folded) this.#tellFold(line);
  }

  flush(): void {
    for (const line of this.#folds.due()) this.#tellFold(line);
  }

  heartbeat(block: readonly string[]): void {
    const gist = block
      .map((line) => line.trim().replace(/ {2,}/g, ' '))
      .filter((line) => line !== '');
    if (gist.length > 0)
      this.#say('at it', 'blue', [gist.at(-1)!, ...gist.slice(0, -1)].join('; '));
  }

  end(): void {}

  #tell(event: BuildEvent): void {
    if (event.kind === 'notice')
      this.#write(`${this.#time()}${noticeText(event.text, this.#terminal.paint)}`);
    else if (event.kind === 'warning') this.#warn(event);
    else if (event.kind === 'waiting') this.#tellWaiting(event.targets);
    else if (event.kind === 'finished') {
      this.flush();
      this.#write(summaryText(event.summary, this.#terminal.paint, this.#justFailed).trimEnd());
    } else {
      const line = this.#lineOf(event);
      if (line !== undefined) this.#say(...line);
      if (event.kind === 'action failed') this.#justFailed = event.action.makes;
    }
  }

  #lineOf(
    event: Exclude<BuildEvent, { kind: 'notice' | 'warning' | 'waiting' | 'finished' }>,
  ): readonly [verb: string, style: Style | undefined, text: string] | undefined {
    const { verbose } = this.#options;
    switch (event.kind) {
      case 'planned':
        return undefined;
      case 'action started':
        return verbose ? ['start', undefined, actionText(event.action)] : undefined;
      case 'action retried':
        return [
          'retry',
          'yellow',
          `${display(event.action.name)} ${display(exitText(event.exit))}; try ${event.retry + 1} in ${duration(event.delay * 1000)}`,
        ];
      case 'action done': {
        // `target adopted` tells of it.
        if (event.action.kind === 'adopt') return undefined;
        const took = this.#terminal.paint('dim', duration(event.ms));
        return [
          'done',
          event.flawed === true ? 'yellow' : 'green',
          `${actionText(event.action)}  ${took}${noteText(event.note)}`,
        ];
      }
      case 'action failed':
        return ['failed', 'red', failureText(event)];
      case 'action left':
        return ['left', 'blue', `${actionText(event.action)}${noteText(event.note)}`];
      case 'target spared':
        return verbose
          ? ['spared', undefined, `${display(event.target)}  what it needs came out the same`]
          : undefined;
      case 'target adopted':
        return ['adopted', 'green', `${display(event.target)}${noteText(event.how)}`];
      case 'progress':
        return verbose
          ? ['at', 'blue', `${display(event.target)}  ${display(event.progress)}`]
          : undefined;
      case 'told':
        return ['note', 'yellow', display(event.text)];
      case 'lock wait':
        return ['waiting', 'blue', `for another build: ${display(event.holder)}`];
    }
  }

  #warn({ target, message }: Extract<BuildEvent, { kind: 'warning' }>): void {
    const about = target === undefined ? '' : `${display(target)}: `;
    const word = this.#terminal.paintErr('yellow', 'warning');
    const text = `${this.#time()}${word}: ${about}${displayLines(message)}`;
    this.#justFailed = [];
    this.spokenAt = this.#clock.steady();
    this.#terminal.err(this.#fitted(text));
  }

  /** On a screen the live block tells of it; in a log a line now and then is enough. */
  #tellWaiting(targets: readonly TargetName[]): void {
    if (this.#terminal.isLive || targets.length === 0) return;
    const text = waitingText(targets, this.activity.progress);
    const now = this.#clock.steady();
    const due = this.#told === undefined || now - this.#told.at >= WAITING_EVERY_MS;
    if (this.#told?.text === text || !(due || this.#options.verbose)) return;
    this.#told = { text, at: now };
    this.#say('waiting', 'blue', text);
  }

  #tellFold({ verb, text }: FoldLine): void {
    this.#say(verb, STYLES[verb], text);
  }

  #say(verb: string, style: Style | undefined, text: string): void {
    const word = style === undefined ? verb : this.#terminal.paint(style, verb);
    this.#write(`${this.#time()}${word}${' '.repeat(Math.max(1, 8 - verb.length))}${text}`);
  }

  #time(): string {
    return `${this.#terminal.paint('dim', clockTime(this.#clock.now(), this.#options))} `;
  }

  #write(text: string): void {
    this.#justFailed = [];
    this.spokenAt = this.#clock.steady();
    this.#terminal.out(this.#fitted(text));
  }

  /** The text in lines that can be read here; what is left of very long ones stands in the log. */
  #fitted(text: string): string {
    const { isLive, width } = this.#terminal;
    const where = this.#options.log?.();
    const whole = where === undefined ? '' : `; all of it: ${where}`;
    const lines = text.split('\n');
    return (isLive ? withinWidth(lines, width) : lines)
      .flatMap((line) => {
        if (!isLive)
          return where === undefined || line.length <= MOST_CHARACTERS
            ? [line]
            : [`${line.slice(0, MOST_CHARACTERS)}... (cut${whole})`];
        const rows = wrap(line, width, '  ');
        return rows.length <= MOST_ROWS
          ? rows
          : [...rows.slice(0, MOST_ROWS - 1), ...wrap(`  ... (cut${whole})`, width, '  ')];
      })
      .join('\n');
  }
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

function failureText(event: Extract<BuildEvent, { kind: 'action failed' }>): string {
  const { action, ms, problems, log, tail } = event;
  return [
    `${actionText(action)}  ${duration(ms)}`,
    ...problemLines(problems),
    ...(tail === undefined || tail.trim() === ''
      ? []
      : displayLines(tail.trimEnd())
          .split('\n')
          .map((line) => `  | ${line}`.trimEnd())),
    ...(log === undefined ? [] : [`  log: ${display(log)}`]),
  ].join('\n');
}
