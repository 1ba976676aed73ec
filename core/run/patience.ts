/** How long a build waits: for what goes on elsewhere, between two looks, and for what cannot be seen. */
import type { Tally } from '../api/looks.ts';
import type { Instant, TargetName } from '../api/values.ts';
import type { Verdicts } from '../plan/view.ts';
import type { Clock } from '../world/world.ts';

/** Seconds between two looks at work that goes on elsewhere: short at first, then longer and longer. */
const FIRST_LOOK = 0.5;
const LONGEST_LOOK = 60;
/** When no more than so many parts of each are open, nobody is kept waiting that long. */
const NEAR_END_PARTS = 2;
const NEAR_END_LOOK = 10;
const LOOK_GROWTH = 1.5;
/** Seconds after which what cannot be seen is a failure. */
const UNSEEN_LIMIT = 60;

/** Says whether to wait, and until when. */
export class Patience {
  readonly #clock: Clock;
  readonly #wait: boolean;
  /** Seconds after which waiting ends; undefined: no limit. */
  readonly #limit: number | undefined;
  /** When the build began, by the clock that nobody can set, as are all times here. */
  readonly begun: number;
  #pause = FIRST_LOOK;
  /** Since when targets could not be seen, without having been seen in between. */
  readonly #unseenSince = new Map<TargetName, number>();

  constructor(
    clock: Clock,
    { wait, waitTimeout }: { readonly wait: boolean; readonly waitTimeout: number | undefined },
  ) {
    this.#clock = clock;
    this.#wait = wait;
    this.#limit = waitTimeout;
    this.begun = clock.steady();
  }

  get isOver(): boolean {
    const now = this.#clock.steady();
    return !this.#wait || (this.#limit !== undefined && now - this.begun > this.#limit * 1000);
  }

  /**
   * Seconds until the next look. Pauses grow whether anything moves or not; what is nearly over, and
   * what wants to be looked at by a certain time, is looked at sooner.
   */
  nextPause(
    waiting: readonly { readonly target: TargetName }[],
    verdicts: Verdicts,
    now: Instant,
  ): number {
    const nearlyOver = waiting.every(({ target }) => isNearlyOver(verdicts.get(target)?.tally));
    const longest = nearlyOver ? NEAR_END_LOOK : LONGEST_LOOK;
    this.#pause = Math.min(longest, this.#pause * LOOK_GROWTH);
    return Math.min(this.#pause, Math.max(FIRST_LOOK, secondsUntilWanted(verdicts, now)));
  }

  /** Disks are away for a moment now and then; nobody is called failed, or left out, for that. */
  awaitsSight(target: TargetName): boolean {
    const now = this.#clock.steady();
    const since = this.#unseenSince.get(target) ?? now;
    this.#unseenSince.set(target, since);
    return this.#wait && now - since < UNSEEN_LIMIT * 1000;
  }

  /** Whatever can be seen again has its whole time again when it cannot be seen once more. */
  saw(verdicts: Verdicts): void {
    for (const name of this.#unseenSince.keys())
      if (verdicts.get(name)?.unseen !== true) this.#unseenSince.delete(name);
  }
}

/** Seconds until something wants to be looked at again. */
function secondsUntilWanted(verdicts: Verdicts, now: number): number {
  let first = Number.POSITIVE_INFINITY;
  for (const { again } of verdicts.values())
    if (again !== undefined && again < first) first = again;
  return (first - now) / 1000;
}

const isNearlyOver = (tally: Tally | undefined): boolean =>
  tally !== undefined && tally.total - tally.complete - tally.failed <= NEAR_END_PARTS;
