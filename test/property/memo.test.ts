/** What is remembered of a build with nothing to do is what a build finds that remembers nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Memo } from '../../core/memory/memo.ts';
import { anyHistory, anyWorkspace } from './arbitrary.ts';
import { Model } from './model.ts';

const runs = process.env.DESGW_LONG === '1' ? 2000 : 40;
const seed = process.env.DESGW_LONG === '1' ? {} : { seed: 20170817 };

/** Longer than changes can hide behind the grain of time stamps. */
const LATER = { op: 'pass', ms: 400_000 } as const;

test('whatever happens, a memo answers as the build would that it spares', {
  timeout: 300_000 + runs * 2000,
}, async () => {
  const seen = {
    memos: 0,
    answered: 0,
    refused: 0,
    recalled: 0,
    verdicts: 0,
    again: 0,
  };
  await fc.assert(
    fc.asyncProperty(anyWorkspace, anyHistory, anyHistory, async (workspace, first, then) => {
      const model = new Model(workspace);
      await model.play(first);
      for (const op of [LATER, ...then]) {
        await model.do(LATER);
        const memo = await model.memo();
        const shown = memo && (await model.shown());
        await model.do(op);
        if (memo === undefined) continue;
        seen.memos += 1;
        if (!(await model.answers(memo))) {
          seen.refused += 1;
          await recall(model, memo, seen);
          continue;
        }
        seen.answered += 1;
        // It answers those, too, that only look.
        expect(await model.shown()).toEqual(shown);
        const summary = await model.summary();
        expect({ ...summary, ms: 0 }).toEqual({ ...(memo.summary as object), ms: 0 });
      }
    }),
    { ...seed, numRuns: runs },
  );
  // Neither of the two may be true of nothing.
  expect(seen.answered).toBeGreaterThan(runs / 4);
  expect(seen.refused).toBeGreaterThan(runs / 4);
  expect(seen.recalled).toBeGreaterThan(runs / 10);
  expect(seen.verdicts).toBeGreaterThan(runs / 10);
  expect(seen.again).toBeGreaterThan(runs / 10);
});

/** What is recalled of a memo that is outdated is what is found anew, also of the memo that such a build leaves. */
async function recall(
  model: Model,
  memo: Memo,
  seen: { recalled: number; verdicts: number; again: number },
): Promise<void> {
  let known: Memo | undefined = memo;
  for (let round = 0; known !== undefined && round < 2; round++) {
    const outdated = await model.outdated(known);
    if (outdated === undefined) return;
    const plans = await model.plans(outdated);
    expect(plans.with).toEqual(plans.without);
    seen.recalled += 1;
    seen.verdicts += plans.recalled;
    if (round > 0) seen.again += 1;
    known = await model.memo(outdated);
  }
}
