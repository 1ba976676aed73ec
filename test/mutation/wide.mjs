/**
 * Small faults made at random all over: `node test/mutation/wide.mjs [--mutants 200] [--seed 1] [--in core/plan]`.
 * Each changes one place of a line (a comparison, a condition, a constant, a statement that goes);
 * then the test of that file runs, and if it does not notice, all tests of `test/core` and
 * `test/targets` that the file has to do with. Prints what nobody noticed, and a score for each room.
 * What survives is not always a fault: some changes mean the same. CONTRIBUTING has the last score.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { transformSync } from 'esbuild';
import { firstFailure, ROOT, seconds, withCopy, withText } from './copied.mjs';

const { values: options } = parseArgs({
  options: {
    mutants: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    in: { type: 'string', multiple: true },
  },
});
const ROOMS = options.in ?? ['core/plan', 'core/run', 'core/memory', 'targets'];
/** Milliseconds. A fault that makes a run take so long counts as noticed. */
const LIMIT = 240_000;

/** What is found in a line of code -> what stands there instead; every place it matches is a mutant. */
const OPERATORS = [
  ['a comparison is turned round', / === /g, () => ' !== '],
  ['a comparison is turned round', / !== /g, () => ' === '],
  ['a boundary moves', / < /g, () => ' <= '],
  ['a boundary moves', / <= /g, () => ' < '],
  ['a boundary moves', / > /g, () => ' >= '],
  ['a boundary moves', / >= /g, () => ' > '],
  ['and becomes or', / && /g, () => ' || '],
  ['or becomes and', / \|\| /g, () => ' && '],
  ['a condition is negated', /(?<=[( ])!(?=[\w(])/g, () => ''],
  ['true becomes false', /\btrue\b/g, () => 'false'],
  ['false becomes true', /\bfalse\b/g, () => 'true'],
  [
    'a constant changes',
    /(?<![\w.$'])\d[\d_]*(?![\w.'])/g,
    (n) => String(Number(n.replaceAll('_', '')) + 1),
  ],
  ['plus becomes minus', / \+ (?=[\w(])/g, () => ' - '],
  ['times becomes divided by', / \* /g, () => ' / '],
  ['a statement goes', /^ +(?:await )?[\w.#]+\([^{]*\);$/g, () => ''],
  ['a guard goes', /^ +if \([^{]*\) (?:return|continue|throw)\b.*;$/g, () => ''],
];

/** Lines that are code: no comments, no imports, no types. */
function codeLines(text) {
  let inType = false;
  let inComment = false;
  return text.split('\n').map((line) => {
    const trimmed = line.trim();
    if (trimmed.startsWith('/*')) inComment = true;
    const isComment = inComment || trimmed.startsWith('//');
    if (trimmed.endsWith('*/')) inComment = false;
    if (/^(export )?(interface \w|type \w)/.test(line)) inType = true;
    const isType = inType;
    if (inType && (/^\}/.test(line) || (/;$/.test(line) && !line.startsWith(' ')))) inType = false;
    if (inType && line === '') inType = false;
    return !(isComment || isType || /^(import|export (type )?\{|export \*|\} from)/.test(line));
  });
}

function* mutantsOf(file) {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const isCode = codeLines(text);
  const lines = text.split('\n');
  for (const [at, line] of lines.entries()) {
    if (!isCode[at]) continue;
    for (const [what, pattern, change] of OPERATORS)
      for (const match of line.matchAll(pattern)) {
        const end = match.index + match[0].length;
        const changed = line.slice(0, match.index) + change(match[0]) + line.slice(end);
        const faulty = [...lines.slice(0, at), changed, ...lines.slice(at + 1)].join('\n');
        yield { file, line: at + 1, what, before: line.trim(), after: changed.trim(), faulty };
      }
  }
}

/** The same sequence for the same seed. */
function randomBy(seed) {
  let state = seed * 2654435761 + 1;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

const isValid = ({ faulty }) => {
  try {
    transformSync(faulty, { loader: 'ts' });
    return true;
  } catch {
    return false;
  }
};

/** As many from each room, at random, by turns: a run that is cut short has a score all the same. */
function sample() {
  const random = randomBy(Number(options.seed));
  const each = Math.ceil(Number(options.mutants) / ROOMS.length);
  const rooms = ROOMS.map((room) => {
    const files = readdirSync(join(ROOT, room), { recursive: true }).filter((f) =>
      f.endsWith('.ts'),
    );
    const all = files.sort().flatMap((file) => [...mutantsOf(`${room}/${file}`)]);
    const chosen = [];
    while (chosen.length < each && all.length > 0) {
      const [one] = all.splice(Math.floor(random() * all.length), 1);
      if (isValid(one)) chosen.push({ room, ...one });
    }
    return chosen;
  });
  return Array.from({ length: each }, (_, i) => rooms.flatMap((chosen) => chosen[i] ?? [])).flat();
}

/** What needs a built desgw, or takes long; what reads the sources themselves. */
const LEFT_OUT = [
  ...['crash', 'e2e', 'process', 'property', 'sandbox', 'scenarios', 'database', 'page', 'slurm'],
  ...['faults', 'mutation', 'core/cli'],
].map((kind) => `test/${kind}/**`);
const EXCLUDED = [...LEFT_OUT, 'test/*.test.ts'].flatMap((one) => ['--exclude', one]);
const ONE = ['--maxWorkers', '1'];

async function noticedBy(copy, file) {
  const own = `test/${file.replace(/\.ts$/, '.test.ts')}`;
  if (existsSync(join(ROOT, own))) {
    const found = await firstFailure(copy, ['run', own, ...ONE], LIMIT);
    if (found !== undefined) return found;
  }
  return await firstFailure(copy, ['related', file, '--run', ...ONE, ...EXCLUDED], LIMIT);
}

await withCopy(async (copy) => {
  const broken = await firstFailure(copy, ['run', ...ONE, ...EXCLUDED], 1_200_000);
  if (broken !== undefined) throw new Error(`fails without any fault: ${broken}`);
  const scores = new Map(ROOMS.map((room) => [room, { noticed: 0, all: 0 }]));
  for (const { room, file, line, what, before, after, faulty } of sample()) {
    const begun = Date.now();
    const by = await withText(join(copy, file), faulty, () => noticedBy(copy, file));
    const score = scores.get(room);
    score.all += 1;
    if (by !== undefined) score.noticed += 1;
    console.log(
      `${by === undefined ? 'SURVIVED' : 'noticed '} ${seconds(begun)}  ${file}:${line}: ${what}`,
    );
    if (by === undefined) console.log(`    ${before}\n    ${after}`);
  }
  for (const [room, { noticed, all }] of scores)
    console.log(`${room}: ${noticed} of ${all} noticed (${Math.round((100 * noticed) / all)} %)`);
});
