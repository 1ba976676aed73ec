/** Functions of the rule file that throw: one target fails, with the place, and the night goes on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { test } from './workspace.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A target `bad` of which one function throws, in line 4 of the rule file, and one that is well. */
const rules = (bad: string): string => `${bad}
  target('good', { outputs: ['good'], recipe: [sh('good', 'echo > good')] }),
  group('goal', ['bad', 'good']),`;
const OOPS = '() => oops.length';

/** What else a target consists of, given one of its functions. */
const FIELDS: readonly (readonly [string, (fn: string) => string])[] = [
  ['steps', (fn) => `outputs: ['bad'], recipe: { steps: ${fn} }`],
  ['content', (fn) => `outputs: ['bad'], recipe: [write('bad', ${fn})]`],
  ['judge', (fn) => `outputs: ['bad'], recipe: { steps: [write('bad', '')], judge: ${fn} }`],
  ['note', (fn) => `outputs: ['bad'], recipe: { steps: [write('bad', '')], note: ${fn} }`],
  ['evidence', (fn) => `outputs: ['bad'], recipe: { steps: [write('bad', '')], evidence: ${fn} }`],
  [
    'findings',
    (fn) =>
      `outputs: ['bad'], findings: { reads: ['bad'], judge: ${fn} }, recipe: [write('bad', '')]`,
  ],
  [
    'look of what was done before',
    (fn) =>
      `outputs: ['bad'], doneBefore: { look: ${fn}, judge: () => ({ state: 'not done' }) }, recipe: [write('bad', '')]`,
  ],
  [
    'judge of what was done before',
    (fn) =>
      `outputs: ['bad'], doneBefore: { look: () => [], judge: ${fn} }, recipe: [write('bad', '')]`,
  ],
  [
    'look of what must not happen twice',
    (fn) =>
      `outputs: ['bad'], once: { look: ${fn}, judge: () => ({ state: 'not done' }) }, recipe: [write('bad', '')]`,
  ],
  [
    'judge of what must not happen twice',
    (fn) => `outputs: ['bad'], once: { look: () => [], judge: ${fn} }, recipe: [write('bad', '')]`,
  ],
  ['exclusive', (fn) => `outputs: ['bad'], exclusive: ${fn}, recipe: [write('bad', '')]`],
  [
    'sweep',
    (fn) =>
      `outputs: ['bad'], chain: { name: 'c', links: ['bad'], sweep: ${fn}, recipe: { steps: [write('bad', '')] } }`,
  ],
  [
    'look',
    (fn) => `observe: { look: ${fn}, judge: () => ({ state: 'ready', value: 1 }) }, recipe: []`,
  ],
  ['judge of what was seen', (fn) => `observe: { look: () => [], judge: ${fn} }, recipe: []`],
  [
    'completed',
    (fn) =>
      `outputs: ['bad'], chain: { name: 'c', links: ['bad'], sweep: () => ['bad'], completed: ${fn}, recipe: { steps: [exec(['false'])] } }`,
  ],
];

describe.concurrent('a function of the rule file that throws', () => {
  test.for(FIELDS)(
    '%s: fails its target, and the others are made',
    async ([, rule], { expect, w }) => {
      w.rules(rules(`  target('bad', { ${rule(OOPS)} }),`));
      const { code, out, err } = await w.desgw(['build']);
      expect([code, w.ran()]).toEqual([1, ['good']]);
      expect(out).toMatch(/desgwfile\.ts:5:\d+: (ReferenceError: )?oops is not defined/);
      expect(out + err).not.toContain('fault of desgw itself');
      for (const command of ['status', 'why bad', 'targets', 'graph']) {
        const shown = await w.desgw(command.split(' '));
        expect({ command, code: shown.code, fault: shown.err }).toEqual({
          command,
          code: 0,
          fault: '',
        });
      }
    },
  );

  test('every function that a rule may have is among these, or is called by a command alone', ({
    expect,
  }) => {
    const fields = new Set(
      ['rules', 'steps', 'looks'].flatMap((name) =>
        [
          ...readFileSync(join(ROOT, `core/api/${name}.ts`), 'utf8').matchAll(
            /^ +readonly (\w+)\??:(?:[^;]*\|)? *\([^;]*=>/gms,
          ),
        ].map(([, field]) => field!),
      ),
    );
    const tried = 'steps content judge note evidence findings look completed exclusive sweep'.split(
      ' ',
    );
    const byCommands = ['adoptAs', 'cancel', 'parts'];
    const ofAdapters = ['ask', 'run'];
    expect([...fields].sort()).toEqual(
      [...tried.filter((field) => field !== 'findings'), ...byCommands, ...ofAdapters].sort(),
    );
  });

  test('an adapter: what asks it fails, with the place', async ({ expect, w }) => {
    w.rules(
      rules(
        `  target('bad', { observe: { look: () => [{ kind: 'ask', adapter: 'q', question: null }], judge: ([a]) => ({ state: 'failed', why: a.why }) }, recipe: [] }),`,
      ),
      `goal: 'goal', adapters: { q: { dry: false, timeout: 5, ask: async () => oops.length } }`,
    );
    const { code, out } = await w.desgw(['build']);
    expect([code, w.ran()]).toEqual([1, ['good']]);
    expect(out).toMatch(/desgwfile\.ts:4:\d+: (ReferenceError: )?oops is not defined/);
  });
});

describe.concurrent('a rule file that does not come to its end', () => {
  const ENDLESS =
    "() => { process.getBuiltinModule('node:fs').writeFileSync('looping', ''); for (;;); }";
  const OTHERS: readonly (readonly [string, string, string?, string?])[] = [
    ['when it is loaded', `...(${ENDLESS})(),`],
    ['in the steps of a recipe', `target('goal', { recipe: { steps: ${ENDLESS} } }),`],
    [
      'in a judge',
      `target('goal', { observe: { look: () => [], judge: ${ENDLESS} }, recipe: [] }),`,
    ],
    [
      'in an adapter',
      `target('goal', { observe: { look: () => [{ kind: 'ask', adapter: 'q', question: null }], judge: () => ({ state: 'ready', value: 1 }) }, recipe: [] }),`,
      `goal: 'goal', adapters: { q: { dry: false, timeout: 500, ask: ${ENDLESS} } }`,
    ],
    [
      'in an expansion',
      `target('goal', { outputs: ['l'], recipe: [write('l', 'x')] }), expand('goal', ${ENDLESS}),`,
      `goal: 'more'`,
    ],
    [
      'in what makes an output from a value',
      `target('goal', { outputs: ['l'], adoptAs: ${ENDLESS}, recipe: [write('l', 'x')] }),`,
      `goal: 'goal'`,
      'adopt goal --as 5',
    ],
    [
      'in a command',
      `target('goal', { recipe: [] }),`,
      `goal: 'goal', commands: { mine: { doc: 'mine', run: ${ENDLESS} } }`,
      'mine',
    ],
  ];
  const ofTargets = FIELDS.map(([what, rule]) => [
    `in ${what} of a target`,
    `target('bad', { ${rule(ENDLESS)} }), group('goal', ['bad']),`,
  ]);
  // Each waits until desgw has shown that it does not listen.
  const all = [...OTHERS, ...ofTargets] as readonly (readonly [string, string, string?, string?])[];
  test.for(process.env.DESGW_LONG === undefined ? all.slice(0, 4) : all)(
    '%s can be interrupted',
    async ([, rule, more = `goal: 'goal'`, command = 'build'], { expect, w }) => {
      w.rules(rule, more);
      const building = w.start(command.split(' '));
      await w.appears('looping');
      building.kill('SIGINT');
      expect((await building.ended).code).toBeNull();
      w.rules(`target('goal', { outputs: ['o'], recipe: [sh('o', 'echo > o')] }),`);
      expect((await w.desgw(['build'])).code).toBe(0);
    },
  );
});
