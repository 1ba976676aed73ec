/** What programs wrote is brought onto the disk for good when it is asked for. */
import { expect, test } from 'vitest';
import { memoryFiles, WORKSPACE } from '../../core/testing/memory-files.ts';
import { openFiles } from '../../core/world/files.ts';

/** Loses everything that was not flushed. */
const ALL = (): number => 0;
/** Loses no name, but what files hold: `spoil` takes the second of four ways. */
const CONTENTS = (): number => 0.3;

function written() {
  const memory = memoryFiles({ 'old/x': 'x' });
  memory.disk.flush();
  const { fs } = memory;
  const put = (path: string, text: string): void => {
    const fd = fs.openSync(`${WORKSPACE}/${path}`, 'w');
    fs.writeSync(fd, Buffer.from(text), 0, text.length);
    fs.closeSync(fd);
  };
  fs.mkdirSync(`${WORKSPACE}/new/deep`, { recursive: true });
  put('new/deep/file', 'what a program wrote');
  put('new/deep/other', 'what nobody asked for');
  fs.symlinkSync('new/deep/file', `${WORKSPACE}/link`);
  return memory;
}

test.each([ALL, CONTENTS])('without that it is gone', (chance) => {
  const { disk, tree } = written();
  disk.cut(chance);
  expect(Object.values(tree())).not.toContain('what a program wrote');
});

test.each([ALL, CONTENTS])(
  'what a file holds, its name, and the folders that lead to it',
  async (chance) => {
    const { files, disk, tree } = written();
    await files.flush(['new/deep/file', 'not/there']);
    disk.cut(chance);
    expect(tree()).toMatchObject({ 'old/x': 'x', 'new/deep/file': 'what a program wrote' });
    expect(tree()['new/deep/other']).not.toBe('what nobody asked for');
  },
);

test('a link, and what is behind it', async () => {
  const { files, disk, tree } = written();
  await files.flush(['link']);
  disk.cut(ALL);
  expect(files.readLink('link')).toBe('new/deep/file');
  expect(tree()['new/deep/file']).toBe('what a program wrote');
});

test('a file of that name that was made anew, in a folder that was made anew', async () => {
  const { files, fs, disk, tree } = written();
  await files.flush(['new/deep/file']);
  fs.rmSync(`${WORKSPACE}/new`, { recursive: true });
  fs.mkdirSync(`${WORKSPACE}/new/deep`, { recursive: true });
  fs.closeSync(fs.openSync(`${WORKSPACE}/new/deep/file`, 'w'));
  await files.flush(['new/deep/file']);
  disk.cut(ALL);
  expect(tree()).toEqual({ 'old/x': 'x', 'new/deep/file': '' });
});

test('what is drafted, once it is hardened and put in place, with all that is at the time', async () => {
  const { files, fs, disk, tree } = written();
  const paths = ['new/deep/1', 'new/deep/2', 'old/3'];
  files.makeDirectory('new/deep');
  const drafts = paths.map((path) => files.draft(path, `draft of ${path}`));
  await Promise.all(drafts.map((draft) => files.harden([draft])));
  await Promise.all(drafts.map((draft) => files.commitAll([draft])));
  await files.flush(['new/deep/file']);
  disk.cut(ALL);
  for (const path of paths) expect(tree()[path]).toBe(`draft of ${path}`);
  expect(fs.readdirSync(`${WORKSPACE}/old`).toSorted()).toEqual(['3', 'x']);
});

test.each([undefined, 0o200])('a draft of mode %s that is put in place at once', (mode) => {
  const { files, fs, disk } = written();
  files.draft('old/x', 'y', mode).commit();
  disk.cut(ALL);
  fs.chmodSync(`${WORKSPACE}/old/x`, 0o600);
  expect(files.readText('old/x')).toBe('y');
});

test('a draft alone is nothing yet', () => {
  const { files, disk, tree } = written();
  files.draft('old/x', 'y');
  disk.cut(ALL);
  expect(tree()).toEqual({ 'old/x': 'x' });
});

test('ten drafts that are waited for together cost their folder one flush', async () => {
  const { fs } = written();
  let flushed = 0;
  const counting = new Proxy(fs, {
    get: (target, name) =>
      name === 'fsync'
        ? (fd: number, done: () => void) => {
            flushed++;
            target.fsync(fd, done);
          }
        : Reflect.get(target, name),
  });
  const files = openFiles(WORKSPACE, counting);
  const drafts = Array.from({ length: 10 }, (_, i) => files.draft(`old/${i}`, 'new'));
  await Promise.all(drafts.map((draft) => files.harden([draft])));
  expect(flushed).toBe(10);
  await Promise.all(drafts.map((draft) => files.commitAll([draft])));
  expect(flushed).toBe(11);
});
