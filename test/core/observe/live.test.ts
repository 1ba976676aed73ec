/** Which work that was handed over may still be under way. */
import { expect, test } from 'vitest';
import type { Liveness } from '../../../core/api/looks.ts';
import type { Trace } from '../../../core/memory/trace.ts';
import { liveWork, recordedReaders } from '../../../core/observe/live.ts';
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

test('what live work was made from is read by it, though no rule declares either any more', () => {
  const signature = { ...builtTrace().signature, deps: { dag: 'd' } };
  const traces = new Map([['s', builtTrace({ signature })]]);
  const live = [{ target: 's', what: '3 idle', sure: true }];
  expect(recordedReaders('dag', live, traces)?.target).toBe('s');
  expect(recordedReaders('s', live, traces)?.target).toBe('s');
  expect(recordedReaders('other', live, traces)).toBe(undefined);
});
