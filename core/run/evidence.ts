/** Looks at what a run has left. */

import type { Look, Seen } from '../api/looks.ts';
import type { PerformContext } from './entry.ts';

/** Milliseconds between looks at what a run has left, while it cannot be seen. */
const EVIDENCE_PAUSE = 250;
const LONGEST_EVIDENCE_PAUSE = 8000;

/** What is seen, looked at again for a while where it cannot be. */
export async function evidenceOf(
  looks: readonly Look[],
  { looker, world, signal }: Pick<PerformContext, 'looker' | 'world' | 'signal'>,
): Promise<readonly Seen[]> {
  if (looks.length === 0) return [];
  for (let pause = EVIDENCE_PAUSE; ; pause *= 2) {
    looker.forget();
    const seen = await looker.look(looks);
    // Hours of work are not called a failure because a disk was away for a moment.
    const unseen = seen.some(({ kind }) => kind === 'failed');
    if (!unseen || pause > LONGEST_EVIDENCE_PAUSE || signal.aborted) return seen;
    await world.clock.sleep(pause, signal);
  }
}
