/**
 * `desgw build --watch`: builds what can be built, sleeps without the lock, and builds again. Every
 * round reads the rule file anew, so a change of it counts from the next one on.
 */

import { isSystemError, UserError } from '../api/errors.ts';
import type { Instant } from '../api/values.ts';
import type { History } from '../memory/history.ts';
import { EXIT } from '../run/build.ts';
import type { Summary } from '../run/events.ts';
import { complaintJson, complaintOf, complaintText } from '../views/complaint.ts';
import { clockTime, duration } from '../words/time.ts';
import { realClock } from '../world/clock.ts';
import { realProcesses } from '../world/processes.ts';
import type { BuildFlags } from './build-flags.ts';
import type { Invocation } from './context.ts';
import { moment, seconds } from './times.ts';

type BuildOnce = (
  targets: readonly string[],
  flags: BuildFlags,
  invocation: Invocation,
  isNews: (summary: Summary) => boolean,
) => Promise<number>;

/** Often enough for anybody: a round asks the queue and the disks. */
const SHORTEST = 1;

/** Rounds until the time that was given, or Ctrl-C; the exit status is that of the last round. */
export async function watchBuild(
  targets: readonly string[],
  flags: BuildFlags,
  invocation: Invocation,
  once: BuildOnce,
): Promise<number> {
  refuseOthers(flags);
  const clock = realClock();
  const every = seconds('--watch', flags.watch ?? '') * 1000;
  if (every < SHORTEST * 1000)
    throw new UserError(`--watch ${flags.watch} is too often`, `${SHORTEST}s is the shortest.`);
  const { signal } = invocation;
  const end =
    flags.until === undefined
      ? undefined
      : moment('--until', flags.until, clock.now(), { utc: flags.utc === true });
  const watch = new Watch(targets, flags, { ...invocation, processes: realProcesses() }, once);
  for (;;) {
    const last = end !== undefined && clock.now() >= end;
    const exit = await watch.round({ isLast: last });
    if (signal.aborted) return EXIT.interrupted;
    if (last) return exit;
    const now = clock.now();
    const next = Math.min(now + every, end ?? Number.POSITIVE_INFINITY);
    // A round may last until the end and longer: then only the last look is left.
    if (next <= now) continue;
    watch.tell(now, next, end);
    await clock.sleep(next - now, signal);
    if (signal.aborted) return EXIT.interrupted;
  }
}

/** @throws UserError for options that mean nothing to a build that goes on and on */
function refuseOthers(flags: BuildFlags): void {
  const other = [
    ['-n', flags.dryRun],
    ['-q', flags.quiet],
    ['--wait-timeout', flags.waitTimeout],
  ].find(([, given]) => given !== undefined && given !== false);
  if (other !== undefined)
    throw new UserError(
      `--watch and ${other[0]} do not go together`,
      'Leave one of them out.',
    ).coded('DG102');
}

/** The round after which nobody watches any more tells of everything. */
interface Round {
  readonly isLast: boolean;
}

class Watch {
  readonly #targets: readonly string[];
  readonly #flags: BuildFlags;
  readonly #invocation: Invocation;
  readonly #once: BuildOnce;
  #rounds = 0;
  /** What the last round came to, without what differs from one to the next all the same. */
  #told = '';
  #isNews = true;

  constructor(
    targets: readonly string[],
    flags: BuildFlags,
    invocation: Invocation,
    once: BuildOnce,
  ) {
    this.#targets = targets;
    const { watch: _, until: __, ...rest } = flags;
    // It is the rounds that wait.
    this.#flags = { ...rest, wait: false };
    this.#invocation = invocation;
    this.#once = once;
  }

  /** One build. What goes wrong in it ends the first round alone: later ones are there to come again. */
  async round({ isLast }: Round): Promise<number> {
    const first = this.#rounds++ === 0;
    const histories: History[] = [];
    const invocation: Invocation = {
      ...this.#invocation,
      onHistory: (history) => void histories.push(history),
    };
    const isNews = (summary: Summary): boolean => {
      this.#note(leftAs(summary), { busy: wasBusy(summary) });
      return this.#isNews || isLast;
    };
    const flags = first ? this.#flags : { ...this.#flags, force: false };
    let exit: number;
    try {
      exit = await this.#once(this.#targets, flags, invocation, isNews);
    } catch (error) {
      if (first || this.#invocation.signal.aborted) throw error;
      exit = this.#complain(error, { isLast });
    }
    for (const history of histories) history.end(exit);
    return exit;
  }

  /** When it goes on, in a line for each round. */
  tell(now: Instant, next: Instant, until: Instant | undefined): void {
    const { terminal } = this.#invocation;
    const times = { utc: this.#flags.utc === true };
    if (this.#flags.json === true) {
      terminal.data({ kind: 'watching', at: now, next, ...(until === undefined ? {} : { until }) });
      return;
    }
    const what = this.#isNews ? '' : 'nothing new; ';
    const end = until === undefined ? '' : `, until ${clockTime(until, times)}`;
    const line = `${terminal.paint('dim', clockTime(now, times))} ${terminal.paint('blue', 'watch')}   ${what}next look at ${clockTime(next, times)} (in ${duration(next - now)})${end}; Ctrl-C ends it`;
    // On a screen one line is enough for all rounds in which nothing came.
    if (terminal.isLive) terminal.live([line]);
    else terminal.out(line);
  }

  #note(outcome: string, { busy }: { readonly busy: boolean }): void {
    this.#isNews = busy || outcome !== this.#told;
    this.#told = outcome;
  }

  /** Somebody else is building, or the rule file is just being edited: told once, tried again. */
  #complain(error: unknown, { isLast }: Round): number {
    if (!(error instanceof UserError) && !isSystemError(error)) throw error;
    const complaint = complaintOf(error, () => undefined);
    this.#note(complaint.message, { busy: false });
    const { terminal } = this.#invocation;
    if (this.#flags.json === true) terminal.data(complaintJson(complaint));
    if (this.#isNews || isLast)
      terminal.err(
        complaintText(complaint, { width: terminal.isLive ? terminal.width : Infinity }),
      );
    return complaint.exit;
  }
}

/** How a round left everything. */
const leftAs = ({ ms: _, built, spared, adopted, ...rest }: Summary): string =>
  JSON.stringify(rest);

const wasBusy = ({ built, spared, adopted }: Summary): boolean =>
  built.length + spared.length + adopted.length > 0;
