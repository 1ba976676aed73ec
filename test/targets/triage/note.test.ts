import { expect, test } from 'vitest';
import { ccdReport } from '../../../targets/reports/ccd-report.ts';
import { noted, readNote, type TriageNote } from '../../../targets/triage/note.ts';

const note: TriageNote = {
  ...{ schema: 'desgw/triage-note', version: 1, exposure: '668440', of: 'x' },
  ...{ state: 'later', until: 7, tries: 1, what: 'waits' },
};

test('a note is read again; half of one, and what is none, are no note', () => {
  expect(readNote(JSON.stringify(note))).toEqual(note);
  for (const text of [undefined, '', JSON.stringify(note).slice(0, 20), '{"schema":"desgw/ccds"}'])
    expect(readNote(text)).toBeUndefined();
});

test('it is of certain results after certain submissions', () => {
  const asked = { exposure: '668440', band: 'i', season: '2206' };
  const before = ccdReport([], asked);
  const after = ccdReport(
    [{ dir: '/pnfs/exp/20170817/668440/dp2206/i_07/', names: ['outputs_1'] }],
    asked,
  );
  const once = { exposure: '668440', season: '2206', markers: [undefined] };
  const twice = { ...once, markers: [undefined, undefined] };
  expect(noted(before, once)).toBe(noted(before, once));
  expect(new Set([noted(before, once), noted(before, twice), noted(after, once)]).size).toBe(3);
});
