/** What tests of testing share. */
import type { Params } from '../../../core/api/builds.ts';
import type { Facts, RunFacts } from '../../../core/api/facts.ts';
import type { Recipe, Rule } from '../../../core/api/rules.ts';
import type { Step } from '../../../core/api/steps.ts';
import { sandbox } from '../../../targets/site/sandbox.ts';
import { testing } from '../../../targets/testing/testing.ts';

const site = sandbox();
const params: Params = { ccdThreshold: 50, propid: null, triggermjd: null };
export const rules = testing(site, params) as readonly Rule[];
export const rule = (name: string): Rule => rules.find((one) => one.name === name)!;

export const ROWS = [
  '668440  20170817  57983.1  197.45  -23.38  i  100  2017B-0110  1.0  object',
  '668441  20170817  57983.2  197.45  -23.38  z  100  2017B-0110  1.0  object',
].join('\n');
export const LIST = '668440\n668441\n';

/** Facts with these texts and this value. */
export function facts(
  texts: { readonly [path: string]: string },
  value: Facts['value'] = null,
): Facts {
  const maybeText = (path: string): string | undefined => texts[path];
  const text = (path: string): string => texts[path] ?? `missing: ${path}`;
  return { text, maybeText, value, gathered: [], due: [], workspace: '/ws', settled: true };
}

export function steps(name: string, given: Facts): readonly Step[] {
  const recipe = rule(name).recipe as Recipe;
  return typeof recipe.steps === 'function' ? recipe.steps(given) : recipe.steps;
}

export const programs = (all: readonly Step[]): readonly string[] =>
  all.flatMap((step) => (step.kind === 'exec' ? [step.argv.join(' ')] : []));
export const run = (given: Facts, more: Partial<RunFacts> = {}): RunFacts => ({
  ...given,
  token: 'mine',
  again: false,
  startedAt: 0,
  exits: [{ kind: 'exit', code: 0 }],
  stdout: '',
  stderr: '',
  receipt: undefined,
  claims: [],
  ...more,
});
