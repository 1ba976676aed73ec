import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../core/api/digest.ts';
import type { Look, Seen } from '../../../core/api/looks.ts';
import type { OnRecord } from '../../../core/index.ts';
import { ccd2, SEARCH_CCDS } from '../../../targets/settings/domain.ts';
import { dagText } from '../../fixtures/postproc/dag-text.ts';
import { run, type World } from './called.ts';

describe('desgw rescue', () => {
  const DAG = dagText();
  const MARKER = JSON.stringify({
    schema: 'desgw/submitted',
    version: 1,
    exposure: '668439',
    season: '2206',
    job: '9.0@jobsub01.fnal.gov',
    token: 'one',
    submitted: 'then',
    dag: digestOf(DAG),
  });
  const built = (receipt?: string): OnRecord => ({
    state: 'made',
    at: 0,
    ...(receipt === undefined ? {} : { receipt }),
  });
  const seen = (look: Look): Seen => {
    const pnfs = 'sandbox/pnfs/des/persistent/gw/exp/20170817/668439/dp2206';
    switch (look.kind) {
      case 'read':
        if (look.path.endsWith('668439.dag')) return { kind: 'read', text: DAG };
        if (look.path.endsWith('668439.dag.submitted')) return { kind: 'read', text: MARKER };
        return {
          kind: 'read',
          text: '668439  20170817  57983.0  197.45  -23.38  i  100  2017B-0110  1.0  object\n',
        };
      case 'ends':
        return { kind: 'ends', files: [] };
      case 'stat':
        return { kind: 'stat', stat: { size: 1, mtime: 0 } };
      case 'list':
        if (look.pattern.endsWith('gw_workflow'))
          return { kind: 'list', dirs: [{ dir: look.pattern, names: [] }] };
        return {
          kind: 'list',
          dirs: SEARCH_CCDS.map((ccd) => ({
            dir: `${pnfs}/i_${ccd2(ccd)}`,
            names: ccd === 3 ? ['RUN02_x.FAIL'] : ['outputs_x'],
          })),
        };
      case 'ask':
        throw new Error('asked twice');
    }
  };
  const ready = (): World => ({
    args: ['668439'],
    queue: [{ state: 'seen', jobs: [] }],
    records: { ccds_668439: built() },
    seen,
  });

  test('the CCD report is forgotten first, so that no build goes on with it, and then the rescue is built', async () => {
    const { status, did, out } = await run('rescue', {
      ...ready(),
      agrees: true,
      builds: (_items, records) => {
        records.rescue_668439_1 = built('80.0@jobsub01.fnal.gov');
        return 0;
      },
    });
    expect(did).toEqual([
      'asked the queue',
      'Submit it?',
      'forgot ccds_668439',
      'built rescue: rescue_668439_1 rescue',
    ]);
    expect(status).toBe(0);
    expect(out).toContain('668439: rescue 1 is submitted as 80.0@jobsub01.fnal.gov');
  });

  test('a dry run shows the moves, the DAG and the command, and does nothing', async () => {
    const { status, did, out } = await run('rescue', {
      ...ready(),
      options: { '--dry-run': true, '--memory': '8GB' },
    });
    expect({ status, did }).toEqual({ status: 0, did: ['asked the queue'] });
    expect(out).toContain('i_03 move to previous/1/: RUN02_x.FAIL');
    expect(out).toContain('--memory=8GB');
    expect(out).toContain('  run /w/sandbox/bin/jobsub_submit_dag -G des');
  });

  test('without a yes nothing is done', async () => {
    expect((await run('rescue', ready())).did).toEqual(['asked the queue', 'Submit it?']);
  });

  test('one that is refused does not keep the others back, but shows in the exit status', async () => {
    const { status, did, out } = await run('rescue', {
      ...ready(),
      args: ['668440', '668439'],
      agrees: true,
    });
    expect(status).toBe(2);
    expect(did.at(-1)).toBe('built rescue: rescue_668439_1 rescue');
    expect(out).toContain('668440 is not rescued:');
  });

  test('a submission in doubt says how to settle it', async () => {
    const { status, out } = await run('rescue', { ...ready(), agrees: true, builds: () => 4 });
    expect(status).toBe(4);
    expect(out).toContain('If it is there: desgw rescue 668439 --job ID');
    expect(out).toContain('If it is not: desgw rescue 668439 --not-submitted');
  });

  test.each([
    [{ '--memory': '6000 MB' }, 'not an amount of memory'],
    [{ '--memory': '-1' }, 'not an amount of memory'],
    [{ '--memory': "1MB' file://x" }, 'not an amount of memory'],
    [{ '--job': '1;rm' }, 'is not a job id'],
    [{ '--job': '1.0@a b' }, 'is not a job id'],
    [{ '--job': '1.0@a', '--not-submitted': true as const }, 'contradict'],
  ])('options that could do harm or make no sense are refused: %j', async (options, why) => {
    await expect(run('rescue', { ...ready(), options })).rejects.toThrow(why);
  });
});
