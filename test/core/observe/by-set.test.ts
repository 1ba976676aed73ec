import { expect, test } from 'vitest';
import { param, target, write } from '../../../core/api/define.ts';
import type { SetOnce } from '../../../core/memory/trace.ts';
import { stillSet } from '../../../core/observe/by-set.ts';
import { builtTrace, planOf } from '../../support/plans.ts';
import { stubProject, stubWorld } from '../stub-world.ts';

/** What an earlier `--set N=5` still does to the file `rc`. */
function told(set: Partial<SetOnce[string]>, text = 'N=5\n') {
  const rule = target('rc', {
    outputs: [{ path: 'rc', keys: { format: 'shell', names: ['N'] } }],
    recipe: [write('rc', 'x')],
  });
  const plain: SetOnce[string] = { path: 'rc', format: 'shell', value: '5', given: 5, at: 0 };
  const one = { ...plain, ...set };
  const project = stubProject(stubWorld({ rc: text }), [rule], { params: { N: param(1) } });
  const traces = new Map([['rc', builtTrace({ set: { N: one } })]]);
  return stillSet(planOf({ rc: rule }), traces, project);
}

test('what an earlier --set wrote is told for as long as the file has it, with the way back', () => {
  expect(told({ before: '3' })).toEqual([
    { ...{ target: 'rc', path: 'rc', name: 'N', value: '5', given: 5, at: 0 }, before: '3' },
  ]);
  expect(told({ before: '3' }, 'N=3\n')).toEqual([]);
});

test('there is no way back to what is the same, to nothing, or to what --set does not take', () => {
  for (const before of ['5.0', 'many', undefined]) {
    const [one] = told(before === undefined ? {} : { before });
    expect(one).not.toHaveProperty('before');
  }
});
