import { expect, test } from 'vitest';
import { beforeSubmission, credentials } from '../../targets/credentials.ts';
import { rescueRule } from '../../targets/grid/rescue.ts';
import type { RescuePlan } from '../../targets/grid/rescue-files.ts';
import { fermilab } from '../../targets/site/fermilab.ts';
import { sandbox } from '../../targets/site/sandbox.ts';
import { submitted } from '../../targets/submitted.ts';
import { byWordRule } from '../../targets/templates/by-word.ts';
import { templatePass } from '../../targets/templates.ts';
import { testing } from '../../targets/testing/testing.ts';
import { factsOf, stepsOf } from '../support/follow-up.ts';

const FILE = 'image_proc_outputs/credentials.json';
const site = fermilab({
  gwWorkflow: '/data/gw_workflow',
  postProcessing: '/data/Post-Processing',
  registry: '/data/seasons',
  role: 'DESGW',
});
const [rule] = credentials(site, { renewCredentials: true, nightHours: 12 });
const commandsFor = (value: object, before?: object): readonly string[] =>
  stepsOf(
    rule!,
    factsOf(before === undefined ? {} : { [FILE]: JSON.stringify(before) }, {
      value: value as never,
    }),
  ).flatMap((step) => (step.kind === 'exec' ? [step.argv.join(' ')] : []));

test('a site that needs none has no such target, and nothing comes after it', () => {
  expect(credentials(sandbox(), {})).toEqual([]);
  expect(beforeSubmission(sandbox())).toEqual(['sandbox']);
  expect(beforeSubmission(site)).toEqual(['credentials', 'grid_programs']);
});

test('what is due is renewed, what was asked for before is not', () => {
  const none = { ticket: null, vault: null };
  expect(commandsFor(none)).toEqual([]);
  expect(commandsFor({ ...none, ticket: 'T1' })).toEqual(['kinit -R']);
  expect(commandsFor({ ticket: 'T1', vault: 'V1' }, { ...none, ticket: 'T1' })).toEqual([
    'htgettoken -i des -r desgw --nooidc --vaulttokenminttl=2d -q',
  ]);
  expect(commandsFor({ ticket: 'T1', vault: 'V1' }, { ticket: 'T1', vault: 'V1' })).toEqual([]);
});

test('where they could not be looked at, the grid is asked all the same', () => {
  const seen = [{ kind: 'failed' as const, why: 'not asked' }];
  const facts = {
    text: () => '',
    maybeText: () => undefined,
    now: 0,
    unchangedFor: 0,
  };
  expect(rule!.observe!.judge(seen, facts)).toMatchObject({ state: 'ready' });
});

test('whatever asks the queue whether it was submitted comes after them', () => {
  const at = sandbox({ credentials: true });
  const plan: RescuePlan = {
    kind: 'ready',
    record: 'unknown',
    ...{ exposure: '668439', season: '2206', number: 1, ccds: [1] },
    ...{ memory: '2500MB', dag: '', moves: [], why: '', others: [] },
  };
  const word = {
    ...{ exposure: '668439', season: '2206', number: 1, memory: '4000MB' },
    ...{ dummy: undefined, works: [], code: undefined },
  };
  const params = {
    templatePass: true,
    templateMemory: ['4000MB'],
    templateWait: 8,
  };
  const all = { site: at, season: '2206', exposures: ['668439'], params };
  const rules = [
    submitted(all, '668439'),
    ...templatePass(all, '668439'),
    ...testing(at, {}).flatMap((item) => ('name' in item ? [item] : [])),
    rescueRule(at, plan, 60),
    byWordRule(at, word, 60),
  ].filter((rule) => 'once' in rule && rule.once !== undefined);
  const names = rules.map(({ name }) => name);
  expect(names).toEqual([
    ...['submitted_668439', 'templates_668439_0', 'testing:submitted'],
    ...['rescue_668439_1', 'templates_668439_word1'],
  ]);
  for (const rule of rules)
    expect(rule, rule.name).toHaveProperty('after', expect.arrayContaining(['credentials']));
});
