/** What a plan goes by beside files is told, so that nobody remembers it. */
import { expect, test } from 'vitest';
import { target } from '../../../core/api/define.ts';
import type { Observation } from '../../../core/api/looks.ts';
import { loadMemory } from '../../../core/memory/journal.ts';
import { Observer } from '../../../core/observe/observer.ts';
import { stage } from '../../../core/observe/stage.ts';
import { stubProject, stubWorld } from '../stub-world.ts';

async function doubtsOf(observe: Observation): Promise<readonly string[]> {
  const doubts: string[] = [];
  const world = { ...stubWorld({ in: '1' }), doubt: (why: string) => void doubts.push(why) };
  const adapters = { queue: { timeout: 60, dry: true, ask: async () => [] } };
  const project = stubProject(world, [target('seen', { observe, recipe: [] })], { adapters });
  const { signal } = new AbortController();
  const options = { adapters, dry: false, mayWrite: true, signal };
  const observer = new Observer(world, loadMemory(world.files), options);
  await stage(project, observer, [], { assume: false });
  return [...new Set(doubts)];
}

test.each<[string, Observation, readonly string[]]>([
  ['files alone', { look: () => [], judge: () => ({ state: 'ready', value: 1 }) }, []],
  [
    'the time',
    { look: () => [], judge: (_seen, { now }) => ({ state: 'ready', value: now > 0 }) },
    ['the time'],
  ],
  [
    'how long nothing has changed',
    {
      look: () => [],
      judge: (_seen, { unchangedFor }) =>
        unchangedFor < 0
          ? { state: 'ready', value: 1 }
          : { state: 'waiting', progress: 'soon', value: 1 },
    },
    ['the time'],
  ],
  [
    'an answer',
    {
      look: () => [{ kind: 'ask', adapter: 'queue', question: null }],
      judge: () => ({ state: 'ready', value: 1 }),
    },
    ['a question to queue'],
  ],
])('an observation that goes by %s', async (_what, observe, doubts) => {
  expect(await doubtsOf(observe)).toEqual(doubts);
});
