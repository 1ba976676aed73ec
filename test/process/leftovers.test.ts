/** What a killed build has half written: nobody's input, and gone when somebody asks for that. */
import { afterEach, expect, test } from 'vitest';
import { digestOf } from '../../core/api/digest.ts';
import { type Workspace, workspace } from './workspace.ts';

let w: Workspace;
afterEach(() => w.dispose());

test('half-written files are no inputs, and `clean --orphans` lists and deletes them', async () => {
  w = workspace(
    'all',
    `target('made', { outputs: ['in/made'], recipe: [write('in/made', 'x')] }),
     target('all', { deps: ['made'], globs: ['in/*', 'in/.*'], outputs: ['all'], recipe: [sh('ls -A in > all')] })`,
  );
  w.put('in/one', '1');
  expect((await w.desgw('build')).status).toBe(0);
  // As a build that was killed in the midst of writing leaves them: the owner is of this workspace.
  const owner = Buffer.from(digestOf(w.dir)).toString('hex').slice(0, 12);
  const left = ['in/.made', '.desgw/journal/.x', '.all'].map(
    (name) => `${name}.${owner}-4194305-0.desgw-new`,
  );
  for (const name of left) w.put(name, 'half');
  const strangers = `in/.made.${'0'.repeat(12)}-4194305-0.desgw-new`;
  w.put(strangers, 'of another workspace');
  expect((await w.desgw('build', '-q')).status).toBe(0);
  const { out } = await w.desgw('clean', '--orphans', '-n');
  for (const name of left) expect(out).toContain(`${name}, half written, would be deleted`);
  expect(out).not.toContain(strangers);
  const done = await w.desgw('clean', '--orphans', '--yes');
  expect(done.status, done.err).toBe(0);
  expect(left.map((name) => w.text(name))).toEqual(left.map(() => undefined));
  expect([w.text(strangers), w.text('in/made')]).toEqual(['of another workspace', 'x']);
  expect((await w.desgw('build', '-q')).status).toBe(0);
});
