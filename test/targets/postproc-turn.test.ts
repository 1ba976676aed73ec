import { expect, test } from 'vitest';
import { defineBuild, target, write } from '../../core/api/define.ts';
import { memoryMachine } from '../../core/testing/machine.ts';
import { pipelineOn } from '../../core/testing/pipeline.ts';
import { postprocTurn, turnOf } from '../../targets/postproc-turn.ts';
import { sandbox } from '../../targets/site/sandbox.ts';

const RUN = { pid: 7, command: 'python run_postproc.py --season 1500', uid: 40, where: 'here' };

test('a site that cannot see who is at it has no turns to wait for', () => {
  expect([postprocTurn(sandbox()), turnOf(sandbox())]).toEqual([[], []]);
});

test('somebody who is at it is told of and waited for; what is made stands meanwhile', async () => {
  let others: object[] = [RUN];
  const shared = sandbox({ sharedHost: true });
  const site = { ...shared, setup: [] };
  let value = '1';
  const build = defineBuild({
    goal: 'postproc',
    adapters: {
      postprocessing: { dry: true, timeout: 5, ask: async () => others as never },
    },
    rules: () => [
      ...postprocTurn(site),
      target('postproc', {
        after: turnOf(site),
        params: { value },
        outputs: ['page'],
        recipe: [write('page', value)],
      }),
    ],
  });
  const machine = memoryMachine({});
  const waits = await pipelineOn(machine, build).build([], { wait: false });
  expect([waits.exit, machine.read('page')]).toEqual([3, undefined]);
  expect(waits.told.join('\n')).toContain(
    'pid 7 of user id 40 is at it: python run_postproc.py --season 1500',
  );
  others = [];
  expect((await pipelineOn(machine, build).build()).exit).toBe(0);
  expect(machine.read('page')).toBe('1');
  others = [{ ...RUN, where: 'host' }];
  expect((await pipelineOn(machine, build).build([], { wait: false })).exit).toBe(0);
  value = '2';
  const again = await pipelineOn(machine, build).build([], { wait: false });
  expect([again.exit, machine.read('page')]).toEqual([3, '1']);
  expect(again.told.join('\n')).toContain('another one runs on this host');
});
