/**
 * For how long what is observed has not moved: the time from one look to the next is added up while
 * they see the same. A gap counts by a clock that nobody can set, which processes on one boot of one
 * host have in common; from one host to another nobody can tell, and nothing is added. It never counts
 * for more than one look can vouch for: a clock that jumps, or a machine that slept, makes nothing old.
 */
import type { Digest, TargetName } from '../api/values.ts';
import type { KnownSighting } from '../memory/memory.ts';
import { countOf } from '../world/clock.ts';
import type { Clock, ProcessIdentity } from '../world/world.ts';

/** The longest time before a look that it can say anything of. */
const LONGEST_GAP_MS = 15 * 60_000;
/** So many more milliseconds of stillness are worth a line in the journal. */
const WORTH_MS = 60_000;

interface Last {
  readonly digest: Digest;
  readonly stillMs: number;
  /** Of the clock that nobody can set. */
  readonly steady: number;
  /** When what was known before was forgotten on purpose, if it was. */
  readonly forgotten: number | undefined;
}

/** One for all looks of a process. */
export class Stillness {
  readonly #clock: Clock;
  readonly #count: string;
  readonly #last = new Map<TargetName, Last>();

  /** @param self whose clock it is */
  constructor(clock: Clock, self: ProcessIdentity) {
    this.#clock = clock;
    this.#count = countOf(self);
  }

  /**
   * Takes down that `digest` was seen now.
   * @param known what is on record
   * @returns for how many milliseconds it has not moved, and what should go on record now
   */
  note(
    name: TargetName,
    digest: Digest,
    known: KnownSighting | undefined,
  ): { readonly stillMs: number; readonly record?: KnownSighting } {
    const now = this.#clock.now();
    const steady = this.#clock.steady();
    const forgotten = known?.digest === FORGOTTEN ? known.since : undefined;
    const recorded = known?.digest === digest ? known : undefined;
    const last = this.#last.get(name);
    let stillMs = 0;
    if (last?.digest === digest && (forgotten ?? last.forgotten) === last.forgotten)
      stillMs = last.stillMs + counted(steady - last.steady);
    else if (last === undefined && recorded !== undefined)
      stillMs = (recorded.stillMs ?? 0) + this.#sinceLookAt(recorded, steady);
    this.#last.set(name, { digest, stillMs, steady, forgotten });
    const isWorth = recorded === undefined || stillMs - (recorded.stillMs ?? 0) >= WORTH_MS;
    if (!isWorth && recorded.seen?.count === this.#count) return { stillMs };
    const seen = { count: this.#count, steady };
    return { stillMs, record: { digest, since: recorded?.since ?? now, stillMs, seen } };
  }

  #sinceLookAt({ seen }: KnownSighting, steady: number): number {
    return seen?.count === this.#count ? counted(steady - seen.steady) : 0;
  }
}

/** The digest on record of what was forgotten on purpose: nothing that is seen equals it. */
export const FORGOTTEN: Digest = '';

const counted = (gap: number): number => Math.min(LONGEST_GAP_MS, Math.max(0, gap));
