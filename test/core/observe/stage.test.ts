/** Mistakes that show only when the rules are made are told with the word of the rule file that they are about. */
import { expect, test } from 'vitest';
import type { RuleItem } from '../../../core/api/builds.ts';
import { defineBuild, expand, target, write } from '../../../core/api/define.ts';
import { memoryMachine } from '../../../core/testing/machine.ts';
import { pipelineOn } from '../../../core/testing/pipeline.ts';
import { engineOn } from '../engine.ts';
import { stubWorld } from '../stub-world.ts';

const made = target('a', { outputs: ['a'], recipe: [write('a', 'x')] });
const chain = {
  ...{ name: 'c', links: ['a', 'b'], sweep: () => ['b'] },
  recipe: { steps: [write('a', 'x')] },
};

test.each<[string, readonly unknown[], string]>([
  ['an expansion of nothing', [made, expand('b', () => [])], 'desgwfile.ts:1:1 (b): an expansion'],
  ['a rule that is none', [made, 5], 'desgwfile.ts:1:1 (rules): '],
  ['a text for a rule', [made, 'bb'], 'desgwfile.ts:1:1 (bb): '],
  [
    'a sweep that leaves out its first link',
    [target('a', { chain, outputs: ['a'] }), target('b', { chain, outputs: ['b'] })],
    "desgwfile.ts:1:1 (sweep): chain 'c'",
  ],
])('%s', async (_, items, message) => {
  const built = engineOn(stubWorld(), items as readonly RuleItem[], { goal: 'a' }).build();
  await expect(built).rejects.toThrow(message);
});

test('a parameter that is not declared', async () => {
  const build = defineBuild({
    ...{ goal: 'a', params: { longest: 5 } },
    rules: ({ logest }) => [target('a', { params: { logest: logest! } })],
  });
  await expect(pipelineOn(memoryMachine({}), build).build()).rejects.toThrow(
    "the rule file (logest): the rule file reads parameter 'logest'",
  );
});
