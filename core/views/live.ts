/**
 * The lines of a build, and below them a block that lives on a screen; elsewhere a line now and
 * then that says that all is well.
 */

import type { Path } from '../api/values.ts';
import type { Terminal } from '../words/terminal.ts';
import type { Clock } from '../world/world.ts';
import { blockLines } from './block.ts';
import { type LinesOptions, linesReporter } from './lines.ts';
import type { Reporter } from './reporter.ts';

/** What the block below the lines shows. */
export interface LiveOptions extends LinesOptions {
  /** Actions at a time. */
  readonly jobs: number;
  /** The last line that a run has printed. */
  readonly lastLine: (log: Path) => string | undefined;
}

/** How often the times in the block move on. */
const TICK_MS = 1000;
/** Events may come by the thousand; the block is not drawn more often than this. */
const REST_MS = 200;
/** Without a screen, after this long a fold is told as far as it is, or that the build goes on. */
const HEARTBEAT_MS = 60_000;
/** With one, where the block tells how far it is, lines for those who read later are rarer. */
const RARELY_MS = 600_000;

/** Reports line by line with a live block, or without a screen line by line with a heartbeat. */
export function liveReporter(terminal: Terminal, clock: Clock, options: LiveOptions): Reporter {
  const lines = linesReporter(terminal, clock, options);
  const stop = new AbortController();
  const begun = clock.now();
  let drawn = Number.NEGATIVE_INFINITY;
  let beaten = clock.steady();
  const block = () =>
    blockLines(lines.activity, { ...options, now: clock.now(), begun, height: terminal.height });
  const draw = () => {
    if (!terminal.isLive) return;
    drawn = clock.steady();
    terminal.live(block());
  };
  const clear = () => {
    if (terminal.isLive) terminal.live([]);
  };
  const beat = () => {
    if (clock.steady() - beaten < (terminal.isLive ? RARELY_MS : HEARTBEAT_MS)) return;
    beaten = clock.steady();
    const before = lines.spokenAt;
    lines.flush();
    if (!terminal.isLive && lines.spokenAt === before && clock.steady() - before >= HEARTBEAT_MS)
      lines.heartbeat(block());
  };
  const tick = async () => {
    while (!stop.signal.aborted) {
      await clock.sleep(TICK_MS, stop.signal);
      if (stop.signal.aborted) return;
      beat();
      draw();
    }
  };
  void tick();
  return {
    event(event) {
      // The summary is the last that is seen.
      if (event.kind === 'finished') clear();
      lines.event(event);
      if (event.kind === 'finished') stop.abort();
      else if (clock.steady() - drawn >= REST_MS) draw();
    },
    end() {
      stop.abort();
      clear();
      lines.end();
    },
  };
}
