/**
 * Shows that the tests notice deliberate faults: `node test/mutation/run.mjs [word in why or file]`.
 * Works on a copy of the sources; exit status 1 when a fault goes unnoticed. The faults are in
 * `mutants.json`, each a change of one place in the sources: `find` occurs exactly once in `file`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstFailure, seconds, withCopy, withText } from './copied.mjs';

const CORE = [
  ...['plan/', 'observe/', 'memory/', 'repair/', 'graph/'],
  ...['action', 'build', 'keep', 'schedule', 'steps', 'taken-up', 'urgency'].map(
    (f) => `run/${f}.`,
  ),
];
/** In this order until one notices: what tells soonest and most exactly comes first. */
const SUITES = [
  { name: 'core', paths: CORE.map((name) => `test/core/${name}`) },
  {
    name: 'targets',
    paths: [
      'test/targets/submitted.test.ts',
      'test/targets/templates.test.ts',
      'test/core/api',
      'test/core/cli/times.test.ts',
    ],
  },
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
await withCopy(async (copy) => {
  const limits = await limitsOfSuites(copy);
  let unnoticed = 0;
  for (const mutant of chosen) {
    const begun = Date.now();
    const by = await withFault(copy, mutant, () => firstToNotice(copy, limits));
    if (by === undefined) unnoticed++;
    const found = by === undefined ? 'UNNOTICED' : 'noticed  ';
    console.log(`${found} ${seconds(begun)}  ${mutant.file.padEnd(23)} ${mutant.why}`);
    if (by !== undefined) console.log(`${' '.repeat(17)}${by}`);
  }
  console.log(`${chosen.length - unnoticed} of ${chosen.length} faults noticed`);
  process.exitCode = unnoticed > 0 ? 1 : 0;
});

/** How long each suite may take, in milliseconds; without a fault they have to pass. */
async function limitsOfSuites(copy) {
  const limits = new Map();
  for (const suite of SUITES) {
    const begun = Date.now();
    const failure = await failureOf(copy, suite, 600_000);
    if (failure !== undefined)
      throw new Error(`fails without any fault, so nothing can be shown: ${failure}`);
    console.log(`passes    ${seconds(begun)}  ${suite.name}`);
    limits.set(suite, SLOWER.times * (Date.now() - begun) + SLOWER.seconds * 1000);
  }
  return limits;
}

async function withFault(copy, { file, find, replace }, act) {
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  if (source.split(find).length !== 2) throw new Error(`${file}: not exactly once: ${find}`);
  const faulty = source.replace(find, () => replace);
  return await withText(path, faulty, act);
}

/** The first test that notices, in words. */
async function firstToNotice(copy, limits) {
  for (const suite of SUITES) {
    const failure = await failureOf(copy, suite, limits.get(suite));
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** Which test of a suite fails, if one does. */
async function failureOf(copy, { name, paths }, limit) {
  const failure = await firstFailure(copy, ['run', ...paths], limit);
  return failure === 'hangs' ? `${name} takes too long` : failure;
}
