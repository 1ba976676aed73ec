/** How many targets stand how: as `desgw status` says it, and as the end of a build does. */
import type { State } from '../../core/api/builds.ts';
import type { Summary } from '../../core/run/events.ts';

/**
 * The counts of `desgw status --json`, sorted as a build sorts them at its end. What it could not make for
 * a failure is what the next one would make.
 */
export function countedIn(status: object): Counts {
  const { counts } = status as { readonly counts: { readonly [state in State]?: number } };
  const of = (...states: readonly State[]): number =>
    states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  return {
    fresh: of('fresh'),
    failed: of('failed'),
    waiting: of('waiting', 'running'),
    person: of('edited', 'in doubt', 'outdated'),
    others: of('blocked', 'maybe', 'missing', 'stale'),
    total: Object.values(counts).reduce((sum, n) => sum + n, 0),
  };
}

export type Counts = {
  readonly [kind in 'fresh' | 'failed' | 'waiting' | 'person' | 'others' | 'total']: number;
};

/** A build has waited for what it could not see; whoever looks once says that it could not be seen. */
export function countsOf({ fresh, failed, blocked, waiting, person, total }: Summary): Counts {
  const unseen = waiting.filter(({ progress }) => progress.startsWith('it cannot be seen')).length;
  return {
    fresh,
    failed: failed.length + unseen,
    waiting: waiting.length - unseen,
    person: person.length,
    others: blocked.length,
    total,
  };
}
