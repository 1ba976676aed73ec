/** Which CCDs a rescue takes of what triage decided, within what may be spent. Pure. */
import type { Exposure } from '../settings/domain.ts';
import type { Decision, Limit } from './policy.ts';

/** The decisions of one exposure. */
export interface Decided {
  readonly exposure: Exposure;
  /** It goes on as it is: rescuing it would only improve it. */
  readonly enough: boolean;
  readonly decisions: readonly Decision[];
  /** CCDs of its templates that are done now; undefined: not known. */
  readonly templatesDone?: number | undefined;
}

/** By exposure the CCDs to rescue, each with its memory; exposures without any are left out. */
export type Chosen = ReadonlyMap<Exposure, ReadonlyMap<number, string>>;

/**
 * Takes CCDs exposure by exposure until the limit is reached.
 * @param above also of exposures that have enough
 */
export function chosenOf(
  all: readonly Decided[],
  limit: Limit,
  { above }: { readonly above: boolean },
): Chosen {
  let left = limit.state === 'open' ? limit.jobs : 0;
  const chosen = new Map<Exposure, ReadonlyMap<number, string>>();
  for (const { exposure, enough, decisions } of all) {
    if (enough && !above) continue;
    const ccds = decisions.flatMap((one) => (one.action === 'rescue' ? [one] : [])).slice(0, left);
    if (ccds.length === 0) continue;
    left -= ccds.length;
    chosen.set(exposure, new Map(ccds.map(({ ccd, memory }) => [ccd, `${memory}MB`])));
  }
  return chosen;
}
