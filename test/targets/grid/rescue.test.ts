import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../core/api/digest.ts';
import type { RunFacts } from '../../../core/api/facts.ts';
import type { Job } from '../../../core/api/grid.ts';
import type { Seen } from '../../../core/api/looks.ts';
import type { OnceSighting, Recipe } from '../../../core/api/rules.ts';
import { rescueRule } from '../../../targets/grid/rescue.ts';
import type { RescueAsked, RescuePlan } from '../../../targets/grid/rescue-files.ts';
import { dagText } from '../../fixtures/postproc/dag-text.ts';
import { FACTS } from '../../support/facts.ts';
import { GW, job, marker, planned, site, text, type World } from './rescued.ts';

describe('the target that submits a rescue', () => {
  const ruleOf = (plan: RescuePlan) => rescueRule(site, plan, 600);
  const recipeOf = (plan: RescuePlan): Recipe => ruleOf(plan).recipe as Recipe;
  const stepsOf = (plan: RescuePlan) => {
    const { steps } = recipeOf(plan);
    return typeof steps === 'function' ? steps(FACTS) : steps;
  };

  test('it claims the DAG before anything is written or moved, and submits after all is in place', () => {
    const steps = stepsOf(planned());
    expect(steps.map(({ kind }) => kind)).toEqual([
      'claim',
      'write',
      'write',
      'move',
      'move',
      'move',
      'exec',
      'write',
    ]);
    expect(steps[0]).toMatchObject({
      registry: GW,
      names: ['desgw_pipeline_668439_rescue1.dag.submitting'],
    });
    expect(steps[1]).toEqual({
      kind: 'write',
      path: `${GW}/desgw_pipeline_668439_rescue1.dag`,
      content: planned().dag,
    });
    // What is handed over is a copy that nobody else writes.
    const own = '.desgw/dags/S2206/desgw_pipeline_668439_rescue1.dag';
    expect(steps[2]).toEqual({ kind: 'write', path: own, content: planned().dag, mode: 0o444 });
    const command = steps.find((step) => step.kind === 'exec')!;
    expect(command).toMatchObject({ cwd: GW, detached: 'doubt', idempotent: false });
    expect(command.argv).toContain('+DesgwSubmission="{token}"');
    expect(command.argv).toContain('+DesgwExposure="668439"');
    expect(command.argv).toContain('+DesgwSeason="2206"');
    expect(command.argv.at(-1)).toBe(`file://{workspace}/${own}`);
  });

  test('nothing in it is ever removed, and no output of it may be cleaned away', () => {
    expect(stepsOf(planned()).filter(({ kind }) => kind === 'remove')).toEqual([]);
    expect(ruleOf(planned()).outputs ?? []).toEqual([]);
  });

  test('its marker tells how far the templates were, so that more of them show later', () => {
    const last = stepsOf({ ...planned(), templatesDone: 77 }).at(-1)!;
    const content = last.kind === 'write' ? last.content : '';
    const text =
      typeof content === 'function'
        ? content({ ...FACTS, startedAt: 0, receipt: '7.0@s' } as RunFacts)
        : '';
    expect(JSON.parse(text)).toMatchObject({ job: '7.0@s', templatesDone: 77 });
  });

  test('its marker tells which job and which DAG', () => {
    const last = stepsOf(planned()).at(-1)!;
    const run: RunFacts = {
      ...FACTS,
      maybeText: () => planned().dag,
      token: 'mine',
      again: false,
      startedAt: 0,
      exits: [],
      stdout: '',
      stderr: '',
      receipt: '90.0@jobsub01.fnal.gov',
      claims: [],
    };
    if (last.kind !== 'write' || typeof last.content === 'string') throw new Error('no marker');
    expect(last.path).toBe(`${GW}/desgw_pipeline_668439_rescue1.dag.submitted`);
    expect(JSON.parse(last.content(run))).toEqual({
      schema: 'desgw/submitted',
      version: 1,
      exposure: '668439',
      season: '2206',
      job: '90.0@jobsub01.fnal.gov',
      token: 'mine',
      submitted: '1970-01-01T00:00:00.000Z',
      dag: digestOf(planned().dag),
    });
  });

  const begun = (record: World['record'], marked?: RescueAsked['marked']): RescuePlan =>
    planned({
      earlier: { 1: { dag: dagText({ ccds: [3] }), claimed: true } },
      record: record!,
      ...(marked === undefined ? {} : { asked: { marked } }),
    });
  const queue = (...jobs: Job[]): Seen => ({
    kind: 'answer',
    answer: { state: 'seen', jobs } as never,
  });
  const NONE = text(undefined);
  const receipt = '90.0@jobsub01.fnal.gov';

  test.each<[string, RescuePlan, string | undefined, readonly Seen[], Partial<OnceSighting>]>([
    [
      'a marker is final',
      planned(),
      undefined,
      [text(marker({ job: receipt })), queue()],
      { state: 'done', receipt },
    ],
    [
      'the job of the attempt in the queue is final',
      planned(),
      'mine',
      [NONE, queue(job({ token: 'mine' }))],
      { state: 'done', receipt },
    ],
    [
      'an unknown job of this exposure is that of the lost attempt',
      begun('unknown'),
      undefined,
      [NONE, queue(job({ token: 'mine' }))],
      { state: 'done', receipt },
    ],
    [
      'jobs of the first submission prove nothing',
      planned(),
      undefined,
      [NONE, queue(job({ token: 'first' }))],
      { state: 'not done' },
    ],
    [
      'jobs of another exposure prove nothing',
      planned(),
      undefined,
      [NONE, queue(job({ token: 'mine', labels: { exposure: '668440', season: '2206' } }))],
      { state: 'not done' },
    ],
    [
      'without the queue nothing is known',
      planned(),
      undefined,
      [NONE, { kind: 'failed', why: 'down' }],
      { state: 'unknown' },
    ],
    [
      'half of the queue is not enough',
      planned(),
      undefined,
      [NONE, { kind: 'answer', answer: { state: 'failed', why: 'x', jobs: [] } }],
      { state: 'unknown' },
    ],
    [
      'an attempt on record without a job has not happened',
      begun('begun'),
      'mine',
      [NONE, queue()],
      { state: 'not done' },
    ],
    [
      'a DAG without any record may have been submitted',
      begun('unknown'),
      undefined,
      [NONE, queue()],
      { state: 'unknown' },
    ],
    [
      'a person says that it was not',
      begun('unknown', 'not submitted'),
      undefined,
      [NONE, queue()],
      { state: 'not done' },
    ],
    [
      'a person says that it was not, the queue says it was',
      begun('unknown', 'not submitted'),
      undefined,
      [NONE, queue(job({ token: 'mine' }))],
      { state: 'done', receipt },
    ],
    [
      'a person knows the job',
      begun('unknown', { job: '7.0@jobsub02.fnal.gov' }),
      undefined,
      [NONE, queue()],
      { state: 'done', receipt: '7.0@jobsub02.fnal.gov' },
    ],
  ])('%s', (_what, plan, token, seen, sighting) => {
    const { once } = ruleOf(plan);
    expect(
      once!.judge(seen, token === undefined ? undefined : { token, at: 0, again: false }),
    ).toMatchObject(sighting);
  });
});
