import { execFileSync } from 'node:child_process';
import * as nodeFs from 'node:fs';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { digestOf } from '../../../core/api/digest.ts';
import { faultyFs, Stopped } from '../../../core/testing/faults.ts';
import { memoryFiles, treeOf, WORKSPACE } from '../../../core/testing/memory-files.ts';
import { askAll } from '../../../core/world/adaptive.ts';
import { realClock } from '../../../core/world/clock.ts';
import { FileError, openFiles } from '../../../core/world/files.ts';

const made: string[] = [];
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** A workspace on the real disk. */
function realFiles(tree: { readonly [path: string]: string } = {}) {
  const dir = nodeFs.realpathSync(mkdtempSync(join(tmpdir(), 'desgw-files-')));
  made.push(dir);
  const files = openFiles(dir);
  for (const [path, text] of Object.entries(tree)) files.write(path, text);
  return { files, fs: nodeFs, tree: () => treeOf(nodeFs, dir), dir };
}

/** What an action throws. */
function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return 'nothing';
}

describe.each([
  ['in memory', () => ({ ...memoryFiles(), dir: WORKSPACE })],
  ['on disk', () => realFiles()],
])('%s', (_where, open) => {
  test('what was written is read back, digested and listed', () => {
    const { files } = open();
    files.write('a/b/é.txt', 'zwölf');
    files.write('a/b.txt', new Uint8Array([0, 255]));
    files.write('a/b/é.txt', 'dreizehn');
    expect({
      text: files.readText('a/b/é.txt'),
      bytes: [...(files.read('a/b.txt') ?? [])],
      digest: files.digest('a/b/é.txt'),
      list: files.list('a'),
      inner: files.list('a/b'),
      digests: files.digests,
    }).toEqual({
      text: 'dreizehn',
      bytes: [0, 255],
      digest: digestOf('dreizehn'),
      list: ['b.txt', 'b/'],
      inner: ['é.txt'],
      digests: 1,
    });
  });

  test('a file that is not there is undefined, or absent, and never an error', async () => {
    const { files } = open();
    files.write('file', 'x');
    for (const path of ['none', 'none/deeper', 'file/below']) {
      expect([
        files.stat(path),
        await files.statMany([path]),
        files.read(path),
        files.readText(path),
        files.digest(path),
        files.list(path),
        await files.listMany([path]),
        files.glob(`${path}/*`),
      ]).toEqual([
        undefined,
        [undefined],
        undefined,
        undefined,
        'absent',
        undefined,
        [undefined],
        [],
      ]);
    }
    files.remove('none');
    files.remove('file/below');
  });

  test('only one exclusive creation succeeds, and leaves nothing else behind', () => {
    const { files, tree } = open();
    expect([
      files.createExclusive('x/lock', 'one'),
      files.createExclusive('x/lock', 'two'),
    ]).toEqual([true, false]);
    expect(tree()).toEqual({ 'x/lock': 'one' });
  });

  test('writing to a link writes what it leads to, also when that is not there yet', () => {
    const { files, fs, dir } = open();
    files.write('real/one', 'old');
    files.symlink('links/one', '../real/one');
    files.symlink('links/two', '../real/two');
    files.symlink('links/far', 'two');
    files.write('links/one', 'new');
    files.write('links/far', 'made');
    expect([
      files.readText('real/one'),
      files.readText('real/two'),
      fs.readlinkSync(`${dir}/links/one`),
      fs.readlinkSync(`${dir}/links/far`),
    ]).toEqual(['new', 'made', '../real/one', 'two']);
  });

  test('a link replaces a link and never a file; removing it leaves what it leads to', () => {
    const { files, fs, dir, tree } = open();
    files.write('file', 'mine');
    files.symlink('link', 'nowhere');
    files.symlink('link', 'file');
    expect(fs.readlinkSync(`${dir}/link`)).toBe('file');
    expect(thrown(() => files.symlink('file', 'elsewhere'))).toMatchObject({ code: 'EEXIST' });
    files.remove('link');
    expect(tree()).toEqual({ file: 'mine' });
  });

  test('a rewritten file keeps its mode, and a mode that is asked for is given', () => {
    const { files, fs, dir } = open();
    const mode = (name: string): number => fs.statSync(`${dir}/${name}`).mode & 0o7777;
    files.write('script', 'a', 0o754);
    files.write('script', 'b');
    files.write('secret', 'c', 0o600);
    expect([mode('script'), mode('secret')]).toEqual([0o754, 0o600]);
  });

  test('prepared content is invisible until it is committed', () => {
    const { files, tree } = open();
    files.write('a', 'old');
    const prepared = files.prepare('a', 'new');
    const before = files.readText('a');
    prepared.commit();
    files.prepare('b', 'never').discard();
    expect([prepared.digest, before, tree()]).toEqual([digestOf('new'), 'old', { a: 'new' }]);
  });

  test('captured output is prepared beside its place, even for a link to another directory', () => {
    const { files, tree } = open();
    files.write('far/real', 'old');
    files.symlink('out', 'far/real');
    files.write('.captured', 'printed');
    files.write('.more', 'printed too');
    const one = files.prepareCopy('out', '.captured');
    const two = files.prepareCopy('plain', '.more');
    one.commit();
    two.commit();
    expect([one.digest, tree()]).toEqual([
      digestOf('printed'),
      {
        '.captured': 'printed',
        '.more': 'printed too',
        'far/real': 'printed',
        plain: 'printed too',
      },
    ]);
  });

  test('an appender adds to the end', () => {
    const { files } = open();
    const appender = files.appender('logs/x');
    appender.write('one\n');
    appender.sync();
    appender.write('two\n');
    appender.close();
    const again = files.appender('logs/x');
    again.write('three\n');
    again.close();
    expect(files.readText('logs/x')).toBe('one\ntwo\nthree\n');
  });

  test('copying a tree replaces files, keeps what else is there, and copies links as links', () => {
    const { files, fs, dir, tree } = open();
    files.write('from/a', 'A');
    files.write('from/run.sh', 'R', 0o755);
    files.write('from/deep/b', 'B');
    files.symlink('from/link', 'deep/b');
    files.write('to/a', 'old');
    files.write('to/other', 'kept');
    files.copy('from', 'to');
    files.copy('from/a', 'single/a');
    expect([
      tree(),
      fs.readlinkSync(`${dir}/to/link`),
      fs.statSync(`${dir}/to/run.sh`).mode & 0o777,
    ]).toEqual([
      {
        'from/a': 'A',
        'from/deep/b': 'B',
        'from/run.sh': 'R',
        'single/a': 'A',
        'to/a': 'A',
        'to/deep/b': 'B',
        'to/other': 'kept',
        'to/run.sh': 'R',
      },
      'deep/b',
      0o755,
    ]);
    expect(thrown(() => files.copy('to', 'to/inside'))).toMatchObject({ code: 'EINVAL' });
  });

  test('the end of a file is read, or all of it when it is short', () => {
    const { files } = open();
    files.write('log', 'one two');
    const end = (path: string, bytes: number) => files.readEnd(path, bytes)?.toString();
    expect([end('log', 3), end('log', 100), end('log', 0), end('none', 3)]).toEqual([
      'two',
      'one two',
      '',
      undefined,
    ]);
  });

  test('a whole tree is removed only below the state directory', () => {
    const { files, tree } = open();
    for (const path of ['.desgw/tmp/a', '.desgw/tmp/deep/b', '.desgw/kept', 'mine/c']) {
      files.write(path, path);
    }
    files.symlink('.desgw/tmp/link', '../../mine');
    files.removeTree('.desgw/tmp');
    files.removeTree('.desgw/none');
    for (const path of ['mine', '.desgw', '.desgw/../mine']) {
      expect(String(thrown(() => files.removeTree(path)))).toMatch(/^Error: internal: /);
    }
    expect(tree()).toEqual({ '.desgw/kept': '.desgw/kept', 'mine/c': 'mine/c' });
  });

  test('renaming moves a file into a folder that is made for it', () => {
    const { files, tree } = open();
    files.write('a', 'A');
    files.rename('a', 'kept/a.1');
    expect(tree()).toEqual({ 'kept/a.1': 'A' });
    expect(thrown(() => files.rename('none', 'b'))).toMatchObject({ code: 'ENOENT' });
  });

  test('patterns leave out dot files, the state, half-written files and what was kept', () => {
    const { files, dir } = open();
    for (const path of ['in/b.txt', 'in/a.txt', 'in/.hidden.txt', 'in/deep/c.txt', 'in/d.dat']) {
      files.write(path, '');
    }
    for (const path of ['.desgw/in/x.txt', 'in/.a.txt.0f-1-2.desgw-new', 'in/d.dat.kept-2'])
      files.write(path, '');
    expect([
      files.glob('in/*.txt'),
      files.glob('in/.*'),
      files.glob('**/*.txt'),
      files.glob('in/d.*'),
      files.glob('in/*.kept*'),
      files.glob(`${dir}/in/{a,b}.txt`),
    ]).toEqual([
      ['in/a.txt', 'in/b.txt'],
      ['in/.hidden.txt'],
      ['in/a.txt', 'in/b.txt', 'in/deep/c.txt'],
      ['in/d.dat'],
      ['in/d.dat.kept-2'],
      [`${dir}/in/a.txt`, `${dir}/in/b.txt`],
    ]);
  });

  test('a folder or file that has just the name that stands in a pattern is meant by it', () => {
    const { files, dir } = open();
    for (const path of ['data (new)/ccd[1]/x.fits', 'ccd1/y.fits', 'ccd2/z.fits', 'a[1].txt'])
      files.write(path, '');
    expect([
      files.glob('data (new)/ccd[1]/*.fits'),
      files.glob(`${dir}/data (new)/ccd[1]/*.fits`),
      files.glob('ccd[12]/*.fits'),
      files.glob('a[1].txt'),
    ]).toEqual([
      ['data (new)/ccd[1]/x.fits'],
      [`${dir}/data (new)/ccd[1]/x.fits`],
      ['ccd1/y.fits', 'ccd2/z.fits'],
      ['a[1].txt'],
    ]);
  });

  test('a link to a directory is listed as a directory, a broken or circular one as a name', async () => {
    const { files } = open();
    files.write('d/real/x', '');
    files.write('d/file', '');
    files.symlink('d/to-dir', 'real');
    files.symlink('d/to-file', 'file');
    files.symlink('d/broken', 'none');
    files.symlink('d/circle', 'circle');
    const names = ['broken', 'circle', 'file', 'real/', 'to-dir/', 'to-file'];
    expect([files.list('d'), await files.listMany(['d', 'd/none'])]).toEqual([
      names,
      [names, undefined],
    ]);
  });

  test('the time of the file system is that of its clock file', () => {
    const { files } = open();
    const now = files.now();
    const { ctime, dev } = files.stat('.desgw/clock')!;
    expect(now).toEqual({ time: ctime, dev });
  });

  test('paths are relative to the workspace unless they are absolute', () => {
    const { files, dir } = open();
    expect(
      ['a', './a', 'b/../a', '/a//b/', 'dir/', '.hidden', '..'].map((p) => files.absolute(p)),
    ).toEqual([
      `${dir}/a`,
      `${dir}/a`,
      `${dir}/a`,
      '/a/b',
      `${dir}/dir`,
      `${dir}/.hidden`,
      join(dir, '..'),
    ]);
  });
});

test('a digest does not depend on how the file was read, up to and beyond one piece', () => {
  const { files } = realFiles();
  for (const size of [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 * (1 << 20) + 5]) {
    const bytes = new Uint8Array(size).fill(7);
    files.write('big', bytes);
    expect([size, files.digest('big')]).toEqual([size, digestOf(bytes)]);
  }
});

describe('what cannot be read as it stands', () => {
  test('a pipe is refused at once, whoever wants to read it', () => {
    const { files } = realFiles();
    execFileSync('mkfifo', [files.absolute('pipe')]);
    const refusal = `Cannot read ${files.root}/pipe: it is a pipe, not a file (EINVAL)`;
    for (const read of [files.read, files.digest, files.size, (p: string) => files.readEnd(p, 9)])
      expect(thrown(() => read('pipe'))).toMatchObject({ message: refusal });
    expect(files.stat('pipe')).toMatchObject({ odd: 'a pipe' });
  });

  test('a name that is no UTF-8 is refused where a pattern means it, file or folder', () => {
    const { files } = realFiles({ 'in/ok.dat': 'y' });
    const bytes = Buffer.from([0x63, 0xe9]);
    const odd = Buffer.concat([Buffer.from(`${files.root}/in/`), bytes]);
    mkdirSync(odd);
    expect([files.glob('in/*.dat'), thrown(() => files.glob('in/*/x'))]).toEqual([
      ['in/ok.dat'],
      expect.objectContaining({ code: 'EILSEQ' }),
    ]);
    writeFileSync(Buffer.concat([odd, Buffer.from('.dat')]), 'x');
    expect(thrown(() => files.glob('in/*.dat'))).toMatchObject({ code: 'EILSEQ' });
  });
});

test('half-written files of this workspace are found when their process is gone', () => {
  const { files } = realFiles();
  const ours = basename(files.prepare('a/b', 'x').temporary);
  const left = ours.replace(`-${process.pid}-`, '-1-');
  for (const name of [left, '.b.0f-1-2.desgw-new', '.desgw-new']) files.write(`a/${name}`, '');
  expect([files.leftovers('a'), files.leftovers('none')]).toEqual([
    [`${files.root}/a/${left}`],
    [],
  ]);
});

test('a failure names what was done, the path and the reason', () => {
  const { files } = realFiles({ 'dir/file': 'x' });
  const error = thrown(() => files.read('dir')) as FileError;
  expect(error).toBeInstanceOf(FileError);
  expect([error.message, error.path, error.code]).toEqual([
    `Cannot read ${files.root}/dir: illegal operation on a directory (EISDIR)`,
    `${files.root}/dir`,
    'EISDIR',
  ]);
  const long = 'x'.repeat(300);
  expect(thrown(() => files.write(long, ''))).toMatchObject({ code: 'ENAMETOOLONG' });
});

test('a full disk at any effect of a write leaves the old file and no litter', () => {
  for (let failAt = 1; ; failAt++) {
    const { fs, tree } = memoryFiles({ 'a/b': 'old' });
    const faulty = faultyFs(fs, { failAt, with: 'ENOSPC' });
    const error = thrown(() => openFiles(WORKSPACE, faulty.fs).write('a/b', 'new text'));
    if (faulty.effects() < failAt) {
      expect([error, tree()]).toEqual(['nothing', { 'a/b': 'new text' }]);
      expect(failAt).toBeGreaterThan(5);
      return;
    }
    expect(error).toMatchObject({ code: 'ENOSPC', path: `${WORKSPACE}/a/b` });
    // After the rename, only the flush of the folder can fail: the content is whole either way.
    expect(['old', 'new text']).toContain(tree()['a/b']);
    expect(Object.keys(tree())).toEqual(['a/b']);
  }
});

test('a process killed at any effect of a write leaves the file whole, old or new', () => {
  for (let failAt = 1; ; failAt++) {
    const { fs, files } = memoryFiles({ 'a/b': 'old' });
    const faulty = faultyFs(fs, { failAt, with: 'stop' });
    const error = thrown(() => openFiles(WORKSPACE, faulty.fs).write('a/b', 'new text'));
    expect(['old', 'new text']).toContain(files.readText('a/b'));
    expect(files.glob('**')).toEqual(['a/b']);
    if (error === 'nothing') return;
    expect(error).toBeInstanceOf(Stopped);
  }
});

test('a killed exclusive creation leaves the file whole or not at all', () => {
  for (let failAt = 1; ; failAt++) {
    const { fs, files } = memoryFiles();
    const faulty = faultyFs(fs, { failAt, with: 'stop' });
    const error = thrown(() => openFiles(WORKSPACE, faulty.fs).createExclusive('d/lock', 'me'));
    expect([undefined, 'me']).toContain(files.readText('d/lock'));
    if (error === 'nothing') return;
  }
});

test('without hard links a file is still created by one only', () => {
  const { fs, tree } = memoryFiles();
  const noLinks = new Proxy(fs, {
    get: (target, name) =>
      name === 'linkSync'
        ? () => {
            throw Object.assign(new Error('EPERM: operation not permitted, link'), {
              code: 'EPERM',
            });
          }
        : Reflect.get(target, name),
  });
  const files = openFiles(WORKSPACE, noLinks);
  expect([
    files.createExclusive('lock', 'one'),
    files.createExclusive('lock', 'two'),
    tree(),
  ]).toEqual([true, false, { lock: 'one' }]);
});

test('a link whose success was not reported counts as created', () => {
  const { fs, tree } = memoryFiles();
  const forgetful = new Proxy(fs, {
    get: (target, name) =>
      name === 'linkSync'
        ? (from: string, to: string) => {
            target.linkSync(from, to);
            throw Object.assign(new Error('EEXIST: file already exists, link'), { code: 'EEXIST' });
          }
        : Reflect.get(target, name),
  });
  expect([openFiles(WORKSPACE, forgetful).createExclusive('lock', 'me'), tree()]).toEqual([
    true,
    { lock: 'me' },
  ]);
});

describe('many questions', () => {
  const paths = Array.from({ length: 200 }, (_, i) => `p${i}`);
  /** Answers by name; every synchronous answer takes as long as `latency` says. */
  function slowDisk(latency: (call: number) => number, asleep = true) {
    let clock = 0;
    let sync = 0;
    let open = 0;
    let widest = 0;
    const question = {
      now: (path: string) => {
        clock += latency(sync++);
        return path.toUpperCase();
      },
      later: (path: string, done: (error: unknown, answer?: string) => void) => {
        widest = Math.max(widest, ++open);
        setImmediate(() => {
          open--;
          if (path === 'bad') done(new Error('bad'));
          else done(undefined, path.toUpperCase());
        });
      },
    };
    const meter = { time: () => clock, sleeps: () => (asleep ? sync : 0) };
    return { question, meter, seen: () => ({ sync, widest }) };
  }
  const answers = paths.map((path) => path.toUpperCase());

  test.each([
    ['a fast disk is asked one after another', () => 0.01, { sync: 200, widest: 0 }],
    ['a slow disk is asked widely after a few answers', () => 5, { sync: 4, widest: 64 }],
    ['a somewhat slow disk is found out soon', () => 0.3, { sync: 18, widest: 64 }],
    [
      'single hiccups are forgiven',
      (n: number) => (n % 40 === 0 ? 30 : 0.01),
      { sync: 200, widest: 0 },
    ],
    [
      'three hiccups in a row, as on a busy machine, are forgiven',
      (n: number) => (n % 70 < 3 ? 30 : 0.01),
      { sync: 200, widest: 0 },
    ],
  ])('%s', async (_title, latency, seen) => {
    const disk = slowDisk(latency);
    expect([await askAll(paths, disk.question, disk.meter), disk.seen()]).toEqual([answers, seen]);
  });

  test('a process that waits for a processor does not take the disk for slow', async () => {
    const disk = slowDisk(() => 5, false);
    await askAll(paths, disk.question, disk.meter);
    expect(disk.seen()).toEqual({ sync: 200, widest: 0 });
  });

  test('an error ends the questions', async () => {
    const disk = slowDisk(() => 5);
    await expect(askAll([...paths, 'bad'], disk.question, disk.meter)).rejects.toThrow('bad');
  });

  test('both ways of looking at files give the same answers', async () => {
    const { fs, files } = memoryFiles({ 'a/x': '1', 'a/deep/y': '22' });
    files.symlink('a/link', 'deep');
    files.symlink('a/broken', 'none');
    const broken = new Proxy(fs, {
      get: (target, name) => {
        if (name === 'statSync' || name === 'readdirSync') return undefined;
        return Reflect.get(target, name);
      },
    });
    // Never asked synchronously: the timer says that every answer takes an hour.
    const { listQuestion, statQuestion } = await import('../../../core/world/looking.ts');
    const all = ['a', 'a/x', 'a/deep/y', 'a/link', 'a/broken', 'a/x/y', 'none'].map((p) =>
      files.absolute(p),
    );
    const later = <T>(q: { later: (p: string, done: (e: unknown, a?: T) => void) => void }) =>
      Promise.all(
        all.map(
          (path) =>
            new Promise((resolve, reject) => {
              q.later(path, (error, answer) => (error ? reject(error) : resolve(answer)));
            }),
        ),
      );
    expect(await later(statQuestion(broken))).toEqual(all.map((path) => files.stat(path)));
    expect(await later(listQuestion(broken))).toEqual(all.map((path) => files.list(path)));
  });
});

test('a directory that cannot be read is an error among the answers, not an empty one', async () => {
  const { fs } = memoryFiles({ 'a/x': '' });
  const denied = new Proxy(fs, {
    get: (target, name) =>
      name === 'readdirSync'
        ? () => {
            throw Object.assign(new Error('EACCES: permission denied, scandir'), {
              code: 'EACCES',
            });
          }
        : Reflect.get(target, name),
  });
  const files = openFiles(WORKSPACE, denied);
  const [answer] = await files.listMany(['a']);
  expect([(answer as Error).message, thrown(() => files.list('a'))]).toEqual([
    `Cannot list ${WORKSPACE}/a: permission denied (EACCES)`,
    answer,
  ]);
});

test('sleeping ends at once when its signal aborts, before or during', async () => {
  const clock = realClock();
  const day = 24 * 3600 * 1000;
  await clock.sleep(day, AbortSignal.abort());
  const controller = new AbortController();
  const sleeping = clock.sleep(day, controller.signal);
  controller.abort();
  await sleeping;
  await clock.sleep(1);
});
