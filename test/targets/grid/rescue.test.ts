import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../core/api/digest.ts';
import { Refusal } from '../../../core/api/errors.ts';
import type { Facts, RunFacts } from '../../../core/api/facts.ts';
import type { Job, Queue } from '../../../core/api/grid.ts';
import type { Listing, Seen } from '../../../core/api/looks.ts';
import type { OnceSighting, Recipe } from '../../../core/api/rules.ts';
import { jobsIn, parseDag } from '../../../targets/grid/dag.ts';
import { rescueRule } from '../../../targets/grid/rescue.ts';
import {
  earlierLooks,
  type RescueAsked,
  type RescuePlan,
  rescueLooks,
} from '../../../targets/grid/rescue-files.ts';
import { planRescue, type RescueRecord } from '../../../targets/grid/rescue-plan.ts';
import { ccdReport, stateByCcd } from '../../../targets/reports/ccd-report.ts';
import { ccd2, SEARCH_CCDS } from '../../../targets/settings/domain.ts';
import { sandbox } from '../../../targets/site/sandbox.ts';
import { dagText } from '../../fixtures/postproc/dag-text.ts';

const site = sandbox();
const asked: RescueAsked = { exposure: '668439', season: '2206' };
const DAG = dagText();
const PNFS = `${site.pnfs}/exp/20170817/668439/dp2206`;
const GW = site.gwWorkflow;
const ROW = '668439  20170817  57983.0  197.45  -23.38  i  100  2017B-0110  1.0  object\n';
const OUTPUTS = (ccd: number): string => `outputs_dp2206_20170817_668439_i_${ccd2(ccd)}.tar.gz`;

type Ccds = { readonly [ccd: number]: readonly string[] };

/** Every CCD complete, except those given, with the names in their directories. */
function ccds(others: Ccds): Listing[] {
  return [
    { dir: PNFS, names: [...SEARCH_CCDS.map((ccd) => `i_${ccd2(ccd)}/`), 'input_files/'] },
    ...SEARCH_CCDS.map((ccd) => ({
      dir: `${PNFS}/i_${ccd2(ccd)}`,
      names: others[ccd] ?? [OUTPUTS(ccd), 'ingest/'],
    })),
  ];
}

const marker = (fields: object = {}): string =>
  JSON.stringify({
    schema: 'desgw/submitted',
    version: 1,
    exposure: '668439',
    season: '2206',
    job: '70.0@jobsub01.fnal.gov',
    token: 'first',
    submitted: '2026-03-01T00:00:00.000Z',
    dag: digestOf(DAG),
    ...fields,
  });

interface World {
  readonly dag?: string | undefined;
  readonly marker?: string | undefined;
  readonly rows?: string;
  readonly ccds?: readonly Listing[];
  readonly pnfs?: Seen;
  /** Rescues that lie beside the DAG, by number. */
  readonly earlier?: {
    readonly [number: number]: {
      readonly dag: string;
      readonly marker?: string;
      readonly claimed?: boolean;
    };
  };
  readonly queue?: Queue;
  readonly judged?: boolean;
  readonly record?: 'submitted' | 'begun' | 'unknown';
  readonly asked?: Partial<RescueAsked>;
}

const FAILED: Ccds = {
  3: [OUTPUTS(3), 'RUN02_expose_makeStarCat.FAIL', 'ingest/'],
  12: ['NOOVERLAPS.FAIL'],
  40: [],
};
const text = (one: string | undefined): Seen => ({ kind: 'read', text: one });

/** The plan in a world in which everything is in order but for what is given. */
function planned(world: World = {}): RescuePlan {
  const numbers = Object.keys(world.earlier ?? {});
  const names = numbers.map((number) => `desgw_pipeline_668439_rescue${number}.dag`);
  const seen: Seen[] = [
    text('dag' in world ? world.dag : DAG),
    text('marker' in world ? world.marker : marker()),
    text(world.rows ?? ROW),
    {
      kind: 'list',
      dirs: [{ dir: GW, names: ['DAGMaker.sh', 'desgw_pipeline_668439.dag', ...names] }],
    },
    world.pnfs ?? { kind: 'list', dirs: (world.ccds ?? ccds(FAILED)).slice(0, 1) },
    { kind: 'list', dirs: (world.ccds ?? ccds(FAILED)).slice(1) },
    { kind: 'stat', stat: { size: 1, mtime: 0 } },
  ];
  const before = Object.values(world.earlier ?? {}).flatMap((one): Seen[] => [
    text(one.dag),
    text(one.marker),
    { kind: 'stat', stat: one.claimed === true ? { size: 1, mtime: 0 } : undefined },
  ]);
  const record: RescueRecord = {
    judged: world.judged ?? true,
    rescue: () => world.record ?? 'unknown',
    queue: world.queue ?? { state: 'seen', jobs: [] },
  };
  const all = { ...asked, ...world.asked };
  expect(rescueLooks(site, all)).toHaveLength(seen.length);
  expect(earlierLooks(site, all, seen)).toHaveLength(before.length);
  return planRescue(site, all, record, seen, before);
}

/** Why there is no plan, and what to do about it. */
function refusal(world: World): string {
  try {
    planned(world);
  } catch (error) {
    if (error instanceof Refusal) return `${error.message} -> ${error.advice ?? ''}`;
    throw error;
  }
  throw new Error('it was planned');
}

const job = (fields: Partial<Job>): Job => ({
  id: '90.0@jobsub01.fnal.gov',
  submission: fields.token ?? '90@jobsub01.fnal.gov',
  status: 'running',
  labels: { exposure: '668439', season: '2206' },
  ...fields,
});

describe('what a rescue would do', () => {
  test('the CCDs that failed, died or never ran go into a DAG of their own, with twice the memory where that can help', () => {
    const plan = planned();
    expect(plan).toMatchObject({
      kind: 'ready',
      number: 1,
      ccds: [3, 12, 40],
      memory: '2500MB to 5000MB',
      why: '1 x NOOVERLAPS, 1 x RUN02_expose_makeStarCat, 1 x incomplete',
      others: ['first'],
    });
    const jobs = jobsIn(parseDag(plan.dag));
    expect(jobs.map(({ kind, flags }) => [kind, flags.get('c')])).toEqual([
      ['dummy', undefined],
      ['search', '3'],
      ['search', '12'],
      ['search', '40'],
    ]);
    expect(jobs.slice(1).map(({ text: line }) => line.match(/--memory=\S+/g))).toEqual([
      ['--memory=2500MB'],
      ['--memory=2500MB'],
      ['--memory=5000MB'],
    ]);
  });

  test('what a failed CCD left is moved aside, its outputs before its FAIL files', () => {
    const at = (ccd: string, name: string) => ({
      from: `${PNFS}/i_${ccd}/${name}`,
      to: `${PNFS}/i_${ccd}/previous/1/${name}`,
    });
    expect(planned().moves).toEqual([
      at('03', OUTPUTS(3)),
      at('03', 'RUN02_expose_makeStarCat.FAIL'),
      at('12', 'NOOVERLAPS.FAIL'),
    ]);
  });

  test('the memory asked for is taken as it is; every rescue doubles that of the one before, up to 32000MB', () => {
    expect(planned({ asked: { memory: '4GB' } }).memory).toBe('4GB');
    const second = (memory: string) =>
      planned({
        earlier: {
          1: {
            dag: dagText({ ccds: [3], options: `--memory=${memory}` }),
            marker: marker({ token: 'second' }),
          },
        },
      });
    expect(second('6000MB')).toMatchObject({
      number: 2,
      memory: '6000MB to 12000MB',
      others: ['first', 'second'],
    });
    expect(second('3GB').memory).toBe('3GB to 6144MB');
    expect(second('20000MB').memory).toBe('20000MB to 32000MB');
    expect(second('40000MB').memory).toBe('40000MB');
    expect(
      planned({
        dag: dagText({ options: '--disk=1GB' }),
        marker: marker({ dag: digestOf(dagText({ options: '--disk=1GB' })) }),
      }).memory,
    ).toBe('6000MB');
  });

  test('numbers go on after the highest there is, however many', () => {
    const done = { dag: dagText({ ccds: [3] }), marker: marker() };
    expect(planned({ earlier: { 2: done, 9: done, 10: done } }).number).toBe(11);
  });

  test.each<[string, World, string]>([
    ['all CCDs are complete', { ccds: ccds({}) }, 'all CCDs of 668439 are complete'],
    ['it was never submitted', { marker: undefined }, 'was never submitted'],
    [
      'the marker is not one',
      { marker: 'submitted by hand, see the log book' },
      'was never submitted',
    ],
    ['it belongs to another season', { marker: marker({ season: '417' }) }, 'season 417'],
    ['its DAG is gone', { dag: undefined }, 'is not there any more'],
    ['its DAG was changed', { dag: `${DAG}# one more line\n` }, 'was changed since'],
    ['nothing was judged yet', { judged: false }, 'desgw build ccds_668439'],
    [
      'jobs are live',
      {
        queue: {
          state: 'seen',
          jobs: [job({ token: 'first' }), job({ token: 'first', node: 'stage_3' })],
        },
      },
      'still in the queue: 1 running',
    ],
    [
      'jobs are held',
      {
        queue: {
          state: 'seen',
          jobs: [job({ token: 'first', node: 'stage_3', status: 'held', holdReason: 'memory' })],
        },
      },
      '1 held (memory)',
    ],
    [
      'jobs of another rescue are live',
      { queue: { state: 'seen', jobs: [job({ token: 'else' })] } },
      'still in the queue',
    ],
    [
      'the queue cannot be seen',
      { queue: { state: 'failed', why: 'no ticket', jobs: [] } },
      'the queue could not be seen (no ticket)',
    ],
    ['pnfs cannot be seen', { pnfs: { kind: 'failed', why: 'EIO' } }, 'EIO'],
    ['its band is not known', { rows: '' }, 'the band of 668439'],
    [
      'nothing came back at all',
      { ccds: ccds(Object.fromEntries(SEARCH_CCDS.map((ccd) => [ccd, []]))) },
      'resubmit submitted_668439',
    ],
    [
      'there is nothing to settle',
      { asked: { marked: 'not submitted' } },
      'no rescue that was begun',
    ],
  ])('it is refused when %s', (_when, world, why) => {
    expect(refusal(world)).toContain(why);
  });

  test('jobs that were removed or have completed do not count as live', () => {
    const jobs = [
      job({ token: 'first', status: 'removed' }),
      job({ token: 'first', node: 'stage_1', status: 'completed' }),
    ];
    expect(planned({ queue: { state: 'seen', jobs } }).kind).toBe('ready');
  });

  test('a rescue that was begun stands with its own CCDs, though jobs are live and CCDs have changed', () => {
    const dag = dagText({ ccds: [3, 5], options: '--memory=7000MB' });
    const world: World = {
      earlier: { 1: { dag, claimed: true } },
      queue: { state: 'seen', jobs: [job({ token: 'mine' })] },
      judged: false,
      record: 'begun',
    };
    expect(planned(world)).toMatchObject({
      kind: 'unfinished',
      number: 1,
      ccds: [3, 5],
      memory: '7000MB',
      dag,
      others: ['first'],
    });
  });

  test('a rescue on record as submitted is over, also when its marker was lost', () => {
    expect(
      planned({ earlier: { 1: { dag: dagText({ ccds: [3] }) } }, record: 'submitted' }),
    ).toMatchObject({ kind: 'ready', number: 2 });
  });

  test('whatever the CCDs look like: those not complete run again, and count as incomplete once the moves are made', () => {
    const names = fc.subarray([
      'outputs',
      'RUN02_expose_makeStarCat.FAIL',
      'NOOVERLAPS.FAIL',
      'ingest/',
      'note.txt',
    ]);
    const some = fc.dictionary(fc.constantFrom(...SEARCH_CCDS.map(String)), names, {
      minKeys: 1,
      maxKeys: 20,
    });
    fc.assert(
      fc.property(some, (chosen) => {
        const others = Object.fromEntries(
          Object.entries(chosen).map(([ccd, list]) => [
            ccd,
            list.map((name) => (name === 'outputs' ? OUTPUTS(Number(ccd)) : name)),
          ]),
        );
        const listings = ccds(others);
        const about = { exposure: '668439', band: 'i', season: '2206' };
        const states = stateByCcd(ccdReport(listings, about));
        const wanted = SEARCH_CCDS.filter((ccd) => states.get(`i_${ccd2(ccd)}`) !== 'complete');
        fc.pre(wanted.length > 0);
        const plan = planned({ ccds: listings });
        expect(plan.ccds).toEqual(wanted);
        const gone = new Set(plan.moves.map(({ from }) => from));
        const after = listings.map(({ dir, names: list }) => ({
          dir,
          names: list.filter((name) => !gone.has(`${dir}/${name}`)),
        }));
        const now = stateByCcd(ccdReport(after, about));
        for (const ccd of SEARCH_CCDS)
          expect(now.get(`i_${ccd2(ccd)}`)).toBe(wanted.includes(ccd) ? 'incomplete' : 'complete');
      }),
      { numRuns: 40 },
    );
  });
});

describe('the target that submits a rescue', () => {
  const facts: Facts = {
    text: () => '',
    maybeText: () => undefined,
    value: null,
    gathered: [],
    due: [],
    workspace: '/ws',
    settled: true,
  };
  const ruleOf = (plan: RescuePlan) => rescueRule(site, plan, 600);
  const recipeOf = (plan: RescuePlan): Recipe => ruleOf(plan).recipe as Recipe;
  const stepsOf = (plan: RescuePlan) => {
    const { steps } = recipeOf(plan);
    return typeof steps === 'function' ? steps(facts) : steps;
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

  test('its marker tells which job and which DAG', () => {
    const last = stepsOf(planned()).at(-1)!;
    const run: RunFacts = {
      ...facts,
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
