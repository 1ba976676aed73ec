import fc from 'fast-check';
import { test } from 'vitest';
import { anyHistory, anyWorkspace } from './arbitrary.ts';
import { Model } from './model.ts';

const long = process.env.DESGW_LONG === '1';
const runs = Number(process.env.DESGW_RUNS ?? (long ? 5000 : 120));
/** A failure names its seed; with that it comes again. */
const seed = process.env.DESGW_SEED === undefined ? {} : { seed: Number(process.env.DESGW_SEED) };

test('after every build the files are those that a builder without a memory makes from scratch', {
  timeout: 300_000 + runs * 1000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(anyWorkspace, anyHistory, async (workspace, history) => {
      await new Model(workspace).play(history);
    }),
    {
      // The default run is the same every time; the long form looks for what nobody has seen yet.
      ...(long || process.env.DESGW_RUNS !== undefined ? {} : { seed: 20170817 }),
      ...seed,
      numRuns: runs,
      // For those who want to know only whether it fails: shrinking takes longer than all else.
      endOnFailure: process.env.DESGW_FIRST_FAILURE === '1',
    },
  );
});
