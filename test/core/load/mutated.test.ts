/** Rule files with something wrong in them: never a stack, never called a fault of desgw. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UserError } from '../../../core/api/errors.ts';
import { chosenParams } from '../../../core/graph/params.ts';
import { loadBuild } from '../../../core/load/load.ts';
import { lookOnly } from '../../../core/run/opening.ts';
import { complaintOf, complaintText } from '../../../core/views/complaint.ts';
import { realClock } from '../../../core/world/clock.ts';
import { openFiles } from '../../../core/world/files.ts';
import { realProcesses } from '../../../core/world/processes.ts';

const RULES = `import { defineBuild, exec, expand, group, param, target, write } from 'desgw';
const names = ['one', 'two', 'three'];
export default defineBuild({
  goal: 'all',
  params: { threshold: param(50, { type: 'integer', help: 'how many' }), mode: 'fast' },
  rules: (params) => [
    target('list', { outputs: ['list.txt'], recipe: [write('list.txt', 'one two')] }),
    ...names.map((name) =>
      target(\`count \${name}\`, {
        deps: ['list'],
        outputs: [\`\${name}.count\`],
        params: { threshold: params.threshold },
        recipe: [exec(['wc', '-w', 'list.txt'], { stdout: \`\${name}.count\` })],
      }),
    ),
    expand('list', (text) =>
      text.split(' ').map((word) =>
        target(\`word \${word}\`, { after: ['list'], outputs: [\`\${word}.word\`], recipe: [write(\`\${word}.word\`, word)] }),
      ),
      'placeholder',
    ),
    group('all', names.map((name) => \`count \${name}\`)),
  ],
});
`;

/** What a value or a word may be replaced by. */
const REPLACEMENTS = [
  '',
  'null',
  'undefined',
  "'x'",
  '[1, {}]',
  'NaN',
  '{}',
  '-1',
  "Symbol('a')",
  '() => 1',
  '(() => { throw 1; })()',
  '(() => { throw null; })()',
  "(() => { throw new Error('boom'); })()",
  'Promise.resolve(1)',
  'new Proxy({}, {})',
  '(',
  "'",
];

/** The same changes every time. */
function* mutants(n: number): Generator<string> {
  let seed = 7;
  const pick = <T>(list: readonly T[]): T => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    return list[Math.floor((seed / 0x80000000) * list.length)]!;
  };
  const lines = RULES.trimEnd().split('\n');
  for (let i = 0; i < n; i++) {
    const at = pick([...lines.keys()]);
    const line = lines[at]!;
    const words = line.match(/[A-Za-z_]\w*|'[^']*'|`[^`]*`|[^\s\w]/g) ?? [line];
    const word = pick(words);
    const changed = pick([
      [],
      [line, line],
      [line.replace(word, () => word + word)],
      ...REPLACEMENTS.map((by) => [line.replace(word, () => by)]),
    ]);
    yield [...lines.slice(0, at), ...changed, ...lines.slice(at + 1)].join('\n');
  }
}

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'desgw-mutants-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('three hundred rule files with a mistake are told of as the mistakes of people', async () => {
  const wrong: string[] = [];
  let refused = 0;
  let i = 0;
  for (const text of mutants(300)) {
    const workspace = join(dir, String(i++));
    mkdirSync(workspace);
    writeFileSync(join(workspace, 'desgwfile.ts'), text);
    const files = openFiles(workspace);
    try {
      const loaded = await loadBuild(join(workspace, 'desgwfile.ts'), {
        files,
        cache: 'readonly',
        version: '0',
      });
      const { build, siteOf, explain } = loaded;
      const params = chosenParams(build, [], { allowUnknown: false }).values;
      const world = { files, processes: realProcesses(), clock: realClock(), env: {} };
      const signal = new AbortController().signal;
      await lookOnly({ world, build, params, siteOf, explain }, [], { dry: true, signal });
    } catch (error) {
      refused += 1;
      const told = complaintText(
        complaintOf(error, (path) => files.readText(path)),
        { width: 200 },
      );
      if (!(error instanceof UserError) || /internal:|\n\s+at |\bfault of desgw/.test(told))
        wrong.push(`${told}\n${text.split('\n').find((line) => !RULES.includes(line))}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(refused).toBeGreaterThan(150);
}, 300_000);
