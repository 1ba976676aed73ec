/** Adopting many takes no more looking than adopting one. Counted, not timed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const ENTRY = fileURLToPath(new URL('../../../core/bin.cjs', import.meta.url));

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'adopt-')));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A chain of so many, of which every link is there, and which tells whenever its rules are asked for. */
function chainOf(n: number): void {
  for (let i = 0; i < n; i++) writeFileSync(join(dir, `out${i}`), 'made\n');
  writeFileSync(
    join(dir, 'desgwfile.ts'),
    `import { defineBuild, exec, group, target } from 'desgw';
const all = Array.from({ length: ${n} }, (_, i) => 'out' + i);
export default defineBuild({ goal: 'all', rules: () => {
  console.error('asked for');
  return [
    ...all.map((name, i) => target(name, {
      deps: all.slice(Math.max(i - 1, 0), i), outputs: [name], recipe: [exec(['false'])] })),
    group('all', all),
  ];
} });
`,
  );
}

const desgw = (...words: readonly string[]) =>
  spawnSync(process.execPath, [ENTRY, ...words], { cwd: dir, encoding: 'utf8' });

test.each([2, 12])('a chain of %i is adopted link by link, and planned once', (n) => {
  chainOf(n);
  const { stdout, stderr, status } = desgw('adopt', 'out*');
  expect(status).toBe(0);
  expect(stdout.match(/counts as made/g)).toHaveLength(n);
  expect(stderr.match(/asked for/g)).toHaveLength(1);
  expect(desgw('build').stdout).toContain(`nothing to do; ${n} of ${n} targets fresh`);
});

test('what needs something that is not made is not adopted before that', () => {
  chainOf(3);
  const { stderr, status } = desgw('adopt', 'out1');
  expect(stderr).toContain("'out1' cannot be adopted yet: out0 is not fresh");
  expect(status).toBe(2);
});

test('a pattern means what there is; the rest is told, and left to the next build', () => {
  chainOf(6);
  for (const i of [3, 5]) rmSync(join(dir, `out${i}`));
  const { stdout, status } = desgw('adopt', 'out*');
  expect(status).toBe(0);
  expect(stdout.match(/counts as made/g)).toHaveLength(3);
  expect(stdout).toContain(
    "not adopted: 'out3' cannot be adopted: out3 is not there\nnot adopted: 'out4' cannot be adopted yet: out3 is not fresh\nnot adopted: 'out5' cannot be adopted: out5 is not there\n",
  );
  rmSync(join(dir, 'out0'));
  const nothing = desgw('adopt', 'out[35]');
  expect([nothing.status, nothing.stderr]).toEqual([
    2,
    expect.stringContaining("'out3' cannot be adopted"),
  ]);
});
