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

describe.concurrent('a function of the rule file that throws', () => {
  test.for<[string, string]>([
    ['steps', `outputs: ['bad'], recipe: { steps: ${OOPS} }`],
    ['content', `outputs: ['bad'], recipe: [write('bad', ${OOPS})]`],
    ['judge', `outputs: ['bad'], recipe: { steps: [write('bad', '')], judge: ${OOPS} }`],
    ['note', `outputs: ['bad'], recipe: { steps: [write('bad', '')], note: ${OOPS} }`],
    ['evidence', `outputs: ['bad'], recipe: { steps: [write('bad', '')], evidence: ${OOPS} }`],
    [
      'findings',
      `outputs: ['bad'], findings: { reads: ['bad'], judge: ${OOPS} }, recipe: [write('bad', '')]`,
    ],
    [
      'look of what was done before',
      `outputs: ['bad'], doneBefore: { look: ${OOPS}, judge: () => ({ state: 'not done' }) }, recipe: [write('bad', '')]`,
    ],
    [
      'judge of what was done before',
      `outputs: ['bad'], doneBefore: { look: () => [], judge: ${OOPS} }, recipe: [write('bad', '')]`,
    ],
    [
      'look of what must not happen twice',
      `outputs: ['bad'], once: { look: ${OOPS}, judge: () => ({ state: 'not done' }) }, recipe: [write('bad', '')]`,
    ],
    [
      'judge of what must not happen twice',
      `outputs: ['bad'], once: { look: () => [], judge: ${OOPS} }, recipe: [write('bad', '')]`,
    ],
    ['exclusive', `outputs: ['bad'], exclusive: ${OOPS}, recipe: [write('bad', '')]`],
    [
      'sweep',
      `outputs: ['bad'], chain: { name: 'c', links: ['bad'], sweep: ${OOPS}, recipe: { steps: [write('bad', '')] } }`,
    ],
    ['look', `observe: { look: ${OOPS}, judge: () => ({ state: 'ready', value: 1 }) }, recipe: []`],
    ['judge of what was seen', `observe: { look: () => [], judge: ${OOPS} }, recipe: []`],
    [
      'completed',
      `outputs: ['bad'], chain: { name: 'c', links: ['bad'], sweep: () => ['bad'], completed: ${OOPS}, recipe: { steps: [exec(['false'])] } }`,
    ],
  ])('%s: fails its target, and the others are made', async ([, rule], { expect, w }) => {
    w.rules(rules(`  target('bad', { ${rule} }),`));
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
  });

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
  test.for<[string, string]>([
    ['when it is loaded', `...(${ENDLESS})(),`],
    ['in the steps of a recipe', `target('goal', { recipe: { steps: ${ENDLESS} } }),`],
    [
      'in a judge',
      `target('goal', { observe: { look: () => [], judge: ${ENDLESS} }, recipe: [] }),`,
    ],
  ])('%s can be interrupted', async ([, rule], { expect, w }) => {
    w.rules(rule);
    const building = w.start(['build']);
    await w.appears('looping');
    building.kill('SIGINT');
    expect((await building.ended).code).toBeNull();
    w.rules(`target('goal', { outputs: ['o'], recipe: [sh('o', 'echo > o')] }),`);
    expect((await w.desgw(['build'])).code).toBe(0);
  });
});
