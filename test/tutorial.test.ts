/** docs/tutorial.md, typed as it stands. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examplesIn, isAsShown, type Typed, type as typing } from './support/typed.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EXAMPLES = examplesIn(readFileSync(join(ROOT, 'docs/tutorial.md'), 'utf8'));

let home: string;
let typed: readonly Typed[];
beforeAll(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'desgw-tutorial-')));
  for (const folder of ['bin', 'night']) mkdirSync(join(home, folder));
  symlinkSync(join(ROOT, 'core/bin.cjs'), join(home, 'bin/desgw'));
  const env = { PATH: `${home}/bin:${process.env.PATH}`, HOME: home, USER: 'mara', TZ: 'UTC' };
  typed = typing(EXAMPLES, join(home, 'night'), env);
}, 600_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('every command of the tutorial prints what the page shows', () => {
  test.each(EXAMPLES.map((example, i) => [`line ${example.line}: ${example.command}`, i] as const))(
    '%s',
    (_title, i) => {
      const { printed, shown } = typed[i]!;
      if (isAsShown(printed, shown)) return;
      expect(printed).toBe(`${shown.join('\n')}\n`);
    },
  );
});

test('a page is compared line by line, but for what it leaves out', () => {
  expect(isAsShown('a\nb  c\nd\n', ['a', '...', 'd'])).toBe(true);
  expect(isAsShown('a\nd\n', ['a', '...', 'd'])).toBe(true);
  expect(isAsShown('done in 3s\n', ['done in ...'])).toBe(true);
  expect(isAsShown('a\nb\n', ['a'])).toBe(false);
  expect(isAsShown('failed in 3s\n', ['done in ...'])).toBe(false);
});
