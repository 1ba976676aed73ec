/** Two events in one place, and claims that nobody else sees. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ownCheckout, sharedRegistry } from '../../../targets/doctor/events.ts';

let folder = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'desgw-events-')));
  for (const name of ['gw', 'event/.desgw', 'claims', 'event/claims'])
    mkdirSync(join(folder, name), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const FILE = '.desgw_workspace';
const held = (holder: object | string) => {
  const text = typeof holder === 'string' ? holder : JSON.stringify(holder);
  writeFileSync(join(folder, 'gw', FILE), text);
  return ownCheckout(
    join(folder, 'gw'),
    { file: FILE, workspace: join(folder, 'event') },
    'Use another.',
  );
};
const named = (id: string): void =>
  writeFileSync(join(folder, 'event/.desgw/workspace'), JSON.stringify({ id, root: '/' }));

test('a directory in which nobody works, or this workspace does, is well', async () => {
  const workspace = join(folder, 'event');
  expect(await ownCheckout(join(folder, 'gw'), { file: FILE, workspace }, '')).toMatchObject({
    state: 'ok',
  });
  expect(await held({ workspace })).toMatchObject({ state: 'ok' });
  named('a');
  // The workspace has been moved since.
  expect(await held({ workspace: '/elsewhere', id: 'a' })).toMatchObject({ state: 'ok' });
});

test('one in which another event works is bad, with whose it is and what to do', async () => {
  named('a');
  const holder = { workspace: '/data/S1', id: 'b', user: 'mara', host: 'des91', note: 'season 7' };
  expect(await held(holder)).toEqual({
    state: 'bad',
    what: 'in use for another event: /data/S1 (season 7, mara on des91)',
    remedy: `Use another. When that event is over: rm ${join(folder, 'gw', FILE)}`,
  });
  expect(await held('torn {')).toMatchObject({ state: 'bad' });
});

test('seasons are claimed where others look, and it can be written', async () => {
  const of = (name: string) => sharedRegistry(join(folder, name), join(folder, 'event'));
  expect(await of('claims')).toMatchObject({ state: 'ok' });
  expect(await of('event/claims')).toMatchObject({ state: 'warn' });
  expect(await of('nowhere')).toMatchObject({ state: 'bad' });
});
