/** Whether the failures of an exposure have been seen to. */
import { expect, test } from 'vitest';
import type { Seen } from '../../core/api/looks.ts';
import { ccdReport } from '../../targets/reports/ccd-report.ts';
import { ccd2, SEARCH_CCDS } from '../../targets/settings/domain.ts';
import { noted, type TriageNote } from '../../targets/triage/note.ts';
import { seesToFailures, triaged } from '../../targets/triaged.ts';
import { EXPOSURE, followUpWith, judgingFacts, read, SEASON } from '../support/follow-up.ts';
import { forceListing } from '../support/force-files.ts';

const CCDS = `image_proc_outputs/ccds_${EXPOSURE}.json`;
const reportOf = (failed: number) =>
  ccdReport(
    SEARCH_CCDS.map((n, i) => ({
      dir: `/pnfs/exp/20170817/${EXPOSURE}/dp${SEASON}/i_${ccd2(n)}/`,
      names: [i < failed ? 'RUN18_x.FAIL' : 'outputs_1'],
    })),
    { exposure: EXPOSURE, band: 'i', season: SEASON },
  );
const none: Seen = { kind: 'ends', files: [] };
const markers = { exposure: EXPOSURE, season: SEASON, markers: [] };
const noteOf = (failed: number, more: Partial<TriageNote>): Seen =>
  read(
    JSON.stringify({
      ...{
        schema: 'desgw/triage-note',
        version: 1,
        exposure: EXPOSURE,
        tries: 0,
        what: 'so it is',
      },
      ...{ of: noted(reportOf(failed), markers), state: 'done' },
      ...more,
    }),
  );
function sighting(
  failed: number,
  note: Seen = read(),
  set: readonly string[] = [],
  force: Seen = forceListing({ exposure: EXPOSURE, season: SEASON }, SEARCH_CCDS),
) {
  const rule = triaged(followUpWith({ set }), EXPOSURE);
  const facts = judgingFacts({ [CCDS]: JSON.stringify(reportOf(failed)) }, { now: 1000 });
  return rule.observe!.judge([none, note, force], facts);
}

test('an exposure with enough CCDs is not kept waiting, unless it is to be rescued all the same', () => {
  expect(sighting(0)).toMatchObject({
    state: 'ready',
    note: 'all CCDs complete',
  });
  expect(sighting(9)).toMatchObject({
    state: 'ready',
    note: '50 of 59 CCDs are enough',
  });
  expect(sighting(9, read(), ['rescueAbove=true']).state).toBe('waiting');
  expect(sighting(10).state).toBe('waiting');
});

test('one with too few waits until a note of these very results says that they were seen to', () => {
  expect(sighting(10, noteOf(10, {}))).toMatchObject({
    state: 'ready',
    note: 'so it is',
  });
  expect(sighting(10, noteOf(11, {})).state).toBe('waiting');
  expect(sighting(10, noteOf(10, { state: 'later', until: 1001 }))).toMatchObject({
    ...{ state: 'waiting', progress: 'so it is' },
  });
  expect(sighting(10, noteOf(10, { state: 'later', until: 1000 }))).toMatchObject({
    ...{
      state: 'waiting',
      progress: expect.stringContaining('is to be seen to'),
    },
  });
});

test('what cannot be seen is never taken for a note', () => {
  expect(sighting(10, { kind: 'failed', why: 'EIO' })).toMatchObject({
    state: 'failed',
  });
});

test('only a build that may rescue of itself has it', () => {
  const of = (how: string) => seesToFailures(followUpWith({ set: [`autoRescue=${how}`] }));
  expect(['off', 'ask', 'on'].map(of)).toEqual([false, true, true]);
});

test('one whose force-photometry files were not all copied waits until that has been seen to', () => {
  const some = forceListing({ exposure: EXPOSURE, season: SEASON }, SEARCH_CCDS.slice(1));
  expect(sighting(0, read(), [], some).state).toBe('waiting');
  // What goes on in no case is not worth it.
  const poor = noteOf(10, {});
  expect(sighting(10, poor, [], some)).toMatchObject({ state: 'ready' });
});

test('what was decided by what may change is looked at once more at its time', () => {
  expect(sighting(10, noteOf(10, { until: 5000 }))).toMatchObject({ state: 'ready', again: 5000 });
  expect(sighting(10, noteOf(10, { until: 1000 }))).not.toHaveProperty('again');
});
