import { expect, test } from 'vitest';
import { beforeSubmission, credentials } from '../../targets/credentials.ts';
import { fermilab } from '../../targets/site/fermilab.ts';
import { sandbox } from '../../targets/site/sandbox.ts';
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
  const facts = { text: () => '', maybeText: () => undefined, now: 0, unchangedFor: 0 };
  expect(rule!.observe!.judge(seen, facts)).toMatchObject({ state: 'ready' });
});
