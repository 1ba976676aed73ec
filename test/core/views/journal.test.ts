import { expect, test } from 'vitest';
import { openJournal } from '../../../core/memory/journal.ts';
import { listJournal } from '../../../core/memory/listing.ts';
import { journalJson, journalText } from '../../../core/views/journal.ts';
import { builtTrace } from '../../support/plans.ts';
import { stubWorld } from '../stub-world.ts';

/** A journal with a build of `a`, one of `b` that is under way, and what is known of a file. */
function written() {
  const { files, processes } = stubWorld({});
  const journal = openJournal(files, processes.self);
  const { kind: _, how: __, ms: ___, outputs: ____, ...base } = builtTrace();
  journal.trace('a', builtTrace({ receipt: '12.0' }));
  journal.trace('b', { ...base, kind: 'started', token: 'T' });
  journal.file('x', { size: 1, mtime: 0, ctime: 0, ino: 1, digest: 'd', seen: 0 });
  journal.drop('c');
  journal.close();
  return listJournal(files);
}

test('records are shown in their order, each in a line', () => {
  const [heading, ...lines] = journalText(written(), () => true).split('\n');
  expect(heading).toMatch(/^000001-.*: process \d+ on .*; 1 digest of files beside these$/);
  expect(lines.map((line) => line.trim().replace(/ {2,}/g, ' | '))).toEqual([
    expect.stringMatching(/^2017-08-1\d .* \| a \| built \(run 1\) \| receipt 12\.0; never built$/),
    expect.stringMatching(/^2017-08-1\d .* \| b \| started \(run 1\) \| token T; never built$/),
    'c | dropped',
  ]);
});

test('of one target only its own, and as data one a line', () => {
  const only = (target: string): boolean => target === 'b';
  expect(journalText(written(), only)).not.toContain('built (');
  const data = journalJson(written(), only);
  expect(data).toMatchObject([
    { kind: 'trace', target: 'b', trace: { kind: 'started', token: 'T' } },
  ]);
});
