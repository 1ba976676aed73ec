/** A copy of the sources in which faults can be made, and test runs in it that end whatever happens. */
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const COPIED = [
  ...['core', 'targets', 'templates', 'page', 'examples', 'schemas', 'test'],
  ...['desgwfile.ts', 'package.json', 'tsconfig.json'],
];

/** Runs `use` with the path of a copy, which is gone afterwards. */
export async function withCopy(use) {
  const copy = mkdtempSync(join(tmpdir(), 'desgw-mutation-'));
  try {
    for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    return await use(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Runs `act` while a file of the copy holds `text`. */
export async function withText(path, text, act) {
  const source = readFileSync(path, 'utf8');
  writeFileSync(path, text);
  try {
    return await act();
  } finally {
    writeFileSync(path, source);
  }
}

/**
 * Which test fails, of a run of vitest with these words; undefined: none does, `hangs`: it takes too long.
 * @param limit milliseconds
 */
export async function firstFailure(copy, words, limit) {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const { NODE_EXTRA_CA_CERTS: _, DESGW_LONG: __, ...rest } = process.env;
  const env = { ...rest, DESGW_FIRST_FAILURE: '1', DESGW_TEST_REPORT: report };
  const args = [vitest, ...words, '--config', 'test/vitest.config.ts', '--bail', '1'];
  const status = await statusOf(copy, args, env, limit);
  if (status === 0) return undefined;
  if (status === 'hangs') return 'hangs';
  return existsSync(report) ? failureIn(copy, JSON.parse(readFileSync(report, 'utf8'))) : 'fails';
}

/** Ends with everything that was started: a program in an endless loop hears no signal but one. */
function statusOf(copy, args, env, limit) {
  return new Promise((resolve, reject) => {
    const options = { cwd: copy, env, stdio: 'ignore', detached: true };
    const child = spawn(process.execPath, args, options);
    const end = (how) => {
      clearTimeout(timer);
      process.off('SIGINT', interrupt);
      killGroup(child.pid);
      resolve(how);
    };
    // In a group of its own it does not hear Ctrl-C.
    const interrupt = () => {
      killGroup(child.pid);
      rmSync(copy, { recursive: true, force: true });
      process.exit(130);
    };
    const timer = setTimeout(() => end('hangs'), limit);
    process.on('SIGINT', interrupt);
    child.on('error', reject);
    child.on('exit', (code) => end(code ?? 1));
  });
}

function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // all of it is gone
  }
}

function failureIn(copy, { testResults }) {
  for (const { name, status, message, assertionResults } of testResults) {
    const failed = assertionResults.find((one) => one.status === 'failed');
    if (failed !== undefined) return `${relative(copy, name)}: ${failed.fullName}`;
    if (status === 'failed') return `${relative(copy, name)}: ${message}`;
  }
  return 'fails';
}

/** Seconds since a moment, in a column. */
export const seconds = (begun) => `${((Date.now() - begun) / 1000).toFixed(0).padStart(3)} s`;
