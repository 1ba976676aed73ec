/** The lines of a build, and below them one that lives: what is running now and what is awaited. */

import type { Instant, TargetName } from '../api/values.ts';
import type { BuildEvent } from '../run/events.ts';
import { display } from '../words/quote.ts';
import type { Terminal } from '../words/terminal.ts';
import { duration } from '../words/time.ts';
import type { Clock } from '../world/world.ts';
import { type LinesOptions, linesReporter, waitingText } from './lines.ts';
import type { Reporter } from './reporter.ts';

/** How often the times in the live line move on. */
const TICK_MS = 1000;
/** Events may come by the thousand; the line is not drawn more often than this. */
const REST_MS = 100;

/** Reports line by line with a live line; without a screen just line by line. */
export function liveReporter(terminal: Terminal, clock: Clock, options: LinesOptions): Reporter {
  const lines = linesReporter(terminal, clock, options);
  if (!terminal.isLive) return lines;
  const activity = new Activity();
  const stop = new AbortController();
  let drawn = Number.NEGATIVE_INFINITY;
  const draw = () => {
    drawn = clock.now();
    const line = activity.line(drawn);
    terminal.live(line === '' ? [] : [line]);
  };
  const tick = async () => {
    while (!stop.signal.aborted) {
      await clock.sleep(TICK_MS, stop.signal);
      if (!stop.signal.aborted) draw();
    }
  };
  void tick();
  return {
    event(event) {
      activity.note(event);
      lines.event(event);
      if (event.kind === 'finished') terminal.live([]);
      else if (Math.abs(clock.now() - drawn) >= REST_MS) draw();
    },
    end() {
      stop.abort();
      terminal.live([]);
      lines.end();
    },
  };
}

/** What is going on, as far as events have told. */
class Activity {
  readonly #running = new Map<string, Instant>();
  readonly #progress = new Map<TargetName, string>();
  /** Actions of the plan that have not ended. */
  readonly #open = new Set<string>();
  /** Target -> action that makes it. */
  readonly #makers = new Map<TargetName, string>();
  #ended = 0;
  #waiting: readonly TargetName[] = [];
  #lock: string | undefined;

  note(event: BuildEvent): void {
    if (event.kind !== 'warning' && event.kind !== 'lock wait') this.#lock = undefined;
    switch (event.kind) {
      case 'planned':
        this.#open.clear();
        this.#waiting = [];
        this.#makers.clear();
        for (const { name, makes } of event.plan.actions) {
          this.#open.add(name);
          for (const target of makes) this.#makers.set(target, name);
        }
        return;
      case 'action started':
        this.#running.set(event.action.name, event.at);
        this.#open.add(event.action.name);
        return;
      case 'action done':
      case 'action failed':
      case 'action left':
        this.#end(event.action.name);
        return;
      case 'target spared':
        this.#end(this.#makers.get(event.target) ?? event.target);
        return;
      case 'progress':
        this.#progress.set(event.target, event.progress);
        return;
      case 'waiting':
        this.#waiting = event.targets;
        return;
      case 'lock wait':
        this.#lock = event.holder;
        return;
      case 'action retried':
      case 'target adopted':
      case 'warning':
      case 'finished':
        return;
    }
  }

  /** `[12/37] dagmaker_668440.out 12s, submitted_668441 3s; waiting: ccds_668440 31 of 59 CCDs`. */
  line(now: Instant): string {
    if (this.#lock !== undefined) return `waiting for another build: ${display(this.#lock)}`;
    const running = [...this.#running].map(
      ([name, since]) => `${display(name)} ${duration(Math.max(0, now - since))}`,
    );
    const parts = [
      ...(running.length > 0 ? [running.join(', ')] : []),
      ...(this.#waiting.length > 0
        ? [`waiting: ${waitingText(this.#waiting, this.#progress)}`]
        : []),
    ];
    if (parts.length === 0 && this.#open.size === 0) return '';
    return `[${this.#ended}/${this.#ended + this.#open.size}] ${parts.join('; ')}`.trimEnd();
  }

  #end(name: string): void {
    this.#running.delete(name);
    if (this.#open.delete(name)) this.#ended += 1;
  }
}
