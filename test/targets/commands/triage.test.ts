/** `desgw triage`: what CCDs need; looks only. */
import { expect, test } from 'vitest';
import type { Look, Seen } from '../../../core/index.ts';
import { ccdReport } from '../../../targets/reports/ccd-report.ts';
import { ccd2, SEARCH_CCDS } from '../../../targets/settings/domain.ts';
import { dagText } from '../../fixtures/postproc/dag-text.ts';
import { forceListing, isForceLook } from '../../support/force-files.ts';
import { run } from './called.ts';

const reportOf = (failed: number) =>
  ccdReport(
    SEARCH_CCDS.map((n, i) => ({
      dir: `/pnfs/exp/20170817/668440/dp2206/i_${ccd2(n)}/`,
      names: [i < failed ? 'RUN18_combined+expose_hotpants.FAIL' : 'outputs_1'],
    })),
    { exposure: '668440', band: 'i', season: '2206', threshold: 50 },
  );
const dag = dagText({ exposure: '668440' });
const seen = (look: Look): Seen =>
  isForceLook(look)
    ? forceListing({ exposure: '668440', season: '2206' }, SEARCH_CCDS)
    : look.kind === 'list'
      ? { kind: 'list', dirs: [] }
      : look.kind === 'read' && look.path.endsWith('.dag')
        ? { kind: 'read', text: dag }
        : { kind: 'read', text: undefined };
const PARAMS = { rescueBudget: 0.2, rescuePause: 1800, templateMemory: ['4000MB'] };
const triage = (failed: number, more: object = {}) =>
  run('triage', {
    texts: {
      'image_proc_outputs/output.txt': '[668440 i]\n2206\n',
      'image_proc_outputs/ccds_668440.json': JSON.stringify(reportOf(failed)),
    },
    params: PARAMS,
    queue: [{ state: 'seen', jobs: [] }],
    records: { ccds_668440: { state: 'made', at: 0 } },
    seen,
    ...more,
  });

test('nothing to judge is said so', async () => {
  const { status, out } = await run('triage', { params: { templateMemory: [] } });
  expect([status, out]).toEqual([0, 'No exposure has been judged yet; see `desgw status`.']);
});

test('CCDs that ran out of memory are to be rescued with more; nothing is done about it here', async () => {
  const { status, out, did } = await triage(3);
  expect(status).toBe(0);
  expect(out).toContain('56 of 59');
  expect(out).toMatch(/3 .*RUN18.* rescue with \d+MB/);
  expect(out).toContain('1 exposure, CCDs: 3 to rescue\n');
  expect(did).toEqual(['asked the queue']);
});

test('for programs the decisions are there one by one', async () => {
  const { out } = await triage(2, { options: { '--json': true } });
  const [exposure] = JSON.parse(out).exposures;
  expect(exposure).toMatchObject({ exposure: '668440', complete: 57, total: 59, enough: true });
  expect(exposure.decisions).toHaveLength(2);
});

test('held jobs are named with what lets them go on, before their exposure has been judged too', async () => {
  const held = {
    ...{ id: '7.0@jobsub01.fnal.gov', submission: '7@jobsub01.fnal.gov', status: 'held' as const },
    ...{ labels: { exposure: '668440', season: '2206' }, holdReason: 'memory usage exceeded' },
  };
  const queue = [{ state: 'seen' as const, jobs: [held] }];
  const texts = { 'image_proc_outputs/output.txt': '[668440 i]\n2206\n' };
  const { out } = await triage(0, { queue, texts });
  expect(out).toContain('1 job held');
  expect(out).toContain('desgw release 668440, or desgw cancel 668440: memory usage exceeded');
  const params = { ...PARAMS, releaseHeld: 60 };
  expect((await triage(0, { queue, texts, params })).out).toContain(
    'a build releases them in time',
  );
  const { out: json } = await triage(0, { queue, texts, options: { '--json': true } });
  expect(JSON.parse(json).held).toEqual([
    { exposure: '668440', jobs: 1, why: 'memory usage exceeded', released: 'by people' },
  ]);
});
