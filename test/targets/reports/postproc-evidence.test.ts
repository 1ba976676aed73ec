/** What a run of post processing leaves behind; nothing that an earlier run left is taken for it. */
import { describe, expect, test } from 'vitest';
import type { Seen } from '../../../core/api/looks.ts';
import {
  beginRun,
  begunMark,
  runFrom,
  runLooks,
} from '../../../targets/reports/postproc-evidence.ts';
import { factsOf, read } from '../../support/follow-up.ts';

const place = { season: '1600', postProcessing: 'PP', out: 'PP/out', list: 'list' };
const asked = { season: '1600', due: [0, 1, 2, 3] } as never;

test('marks of earlier runs go, and the moment of the beginning is marked with the attempt', () => {
  const steps = beginRun(place, [0, 3]);
  expect(steps.map((step) => [step.kind, 'path' in step ? step.path : ''])).toEqual([
    ['remove', 'PP/PostProcStatus1600.txt'],
    ['remove', 'PP/hostmatchstatus.txt'],
    ['write', begunMark(place)],
  ]);
  const [, second] = beginRun(place, [4, 5, 6]);
  expect(second).toMatchObject({ kind: 'write', path: begunMark(place) });
});

describe('a run', () => {
  const seen = (mark: Seen, ...texts: Seen[]): readonly Seen[] => [
    ...[mark, { kind: 'ends', files: [] } as Seen],
    ...texts,
    ...Array.from({ length: 6 - texts.length }, () => read()),
  ];
  const begun: Seen = { kind: 'stat', stat: { size: 1, mtime: 1000 } };
  const of = (all: readonly Seen[]) => runFrom(factsOf({}), all, asked);

  test('is told with the exposures that were asked for, blank lines left out', () => {
    expect(of(seen(begun, read('668440\n\n668441\n')))).toMatchObject({
      ...{ requested: ['668440', '668441'], unseen: [], forced: [] },
    });
  });

  test('owns files from its beginning on, none without a mark', () => {
    const file = (mtime: number) => ({ path: 'a', end: '', mtime }) as never;
    const run = of(seen(begun));
    expect([999, 1000, 1001].map((mtime) => run.isOfThisRun(file(mtime)))).toEqual([
      ...[false, true, true],
    ]);
    expect(of(seen({ kind: 'stat' } as Seen)).isOfThisRun(file(2000))).toBe(false);
  });

  test('says what could not be seen', () => {
    const failed: Seen = { kind: 'failed', why: 'EIO' };
    expect(of(seen(begun, read(), failed)).unseen).toEqual(['EIO']);
  });
});

test('everything that is looked at lies with this season and this output tree', () => {
  const paths = runLooks(place).map((look) =>
    'path' in look ? look.path : 'pattern' in look ? look.pattern : '',
  );
  expect(paths).toContain('PP/forcephoto/output/dp1600/*_DESY1600/*');
  expect(paths).toContain('PP/out/checkoutputs/step0_expnums.txt');
  expect(paths[0]).toBe(begunMark(place));
});
