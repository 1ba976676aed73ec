/** Submissions that somebody made by hand: their jobs have none of desgw's attributes. */
import { describe, expect, test } from 'vitest';
import type { Job, Queue } from '../../../core/api/grid.ts';
import type { Seen } from '../../../core/api/looks.ts';
import type { Attempt } from '../../../core/api/rules.ts';
import { readQueueColumns } from '../../../targets/grid/jobsub-answer.ts';
import { sandbox } from '../../../targets/site/sandbox.ts';
import { judgeSubmitted } from '../../../targets/submitted.ts';
import { dagText } from '../../fixtures/postproc/dag-text.ts';

const { grid } = sandbox();
const LEAD = '70.0@jobsub01.fnal.gov';
/** As jobsub_lite hands every DAG over. */
const DAG_ARGS = '-p 0 -f -l . -Lockfile dag.dag.lock -AutoRescue 1 -Dag dag.dag -maxjobs 0';
const SEARCH = '-r 4 -p 7 -E 668439 -v gw10 -b i -n 20170817 -d persistent -m gw -C -c 5 -S dp2206';
const TEMPLATE =
  '-r 4 -p 7 -E 512345 -v gw10 -b i -n 20150817 -j -d persistent -m gw -c 0 -t -S dp2206';

interface Row {
  readonly id?: string;
  readonly status?: number;
  readonly node?: string;
  readonly tail?: string;
}
const line = ({ id = LEAD, status = 1, node = 'undefined', tail = '' }: Row): string =>
  `${id} undefined undefined undefined ${status} ${node} 1772000000 undefined undefined undefined ${tail}\n`;
const lead = (status = 2, args = DAG_ARGS): string =>
  line({ status, tail: `args: undefined 7 undefined undefined ${args}` });
const node = (n: number, args: string, status = 1, script = 'SEdiff.sh'): string =>
  line({
    ...{ id: `${70 + n}.0@jobsub01.fnal.gov`, status, node: `stage_${n}` },
    tail: `args: 70 5 ${script} ${args} undefined`,
  });
const seen = (stdout: string): Queue =>
  readQueueColumns({ exit: { kind: 'exit', code: 0 }, stdout, stderr: '' });
const read = (text?: string): Seen => ({ kind: 'read', text });
const BOTH = { schedds: ['jobsub01.fnal.gov', 'jobsub02.fnal.gov'], silent: [] };

function judge(
  stdout: string,
  {
    dag = dagText(),
    notes = [undefined, undefined, undefined],
    attempt,
    answered = BOTH,
    exposure = '668439',
  }: {
    readonly dag?: string;
    readonly notes?: readonly (string | undefined)[];
    readonly attempt?: Attempt;
    readonly answered?: typeof BOTH | { schedds: string[]; silent: string[] };
    readonly exposure?: string;
  } = {},
) {
  const answer = { ...seen(stdout), answered } as never;
  return judgeSubmitted(
    [
      read(),
      { kind: 'list', dirs: [] },
      { kind: 'answer', answer },
      read(),
      ...[dag, ...notes].map(read),
    ],
    { grid, exposure, season: '2206', attempt },
  );
}

describe('jobs without our attributes', () => {
  test('belong to their DAG, and tell for all of it what they are for', () => {
    const queue = seen(lead() + node(2, TEMPLATE, 2) + node(3, SEARCH, 5));
    expect(
      queue.jobs.map(({ id, submission, labels, node: at, status }) => ({
        ...{ id, submission, at, status },
        ...{ exposure: labels.exposure, season: labels.season },
      })),
    ).toEqual(
      [
        { id: LEAD, at: undefined, status: 'running' },
        { id: '72.0@jobsub01.fnal.gov', at: 'stage_2', status: 'running' },
        { id: '73.0@jobsub01.fnal.gov', at: 'stage_3', status: 'held' },
      ].map((job) => ({
        ...job,
        ...{ submission: '70@jobsub01.fnal.gov', exposure: '668439', season: '2206' },
      })),
    );
    expect(grid.jobsOf(queue, { receipt: LEAD }).jobs).toHaveLength(1);
    expect(
      grid.jobsOf(queue, { purpose: { exposure: '668439', season: '2206' } }).jobs,
    ).toHaveLength(3);
  });

  test('that are ours are known by their attributes, whatever their arguments say', () => {
    const [job] = seen(
      `71.0@s tok 668440 2206 1 stage_2 1772000000 undefined undefined undefined args: 70 5 SEdiff.sh ${SEARCH} undefined\n`,
    ).jobs;
    expect(job).toMatchObject({
      submission: 'tok',
      labels: { exposure: '668440', season: '2206' },
    } satisfies Partial<Job>);
  });

  test('a hold reason that holds blanks and numbers ends where the arguments begin', () => {
    const held = `71.0@s undefined undefined undefined 5 stage_2 1 memory 3 4 5 used undefined undefined args: 70 5 SEdiff.sh ${SEARCH} undefined\n`;
    expect(seen(held).jobs[0]).toMatchObject({ holdReason: 'memory 3 4 5 used' });
    const unknowing = '71.0@s tok 1 2 5 stage_2 1 memory of 3 undefined undefined';
    expect(seen(`${unknowing}${' undefined'.repeat(6)}\n`).jobs[0]).toMatchObject({
      holdReason: 'memory of 3',
    });
  });
});

describe('a DAG that somebody submitted by hand', () => {
  const adopted = { state: 'done', receipt: LEAD };

  test.each([1, 2, 5])('is found by its CCDs (JobStatus %d)', (status) => {
    expect(judge(lead() + node(3, SEARCH, status))).toMatchObject(adopted);
    expect(judge(lead(5) + node(3, SEARCH, status))).toMatchObject(adopted);
  });

  test('is found by RUNMON, when nothing else of it is left', () => {
    const runmon = '-r r4p7 -p dp2206 -E 668439 -n 20170817 -f WS1974-233';
    expect(judge(lead() + node(62, runmon, 1, 'RUNMON.sh'))).toMatchObject(adopted);
  });

  test('is found by the name of its DAG, idle and held too, unless it is of another season', () => {
    const named = lead(1, '-Dag desgw_pipeline_668439.dag -maxjobs 0');
    expect(judge(named)).toMatchObject(adopted);
    expect(judge(lead(5, 'desgw_pipeline_668439.dag'))).toMatchObject(adopted);
    expect(judge(named + node(2, TEMPLATE))).toMatchObject(adopted);
    expect(judge(named + node(2, TEMPLATE.replace('2206', '2208'))).state).toBe('not done');
    expect(judge(lead(1, 'desgw_pipeline_668440.dag')).state).toBe('not done');
  });

  test('of another exposure or season is none of this one', () => {
    expect(judge(lead() + node(3, SEARCH.replace('668439', '668440'))).state).toBe('not done');
    expect(judge(lead() + node(3, SEARCH.replace('dp2206', 'dp2208'))).state).toBe('not done');
    expect(judge(lead()).state).toBe('not done');
  });

  test('at its templates may be this one: it is waited for until that shows', () => {
    const queue = lead() + node(2, TEMPLATE);
    expect(judge(queue)).toMatchObject({ state: 'unknown', unanswered: true });
    expect(judge(queue)).toMatchObject({ why: expect.stringContaining(LEAD) });
    const other = dagText({ exposure: '668440', templates: ['511111'] });
    expect(judge(queue, { exposure: '668440', dag: other }).state).toBe('not done');
    const pass = lead() + node(2, `${TEMPLATE} -O`);
    expect(judge(pass).state).toBe('not done');
    expect(judge(queue, { attempt: { at: 0, again: false, denied: true } }).state).toBe('not done');
  });

  test('jobs that are there without a DAG are waited for', () => {
    const alone = line({ tail: `args: undefined 5 SEdiff.sh ${SEARCH} undefined` });
    expect(judge(alone)).toMatchObject({ state: 'unknown', unanswered: true });
    expect(judge(node(3, SEARCH))).toMatchObject({ state: 'unknown', unanswered: true });
    expect(judge(node(3, SEARCH, 4)).state).toBe('not done');
  });
});

describe('the output of a submission by hand, beside the DAG', () => {
  const says = (id = LEAD) => `Submitting job(s).\nUse job id ${id} to retrieve output\n`;
  const noted = { notes: [says(), undefined, undefined] };

  test('names the job to ask about', () => {
    for (const notes of [
      [says(), undefined, undefined],
      [undefined, says(), undefined],
      ['no id', undefined, says()],
      [says('60.0@jobsub02.fnal.gov'), undefined, says()],
    ])
      expect(judge(lead(), { notes })).toMatchObject({ state: 'done', receipt: LEAD });
    expect(judge(lead() + node(2, TEMPLATE), noted)).toMatchObject({ state: 'done' });
  });

  test('is a doubt where the schedd knows nothing of it any more, and a person decides', () => {
    for (const queue of ['All queues are empty\n', lead(4)]) {
      expect(judge(queue, noted)).toMatchObject({
        state: 'unknown',
        why: `jobsub_668439.out beside the DAG says that it was submitted as ${LEAD}, and nothing shows what came of it`,
        advice: expect.stringContaining(`desgw mark submitted 668439 --job ${LEAD}`),
      });
      expect(judge(queue, noted)).not.toHaveProperty('unanswered');
    }
    const denied = { at: 0, again: false, denied: true } as const;
    expect(judge(lead(4), { ...noted, attempt: denied }).state).toBe('not done');
    expect(judge(lead(2), { ...noted, attempt: denied }).state).toBe('done');
  });

  test('is asked again later where its schedd has not answered', () => {
    const answered = { schedds: ['jobsub02.fnal.gov'], silent: [] };
    expect(judge('All queues are empty\n', { ...noted, answered })).toMatchObject({
      state: 'unknown',
      unanswered: true,
    });
  });

  test('says nothing where its job is of another exposure or season', () => {
    const queue = lead() + node(3, SEARCH.replace('dp2206', 'dp2208'));
    expect(judge(queue, noted).state).toBe('not done');
  });
});
