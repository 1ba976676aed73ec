import { describe, expect, test } from 'vitest';
import { dagText } from '../../fixtures/postproc/dag-text.ts';
import { judge, LEAD, lead, line, node, SEARCH, TEMPLATE } from './foreign.ts';

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
  });

  test('that has not begun is known by the file that goes with it, or may be any', () => {
    const files = (dag: string): string =>
      lead(1).replace('\n', ` dagmax.config,dagman_wrapper.sh,dag.dag,${dag},stage_1.cmd\n`);
    expect(judge(files('desgw_pipeline_668439.dag'))).toMatchObject(adopted);
    expect(judge(files('desgw_pipeline_668440.dag')).state).toBe('not done');
    expect(judge(files('somebody.dag')).state).toBe('not done');
    expect(judge(lead(1).replace('\n', ' undefined\n'))).toMatchObject({
      ...{ state: 'unknown', unanswered: true },
      why: expect.stringContaining(LEAD),
    });
    expect(judge(lead(4)).state).toBe('not done');
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

  test('at its beginning may be any: that it goes further is waited for', () => {
    const queue = lead() + node(1, 'undefined', 1, 'dummyjob.sh');
    expect(judge(queue)).toMatchObject({ state: 'unknown', unanswered: true });
    expect(judge(queue + node(3, SEARCH))).toMatchObject(adopted);
    const other = SEARCH.replace('668439', '668440');
    expect(judge(queue + node(3, other)).state).toBe('not done');
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
