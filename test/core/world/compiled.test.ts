/** Compiled code is used for the script that it was made of, and where nobody else can have put it. */
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { codeFolder, compile } from '../../../core/world/compiled.ts';

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'code-')));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const TEXT = '(function one() { return 1; })';
const kept = (of = 'one') => ({ file: join(dir, 'a.code'), of });

/** Keeps code if it is not kept yet; whether it was written now. */
function written(text = TEXT, of = 'one'): boolean {
  const before = inode();
  const { run, keep } = compile(text, 'a.cjs', kept(of));
  expect((run as () => number)()).toBe(Number(/return (\d)/.exec(text)![1]));
  keep();
  return inode() !== before;
}

function inode(): number | undefined {
  return statSync(kept().file, { throwIfNoEntry: false })?.ino;
}

test('what was compiled is used the next time, and not made again', () => {
  expect([written(), written(), written()]).toEqual([true, false, false]);
  expect(statSync(kept().file).mode & 0o777).toBe(0o600);
});

test('without a place to keep it a script runs all the same', () => {
  expect((compile(TEXT, 'a.cjs', undefined).run as () => number)()).toBe(1);
  rmSync(dir, { recursive: true });
  expect([written(), written()]).toEqual([false, false]);
});

describe('it is made anew', () => {
  beforeEach(() => {
    written();
  });

  test('for another script, though it is as long', () => {
    expect(written(TEXT.replace('return 1', 'return 2'), 'two')).toBe(true);
  });

  test('for another Node', () => {
    const bytes = readFileSync(kept().file);
    const other = bytes.toString('latin1').replace(process.version, 'v20.19.0');
    writeFileSync(kept().file, other, 'latin1');
    expect(written()).toBe(true);
  });

  test('when it is cut off, or not what V8 wrote', () => {
    const bytes = readFileSync(kept().file);
    writeFileSync(kept().file, bytes.subarray(0, -8));
    expect(written()).toBe(true);
    bytes[bytes.length - 20]! ^= 1;
    writeFileSync(kept().file, bytes);
    expect(written()).toBe(true);
    writeFileSync(kept().file, '');
    expect(written()).toBe(true);
  });
});

describe('what others may have written is not used, and not written over', () => {
  const says = (digit: number, of: string): number =>
    (compile(TEXT.replace('1', `${digit}`), 'a.cjs', kept(of)).run as () => number)();

  // What V8 has compiled in this process already it does not take from anywhere.
  test.each([
    ['a file that the group may write', 3, () => chmodSync(kept().file, 0o660)],
    ['a folder that others may write', 5, () => chmodSync(dir, 0o777)],
  ])('%s', (_what, digit, open) => {
    expect(written(TEXT.replace('1', '2'), `evil ${digit}`)).toBe(true);
    const evil = readFileSync(kept().file);
    const head = evil.toString().split('\n')[0]!.replace(`evil ${digit}`, 'mine');
    const code = evil.subarray(evil.indexOf('\n') + 1);
    writeFileSync(kept().file, Buffer.concat([Buffer.from(`${head}\n`), code]));
    // While nobody else could have written it, it is believed.
    expect(says(digit, 'mine')).toBe(2);
    open();
    expect(says(digit + 1, 'mine')).toBe(digit + 1);
  });

  test('a folder that others may write gets nothing', () => {
    chmodSync(dir, 0o777);
    expect([written(), inode()]).toEqual([false, undefined]);
  });

  test('nor is what is behind a link written over', () => {
    writeFileSync(join(dir, 'other'), 'precious');
    symlinkSync('other', kept().file);
    written();
    expect(readFileSync(join(dir, 'other'), 'utf8')).toBe('precious');
  });
});

test('it is kept below the home of its user, unless that is not wanted', () => {
  expect(codeFolder({ HOME: '/home/me' })).toBe('/home/me/.cache/desgw/compiled');
  expect(codeFolder({ HOME: '/home/me', XDG_CACHE_HOME: '/c' })).toBe('/c/desgw/compiled');
  expect(codeFolder({})).toBeUndefined();
  expect(codeFolder({ HOME: '/home/me', NODE_DISABLE_COMPILE_CACHE: '1' })).toBeUndefined();
});
