import { expect, test } from 'vitest';
import { endedByReboot, isAlive } from '../../../core/world/identity.ts';
import type { ProcessIdentity } from '../../../core/world/world.ts';

/** Started 1000 seconds after its machine, which was started 5000 seconds before ours. */
const WAS: ProcessIdentity = {
  ...{ host: 'des91', boot: 'boot-1', machine: 'm', booted: 10_000, pid: 1, start: '100000' },
  user: 'mara',
};
const NOW: ProcessIdentity = { ...WAS, boot: 'boot-2', booted: 15_000, pid: 2, start: '7' };

test('a process ended with its machine when that was started anew', () => {
  expect(endedByReboot(WAS, NOW)).toBe(true);
  expect(isAlive(WAS, NOW)).toBe(false);
});

test.each<[string, Partial<ProcessIdentity>, Partial<ProcessIdentity>]>([
  ['another machine of the same name', { machine: 'other' }, {}],
  ['a machine that nothing tells from others', { machine: undefined! }, { machine: undefined! }],
  ['another name', { host: 'des92' }, {}],
  ['the same boot', { boot: 'boot-2' }, {}],
  ['a boot that is not known', { boot: 'unknown' }, {}],
  ['a copy of the machine, on which it began after ours was started', { start: '500000' }, {}],
  ['a start that is not known', { start: '' }, {}],
  ['a desgw that did not note when', { booted: undefined! }, {}],
])('nothing is concluded from %s', (_what, was, now) => {
  expect(endedByReboot({ ...WAS, ...was }, { ...NOW, ...now })).toBe(false);
});
