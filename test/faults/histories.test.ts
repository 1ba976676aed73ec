/**
 * Histories in which everything goes wrong: builders that are killed, disks that fail at one call,
 * power cuts, clocks that lag, jump or are set, people who edit while a build is at work. After each
 * build nothing is on record that is not there, no edit is lost, and what must happen once has
 * happened once at most; after all is mended everything is as a builder without a memory makes it.
 */
import fc from 'fast-check';
import { test } from 'vitest';
import { anyHistory, anyWorkspace, type Op } from '../property/arbitrary.ts';
import { Model } from '../property/model.ts';

const long = process.env.DESGW_LONG === '1';
const runs = Number(process.env.DESGW_RUNS ?? (long ? 100_000 : 15));
/** A failure names its seed and its path; with those it comes again, with both at once. */
const { DESGW_SEED, DESGW_PATH } = process.env;
const seed = {
  ...(DESGW_SEED === undefined ? {} : { seed: Number(DESGW_SEED) }),
  ...(DESGW_PATH === undefined ? {} : { path: DESGW_PATH }),
};

const HOUR = 3_600_000;
const effect = fc.integer({ min: 1, max: 250 });

/** What befalls a build; others than these the histories know already. */
const anyMishap = fc.oneof(
  fc.record({ cut: fc.record({ at: effect, chance: fc.nat() }) }),
  fc.record({
    disk: fc.record({
      failAt: effect,
      with: fc.constantFrom('EIO', 'ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ESTALE', 'EINTR'),
    }),
  }),
  fc.constant({}),
);

const setClock: fc.Arbitrary<Op> = fc.record({
  op: fc.constant('set clock'),
  ms: fc.constantFrom(HOUR, -HOUR, 1500, -1500),
});

const anyDisk = fc.option(
  fc
    .record({ grain: fc.constantFrom(1, 1000, 2000), lag: fc.constantFrom(0, HOUR, -HOUR) })
    .map(({ grain, lag }) => ({ grain, ahead: () => -lag })),
  { nil: undefined },
);

/** The history with a mishap in place of what befell each build before. */
function withMishaps(history: readonly Op[], mishaps: readonly object[]): Op[] {
  let next = 0;
  return history.map((op) => {
    const mishap = mishaps[next++ % mishaps.length]!;
    if (op.op !== 'build' || Object.keys(mishap).length === 0) return op;
    return { ...op, killAt: undefined, disk: undefined, meddleAt: undefined, ...mishap };
  });
}

test(`nothing is lost, nothing happens twice, nothing is done that is not, in ${runs} histories`, {
  timeout: 300_000 + runs * 5000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      anyWorkspace,
      anyDisk,
      anyHistory,
      fc.array(anyMishap, { minLength: 1, maxLength: 5 }),
      fc.option(fc.tuple(fc.nat(20), setClock), { nil: undefined }),
      async (workspace, sourceDisk, history, mishaps, set) => {
        const ops = withMishaps(history, mishaps);
        if (set !== undefined) ops.splice(set[0] % (ops.length + 1), 0, set[1]);
        await new Model({ ...workspace, ...(sourceDisk && { sourceDisk }) }).play(ops);
      },
    ),
    {
      ...(long || process.env.DESGW_RUNS !== undefined ? {} : { seed: 20170819 }),
      ...seed,
      numRuns: runs,
      endOnFailure: process.env.DESGW_FIRST_FAILURE === '1',
    },
  );
});
