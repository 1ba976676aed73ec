/** Each matter is told once a build. */
import { expect, test } from 'vitest';
import type { Verdict } from '../../../core/plan/verdict.ts';
import type { BuildEvent } from '../../../core/run/events.ts';
import { Telling } from '../../../core/run/telling.ts';
import { planOf } from '../../support/plans.ts';

test('what live work holds back although it has changed is told in one line, once', () => {
  const told: BuildEvent[] = [];
  const telling = new Telling((event) => told.push(event));
  const held: Verdict = {
    state: 'fresh',
    reasons: [{ kind: 'dep changed', target: 'rc' }],
    until: 'seen',
    note: 'held back until seen is settled',
  };
  telling.tell(new Map<string, Verdict>([['same', { ...held, reasons: [] }]]));
  expect(told).toEqual([]);
  const verdicts = new Map(['dag1', 'dag2'].map((name) => [name, held]));
  telling.tell(verdicts);
  telling.tell(verdicts);
  expect(told).toEqual([
    {
      kind: 'told',
      target: 'dag1',
      about: 'held back',
      text: 'what dag1 and dag2 are made from has changed, but work on the grid may still read what was made: held back until seen is settled',
    },
  ]);
});

test('a target may have the name of a matter: its progress and the matter are both told', () => {
  const told: BuildEvent[] = [];
  const telling = new Telling((event) => told.push(event));
  const plan = planOf({ credentials: { state: 'waiting' } });
  const waiting = [{ target: 'credentials', progress: '1 idle' }];
  const when = { at: 1, nextLook: 2 };
  telling.progress(plan, waiting, when);
  const tell = [{ about: 'credentials', text: 'renew them' }];
  telling.tell(new Map<string, Verdict>([['queue', { state: 'waiting', reasons: [], tell }]]));
  telling.progress(plan, waiting, when);
  expect(told.map(({ kind }) => kind)).toEqual(['progress', 'waiting', 'told', 'waiting']);
});
