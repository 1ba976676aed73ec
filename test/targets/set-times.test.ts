import { expect, test } from 'vitest';
import { type Rule, target, write } from '../../core/index.ts';
import { fixedClock, memoryMachine, pipelineOn } from '../../core/testing/index.ts';
import { exposureList } from '../../targets/complete-exposures.ts';
import { SET_TIMES, setTimes, timesAround } from '../../targets/set-times.ts';
import { moreOf } from '../../targets/settings/follow-up.ts';
import { followUpWith, judgingFacts } from '../support/follow-up.ts';

const TIMES = ['06:00', '18:30'];
const at = (day: number, hour: number, minute = 0) =>
  new Date(2017, 7, day, hour, minute).getTime();

test.each([
  [at(17, 5, 59), at(16, 18, 30), at(17, 6)],
  [at(17, 6), at(17, 6), at(17, 18, 30)],
  [at(17, 12), at(17, 6), at(17, 18, 30)],
  [at(17, 23), at(17, 18, 30), at(18, 6)],
])('at %d the last time was %d, the next is %d', (now, last, next) => {
  expect(timesAround(TIMES, now)).toEqual([last, next]);
  expect(timesAround([...TIMES].reverse(), now)).toEqual([last, next]);
});

test('without times there is no such target, and the list is gathered as exposures come', () => {
  const plain = followUpWith();
  expect(setTimes(plain)).toEqual([]);
  expect(exposureList(plain)).toMatchObject({ deps: [] });
  expect(exposureList(plain)).not.toHaveProperty('more');
});

test('with times the list waits for one of them, with a number for so many more', () => {
  const timed = followUpWith({ set: ['postprocAt=06:00,18:30'] });
  expect(exposureList(timed)).toMatchObject({
    deps: ['set_times'],
    more: Number.MAX_SAFE_INTEGER,
  });
  const [rule] = setTimes(timed);
  const judged = (now: number) => rule!.observe!.judge([], judgingFacts({}, { now }));
  expect(judged(at(17, 7))).toEqual(
    expect.objectContaining({ value: '2017-08-17 06:00:00', again: at(17, 18, 30) }),
  );
  expect(judged(at(17, 8))).toMatchObject({ value: '2017-08-17 06:00:00' });
  expect(judged(at(17, 19))).toMatchObject({ value: '2017-08-17 18:30:00' });
  const counted = followUpWith({ set: ['postprocAfter=5'] });
  expect(exposureList(counted)).toMatchObject({ deps: [], more: 5 });
  expect(() => followUpWith({ set: ['postprocAt=6am'] })).toThrow(/times of day such as 06:00/);
});

test('a build of every hour makes what is gathered again when a time has come, and not before', async () => {
  const all = followUpWith({ set: ['postprocAt=06:00,18:30'] });
  const clock = fixedClock(at(17, 3));
  const machine = memoryMachine({ 'grid/a': '1' }, {}, { clock });
  const report = (name: string): Rule =>
    target(name, {
      outputs: [name],
      observe: {
        look: () => [{ kind: 'read', path: `grid/${name}` }],
        judge: ([seen]) =>
          seen?.kind === 'read' && seen.text !== undefined
            ? { state: 'ready', value: seen.text }
            : { state: 'waiting', progress: 'under way' },
      },
      recipe: { version: '1', steps: ({ value }) => [write(name, String(value))] },
    });
  const names = ['a', 'b', 'c'];
  const sum = target('sum', {
    deps: [SET_TIMES],
    gathers: names,
    least: 1,
    ...moreOf(all.params),
    outputs: ['sum'],
    recipe: { version: '1', steps: ({ gathered }) => [write('sum', gathered.join(''))] },
  });
  const pipeline = pipelineOn(machine, [sum, ...setTimes(all), ...names.map(report)]);
  const hour = async (came?: string): Promise<string | undefined> => {
    if (came !== undefined) machine.put(`grid/${came}`, '1');
    await pipeline.build(['sum'], { wait: false });
    clock.advance(3_600_000);
    return machine.read('sum');
  };
  expect(await hour()).toBe('a'); // three o'clock
  expect(await hour('b')).toBe('a');
  expect(await hour()).toBe('a');
  expect(await hour()).toBe('ab'); // six
  expect(await hour()).toBe('ab');
  expect(await hour('c')).toBe('abc'); // no more is to come
});
