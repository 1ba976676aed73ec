/** Submissions of which the queue may hold more than it showed. */
import { expect, test } from 'vitest';
import type { Look, OnRecord, Queue, Seen } from '../../../core/index.ts';
import { unseenSubmissions } from '../../../targets/commands/on-record.ts';
import { followUpWith } from '../../support/follow-up.ts';

const { site } = followUpWith();
const marker = (exposure: string, job: string | null, season = '1600') =>
  JSON.stringify({
    ...{ schema: 'desgw/submitted', version: 1, exposure, season, job, token: 't' },
    ...{ submitted: '', dag: '' },
  });
const FILES: { readonly [name: string]: string } = {
  'desgw_pipeline_668440.dag.submitted': marker('668440', '7.0@jobsub01.fnal.gov'),
  'desgw_pipeline_668441.dag.submitted': marker('668441', '8.0@jobsub02.fnal.gov'),
  'desgw_pipeline_668442.dag.submitted': marker('668442', '9.0@jobsub01.fnal.gov', '1601'),
  'desgw_pipeline_668443.dag.submitted': marker('668443', null),
  'desgw_pipeline_668444.dag.submitted.swp': marker('668444', '7.0@jobsub01.fnal.gov'),
};
const look = async (looks: readonly Look[]): Promise<readonly Seen[]> =>
  looks.map((one) =>
    one.kind === 'list'
      ? { kind: 'list', dirs: [{ dir: 'gw', names: Object.keys(FILES) }] }
      : { kind: 'read', text: FILES[(one as { path: string }).path.slice(3)] },
  );
const queue = {
  ...{ state: 'seen', jobs: [] },
  answered: { schedds: ['jobsub02.fnal.gov'], silent: ['jobsub01.fnal.gov'] },
} as unknown as Queue;
const unseen = (records: { [target: string]: OnRecord } = {}) =>
  unseenSubmissions(
    site,
    { look, readText: () => '1600\n', record: (target) => records[target] },
    queue,
  );

test('are those of this season whose schedd is silent, and that are waited for', async () => {
  expect(await unseen()).toEqual([
    {
      ...{ exposure: '668440', job: '7.0@jobsub01.fnal.gov' },
      why: expect.stringContaining('jobsub01.fnal.gov'),
    },
  ]);
  expect(await unseen({ ccds_668440: { state: 'made', at: 0 } })).toEqual([]);
});
