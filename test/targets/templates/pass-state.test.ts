/** When the templates of a pass have settled: nothing that cannot be seen counts as settled. */
import { describe, expect, test } from 'vitest';
import type { Job } from '../../../core/api/grid.ts';
import type { Seen } from '../../../core/api/looks.ts';
import type { Marker } from '../../../targets/grid/marker.ts';
import { TEMPLATE_CCDS } from '../../../targets/settings/domain.ts';
import type { PassClaims } from '../../../targets/templates/pass-files.ts';
import { judgePass, type PassFacts, passLooks } from '../../../targets/templates/pass-state.ts';
import { followUpWith, leadJob, queueSeen, read } from '../../support/follow-up.ts';

const { site } = followUpWith();
const NOW = Date.UTC(2026, 10, 26);
const template = {
  ...{ exposure: '512345', nite: '20150817', band: 'i', processing: 'r4p7', line: '' },
  missing: TEMPLATE_CCDS,
};
const claimsOf = (more: Partial<PassClaims>): PassClaims => ({
  ...{ schema: 'desgw/template-claims', version: 1, pass: 0 },
  ...{ taken: [], elsewhere: [], rest: [], ...more },
});
const marker: Marker = {
  schema: 'desgw/submitted',
  version: 1,
  ...{ exposure: '668440', season: '1600' },
  ...{
    job: '7.0@jobsub01.fnal.gov',
    token: 'mine',
    submitted: new Date(NOW).toISOString(),
    dag: '',
  },
} as const;

function judge(
  claims: PassClaims,
  {
    queue = queueSeen(),
    claim = '',
    hasTree = true,
    ...facts
  }: Partial<PassFacts> & {
    queue?: Seen;
    claim?: string;
    hasTree?: boolean;
  } = {},
) {
  const each: Seen[] = [
    { kind: 'list', dirs: [] },
    { kind: 'stat', stat: { size: 1, mtime: 0 } },
    read(claim),
    { kind: 'stat', stat: { size: 1, mtime: NOW - 7200_000 } },
  ];
  const n = claims.taken.length + claims.elsewhere.length;
  return judgePass(
    [
      queue,
      (hasTree ? { kind: 'stat', stat: { size: 1, mtime: 0 } } : { kind: 'stat' }) as Seen,
      ...Array.from({ length: n }, () => each).flat(),
    ],
    {
      ...{ grid: site.grid, pnfs: site.pnfs, claims, marker, enough: 59, last: false },
      ...{ waitSeconds: 8 * 3600, lateSeconds: 60, now: NOW, unchangedFor: 1e6, ...facts },
    },
  );
}
const node = (more: Partial<Job> = {}): Job =>
  leadJob({ templatesOf: '668440' }, { id: '8.0@jobsub01.fnal.gov', node: 'stage_1', ...more });

test('looks at the queue, and at directory, raw image and claim of each template', () => {
  const looks = passLooks(site, claimsOf({ taken: [template] }));
  expect(looks.map(({ kind }) => kind)).toEqual(['ask', 'stat', 'list', 'stat', 'read', 'stat']);
  expect(looks[4]).toMatchObject({
    path: 'sandbox/seasons-claimed/templates/r4p7/20150817_512345.pass0',
  });
});

test('what is complete needs nothing more', () => {
  const { missing: _, ...rest } = template;
  expect(judge(claimsOf({ rest: [rest] }))).toMatchObject({
    ...{ state: 'ready', note: '1 of 1 templates complete' },
    value: { templates: [{ state: 'complete', done: 59 }] },
  });
});

describe('templates of ours', () => {
  const ours = claimsOf({ taken: [template] });

  test('are waited for while their jobs are alive, or may be', () => {
    expect(judge(ours, { queue: queueSeen([node()]) }).state).toBe('waiting');
    const silent = { schedds: ['jobsub02.fnal.gov'], silent: ['jobsub01.fnal.gov'] };
    expect(judge(ours, { queue: queueSeen([], { answered: silent }) }).state).toBe('waiting');
    expect(judge(ours, { queue: { kind: 'failed', why: 'no ticket' } }).state).toBe('waiting');
  });

  test('go again with more memory when the jobs have left nothing, and are final after the last pass', () => {
    expect(judge(ours)).toMatchObject({
      state: 'ready',
      value: { templates: [{ state: 'again' }] },
    });
    expect(judge(ours, { last: true })).toMatchObject({
      value: { templates: [{ state: 'final' }] },
    });
  });

  test('are not waited for longer than was asked for', () => {
    const queue = queueSeen([node()]);
    expect(judge(ours, { queue, now: NOW + 8 * 3600_000 }).state).toBe('waiting');
    expect(judge(ours, { queue, now: NOW + 8 * 3600_000 + 1 })).toMatchObject({
      ...{ state: 'ready', note: expect.stringContaining('1 not waited for any longer') },
    });
  });
});

describe('templates of somebody else', () => {
  const theirs = claimsOf({ elsewhere: [template] });
  const claim = JSON.stringify({ note: 'templates of 668441, pass 0' });

  test('are waited for while the jobs of their holder are in the queue', () => {
    const queue = queueSeen([node({ labels: { templatesOf: '668441' }, token: 'other' })]);
    expect(judge(theirs, { queue, claim }).state).toBe('waiting');
    expect(judge(theirs, { claim }).state).toBe('ready');
  });

  test.each([
    ['512345', 'waiting'],
    ['999999', 'ready'],
  ])('are waited for while jobs that somebody submitted by hand process them: %s', (one, state) => {
    const byHand: Job = { ...node({ labels: { template: one } }), submission: 'by hand' };
    expect(judge(theirs, { queue: queueSeen([byHand]), claim }).state).toBe(state);
  });

  test('are waited for while a schedd is silent that may hold them', () => {
    const answered = { schedds: ['jobsub01.fnal.gov'], silent: ['jobsub02.fnal.gov'] };
    expect(judge(theirs, { queue: queueSeen([], { answered }), claim }).state).toBe('waiting');
  });
});

test('a tree that is not there, or cannot be read, is a failure, never templates without files', () => {
  const ours = claimsOf({ taken: [template] });
  expect(judge(ours, { hasTree: false })).toEqual({
    ...{ state: 'failed', why: 'the output tree on pnfs is not there' },
  });
});
