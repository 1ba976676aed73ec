/** What a build makes of work that did not come to its end, on a machine in memory. */
import { expect, test } from 'vitest';
import { exec, target, write } from '../../../core/api/define.ts';
import type { Once, Rule } from '../../../core/api/rules.ts';
import { runBuild } from '../../../core/run/build.ts';
import type { Summary } from '../../../core/run/events.ts';
import type { Program } from '../../../core/testing/calls.ts';
import { Stopped } from '../../../core/testing/faults.ts';
import { type Engine, type Machine, memoryMachine } from '../../../core/testing/machine.ts';
import { FileError } from '../../../core/world/fs.ts';
import { stubProject, waitingBuild } from '../stub-world.ts';

function build(world: Engine, rules: readonly Rule[]): Promise<Summary> {
  return runBuild(stubProject(world, rules), waitingBuild(2));
}

/** A desgw that dies the moment it has launched something. */
function dyingAtLaunch(machine: Machine): Engine {
  const engine = machine.engine();
  const launch: typeof engine.processes.launch = (spawn, dir, onNeverBegun) => {
    engine.processes.launch(spawn, dir, onNeverBegun);
    throw new Stopped();
  };
  return { ...engine, processes: { ...engine.processes, launch } };
}

const submit: Program = async ({ print }) => {
  print('id 7\n');
  return 0;
};

/** Something that must not happen twice, and of which nothing outside shows whether it has. */
function submission(): readonly Rule[] {
  const once: Once = { look: () => [], judge: () => ({ state: 'not done' }) };
  const recipe = [
    exec(['submit'], { detached: 'doubt', receipt: 'id (\\d+)' }),
    write('marker', ({ receipt }) => `${receipt}`),
  ];
  return [target('s', { once, outputs: ['marker'], recipe })];
}

test('the receipt of an earlier submission, of which there is no record any more, is not taken for that of the next', async () => {
  let refuses = false;
  const machine = memoryMachine(
    {},
    { submit: (call) => (refuses ? Promise.resolve(1) : submit(call)) },
  );
  expect((await build(machine.engine(), submission())).outcome).toBe('fresh');
  const { files } = machine.engine();
  for (const name of files.list('.desgw/journal') ?? []) files.remove(`.desgw/journal/${name}`);
  files.remove('marker');
  refuses = true;
  // With its records gone nobody can say that it was not done.
  expect((await build(machine.engine(), submission())).outcome).toBe('person');
  expect(machine.started).toHaveLength(1);
  files.removeTree('.desgw/journal');
  files.remove('.desgw/journal-heads');
  expect((await build(machine.engine(), submission())).outcome).not.toBe('fresh');
  expect(machine.started).toHaveLength(2);
});

test('what an earlier build began is followed no longer than the limit of waiting', async () => {
  const machine = memoryMachine({}, { submit });
  await expect(build(dyingAtLaunch(machine), submission())).rejects.toThrow(Stopped);
  for (const _ of ['it has a name', 'it has its claim']) await machine.rest();
  // Time goes by, and the program does not come to its end.
  const idle = { ...machine.engine(), clock: machine.clock };
  expect((await build(idle, submission())).outcome).toBe('waiting');
  expect((await build(machine.engine(), submission())).outcome).toBe('fresh');
  expect(machine.started).toHaveLength(1);
});

test('an attempt that could not be taken back for a failing disk is not forgotten', async () => {
  for (let failAt = 1; ; failAt++) {
    const machine = memoryMachine({}, { submit });
    await expect(build(dyingAtLaunch(machine), submission())).rejects.toThrow(Stopped);
    const engine = machine.engine({ fault: { failAt, with: 'EIO' } });
    await build(engine, submission()).catch((error: unknown) => {
      if (!(error instanceof FileError)) throw error;
    });
    await machine.rest();
    const { outcome } = await build(machine.engine(), submission());
    expect([failAt, outcome, machine.started]).toEqual([failAt, 'fresh', [['submit']]]);
    if (engine.effects() < failAt) break;
  }
});

test.each(['stop', 'EIO'])(
  'a submission that nothing outside shows is made once, whichever effect ends in %s',
  async (fault) => {
    const rules = submission();
    for (let failAt = 1; ; failAt++) {
      const machine = memoryMachine({}, { submit });
      const engine = machine.engine({ fault: { failAt, with: fault } });
      await build(engine, rules).catch((error: unknown) => {
        if (!(error instanceof Stopped || error instanceof FileError)) throw error;
      });
      await machine.rest();
      const { outcome } = await build(machine.engine(), rules);
      const { marker } = machine.memory.tree();
      expect([failAt, outcome, marker, machine.started]).toEqual([
        failAt,
        'fresh',
        '7',
        [['submit']],
      ]);
      if (engine.effects() < failAt) break;
    }
  },
);

test('a submitter that vanishes while it is watched is in doubt, and not run again', async () => {
  const machine = memoryMachine({}, { submit: () => 'killed' });
  for (const _ of [1, 2]) {
    const { person } = await build(machine.engine(), submission());
    expect([person.map(({ state }) => state), machine.started]).toEqual([
      ['in doubt'],
      [['submit']],
    ]);
  }
});

test('a file beside the outputs is in place as well, whenever the build was killed', async () => {
  const rules = [
    target('a', { outputs: ['a'], recipe: [write('a', 'made'), write('beside', 'made too')] }),
  ];
  for (let failAt = 1; ; failAt++) {
    const machine = memoryMachine({}, {});
    const engine = machine.engine({ fault: { failAt, with: 'stop' } });
    await build(engine, rules).catch((error: unknown) => {
      if (!(error instanceof Stopped)) throw error;
    });
    await build(machine.engine(), rules);
    expect([failAt, machine.memory.tree()]).toMatchObject([
      failAt,
      { a: 'made', beside: 'made too' },
    ]);
    if (engine.effects() < failAt) break;
  }
});
