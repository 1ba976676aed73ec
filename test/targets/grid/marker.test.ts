import { expect, test } from 'vitest';
import { readMarker } from '../../../targets/grid/marker.ts';

const marker = (job: unknown): string =>
  JSON.stringify({ schema: 'desgw/submitted', version: 1, exposure: '1', season: '2', job });

test.each(['123.0@jobsub01.fnal.gov', '4711', 'job-a-1'])('%s is a job', (job) => {
  expect(readMarker(marker(job))?.job).toBe(job);
});

test.each(['--all', '-constraint true', '1; rm', '', 7, null, 'a\nb'])(
  'what the marker calls job %j goes into no command line; that it was submitted still counts',
  (job) => {
    expect(readMarker(marker(job))).toMatchObject({ exposure: '1', season: '2', job: null });
  },
);
