/** The template pass of one exposure: what is claimed, what is handed over, and what proves that it was. */
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../core/api/errors.ts';
import type { Rule } from '../../core/api/rules.ts';
import { templatePass } from '../../targets/templates.ts';
import { dagText } from '../fixtures/postproc/dag-text.ts';
import {
  EXPOSURE,
  factsOf,
  followUpWith,
  leadJob,
  queueSeen,
  read,
  SEASON,
  seenValue,
  stepsOf,
  textOf,
} from '../support/follow-up.ts';

const all = followUpWith({ set: ['templatePass=true', 'templateMemory=4000MB,6000MB'] });
const rules = templatePass(all, EXPOSURE);
const named = (name: string): Rule => rules.find((rule) => rule.name === name)!;
const DAG = `sandbox/gw_workflow/desgw_pipeline_${EXPOSURE}.dag`;
const dag = dagText({ exposure: EXPOSURE, season: SEASON, templates: ['512345', '512346'] });
const claims = named(`template_claims_${EXPOSURE}_0`);
const pass = named(`templates_${EXPOSURE}_0`);
const CLAIMS = `image_proc_outputs/templates/claims_${EXPOSURE}_0.json`;
const CCDS = Array.from({ length: 62 }, (_, i) => i + 1).filter((n) => n !== 2 && n !== 61);
const listed = (...names: string[]) => ({ kind: 'list', dirs: [{ dir: 'd', names }] }) as const;

test('every pass has its claims, its submission and its state, each after the one before', () => {
  expect(rules.map(({ name, deps, after }) => [name, deps, after])).toMatchObject([
    [claims.name, [`dagmaker_${EXPOSURE}.out`], expect.anything()],
    [pass.name, [claims.name], expect.anything()],
    [`template_state_${EXPOSURE}_0`, [claims.name], [pass.name]],
    [`template_claims_${EXPOSURE}_1`, [`template_state_${EXPOSURE}_0`], expect.anything()],
    [`templates_${EXPOSURE}_1`, [`template_claims_${EXPOSURE}_1`], expect.anything()],
    [`template_state_${EXPOSURE}_1`, expect.anything(), expect.anything()],
  ]);
});

describe('claims', () => {
  const sighting = (seen: Parameters<NonNullable<Rule['observe']>['judge']>[0]) =>
    claims.observe!.judge(seen, { ...factsOf({ [DAG]: dag }), now: 0, unchangedFor: 0 });

  test('a directory that cannot be listed is no template without files', () => {
    expect(sighting([{ kind: 'failed', why: 'EIO' }, listed()])).toEqual({
      ...{ state: 'failed', why: 'EIO' },
    });
  });

  test('templates of which nothing is there are wanted whole', () => {
    const seen = sighting([listed(), { kind: 'list', dirs: [] }]);
    expect(seen).toMatchObject({ state: 'ready', note: '2 of 2 templates are incomplete' });
    const steps = stepsOf(claims, factsOf({}, { value: seenValue(seen) }));
    expect(steps[0]).toMatchObject({
      ...{ kind: 'claim', registry: 'sandbox/seasons-claimed/templates/r4p7', all: true },
      names: ['20150817_512345.pass0', '20150817_512346.pass0'],
    });
  });

  test('what others have claimed is told apart from what is taken', () => {
    const value = seenValue(sighting([listed(), listed()]));
    const run = factsOf({}, { value, claims: ['20150817_512346.pass0'] });
    const file = JSON.parse(textOf(claims, CLAIMS, run));
    const names = (list: readonly { exposure: string }[]) => list.map(({ exposure }) => exposure);
    expect([names(file.taken), names(file.elsewhere), file.rest]).toEqual([
      ...[['512346'], ['512345'], []],
    ]);
  });
});

describe('the submission of a pass', () => {
  const claimed = (taken: readonly object[]) =>
    factsOf({
      [DAG]: dag,
      [CLAIMS]: JSON.stringify({ schema: 'desgw/template-claims', version: 1, pass: 0, taken }),
    });
  const line = dag.split('\n').find((one) => one.includes('-E 512345'))!;
  const template = { exposure: '512345', nite: '20150817', band: 'i', processing: 'r4p7', line };

  test('hands over the templates that were taken, in a DAG that is claimed first', () => {
    const steps = stepsOf(pass, claimed([{ ...template, missing: CCDS }]));
    expect(steps.map(({ kind }) => kind)).toEqual(['claim', 'write', 'exec', 'write']);
    expect(steps[0]).toMatchObject({ once: true });
    expect(steps[1]).toMatchObject({
      content: expect.stringContaining('--memory=4000MB'),
      mode: 0o444,
    });
  });

  test('without any template to take submits nothing, which is no failure', () => {
    expect(stepsOf(pass, claimed([])).map(({ kind }) => kind)).toEqual(['write']);
    const judge = (pass.recipe as { judge: (run: unknown, seen: []) => readonly object[] }).judge;
    expect(judge(claimed([]), [])).toEqual([]);
    // Where there was something, a run that never came to submit has failed.
    expect(judge(claimed([{ ...template, missing: CCDS }]), [])).toHaveLength(1);
  });

  test('is not made of claims that cannot be read', () => {
    expect(() => stepsOf(pass, factsOf({ [DAG]: dag, [CLAIMS]: '{"schema":"other"}' }))).toThrow(
      Refusal,
    );
  });

  const labels = { templatesOf: EXPOSURE, pass: '0', season: SEASON };
  const judge = (jobs: Parameters<typeof queueSeen>[0], more?: object) =>
    pass.once!.judge([read(), queueSeen(jobs, more)]);

  test('is proved by its DAG in the queue', () => {
    expect(judge([leadJob(labels)])).toMatchObject({ state: 'done', token: 'mine' });
    expect(judge([])).toMatchObject({ state: 'not done' });
  });

  test.each([
    ['another pass', { ...labels, pass: '1' }],
    ['another exposure', { ...labels, templatesOf: '668441' }],
    ['the same exposure in another season', { ...labels, season: '1601' }],
    ['the search', { exposure: EXPOSURE, season: SEASON }],
  ])('is not proved by the DAG of %s', (_, other) => {
    expect(judge([leadJob(other)]).state).toBe('not done');
  });

  test('is not known while a schedd that may hold it is silent', () => {
    const answered = { schedds: ['jobsub01.fnal.gov'], silent: ['jobsub02.fnal.gov'] };
    expect(judge([], { answered })).toMatchObject({ state: 'unknown', unanswered: true });
    const failed = { state: 'failed', why: 'no ticket' } as never;
    expect(judge([], failed)).toMatchObject({ state: 'unknown', unanswered: true });
  });

  test('is proved by its marker, and by none of another season', () => {
    const marker = (season: string) =>
      JSON.stringify({
        ...{ schema: 'desgw/submitted', version: 1, exposure: EXPOSURE, season },
        ...{ job: '7.0@jobsub01.fnal.gov', token: 't', submitted: 's', dag: 'd' },
      });
    const told = (season: string) => pass.once!.judge([read(marker(season)), queueSeen()]);
    expect(told(SEASON)).toMatchObject({ state: 'done', receipt: '7.0@jobsub01.fnal.gov' });
    expect(told('1601').state).toBe('not done');
  });
});
