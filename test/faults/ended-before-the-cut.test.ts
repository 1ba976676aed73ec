/** A program that ended, while nobody watched, shortly before the power was cut. */
import { expect, test } from 'vitest';
import { exec, target } from '../../core/api/define.ts';
import { Stopped } from '../../core/testing/faults.ts';
import { memoryMachine } from '../../core/testing/machine.ts';
import { pipelineOn } from '../../core/testing/pipeline.ts';

/** Loses no name, but what files hold: `spoil` takes the second of four ways. */
const CONTENTS = (): number => 0.3;
const WHOLE = 'what the program wrote, the whole of it';

/** A machine on which a detached program has run to its end after desgw had gone. */
async function ended() {
  const machine = memoryMachine({}, { work: ({ write }) => void write('result', WHOLE) });
  const pipeline = pipelineOn(machine, [
    target('result', { outputs: ['result'], recipe: [exec(['work'], { detached: 'rerun' })] }),
  ]);
  const engine = machine.engine;
  machine.engine = (options) => {
    const first = engine(options);
    const launch: typeof first.processes.launch = (spawn, dir, onNeverBegun) => {
      first.processes.launch(spawn, dir, onNeverBegun);
      throw new Stopped();
    };
    return { ...first, processes: { ...first.processes, launch } };
  };
  machine.flush();
  await expect(pipeline.build()).rejects.toThrow(Stopped);
  machine.engine = engine;
  for (let phase = 0; phase < 4; phase++) await machine.rest();
  expect([machine.started, machine.read('result')]).toEqual([[['work']], WHOLE]);
  return { machine, pipeline };
}

test('is made again where the disk may have lost of what it wrote', async () => {
  const { machine, pipeline } = await ended();
  machine.cut(CONTENTS);
  expect(machine.read('result')).not.toBe(WHOLE);
  expect(await pipeline.build()).toMatchObject({ outcome: 'fresh' });
  expect([machine.started.length, machine.read('result')]).toEqual([2, WHOLE]);
});

test('is not made again where it had ended long before', async () => {
  const { machine, pipeline } = await ended();
  machine.clock.advance(300_000);
  machine.flush();
  machine.cut(CONTENTS);
  expect(await pipeline.build()).toMatchObject({ outcome: 'fresh' });
  expect([machine.started.length, machine.read('result')]).toEqual([1, WHOLE]);
});
