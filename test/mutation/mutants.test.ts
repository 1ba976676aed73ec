import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const MUTANTS: readonly { why: string; file: string; find: string; replace: string }[] = JSON.parse(
  readFileSync(new URL('mutants.json', import.meta.url), 'utf8'),
);

test.each(MUTANTS)('there is exactly one place for the fault: $why', ({ file, find }) => {
  expect(readFileSync(`${ROOT}${file}`, 'utf8').split(find)).toHaveLength(2);
});

test.runIf(process.env.DESGW_LONG === '1')(
  'the property and crash tests notice every fault',
  { timeout: 7_200_000 },
  () => {
    const { status, stdout } = spawnSync(process.execPath, ['test/mutation/run.mjs'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(status, stdout).toBe(0);
  },
);
