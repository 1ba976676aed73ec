/** What is believed of files without reading them again, on a machine in memory. */
import { expect, test } from 'vitest';
import { digestOf } from '../../../core/api/digest.ts';
import { loadMemory } from '../../../core/memory/journal.ts';
import { Observer } from '../../../core/observe/observer.ts';
import { memoryMachine } from '../../../core/testing/machine.ts';

/** An observer of a machine with one file, which it has read. */
function reader(grain = 1) {
  const machine = memoryMachine({ in: 'v0' }, {}, { grain });
  const world = machine.engine();
  const { signal } = new AbortController();
  const options = { adapters: {}, dry: false, mayWrite: true, signal };
  const memory = loadMemory(world.files);
  const observer = new Observer(world, memory, options);
  observer.file('in');
  const next = (): Observer => new Observer(world, { ...memory, files: observer.learned }, options);
  return { machine, world, observer, next };
}

test('a file is not read again when its time stamps are those that are on record', async () => {
  const { world, observer, next } = reader();
  await observer.confirm();
  const before = world.files.digests;
  expect(next().file('in')).toBe(digestOf('v0'));
  expect(world.files.digests).toBe(before);
});

test('what a file held is not noted down when it has changed right after it was read', async () => {
  const { machine, observer } = reader();
  machine.put('in', 'v1');
  await observer.confirm();
  expect([...observer.learned]).toEqual([]);
});

test.each([1, 2000])(
  'a change within one tick of a clock that ticks every %i ms is seen',
  (grain) => {
    const { machine, next } = reader(grain);
    machine.put('in', 'v1');
    expect(next().file('in')).toBe(digestOf('v1'));
  },
);
