/** What was gathered is gathered again for a few only when no more is to come. */
import { expect, test } from 'vitest';
import { target, write } from '../../../core/api/define.ts';
import type { Rule } from '../../../core/api/rules.ts';
import { engineOn } from '../engine.ts';
import { stubWorld } from '../stub-world.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];

/** Reports that are there once `grid/NAME` is, and a sum of those that are, begun with one. */
function gathering(there: readonly string[]) {
  const world = stubWorld({
    time: '1',
    ...Object.fromEntries(there.map((n) => [`grid/${n}`, '1'])),
  });
  const report = (name: string): Rule =>
    target(name, {
      outputs: [name],
      observe: {
        look: () => [{ kind: 'read', path: `grid/${name}` }],
        judge: ([seen]) => {
          const text = seen?.kind === 'read' ? seen.text : undefined;
          if (text === undefined) return { state: 'waiting', progress: 'under way' };
          return text === 'lost'
            ? { state: 'failed', why: 'lost', definite: true }
            : { state: 'ready', value: text };
        },
      },
      recipe: { version: '1', steps: ({ value }) => [write(name, String(value))] },
    });
  const sum = target('sum', {
    deps: ['time'],
    gathers: NAMES,
    least: 1,
    more: 2,
    outputs: ['sum'],
    recipe: {
      version: '1',
      steps: ({ gathered }) => [write('sum', gathered.join(''))],
    },
  });
  const time = target('time', {
    inputs: ['time.set'],
    outputs: ['time.seen'],
    recipe: {
      version: '1',
      reads: ['time.set'],
      steps: ({ text }) => [write('time.seen', text('time.set'))],
    },
  });
  world.files.put('time.set', '1');
  const engine = engineOn(world, [sum, time, ...NAMES.map(report)], { goal: 'sum' });
  return {
    engine,
    put: (name: string, text = '1') => world.files.put(`grid/${name}`, text),
    setTime: (text: string) => world.files.put('time.set', text),
    built: async () => {
      const { summary } = await engine.build({ wait: false });
      return [world.files.text('sum'), summary.outcome];
    },
  };
}

test('one more is not enough, two are, and the last is when no more is to come', async () => {
  const { put, built } = gathering(['a']);
  expect(await built()).toEqual(['a', 'waiting']);
  put('b');
  expect(await built()).toEqual(['a', 'waiting']);
  put('c');
  expect(await built()).toEqual(['abc', 'waiting']);
  put('d');
  expect(await built()).toEqual(['abc', 'waiting']);
  put('e');
  expect(await built()).toEqual(['abcde', 'fresh']);
});

test('that the last one failed ends the waiting too', async () => {
  const { put, built } = gathering(['a', 'b', 'c']);
  expect(await built()).toEqual(['abc', 'waiting']);
  put('d');
  expect(await built()).toEqual(['abc', 'waiting']);
  put('e', 'lost');
  expect(await built()).toEqual(['abcd', 'failed']);
});

test('what else has changed has it made at once, with all that is there', async () => {
  const { put, built, setTime } = gathering(['a']);
  await built();
  put('b');
  setTime('2');
  expect(await built()).toEqual(['ab', 'waiting']);
});

test('a person who forces it is obeyed', async () => {
  const { engine, put, built } = gathering(['a']);
  await built();
  put('b');
  await built();
  await engine.build({ goals: ['sum'], force: true, wait: false });
  expect(engine.world.files.text('sum')).toBe('ab');
});
