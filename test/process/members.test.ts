/** What an input pattern may meet on a real disk, seen by an ordinary user. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { type Workspace, workspace } from './workspace.ts';

let w: Workspace;
afterEach(() => w.dispose());

const LONG = 'x'.repeat(255);

/** Folder, what is put into it beside a good file, and what is said of it; nothing: it does not matter. */
const CASES: readonly [string, (path: (name: string) => string) => void, string?][] = [
  [
    'closed',
    (path) => writeFileSync(path('bad'), '', { mode: 0 }),
    'closed/* matches closed/bad, which cannot be used: ',
  ],
  [
    'loop',
    (path) => symlinkSync('bad', path('bad')),
    '/loop/bad: it is a link that leads in circles, no file',
  ],
  [
    'far',
    (path) => symlinkSync('../secret/file', path('bad')),
    '/far/bad: it is a link, and what it leads to cannot be seen (EACCES)',
  ],
  ['pipe', (path) => execFileSync('mkfifo', [path('bad')]), '/pipe/bad: it is a pipe, no file'],
  ['piped', (path) => symlinkSync('../pipe/bad', path('bad')), '/piped/bad: it is a pipe, no file'],
  [
    'socket',
    (path) =>
      execFileSync(process.execPath, [
        '-e',
        `require('net').createServer().listen(process.argv[1], () => process.exit())`,
        path('bad'),
      ]),
    '/socket/bad: it is a socket, no file',
  ],
  [
    'latin',
    (path) => writeFileSync(Buffer.concat([Buffer.from(path('caf')), Buffer.from([0xe9])]), ''),
    'its name is not UTF-8; rename it',
  ],
  ['long', (path) => writeFileSync(path(LONG), '')],
  ['folder', (path) => mkdirSync(path('bad'))],
  ['nowhere', (path) => symlinkSync('gone', path('bad'))],
];

test('what cannot be used fails its target, by name, and no other', async () => {
  const targets = CASES.map(
    ([dir]) =>
      `target('${dir}', { globs: ['${dir}/*'], outputs: ['out/${dir}'], recipe: [sh('mkdir -p out; ls ${dir} > out/${dir}')] })`,
  );
  w = workspace(
    'all',
    `${targets.join(', ')}, group('all', ${JSON.stringify(CASES.map(([dir]) => dir))})`,
  );
  for (const [dir, put] of CASES) {
    w.put(`${dir}/good`, '');
    put((name) => w.path(`${dir}/${name}`));
  }
  w.put('secret/file', '');
  chmodSync(w.path('secret'), 0);
  // Nothing is closed to root.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) spawnSync('chown', ['-Rh', '54325', w.dir]);
  const ordinary = isRoot
    ? ['setpriv', '--reuid=54325', '--regid=54325', '--clear-groups']
    : ['env'];
  const { status, out, err } = await w.within(ordinary, ['build', '-v']);
  chmodSync(w.path('secret'), 0o700);
  expect(status, out + err).toBe(1);
  for (const [dir, , said] of CASES) {
    expect([dir, w.text(`out/${dir}`) !== undefined]).toEqual([dir, said === undefined]);
    expect(out).toContain(said ?? '');
  }
  expect(out + err).not.toMatch(/internal|^\s+at /m);
});
