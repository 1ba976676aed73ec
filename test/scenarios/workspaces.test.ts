/** Several workspaces at a glance, whatever is wrong with one of them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe } from 'vitest';
import { schemaFaults } from '../support/schemas.ts';
import { test, type Workspace } from './workspace.ts';

const rules = (recipe: string, rest = '') =>
  `import { defineBuild, exec, target } from 'desgw';
   export default defineBuild({ goal: 'goal', ${rest} rules: () => [target('goal', { outputs: ['goal.txt'], recipe: [${recipe}] })] });`;

function put(w: Workspace, path: string, text: string): void {
  mkdirSync(dirname(join(w.dir, path)), { recursive: true });
  writeFileSync(join(w.dir, path), text);
}

describe.concurrent('status --workspaces', () => {
  test('has a line for each, takes no lock, writes nothing, and tells what is broken', async ({
    w,
    expect,
  }) => {
    put(w, 'events/S1/desgwfile.ts', rules(`exec(['true'], { stdout: 'goal.txt' })`));
    put(w, 'events/S2/desgwfile.ts', rules(`exec(['false'], { stdout: 'goal.txt' })`));
    put(w, 'events/S3/desgwfile.ts', rules(`exec(['true'], { stdout: 'goal.txt' })`));
    put(w, 'events/S4/desgwfile.ts', rules(`exec(['true'])`, `gaol: 'x',`));
    put(w, 'events/S5/desgwfile.ts', `throw new Error('not today');`);
    put(w, 'events/notes/readme', '');
    put(w, 'events/file', '');
    for (const name of ['S1', 'S2']) await w.desgw(['build'], { cwd: join(w.dir, 'events', name) });
    // Somebody is at work in one, on a computer that nobody here can look at.
    const holder = { host: 'des99', boot: 'b', pid: 7, start: '1', user: 'mara' };
    put(
      w,
      'events/S3/.desgw/lock',
      JSON.stringify({ ...holder, since: 0, command: 'desgw build' }),
    );
    const before = w.tree();
    const { out, code, err } = await w.desgw(['status', '--workspaces', 'events/*']);
    expect([code, err]).toEqual([0, '']);
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/ {2,}/g, ' | ')),
    ).toEqual([
      'S1 | done | 1 fresh',
      'S2 | failed | 1 failed',
      expect.stringMatching(/^S3 \| to do \| 1 missing; building: mara on des99 \(pid 7\) since /),
      expect.stringMatching(/^S4 \| broken \| .*'gaol'.*$/),
      expect.stringMatching(/^S5 \| broken \| .*not today.*$/),
    ]);
    expect(w.tree()).toEqual(before);
    const data = JSON.parse(
      (await w.desgw(['status', '--workspaces', join(w.dir, '*/S[14]'), '--json'])).out,
    );
    expect(schemaFaults('workspaces', data)).toBe('');
    expect(data.workspaces).toMatchObject([
      { name: 'S1', state: 'done', counts: { fresh: 1 } },
      { name: 'S4', state: 'broken', code: 'DG100' },
    ]);
  });

  test('a pattern that means nothing is refused', async ({ w, expect }) => {
    const { code, err } = await w.desgw(['status', '--workspaces', 'nowhere/*']);
    expect(code).toBe(2);
    expect(err).toContain("no workspace is like 'nowhere/*'");
  });
});
