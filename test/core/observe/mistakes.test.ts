/** Mistakes that show only when a target is looked at or made: told with the place of the rule to mend. */
import { expect, test } from 'vitest';
import type { Build, RuleItem } from '../../../core/api/builds.ts';
import { exec, expand, target, write } from '../../../core/api/define.ts';
import type { Look } from '../../../core/api/looks.ts';
import type { Rule } from '../../../core/api/rules.ts';
import { buildTold } from '../../../core/testing/told.ts';
import { stubProject, stubWorld } from '../stub-world.ts';

const ASKED: readonly Look[] = [{ kind: 'ask', adapter: 'quue', question: null }];
const STRANGE =
  "desgwfile.ts:1:1 (quue): a rule asks the adapter 'quue', which the rule file does not";
const wrongSteps = { version: '1', steps: () => 5 } as unknown as NonNullable<Rule['recipe']>;
const ready = () => ({ state: 'ready', value: 1 }) as const;
const of = (rule: Partial<Rule>): Rule =>
  target('a', { outputs: ['a'], recipe: [write('a', 'x')], ...rule });

/** What the failed target of a build is told to have failed of; the rules are declared anew each time. */
async function failure(rules: () => readonly RuleItem[]): Promise<string> {
  const adapters: NonNullable<Build['adapters']> = {
    queue: { dry: true, timeout: 1, ask: async () => null },
  };
  const project = stubProject(stubWorld({ in: '1' }), [], { adapters });
  const { summary } = await buildTold({
    ...project,
    build: { ...project.build, goal: 'a', rules },
  });
  const [failed] = summary.failed;
  return failed!.problems.map(({ what, advice = '' }) => `${what}\n${advice}`).join('\n');
}

test.each<[string, Rule]>([
  ['an observation', of({ observe: { look: () => ASKED, judge: ready } })],
  ['what happens once', of({ once: { look: () => ASKED, judge: () => ({ state: 'not done' }) } })],
  [
    'the evidence of a run',
    of({ recipe: { steps: [exec(['cp', 'in', 'a'])], evidence: () => ASKED, judge: () => [] } }),
  ],
])('an adapter that is not there, asked for %s', async (_, rule) => {
  const told = await failure(() => [rule]);
  expect(told).toContain(STRANGE);
  expect(told).toContain("Did you mean 'queue'?");
});

test('steps that are none are told with the place of their rule, in an expansion too', async () => {
  const wrong = () => of({ recipe: wrongSteps });
  expect(await failure(() => [wrong()])).toMatch(/^desgwfile\.ts:1: what its steps gave is 5, not/);
  const list = target('list', { outputs: ['list'], recipe: [write('list', 'a')] });
  const expanded = await failure(() => [list, expand('list', () => [wrong()])]);
  expect(expanded).toMatch(/^desgwfile\.ts:1, from what 'list' made: what its steps gave/);
});
