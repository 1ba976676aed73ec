/** Which work that was handed over may still be under way. */
import { expect, test } from 'vitest';
import { target, write } from '../../../core/api/define.ts';
import type { Liveness } from '../../../core/api/looks.ts';
import { resolve } from '../../../core/graph/resolve.ts';
import type { Trace } from '../../../core/memory/trace.ts';
import {
  leftLive,
  leftOver,
  liveWork,
  readersOf,
  recordedReaders,
  undeclared,
} from '../../../core/observe/live.ts';
import { builtTrace } from '../../support/plans.ts';
import { stubWorld } from '../stub-world.ts';

const signal = new AbortController().signal;
const queue = (answer: () => Promise<Liveness>) => ({
  dry: false,
  timeout: 10,
  ask: answer as () => Promise<never>,
  work: { question: null, judge: (seen: unknown) => seen as Liveness },
});
const look = (traces: ReadonlyMap<string, Trace>, answer: () => Promise<Liveness>) =>
  liveWork([...traces.keys()], {
    ...{ world: stubWorld(), signal, traces },
    adapters: { queue: queue(answer) },
  });
const submitted = new Map([['s', builtTrace({ receipt: '1.0@a', token: 't' })]]);

test('work with a receipt is live, over, or not known, as its grid says', async () => {
  expect(await look(submitted, async () => ({ state: 'live', what: '3 idle' }))).toMatchObject([
    { target: 's', what: '3 idle', sure: true },
  ]);
  expect(await look(submitted, async () => ({ state: 'over' }))).toEqual([]);
  expect(await look(submitted, async () => ({ state: 'unknown', why: 'no ticket' }))).toMatchObject(
    [{ target: 's', sure: false, what: 'it cannot be seen (no ticket)' }],
  );
});

test('what cannot be asked counts as live', async () => {
  const broken = () => Promise.reject(new Error('the collector is down'));
  expect(await look(submitted, broken)).toMatchObject([
    { target: 's', sure: false, what: 'it cannot be seen (the collector is down)' },
  ]);
});

test('nobody is asked about targets that handed nothing over', async () => {
  let asked = 0;
  const answer = async (): Promise<Liveness> => {
    asked += 1;
    return { state: 'over' };
  };
  expect(await look(new Map([['plain', builtTrace()]]), answer)).toEqual([]);
  expect(asked).toBe(0);
});

test('work that goes on with that of a target counts as its own, and is no work of nobody', async () => {
  const traces = new Map([
    ['s', builtTrace({ receipt: '1.0@a' })],
    ['part', builtTrace({ receipt: '2.0@b' })],
    ['other', builtTrace({ receipt: '3.0@b' })],
  ]);
  const ask = (of: (target: string) => Liveness, targets = ['s'], also = ['part', 'other']) =>
    liveWork(targets, {
      ...{ world: stubWorld(), signal, traces, also },
      adapters: {
        queue: {
          ...queue(async () => ({ state: 'over' })),
          work: { question: null, judge: (_, { target }) => of(target) },
        },
      },
    });
  const silent: Liveness = { state: 'unknown', why: 'b is silent', partOf: 's' };
  const over: Liveness = { state: 'over' };
  const found = await ask((target) => (target === 'part' ? silent : over));
  expect(found).toEqual([
    { target: 'part', partOf: 's', sure: false, what: 'it cannot be seen (b is silent)' },
  ]);
  const live: Liveness = { state: 'live', what: '3 idle' };
  expect(
    await ask((target) => (target === 'part' ? { ...live, partOf: 's' } : live)),
  ).toMatchObject([{ target: 's' }]);
  const nodes = new Map([['s', {}]]) as never;
  expect(leftOver(found, { nodes })).toEqual([]);
  expect(leftOver(found, { nodes: new Map() })).toEqual(found);
  expect(undeclared(traces, { nodes })).toEqual(['part', 'other']);
});

test('many targets without a rule whose work is live are told in one line', () => {
  const one = (target: string) => ({ target, what: '3 idle', advice: `end ${target}` });
  expect(leftLive(['a', 'b'].map(one))).toEqual([
    'a is in no rule any more, but its work is still on the grid: 3 idle. Put it back, or `end a` ends it.',
    'b is in no rule any more, but its work is still on the grid: 3 idle. Put it back, or `end b` ends it.',
  ]);
  expect(leftLive(['a', 'b', 'c', 'd'].map(one))).toEqual([
    'a, b, c and d are in no rule any more, but their work is still on the grid, or may be. Put them back, or end it (`end a` and so on).',
  ]);
});

test('what live work was made from is read by it, though no rule declares either any more', () => {
  const signature = { ...builtTrace().signature, deps: { dag: 'd' } };
  const traces = new Map([['s', builtTrace({ signature })]]);
  const live = [{ target: 's', what: '3 idle', sure: true }];
  expect(recordedReaders('dag', live, traces)?.target).toBe('s');
  expect(recordedReaders('s', live, traces)?.target).toBe('s');
  expect(recordedReaders('other', live, traces)).toBe(undefined);
});

test('what was handed over reads what it was made from, by way of others too; what merely follows does not', () => {
  const recipe = [write('x', 'x')];
  const once = { look: () => [], judge: () => ({ state: 'not done' }) as const };
  const graph = resolve([
    target('dag', { outputs: ['dag'], recipe }),
    target('copy', { deps: ['dag'], outputs: ['copy'], recipe }),
    target('submitted', { deps: ['copy'], outputs: ['s'], once, recipe }),
    target('later', { after: ['dag'], outputs: ['l'], once, recipe }),
    target('other', { outputs: ['o'], once, recipe }),
  ]);
  expect(readersOf(['dag'], graph)).toEqual(['submitted']);
});
