/** What is no target's fault: the record removed under a build, a lock taken away, disks that refuse. */
import { spawnSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { BIN, type Workspace, workspace } from './workspace.ts';

let w: Workspace;
afterEach(() => w.dispose());

const SLOW = `
  target('a', { outputs: ['a'], recipe: [sh('echo a >> ran; [ -f again ] || { echo up > ready; sleep 1000; }; touch a')] }),
  target('b', { deps: ['a'], outputs: ['b'], recipe: [sh('echo b >> ran; touch b')] })`;

/** A build whose first program is at work, and will be for long. */
async function busy() {
  w = workspace('b', SLOW);
  w.pipe('ready');
  const build = w.start(['build']);
  await w.heard('ready');
  return build;
}

test('when .desgw is removed, the build stops what it runs, says so, and the next one makes it', async () => {
  const build = await busy();
  rmSync(w.path('.desgw'), { recursive: true, maxRetries: 5 });
  const { status, err } = await build.ended;
  expect([status, w.processes()]).toEqual([5, []]);
  expect(err).toContain(`${w.path('.desgw')} was removed while desgw was at work`);
  expect(err).toContain('Put .desgw back if you have a copy');
  w.put('again', '');
  expect((await w.desgw('build')).status).toBe(0);
  expect(w.text('ran')).toBe('a\na\nb\n');
});

test.each(['.desgw', '.desgw/journal'])(
  'when a copy of %s is put in its place, nothing is told as done that is not on record',
  async (folder) => {
    w = workspace('b', SLOW.replace('sleep 1000', 'read line < go'));
    for (const name of ['ready', 'go']) w.pipe(name);
    const build = w.start(['build']);
    await w.heard('ready');
    renameSync(w.path(folder), w.path('moved'));
    spawnSync('cp', ['-r', w.path('moved'), w.path(folder)]);
    await w.tell('go');
    const { status, out, err } = await build.ended;
    expect(status, out + err).toBe(5);
    expect(out + err).toContain('it was removed or replaced while desgw was at work');
    w.put('again', '');
    expect((await w.desgw('build')).status).toBe(0);
    expect(w.text('ran')).toBe('a\na\nb\n');
  },
);

test('when its lock is taken away, a build begins nothing more', async () => {
  const build = await busy();
  rmSync(w.path('.desgw/lock'));
  const { status, err } = await build.ended;
  expect([status, w.processes()]).toEqual([5, []]);
  expect(err).toContain('/lock was taken away');
  w.put('again', '');
  expect((await w.desgw('build')).status).toBe(0);
});

const canMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

/** Mounts a disk at `out`, does something to it, builds, mends it, builds again. */
function onDisk(spoil: string, mend: string) {
  const script = `mkdir -p out; mount -t tmpfs -o size=64k none out || exit 99
${spoil}
"$@" build > first 2>&1; echo $? > first.status
${mend}
"$@" build > second 2>&1; echo $? > second.status; cp out/a made; exit 0`;
  const words = ['-m', 'sh', '-c', script, 'disk', process.execPath, BIN];
  const { status } = spawnSync('unshare', words, { cwd: w.dir });
  expect(status).toBe(0);
  return {
    first: w.text('first') ?? '',
    statuses: [w.text('first.status'), w.text('second.status')],
  };
}

describe.runIf(canMount)('an action that meets a disk', () => {
  test.each([
    ['without room', 'cat /dev/zero > out/filler 2>/dev/null', 'rm out/filler', 'Make room'],
    [
      'that can only be read',
      'mount -o remount,ro out',
      'mount -o remount,rw out',
      'can only be read now',
    ],
  ])(
    '%s ends the build with 5 and the remedy, and the next one goes on',
    (_what, spoil, mend, remedy) => {
      w = workspace(
        'all',
        `target('a', { outputs: ['out/a'], recipe: [write('out/a', 'a')] }),
       target('c', { outputs: ['c'], recipe: [write('c', 'c')] }), group('all', ['a', 'c'])`,
      );
      const { first, statuses } = onDisk(spoil, mend);
      expect(statuses, first).toEqual(['5\n', '0\n']);
      expect(first).toContain(remedy);
      expect(first).toContain('all: the machine refuses: 1 built, 1 failed');
      expect([w.text('made'), w.text('c')]).toEqual(['a', 'c']);
    },
  );
});

test('a file that cannot be read fails its target alone, which is no fault of the machine', async () => {
  w = workspace(
    'all',
    `target('a', { inputs: ['dir'], outputs: ['a'], recipe: { version: '1', reads: ['loop'], steps: ({ text }) => [write('a', text('loop'))] } }),
     target('c', { outputs: ['c'], recipe: [write('c', 'c')] }), group('all', ['a', 'c'])`,
  );
  w.put('dir', '');
  spawnSync('ln', ['-s', 'loop', w.path('loop')]);
  const { status, out } = await w.desgw('build');
  expect([status, w.text('c')], out).toEqual([1, 'c']);
});

test.each(['.desgw', '.desgw/logs', '.desgw/journal', '.desgw/runs'])(
  'a file in the place of the folder %s is named, with what to do about it',
  async (folder) => {
    w = workspace(
      'a',
      `target('a', { outputs: ['a'], recipe: [sh('echo > a', { detached: 'rerun' })] })`,
    );
    w.put(folder, 'no folder');
    const { status, out, err } = await w.desgw('build');
    expect(status, out + err).toBe(5);
    expect(out + err).toContain(w.path(folder));
    expect(out + err).toContain('A file stands where a folder belongs');
    rmSync(w.path(folder));
    expect((await w.desgw('build')).status).toBe(0);
  },
);
