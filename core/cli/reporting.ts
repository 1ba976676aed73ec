/** Who is told of a build: the screen, and the log that every build leaves. */

import type { Path } from '../api/values.ts';
import { newBuildLog, partsOf, tailOf } from '../memory/logs.ts';
import { linesReporter } from '../views/lines.ts';
import { liveReporter } from '../views/live.ts';
import { noticeText } from '../views/notice.ts';
import type { Reporter } from '../views/reporter.ts';
import { plain } from '../words/paint.ts';
import type { Terminal } from '../words/terminal.ts';
import { clockTime, day } from '../words/time.ts';
import type { Appender, World } from '../world/world.ts';
import { type Invocation, VERSION } from './context.ts';

/** How a build is told on the screen. */
export interface ScreenOptions {
  readonly verbose: boolean;
  readonly utc: boolean;
  /** Actions at a time. */
  readonly jobs: number;
  /** The log of this build, once it has one. */
  readonly log: () => Path | undefined;
}

/** Tells people as it happens. */
export function screenReporter(
  { clock, files }: World,
  { terminal }: Invocation,
  options: ScreenOptions,
): Reporter {
  const lastLine = (log: Path): string | undefined =>
    partsOf(log)
      .map((path) => tailOf(files, path, 1).trim())
      .findLast((line) => line !== '');
  return liveReporter(terminal, clock, {
    ...options,
    lastLine,
    log: () => (options.log() === undefined ? undefined : '`desgw log`'),
  });
}

/** Several as one. */
export function together(reporters: readonly Reporter[]): Reporter {
  return {
    event: (event) => {
      for (const reporter of reporters) reporter.event(event);
    },
    end: () => {
      for (const reporter of reporters) reporter.end();
    },
  };
}

/**
 * Keeps every line of a build, whole and none folded, in a log of its own. A build that finds
 * nothing to do leaves none.
 */
export function logReporter(
  world: World,
  { advised, command, secrets }: Invocation,
): Reporter & { readonly path: Path | undefined } {
  const { clock, files, processes } = world;
  let path: Path | undefined;
  let appender: Appender | undefined;
  /** Said before anything else, which is no reason for a log. */
  const notices: string[] = [];
  const write = (said: string): void => {
    const text = secrets.hide(advised(said));
    if (path === undefined) {
      const now = clock.now();
      const { user, host, pid } = processes.self;
      path = newBuildLog(
        files,
        `${day(now)} ${clockTime(now)} ${command()} (${user} on ${host}, pid ${pid}, desgw ${VERSION})\n${notices.map((text) => `${noticeText(advised(text), plain)}\n`).join('')}`,
      );
    }
    appender ??= files.appender(path);
    appender.write(text.endsWith('\n') ? text : `${text}\n`);
  };
  const lines = linesReporter(paper(write), clock, { verbose: true });
  return {
    get path() {
      return path;
    },
    event(event) {
      // Without anything before it the summary only says that there was nothing to do.
      if (event.kind === 'finished' && path === undefined) return;
      if (event.kind === 'notice') notices.push(event.text);
      else lines.event(event);
    },
    end() {
      lines.end();
      appender?.close();
    },
  };
}

/** A terminal that only takes lines. */
function paper(write: (text: string) => void): Terminal {
  return {
    out: write,
    data: (value) => write(JSON.stringify(value)),
    raw: (bytes) => write(new TextDecoder().decode(bytes)),
    err: write,
    paint: plain,
    paintErr: plain,
    width: Number.POSITIVE_INFINITY,
    height: Number.POSITIVE_INFINITY,
    isLive: false,
    live() {},
    still: (use) => use(),
    broken: false,
  };
}
