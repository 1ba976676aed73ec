/** The target statistics looks at what was handed over and at what came back, exposure by exposure. */
import { expect, test } from 'vitest';
import type { Seen } from '../../core/api/looks.ts';
import { statistics } from '../../targets/statistics.ts';
import {
  factsOf,
  followUpWith,
  judgingFacts,
  read,
  seenValue,
  textOf,
} from '../support/follow-up.ts';

const all = followUpWith({ exposures: ['668440', '668441'], set: ['ligoid=GW170817'] });
const rule = statistics(all);
const JSON_FILE = 'image_proc_outputs/statistics_S1600.json';

const reportOf = (exposure: string) =>
  JSON.stringify({
    ...{
      schema: 'desgw/ccds',
      version: 1,
      exposure,
      band: 'i',
      season: '1600',
      nites: ['20170817'],
    },
    counts: { complete: 1, failed: 0, incomplete: 0, missing: 0, total: 1 },
    ccds: [{ ccd: 'i_07', nite: '20170817', state: 'complete', failures: [] }],
  });
const dag = (memory: string) =>
  `<parallel>\njobsub --memory=${memory} file://SEdiff.sh -E 668440 -c 7 -S dp1600\n</parallel>\n`;
const marker = (submitted: string) =>
  JSON.stringify({ schema: 'desgw/submitted', version: 1, job: '1.0@s', submitted });
const DIR = 'pnfs/exp/20170817/668440/dp1600/i_07';
const at = (time: string) => Date.parse(`2017-08-18T${time}:00Z`);

const seen: readonly Seen[] = [
  read(dag('2500MB')),
  read(undefined),
  read(marker('2017-08-18T00:00:00Z')),
  {
    kind: 'ends',
    files: [
      { path: 'gw/desgw_pipeline_668440_rescue1.dag', mtime: 0, end: dag('5000MB') },
      {
        path: 'gw/desgw_pipeline_668440_rescue1.dag.submitted',
        mtime: 0,
        end: marker('2017-08-18T04:00:00Z'),
      },
      { path: 'gw/desgw_pipeline_668440_rescue2.dag', mtime: 0, end: dag('9000MB') },
    ],
  },
  {
    kind: 'list',
    dirs: [{ dir: `${DIR}/previous/1`, names: ['RUN18_x.FAIL', 'outputs_a.tar.gz'] }],
  },
  { kind: 'ends', files: [{ path: `${DIR}/outputs_a.tar.gz`, mtime: at('06:30'), end: '' }] },
  {
    kind: 'ends',
    files: [{ path: `${DIR}/previous/1/outputs_a.tar.gz`, mtime: at('02:00'), end: '' }],
  },
];
const nothing: readonly Seen[] = seen.map(() => read(undefined));

test('what was rescued, how it had failed, and how long both runs took at most', () => {
  expect(rule.observe!.look(judgingFacts())).toHaveLength(2 * seen.length);
  const facts = judgingFacts({ 'image_proc_outputs/ccds_668440.json': reportOf('668440') });
  const value = seenValue(rule.observe!.judge([...seen, ...nothing], facts));
  expect(value).toMatchObject([
    {
      ...{ exposure: '668440', before: { RUN18_x: 1 }, after: {}, rescues: 1, rescued: 1 },
      cured: { more: 1, same: 0, untold: 0 },
      jobs: { search: 1, templates: 0, rescues: 1 },
      hours: { atMost: 2 + 2.5, runs: 2, unknown: 0 },
    },
  ]);
  const text = textOf(rule, JSON_FILE, factsOf({}, { value }));
  expect(JSON.parse(text)).toMatchObject({ event: 'GW170817', season: '1600' });
  const shown = rule.exhibits!.tables!((path) => (path === JSON_FILE ? text : undefined));
  expect(shown.map(({ title }) => title)).toEqual([
    'Totals by night',
    'CCDs by failed step, before rescues and now',
  ]);
});

test('of an exposure that was not handed over no job is counted', () => {
  const facts = judgingFacts({ 'image_proc_outputs/ccds_668441.json': reportOf('668441') });
  const unmarked = nothing.with(0, read(dag('2500MB')));
  const value = seenValue(rule.observe!.judge([...nothing, ...unmarked], facts));
  expect(value).toMatchObject([
    { exposure: '668441', jobs: { search: 0 }, hours: { runs: 0, unknown: 0 } },
  ]);
});

test('what cannot be seen is no zero', () => {
  const failed = seen.with(4, { kind: 'failed', why: 'EIO' });
  expect(rule.observe!.judge([...failed, ...nothing], judgingFacts())).toEqual({
    ...{ state: 'failed', why: 'EIO' },
  });
});
