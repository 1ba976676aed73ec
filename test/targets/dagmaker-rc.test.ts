/** dagmaker.rc is edited key by key: what it depends on is what was set, and nothing else. */
import { expect, test } from 'vitest';
import { dagmakerRc } from '../../targets/dagmaker-rc.ts';
import { factsOf, followUpWith, SEASON, stepsOf } from '../support/follow-up.ts';

const RC = 'sandbox/gw_workflow/dagmaker.rc';
const edits = (rule: ReturnType<typeof dagmakerRc>, files = {}) =>
  stepsOf(rule, factsOf(files)).filter(({ kind }) => kind === 'edit');

test('without parameters only the season is ours, and only that makes it stale', () => {
  const rule = dagmakerRc(followUpWith());
  expect(rule.params).toEqual({ SEASON });
  expect(rule.outputs).toEqual([{ path: RC, keys: { format: 'shell', names: ['SEASON'] } }]);
  expect(rule.deps).toEqual(['season']);
});

test('a parameter that is given is set beside it, and is part of what the target is made from', () => {
  const rule = dagmakerRc(followUpWith({ set: ['WRITEDB=off', 'TWINDOW=30'] }));
  expect(rule.params).toEqual({ SEASON, WRITEDB: 'off', TWINDOW: '30' });
  expect(edits(rule, { [RC]: 'SEASON=1\n' })).toMatchObject([
    { path: RC, format: 'shell', values: { SEASON, WRITEDB: 'off', TWINDOW: '30' }, template: RC },
  ]);
});

test('settings that desgw does not know are written as they were let through', () => {
  expect(dagmakerRc(followUpWith(), { STRANGE: 'a b' }).params).toEqual({ SEASON, STRANGE: 'a b' });
});

test('a file that is not there yet begins as the one that comes with desgw', () => {
  expect(edits(dagmakerRc(followUpWith()))).toMatchObject([
    { template: expect.stringMatching(/templates\/dagmaker\.rc$/) },
  ]);
});

test('where every event has its own, it begins with the lines that people put into theirs', () => {
  const rule = dagmakerRc(followUpWith({ isolate: true }));
  const path = `sandbox/gw_workflow/dagmaker_S${SEASON}.rc`;
  expect(rule.outputs).toMatchObject([{ path }]);
  expect(edits(rule, { [RC]: '# ours\n' })).toMatchObject([{ path, template: RC }]);
});
