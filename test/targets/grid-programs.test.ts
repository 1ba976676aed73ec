import { expect, test } from 'vitest';
import { defineBuild, exec, target, write } from '../../core/api/define.ts';
import { memoryMachine } from '../../core/testing/machine.ts';
import { pipelineOn } from '../../core/testing/pipeline.ts';
import { gridPrograms, programsOf } from '../../targets/grid-programs.ts';
import { programsLook } from '../../targets/site/programs-look.ts';
import { sandbox } from '../../targets/site/sandbox.ts';

const adapter = programsLook([
  exec(['jobsub_submit_dag', '--version']),
  exec(['jobsub_q', '--version']),
]);
const plain = sandbox();
const site = { ...plain, setup: [], adapters: { ...plain.adapters, programs: adapter } };

const build = defineBuild({
  goal: 'all',
  adapters: { programs: adapter },
  rules: () => [
    ...gridPrograms(site),
    ...['1', '2', '3'].map((e) =>
      target(e, { after: programsOf(site), outputs: [e], recipe: [write(e, '')] }),
    ),
    target('all', { deps: ['1', '2', '3'], outputs: ['all'], recipe: [write('all', '')] }),
  ],
});

test('a site that cannot tell has nothing to look at', () => {
  expect([gridPrograms(plain), programsOf(plain)]).toEqual([[], []]);
});

test('programs that are not there are told once, for all that would be submitted', async () => {
  const machine = memoryMachine({});
  const pipeline = pipelineOn(machine, build);
  const { exit } = await pipeline.build();
  expect([exit, machine.read('1')]).toEqual([1, undefined]);
  expect(JSON.stringify(await pipeline.status())).toContain(
    'nothing can be submitted from here: jobsub_submit_dag cannot be started; jobsub_q cannot be started',
  );
});

test('with its programs there, all goes on', async () => {
  const says = async ({ print }: { print: (text: string) => void }) => {
    print('jobsub_lite version v1.12\n');
    return 0;
  };
  const machine = memoryMachine({}, { jobsub_submit_dag: says, jobsub_q: says });
  const { exit, told } = await pipelineOn(machine, build).build();
  expect([exit, told]).toEqual([0, expect.anything()]);
});
