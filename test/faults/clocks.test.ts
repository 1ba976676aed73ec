/** Disks whose clocks are coarse, lag, are ahead or jump, and people who set the computer's. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exec, target } from '../../core/api/define.ts';
import { digestOf } from '../../core/api/digest.ts';
import { loadMemory } from '../../core/memory/journal.ts';
import { Observer } from '../../core/observe/observer.ts';
import { memoryMachine } from '../../core/testing/machine.ts';
import { WORKSPACE } from '../../core/testing/memory-files.ts';
import { pipelineOn } from '../../core/testing/pipeline.ts';
import { anyHistory, anyWorkspace, type Op } from '../property/arbitrary.ts';
import { Model } from '../property/model.ts';

const HOUR = 3_600_000;

/** An observer of a file on a disk of its own, which it has read. */
function reader(grain: number, lag: number) {
  const machine = memoryMachine(
    { 'data/in': 'v0' },
    {},
    { otherDisk: { under: `${WORKSPACE}/data`, grain, ahead: () => -lag } },
  );
  const world = machine.engine();
  const { signal } = new AbortController();
  const options = { adapters: {}, dry: false, mayWrite: true, signal };
  const memory = loadMemory(world.files);
  const observer = new Observer(world, memory, options);
  observer.file('data/in');
  const next = (): Observer => new Observer(world, { ...memory, files: observer.learned }, options);
  return { machine, world, observer, next };
}

describe.each([1, 1000, 2000])('on a disk that tells time every %i ms', (grain) => {
  test.each([0, HOUR, -HOUR])('and lags by %i ms, a change within one tick is seen', (lag) => {
    const { machine, next } = reader(grain, lag);
    machine.put('data/in', 'v1');
    expect(next().file('data/in')).toBe(digestOf('v1'));
  });

  test('what has been seen to be the same for longer than a tick is not read again', async () => {
    const { machine, world, observer, next } = reader(grain, HOUR);
    machine.clock.advance(2000);
    await observer.confirm();
    const before = world.files.digests;
    expect(next().file('data/in')).toBe(digestOf('v0'));
    expect(world.files.digests).toBe(before);
  });
});

test('while a tick is not over, what is read is not believed later', async () => {
  const { machine, observer, next } = reader(2000, 0);
  machine.clock.advance(500);
  await observer.confirm();
  machine.put('data/in', 'v1');
  expect(next().file('data/in')).toBe(digestOf('v1'));
});

test('what a program made anew counts as new, though the clock was set back to the tick of before', async () => {
  const machine = memoryMachine(
    { in: 'v0' },
    { copy: ({ args: [from, to], read, write }) => void write(to!, read(from!)!) },
    { grain: 2000 },
  );
  const pipeline = pipelineOn(machine, [
    target('copy', { deps: ['out'], outputs: ['copy'], recipe: [exec(['copy', 'out', 'copy'])] }),
    target('out', { inputs: ['in'], outputs: ['out'], recipe: [exec(['copy', 'in', 'out'])] }),
  ]);
  const begun = machine.clock.now();
  await pipeline.build();
  machine.clock.advance(6000);
  await pipeline.build();
  machine.put('in', 'v1');
  machine.clock.set(begun - machine.clock.now());
  await pipeline.build();
  expect([machine.read('out'), machine.read('copy')]).toEqual(['v1', 'v1']);
});

const runs = Number(process.env.DESGW_RUNS ?? (process.env.DESGW_LONG === '1' ? 3000 : 12));

/** An hour ahead or behind, and, if there is a moment, another hour from then on. */
const anyDisk = fc
  .record({
    grain: fc.constantFrom(1, 1000, 2000),
    ahead: fc.constantFrom(0, HOUR, -HOUR, -1500),
    jump: fc.constantFrom(0, HOUR, -HOUR, -1500),
    after: fc.nat(20_000),
  })
  .map(({ grain, ahead, jump, after }) => {
    const start = Date.UTC(2017, 7, 18);
    return { grain, ahead: (at: number) => ahead + (at > start + after ? jump : 0) };
  });

const setClock: fc.Arbitrary<Op> = fc.record({
  op: fc.constant('set clock'),
  ms: fc.constantFrom(HOUR, -HOUR, 1500, -1500),
});

test('no edit is lost, and nothing is made that need not be, whatever the clocks do', {
  timeout: 300_000 + runs * 1000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      anyWorkspace,
      anyDisk,
      anyHistory,
      fc.array(fc.tuple(fc.nat(20), setClock), { maxLength: 2 }),
      async (workspace, sourceDisk, history, sets) => {
        const ops = [...history];
        for (const [at, op] of sets) ops.splice(at % (ops.length + 1), 0, op);
        await new Model({ ...workspace, sourceDisk }).play(ops);
      },
    ),
    { numRuns: runs, ...(process.env.DESGW_LONG === '1' ? {} : { seed: 20170818 }) },
  );
});
