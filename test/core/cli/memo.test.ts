/** Every single thing that an answer from memory depends on makes it say nothing. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  stat,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { BuildFlags } from '../../../core/cli/build-flags.ts';
import { isPlain } from '../../../core/cli/idle-views.ts';
import { keyOf } from '../../../core/cli/memo-key.ts';
import { unknowableIn } from '../../../core/load/unknowable.ts';
import {
  askedOf,
  FINE_MS,
  type MemoKey,
  type MemoViews,
  packMemo,
  readMemo,
  SKEW_MS,
} from '../../../core/memory/memo.ts';
import { notingFiles, openFiles } from '../../../core/world/files.ts';
import { NUMBERS } from '../../../core/world/noting.ts';
import { areAsNoted, readOwn } from '../../../core/world/signatures.ts';

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'memo-')));
  mkdirSync(join(dir, 'ccds'));
  for (const name of ['read', 'seen', 'ccds/1']) writeFileSync(join(dir, name), 'text');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const at = (name: string): string => join(dir, name);
const KEY: MemoKey = { program: '', words: [], cwd: '/', interactive: false, env: 0 };
const LATER = { here: Date.now() + 3_600_000, onDisk: Date.now() + 3_600_000 };

/** Looks in every way that a plan does, and notes it. */
async function noted() {
  const noting = notingFiles();
  const files = openFiles(dir, noting.fs);
  await files.statMany(['seen', 'absent']);
  files.readText('read');
  files.readText('lacking');
  await files.listMany(['ccds', 'nothing']);
  files.glob('*.dat');
  return noting;
}

describe('what is looked at', () => {
  test.each(['size', 'time', 'time of change', 'inode'])(
    'is not as it was when its %s is another',
    async (number) => {
      const { paths, numbers } = (await noted()).notes();
      const which = ['size', 'time', 'time of change', 'inode'].indexOf(number);
      const other = numbers.slice();
      const seen = paths.indexOf(at('seen'));
      other[seen * NUMBERS + which] = other[seen * NUMBERS + which]! + 1;
      expect(await areAsNoted({ paths, numbers })).toBe(true);
      expect(await areAsNoted({ paths, numbers: other })).toBe(false);
    },
  );

  test('is as it was when nothing has happened', async () => {
    const noting = await noted();
    expect([noting.doubts, await areAsNoted(noting.notes())]).toEqual([undefined, true]);
  });

  test.each<[string, () => void]>([
    ['a file is written', () => writeFileSync(at('seen'), 'other')],
    ['a file that was read is written', () => writeFileSync(at('read'), 'other')],
    [
      'a file gets the same size and its old time back',
      () => {
        writeFileSync(at('seen'), 'TEXT');
        utimesSync(at('seen'), 1, 1);
      },
    ],
    [
      'a file is replaced by another',
      () => {
        writeFileSync(at('new'), 'text');
        renameSync(at('new'), at('seen'));
      },
    ],
    ['a file goes', () => rmSync(at('seen'))],
    ['one that was read goes', () => rmSync(at('read'))],
    ['one comes', () => writeFileSync(at('absent'), '')],
    ['one comes that was to be read', () => writeFileSync(at('lacking'), '')],
    ['a directory gets an entry', () => writeFileSync(at('ccds/2'), '')],
    ['a directory loses one', () => rmSync(at('ccds/1'))],
    ['a directory comes', () => mkdirSync(at('nothing'))],
    ['a file comes that matches', () => writeFileSync(at('new.dat'), '')],
    ['rights change', () => chmodSync(at('read'), 0o600)],
  ])('is not as it was when %s', async (_what, change) => {
    utimesSync(at('seen'), 1, 1);
    const noting = await noted();
    const notes = noting.notes();
    expect(noting.doubts).toBeUndefined();
    change();
    expect(await areAsNoted(notes)).toBe(false);
  });

  test.each<[string, (files: ReturnType<typeof openFiles>) => void]>([
    ['was changed', (files) => files.write('out', '')],
    ['was removed', (files) => files.remove('seen')],
    ['is a link', (files) => files.isLinked('link')],
    [
      'was asked where it really is, and that is elsewhere',
      (files) => files.realDirectory('folder'),
    ],
  ])('leaves a doubt when it %s', async (_what, act) => {
    symlinkSync('seen', at('link'));
    symlinkSync('ccds', at('folder'));
    const noting = await noted();
    act(openFiles(dir, noting.fs));
    expect(noting.doubts).toBeDefined();
  });

  test('where a folder really is leaves none if it is there', async () => {
    const noting = await noted();
    const files = openFiles(dir, noting.fs);
    files.realDirectory('ccds');
    files.makeDirectory('ccds');
    expect(noting.doubts).toBeUndefined();
  });

  test('each is looked at once, and none after the first that has changed', async () => {
    const paths = Array.from({ length: 10_000 }, (_, i) => at(`${i}`));
    const notes = { paths, numbers: new Float64Array(4 * paths.length).fill(-1) };
    const counts = { stats: 0 };
    const counting = {
      stat,
      statSync: ((path: string) => {
        counts.stats += 1;
        return statSync(path, { throwIfNoEntry: false });
      }) as typeof statSync,
    };
    expect(await areAsNoted(notes, counting)).toBe(true);
    expect(counts.stats).toBe(paths.length);
    writeFileSync(at('2'), '');
    expect(await areAsNoted(notes, counting)).toBe(false);
    expect(counts.stats).toBe(paths.length + 3);
  });

  test('the clock of the file system and scratch files say nothing', async () => {
    mkdirSync(at('.desgw'));
    const noting = notingFiles();
    const files = openFiles(dir, noting.fs);
    files.readText('read');
    files.now();
    expect(noting.doubts).toBeUndefined();
  });

  test('processes that are asked for leave a doubt, who we are does not', async () => {
    const noting = await noted();
    const processes = noting.processes({ self: 1, isAlive: () => true } as never);
    expect([processes.self, noting.doubts]).toEqual([1, undefined]);
    processes.isAlive({} as never);
    expect(noting.doubts).toBe('processes: isAlive');
  });
});

describe('a memo', () => {
  const notes = {
    paths: ['/a', '/b'],
    numbers: new Float64Array([1, 50, 51.5, 2, -1, -1, -1, -1]),
  };

  test('is read as it was written', () => {
    const bytes = packMemo({ key: KEY, summary: { total: 3 } }, notes, LATER, '/')!;
    // Wherever it begins in memory.
    for (const shift of [0, 1, 8]) {
      const memory = Buffer.concat([Buffer.alloc(shift), bytes]).subarray(shift);
      expect(readMemo(memory)).toEqual({
        key: KEY,
        shared: 2,
        summary: { total: 3 },
        ...notes,
      });
    }
  });

  test('of which a byte is missing or more is none', () => {
    const bytes = Buffer.from(packMemo({ key: KEY, summary: {} }, notes, LATER, '/')!);
    expect(readMemo(bytes.subarray(0, -1))).toBeUndefined();
    expect(readMemo(Buffer.concat([bytes, Buffer.from('x')]))).toBeUndefined();
    expect(readMemo(Buffer.from('text'))).toBeUndefined();
  });

  test.each([
    ['a fine time stamp of the workspace', '/workspace/a', 1000.5, 'onDisk', FINE_MS],
    ['a time stamp in whole seconds', '/workspace/a', 1000, 'here', SKEW_MS],
    ['a time stamp of another clock', '/workspaces', 1000.5, 'here', SKEW_MS],
  ] as const)('is not made of what has %s and is too young', (_what, path, changed, by, margin) => {
    const young = { paths: [path], numbers: new Float64Array([1, 1, changed, 2]) };
    const begun = { here: 0, onDisk: 0, [by]: changed + margin };
    expect(packMemo({ key: KEY, summary: {} }, young, begun, '/workspace')).toBeDefined();
    begun[by] -= 1;
    expect(packMemo({ key: KEY, summary: {} }, young, begun, '/workspace')).toBeUndefined();
  });

  test('goes by whose the folders above are, not by what else is put into them', async () => {
    const noting = notingFiles();
    writeFileSync(at('ccds/desgwfile.ts'), '');
    expect(openFiles(at('ccds'), noting.fs).strangerIn('desgwfile.ts')).toBeUndefined();
    const notes = noting.notes();
    utimesSync(at('ccds/desgwfile.ts'), 1, 1);
    expect(await areAsNoted(notes)).toBe(false);
    const folders = {
      paths: notes.paths.filter((path) => !path.endsWith('.ts')),
      numbers: notes.numbers.filter(
        (_, i) => !notes.paths[Math.floor(i / NUMBERS)]!.endsWith('.ts'),
      ),
    };
    expect(folders.paths).toContain(dir);
    writeFileSync(at('neighbour'), '');
    expect(await areAsNoted(folders)).toBe(true);
    expect(packMemo({ key: KEY, summary: {} }, folders, LATER, dir)).toBeDefined();
    chmodSync(dir, 0o777);
    expect(await areAsNoted(folders)).toBe(false);
  });

  test('that others may have written is not read', () => {
    writeFileSync(at('own'), 'x', { mode: 0o600 });
    expect(readOwn(at('own'))?.toString()).toBe('x');
    chmodSync(at('own'), 0o660);
    expect([readOwn(at('own')), readOwn(at('absent'))]).toEqual([undefined, undefined]);
  });
});

test('a build with nothing to do is answered from memory as it was answered before', async () => {
  const put = (name: string, text: string): void => writeFileSync(at(name), text);
  put(
    'desgwfile.ts',
    `import { defineBuild, target, write } from 'desgw';
export default defineBuild({
  goal: 'out',
  rules: () => [target('out', { inputs: ['read'], outputs: ['out'], recipe: [write('out', '1')] })],
});
`,
  );
  const env = { PATH: process.env.PATH ?? '', HOME: dir, UV_THREADPOOL_SIZE: '64' };
  const entry = join(ROOT, 'core/bin.cjs');
  const build = (): string =>
    spawnSync(process.execPath, [entry, 'build'], { cwd: dir, env, encoding: 'utf8' }).stdout;
  const call = { words: ['build'], cwd: dir, env };
  const isAnswered = async (): Promise<boolean> => {
    const bytes = readOwn(at('.desgw/memo'));
    const memo = bytes && readMemo(bytes);
    const same = JSON.stringify(memo?.key) === JSON.stringify(keyOf(call, join(ROOT, 'dist')));
    if (memo === undefined || !same) return false;
    return areAsNoted({ ...memo, paths: memo.paths.map((path) => resolve(dir, path)) });
  };
  expect(build()).toContain('1 built');
  // What was just made is too young to be vouched for.
  expect(build()).toContain('nothing to do; 1 of 1 target fresh');
  expect(await isAnswered()).toBe(false);
  const old = Date.now() - FINE_MS;
  await vi.waitUntil(() => Date.now() - FINE_MS > old + FINE_MS, { timeout: 20_000 });
  const asked = (...words: readonly string[]): string =>
    spawnSync(process.execPath, [entry, ...words], { cwd: dir, env, encoding: 'utf8' }).stdout;
  const looks = (): readonly string[] => [
    asked('status'),
    asked('build', '-n'),
    asked('status', 'out'),
  ];
  const before = looks();
  const told = build();
  expect(await isAnswered()).toBe(true);
  expect(build().replace(/in .*/, '')).toBe(told.replace(/in .*/, ''));
  // What is shown from memory is what was shown without.
  expect(looks()).toEqual(before);
  const { views } = readMemo(readOwn(at('.desgw/memo'))!)!.summary as unknown as {
    views: MemoViews;
  };
  expect([views.status?.trim(), views['dry run']?.trim()]).toEqual([
    before[0]!.trim(),
    before[1]!.trim(),
  ]);
  // A builder at work is told of, by those who look themselves.
  put('.desgw/lock', '{}');
  expect(await isAnswered()).toBe(false);
  rmSync(at('.desgw/lock'));
  put('read', 'changed');
  expect(await isAnswered()).toBe(false);
  expect(build()).toContain('1 built');
  // The next build goes on from what this one has found, and is not answered by it.
  const { summary, judged } = readMemo(readOwn(at('.desgw/memo'))!)!;
  expect([summary, judged?.length]).toEqual([null, expect.any(Number)]);
  expect(build()).toContain('nothing to do; 1 of 1 target fresh');
  put('out', 'edited');
  expect(build()).toContain('edited');
});

describe('the key', () => {
  const call = { words: ['build'], cwd: '/here', env: { HUE: 'red' } };

  test.each<[string, object]>([
    ['words', { words: ['build', 'x'] }],
    ['folder', { cwd: '/there' }],
    ['a variable', { env: { HUE: 'blue' } }],
    ['one variable more', { env: { HUE: 'red', A: '' } }],
    ['one less', { env: {} }],
  ])('differs by %s', (_what, other) => {
    expect(keyOf({ ...call, ...other }, dir)).not.toEqual(keyOf(call, dir));
  });

  test.each<[string, readonly object[], string, unknown]>([
    ['the version of Node', [process], 'version', 'v99.0.0'],
    ['where Node is', [process], 'execPath', '/elsewhere/node'],
    ['whether somebody sits there', [process.stdin, process.stderr], 'isTTY', true],
  ])('differs by %s', (_what, objects, name, other) => {
    const kept = objects.map((one) => Object.getOwnPropertyDescriptor(one, name));
    const put = (value: unknown): void => {
      for (const one of objects) Object.defineProperty(one, name, { value, configurable: true });
    };
    try {
      if (name === 'isTTY') put(false);
      const before = keyOf(call, dir);
      put(other);
      expect(keyOf(call, dir)).not.toEqual(before);
    } finally {
      objects.forEach((one, i) => {
        if (kept[i] === undefined) Reflect.deleteProperty(one, name);
        else Object.defineProperty(one, name, kept[i]);
      });
    }
  });

  test.each(['program', 'targets', 'start'])(
    'differs when %s.cjs of desgw was replaced',
    (part) => {
      const before = keyOf(call, dir);
      writeFileSync(at(`${part}.cjs`), '');
      expect(keyOf(call, dir)).not.toEqual(before);
    },
  );

  test('is the same from one command to the next', () => {
    const env = { ...call.env, SHLVL: '3', _: '/usr/bin/desgw', OLDPWD: '/' };
    expect(keyOf({ ...call, env }, dir)).toEqual(keyOf(call, dir));
  });

  test.each<[string, readonly string[], string | undefined]>([
    ['build', ['build'], 'build'],
    [
      'build x --set A=1 --from-output o.txt',
      'build x --set A=1 --from-output o.txt'.split(' '),
      'build',
    ],
    ['build x -n', ['build', 'x'], 'dry run'],
    ['build --dry-run x', ['build', 'x'], 'dry run'],
    ['status x --set A=1', ['build', 'x', '--set', 'A=1'], 'status'],
    ['why x', [], undefined],
    ['', [], undefined],
  ])('`%s` asks of which build what', (words, build, view) => {
    expect(askedOf(words.split(' '))).toEqual(view && { view, build });
  });

  test.each<[BuildFlags, boolean]>([
    [{ jobs: '3', set: ['A=1'], wait: false, strict: true, failFast: true }, true],
    ...(
      ['dryRun', 'full', 'force', 'quiet', 'verbose', 'utc', 'json', 'allowUnknown'] as const
    ).map((name): [BuildFlags, boolean] => [{ [name]: true }, false]),
    ...(['file', 'report', 'profile', 'watch', 'until'] as const).map(
      (name): [BuildFlags, boolean] => [{ [name]: 'x' }, false],
    ),
  ])('a build with %j is plain: %s', (flags, plain) => {
    expect(isPlain(flags)).toBe(plain);
  });
});

describe('a rule file', () => {
  const known = ['file:///desgw/index.mjs'];

  test.each([
    ['import{target}from"file:///desgw/index.mjs";target(process.env.HUE);', undefined],
    ['import{readFileSync}from"node:fs";', 'imports node:fs'],
    ['import"./other.mjs";', 'imports ./other.mjs'],
    ['export{a}from"file:///desgw/index.mjs";export default 1', undefined],
    ['const day=new Date().getDay();', 'uses Date'],
    ['Math.random()', 'uses Math.random'],
    ['process.hrtime()', 'uses process'],
    ['await import(name)', 'uses import('],
  ])('%s', (code, why) => {
    expect(unknowableIn(code, known)).toBe(why);
  });
});

test('nothing in the file tells a variable of the environment', () => {
  const secret = keyOf({ words: [], cwd: '/', env: { TOKEN: 'hunter2hunter2' } }, dir);
  expect(JSON.stringify(secret)).not.toContain('hunter');
});
