import { describe, expect, test } from 'vitest';
import { type CcdReport, ccdReport, shortfallAdvice } from '../../../targets/reports/ccd-report.ts';
import { ccdSighting, type SettleFacts } from '../../../targets/reports/ccd-settling.ts';
import { ccd2, SEARCH_CCDS } from '../../../targets/settings/domain.ts';

/** So many CCDs complete and failed; the rest not started, or begun. */
function report(complete: number, failed = 0, rest: 'begun' | 'none' = 'none'): CcdReport {
  const listings = SEARCH_CCDS.flatMap((ccd, i) => {
    const dir = `/pnfs/exp/20170817/668439/dp2206/i_${ccd2(ccd)}`;
    if (i < complete) return [{ dir, names: ['outputs_x'] }];
    if (i < complete + failed)
      return [{ dir, names: ['outputs_x', 'RUN02_expose_makeStarCat.FAIL'] }];
    return rest === 'begun' ? [{ dir, names: ['ingest/'] }] : [];
  });
  return ccdReport(listings, { exposure: '668439', band: 'i', season: '2206' });
}

const running = { idle: 3, running: 12, held: 0, transferring: 0, suspended: 0, holdReasons: [] };
const LONG = 1e9;
const base: SettleFacts = {
  report: report(28, 3),
  jobs: running,
  known: true,
  again: false,
  unchangedForSeconds: 60,
  settleAfterSeconds: 3600,
  lateSeconds: 120,
};
const inShort = (change: Partial<SettleFacts>) => {
  const sighting = ccdSighting({ ...base, ...change });
  return [
    sighting.state,
    sighting.state === 'waiting'
      ? sighting.progress
      : sighting.state === 'ready'
        ? sighting.note
        : sighting.why,
  ];
};

test('work under way is waited for, with its progress', () => {
  expect(inShort({})).toEqual([
    'waiting',
    '28 of 59 CCDs complete, 3 failed; jobs: 12 running, 3 idle',
  ]);
});

test.each(['idle', 'running', 'held', 'transferring', 'suspended'] as const)(
  'jobs that are %s in the queue are waited for, however long nothing moves and whatever files say',
  (state) => {
    const jobs = { ...running, idle: 0, running: 0, [state]: 1 };
    for (const one of [report(0), report(28, 3), report(52, 7), report(59)]) {
      const sighting = ccdSighting({ ...base, report: one, jobs, unchangedForSeconds: LONG });
      expect(sighting).toMatchObject({ state: 'waiting', underway: true });
    }
  },
);

test('the job of the DAG alone is work under way', () => {
  const jobs = { ...running, idle: 0, running: 0, lead: 'running' as const };
  expect(inShort({ jobs, unchangedForSeconds: LONG })[0]).toBe('waiting');
});

test('all CCDs complete or failed settle it when no job of it is seen', () => {
  for (const jobs of ['unknown', 'none'] as const)
    expect(inShort({ report: report(52, 7), jobs, unchangedForSeconds: 0 })).toEqual([
      'ready',
      '52 of 59 CCDs complete, 7 failed',
    ]);
});

describe('what was submitted once more', () => {
  test('is not settled by what an earlier submission left, while its jobs may be in the queue', () => {
    expect(inShort({ report: report(59), jobs: 'unknown', again: true })[0]).toBe('waiting');
    expect(inShort({ report: report(59), jobs: running, again: true })[0]).toBe('waiting');
  });

  test('is settled when its jobs have left the queue and late files had their time', () => {
    const gone = (unchangedForSeconds: number) =>
      inShort({ report: report(59), jobs: 'none', again: true, unchangedForSeconds })[0];
    expect([gone(119), gone(120)]).toEqual(['waiting', 'ready']);
  });
});

test('a DAG that has left the queue settles it, but only after late files had their time', () => {
  expect(inShort({ jobs: 'none', unchangedForSeconds: 119 })).toEqual([
    'waiting',
    '28 of 59 CCDs complete, 3 failed; its jobs have left the queue, late files may still appear',
  ]);
  expect(inShort({ jobs: 'none', unchangedForSeconds: 120 })).toEqual([
    'ready',
    '28 of 59 CCDs complete, 3 failed, 28 not started (50 are needed); its jobs have left the queue',
  ]);
});

test('a queue that could not be seen is not an empty queue, for however long; it is told at once', () => {
  const why = 'no ticket';
  expect(inShort({ jobs: 'unknown', unseen: why, unchangedForSeconds: LONG })).toEqual([
    'waiting',
    '28 of 59 CCDs complete, 3 failed; the queue could not be seen (no ticket)',
  ]);
  expect(ccdSighting({ ...base, jobs: 'unknown', unseen: why })).toMatchObject({
    tell: [{ text: expect.stringContaining('the queue could not be seen (no ticket)') }],
  });
});

test('begun CCDs of a submission whose job nobody knows are given up only after long', () => {
  const at = (unchangedForSeconds: number) =>
    inShort({
      ...{ report: report(28, 3, 'begun'), jobs: 'none', known: false },
      unchangedForSeconds,
    });
  expect(at(3599)[0]).toBe('waiting');
  expect(at(3600)).toEqual([
    'ready',
    '28 of 59 CCDs complete, 3 failed, 28 incomplete (50 are needed); the queue has no jobs of it, and nothing has changed for 60 min',
  ]);
});

test('held jobs are shown with their reason, do not count as failed, and are told at once', () => {
  const held = { ...running, held: 2, holdReasons: ['memory usage exceeded'] };
  expect(inShort({ jobs: held })).toEqual([
    'waiting',
    '28 of 59 CCDs complete, 3 failed; jobs: 12 running, 3 idle, 2 held (memory usage exceeded)',
  ]);
  expect(ccdSighting({ ...base, jobs: held })).toMatchObject({
    tell: [
      {
        text: '2 jobs of 668439 held: memory usage exceeded: desgw release 668439, or desgw cancel 668439',
      },
    ],
  });
  expect(ccdSighting(base)).not.toHaveProperty('tell');
});

test('the value is the report before and after, so that settling alone is no change', () => {
  const waiting = ccdSighting(base);
  const ready = ccdSighting({ ...base, jobs: 'none', unchangedForSeconds: 999 });
  expect([waiting, ready]).toMatchObject([{ value: base.report }, { value: base.report }]);
});

test('another threshold is no movement', () => {
  const movement = (one: CcdReport) => {
    const sighting = ccdSighting({ ...base, report: one });
    return sighting.state === 'waiting' ? sighting.movement : undefined;
  };
  const other = { ...base.report, threshold: 20, enough: true };
  expect(movement(other)).toEqual(movement(base.report));
  expect(movement(report(29, 3))).not.toEqual(movement(base.report));
});

test('a rescue is advised only where something came back', () => {
  expect(shortfallAdvice(report(0, 3))).toContain('desgw rescue 668439');
  expect(shortfallAdvice(report(20))).toContain('desgw rescue 668439');
  expect(shortfallAdvice(report(0))).not.toContain('rescue');
});

test('what was submitted once more is not gone on with while it runs, for what is there is of before', () => {
  const enough = report(59);
  expect(ccdSighting({ ...base, report: enough })).toMatchObject({ enough: true });
  expect(ccdSighting({ ...base, report: enough, again: true })).not.toHaveProperty('enough');
});
