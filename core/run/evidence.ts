/** What a recipe looks at while its run goes on, and when it is over. */

import type { Facts } from '../api/facts.ts';
import type { Seen } from '../api/looks.ts';
import { inRule } from '../api/rule-code.ts';
import type { Recipe } from '../api/rules.ts';
import type { PerformContext } from './entry.ts';
import { problemsOf } from './problems.ts';

/** Milliseconds between looks at what a run has left, while it cannot be seen. */
const EVIDENCE_PAUSE = 250;
const LONGEST_EVIDENCE_PAUSE = 8000;

type Looking = Pick<PerformContext, 'looker' | 'world' | 'signal'>;

/** What a run has left, for its judge. */
export async function evidenceOf(
  recipe: Recipe,
  facts: Facts,
  { looker, world, signal }: Looking,
): Promise<readonly Seen[]> {
  const looks = inRule(() => recipe.evidence?.(facts) ?? []);
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

/** What a detached program is at, in a few words. */
export async function progressOf(
  { progress }: Recipe,
  facts: Facts,
  { looker, explain }: Pick<PerformContext, 'looker' | 'explain'>,
): Promise<string | undefined> {
  if (progress === undefined) return undefined;
  looker.forget();
  try {
    const seen = await looker.look(inRule(() => progress.look(facts)));
    return inRule(() => progress.judge(seen));
  } catch (error) {
    // What runs goes on, whatever is the matter with those who watch it.
    return problemsOf(error, explain)[0]!.what;
  }
}
