/**
 * Shows that the tests notice deliberate faults: `node test/mutation/run.mjs [word in why or file]`.
 * Works on a copy of the sources; exit status 1 when a fault goes unnoticed. The faults are in
 * `mutants.json`, each a change of one place in the sources: `find` occurs exactly once in `file`.
 */
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
const CORE = [
  ...['plan/', 'observe/', 'memory/', 'repair/', 'graph/'],
  ...['action', 'build', 'keep', 'schedule', 'steps', 'taken-up', 'urgency'].map(
    (f) => `run/${f}.`,
  ),
];
/** In this order until one notices: what tells soonest and most exactly comes first. */
const SUITES = [
  { name: 'core', paths: CORE.map((name) => `test/core/${name}`) },
  { name: 'memo', paths: ['test/core/cli/memo.test.ts', 'test/core/observe/doubts.test.ts'] },
  { name: 'memos', paths: ['test/property/memo.test.ts'] },
  { name: 'urgency', paths: ['test/property/urgency.test.ts'] },
  { name: 'found', paths: ['test/property/found.test.ts'] },
  { name: 'model', paths: ['test/property/model.test.ts'] },
  { name: 'crash', paths: ['test/crash/in-process.test.ts'] },
];
/** A fault that makes a suite take so much longer than without it counts as noticed. */
const SLOWER = { times: 5, seconds: 30 };

const MUTANTS = JSON.parse(readFileSync(new URL('mutants.json', import.meta.url), 'utf8'));

const wanted = process.argv[2] ?? '';
const chosen = MUTANTS.filter(({ file, why }) => `${file} ${why}`.includes(wanted));
const copy = mkdtempSync(join(tmpdir(), 'desgw-mutation-'));
try {
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const limits = await limitsOfSuites();
  let unnoticed = 0;
  for (const mutant of chosen) {
    const begun = Date.now();
    const by = await withFault(mutant, () => firstToNotice(limits));
    if (by === undefined) unnoticed++;
    const found = by === undefined ? 'UNNOTICED' : 'noticed  ';
    console.log(`${found} ${seconds(begun)}  ${mutant.file.padEnd(23)} ${mutant.why}`);
    if (by !== undefined) console.log(`${' '.repeat(17)}${by}`);
  }
  console.log(`${chosen.length - unnoticed} of ${chosen.length} faults noticed`);
  process.exitCode = unnoticed > 0 ? 1 : 0;
} finally {
  rmSync(copy, { recursive: true });
}

/** How long each suite may take, in milliseconds; without a fault they have to pass. */
async function limitsOfSuites() {
  const limits = new Map();
  for (const suite of SUITES) {
    const begun = Date.now();
    const failure = await failureOf(suite, 600_000);
    if (failure !== undefined)
      throw new Error(`fails without any fault, so nothing can be shown: ${failure}`);
    console.log(`passes    ${seconds(begun)}  ${suite.name}`);
    limits.set(suite, SLOWER.times * (Date.now() - begun) + SLOWER.seconds * 1000);
  }
  return limits;
}

async function withFault({ file, find, replace }, act) {
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  if (source.split(find).length !== 2) throw new Error(`${file}: not exactly once: ${find}`);
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  try {
    return await act();
  } finally {
    writeFileSync(path, source);
  }
}

/** The first test that notices, in words. */
async function firstToNotice(limits) {
  for (const suite of SUITES) {
    const failure = await failureOf(suite, limits.get(suite));
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** Which test of a suite fails, if one does. */
async function failureOf({ name, paths }, limit) {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const { NODE_EXTRA_CA_CERTS: _, DESGW_LONG: __, ...rest } = process.env;
  const env = { ...rest, DESGW_FIRST_FAILURE: '1', DESGW_TEST_REPORT: report };
  const args = [vitest, 'run', '--config', 'test/vitest.config.ts', '--bail', '1', ...paths];
  const status = await statusOf(args, { cwd: copy, env }, limit);
  if (status === 0) return undefined;
  if (status === 'hangs') return `${name} takes too long`;
  return existsSync(report) ? firstFailure(JSON.parse(readFileSync(report, 'utf8'))) : name;
}

/** Ends with everything that was started: a program in an endless loop hears no signal but one. */
function statusOf(args, options, limit) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { ...options, stdio: 'ignore', detached: true });
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

function firstFailure({ testResults }) {
  for (const { name, assertionResults } of testResults) {
    const failed = assertionResults.find(({ status }) => status === 'failed');
    if (failed !== undefined) return `${relative(copy, name)}: ${failed.fullName}`;
  }
  return testResults.map(({ name }) => relative(copy, name)).join(', ');
}

function seconds(begun) {
  return `${((Date.now() - begun) / 1000).toFixed(0).padStart(3)} s`;
}
