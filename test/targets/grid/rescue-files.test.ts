import { describe, expect, test } from 'vitest';
import type { Seen } from '../../../core/api/looks.ts';
import {
  earlierFrom,
  earlierLooks,
  earlierNumbers,
  folderOf,
  nameOf,
  rescueFile,
  rescueLooks,
} from '../../../targets/grid/rescue-files.ts';
import { EXPOSURE, followUpWith, read, SEASON } from '../../support/follow-up.ts';

const { site } = followUpWith();
const asked = { exposure: EXPOSURE, season: SEASON };
const FIRST = `sandbox/gw_workflow/desgw_pipeline_${EXPOSURE}.dag`;
const listing = (...names: string[]): Seen => ({ kind: 'list', dirs: [{ dir: 'd', names }] });
const numbers = (...names: string[]) =>
  earlierNumbers(EXPOSURE, [read(), read(), read(), listing(...names)]);

test('a rescue lies beside the DAG that it mends', () => {
  const file = rescueFile({ site, season: SEASON }, EXPOSURE, 3);
  expect(file).toBe(FIRST.replace('.dag', '_rescue3.dag'));
  expect([folderOf(file), nameOf(file)]).toEqual([
    ...['sandbox/gw_workflow', `desgw_pipeline_${EXPOSURE}_rescue3.dag`],
  ]);
});

describe('earlier rescues', () => {
  test('are counted as numbers, and what is none of this exposure is none', () => {
    const name = (n: string, exposure = EXPOSURE) => `desgw_pipeline_${exposure}_rescue${n}.dag`;
    expect(numbers(name('10'), name('9'), name('2'))).toEqual([2, 9, 10]);
    expect(
      numbers(name('0'), name('01'), name('1', '668441'), `${name('1')}.submitted`, name('99999')),
    ).toEqual([]);
  });

  test('are looked at with marker and claim', () => {
    const seen = [read(), read(), read(), listing(`desgw_pipeline_${EXPOSURE}_rescue1.dag`)];
    const dag = FIRST.replace('.dag', '_rescue1.dag');
    expect(earlierLooks(site, asked, seen)).toEqual([
      { kind: 'read', path: dag },
      { kind: 'read', path: `${dag}.submitted` },
      { kind: 'stat', path: `${dag}.submitting` },
    ]);
  });

  test('are told with what was seen: a claim without a marker was begun', () => {
    const [one, two] = earlierFrom([1, 2], [
      ...[read('dag text'), read('no marker'), { kind: 'stat', stat: { size: 1, mtime: 0 } }],
      ...[read(), read(), { kind: 'stat' }],
    ] as Seen[]);
    expect(one).toEqual({ number: 1, dag: 'dag text', marker: undefined, claimed: true });
    expect(two).toEqual({ number: 2, dag: '', marker: undefined, claimed: false });
  });
});

test('what was submitted, the rescues and the CCDs are looked at first', () => {
  expect(rescueLooks(site, asked).slice(0, 4)).toEqual([
    { kind: 'read', path: FIRST },
    { kind: 'read', path: `${FIRST}.submitted` },
    { kind: 'read', path: 'image_proc_outputs/exposures.list' },
    { kind: 'list', pattern: 'sandbox/gw_workflow' },
  ]);
});
