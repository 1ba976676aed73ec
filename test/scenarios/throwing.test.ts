/** Functions of the rule file that throw: one target fails, with the place, and the night goes on. */
import { describe } from 'vitest';
import { test } from './workspace.ts';

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
