/**
 * Shows that the tests notice deliberate faults: `node test/mutation/run.mjs [word in why or file]`.
 * Works on a copy of the sources; exit status 1 when a fault goes unnoticed. The faults are in
 * `mutants.json`, each a change of one place in the sources: `find` occurs exactly once in `file`.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COPIED = [
  'core',
  'targets',
  'templates',
  'test',
  'desgwfile.ts',
  'package.json',
  'tsconfig.json',
];
const SUITES = ['test/property', 'test/crash/in-process.test.ts', 'test/core/journal'];

const MUTANTS = JSON.parse(readFileSync(new URL('mutants.json', import.meta.url), 'utf8'));

const wanted = process.argv[2] ?? '';
const chosen = MUTANTS.filter(({ file, why }) => `${file} ${why}`.includes(wanted));
const copy = mkdtempSync(join(tmpdir(), 'desgw-mutation-'));
try {
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  if (!testsPass('inherit')) throw new Error('without any fault they fail; nothing can be shown');
  let unnoticed = 0;
  for (const mutant of chosen) {
    const noticed = !withFault(mutant, () => testsPass());
    if (!noticed) unnoticed++;
    console.log(`${noticed ? 'noticed  ' : 'UNNOTICED'}  ${mutant.file.padEnd(24)}  ${mutant.why}`);
  }
  console.log(`${chosen.length - unnoticed} of ${chosen.length} faults noticed`);
  process.exitCode = unnoticed > 0 ? 1 : 0;
} finally {
  rmSync(copy, { recursive: true });
}

function withFault({ file, find, replace }, act) {
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  if (source.split(find).length !== 2) throw new Error(`${file}: not exactly once: ${find}`);
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  try {
    return act();
  } finally {
    writeFileSync(path, source);
  }
}

/** A fault that makes the tests hang counts as noticed. */
function testsPass(stdio = 'ignore') {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const { NODE_EXTRA_CA_CERTS: _, DESGW_LONG: __, ...rest } = process.env;
  const env = { ...rest, DESGW_FIRST_FAILURE: '1' };
  const args = [vitest, 'run', '--config', 'test/vitest.config.ts', '--bail', '1', ...SUITES];
  return (
    spawnSync(process.execPath, args, { cwd: copy, env, stdio, timeout: 300_000 }).status === 0
  );
}
