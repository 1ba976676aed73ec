/** A night's exposures as they appear in the database: found once is found for good. */
import { describe, expect, test } from 'vitest';
import { night, nightOf } from '../../targets/night.ts';
import { factsOf, followUpWith, judgingFacts, stepsOf } from '../support/follow-up.ts';

const { site } = followUpWith();
const rule = night(site, nightOf({ propid: '2017B-0110', nites: '20170817' }));
const FILE = 'image_proc_outputs/night.list';
const row = (expnum: string, more: object = {}) => ({
  ...{ expnum, nite: '20170817', mjd: '57983.1', ra: '1', dec: '-2', band: 'i', exptime: '100' },
  ...{ propid: '2017B-0110', teff: '0.5', object: 'DESGW: LIGO event 1', ...more },
});
const answer = (...rows: readonly object[]) =>
  ({ kind: 'answer', answer: { rows } as never }) as const;
const judge = (seen: Parameters<NonNullable<typeof rule.observe>['judge']>[0], before?: string) =>
  rule.observe!.judge(seen, judgingFacts(before === undefined ? {} : { [FILE]: before }));
const found = (text: ReturnType<typeof judge>) => String((text as { value?: unknown }).value);

test('exposures that appear are added to those that are known', () => {
  const first = judge([answer(row('668440'))]);
  expect(first).toMatchObject({ state: 'ready', note: '1 exposure' });
  const second = judge([answer(row('668441'))], found(first));
  expect(second).toMatchObject({ state: 'ready', note: '2 exposures' });
  expect(found(second)).toContain(found(first).trim());
});

test('with none so far it is waited for, and what is no search image is named', () => {
  expect(judge([answer()])).toMatchObject({ state: 'waiting', progress: 'no exposure yet' });
  expect(judge([answer(row('668440', { object: 'pointing test' }))])).toMatchObject({
    ...{ state: 'waiting', progress: expect.stringMatching(/left out: 668440 \(.+\)$/) },
  });
});

describe('a database that does not answer', () => {
  test('is a failure while nothing is known, never a night without exposures', () => {
    for (const before of [undefined, ''])
      expect(judge([{ kind: 'failed', why: 'refused' }], before)).toMatchObject({
        ...{ state: 'failed', why: 'the exposure database could not be asked: refused' },
      });
  });

  test('takes nothing away from what is known', () => {
    const known = found(judge([answer(row('668440'))]));
    expect(judge([{ kind: 'failed', why: 'refused' }], known)).toMatchObject({
      ...{ state: 'ready', value: known, note: expect.stringContaining('(refused)') },
    });
  });
});

test('the file is what was found, and another question makes it anew', () => {
  expect(stepsOf(rule, factsOf({}, { value: 'rows\n' }))).toMatchObject([
    { kind: 'write', path: FILE, content: 'rows\n' },
  ]);
  const other = night(site, nightOf({ propid: '2017B-0110', nites: '20170818' }));
  expect(other.params).not.toEqual(rule.params);
});

test.each([
  ['2017-08-17', /'2017-08-17' is not a night/],
  ['20170230', /'20170230' is not a night/],
  [['20170818', '20170817'] as const, /the last night, 20170817, is before the first, 20170818/],
])('%j is refused', (nites, why) => {
  expect(() => nightOf({ propid: '2017B-0110', nites })).toThrow(why);
});
