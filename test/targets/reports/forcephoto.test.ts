import { describe, expect, test } from 'vitest';
import { judgeForcephoto, type LeftFile } from '../../../targets/reports/forcephoto.ts';

describe('force photometry', () => {
  const names = [
    'RUN000_MAKELIST',
    'RUN000_MAKELIST.DONE',
    'RUN001_FORCEPHOTO',
    'RUN001_FORCEPHOTO.DONE',
    'RUN001_FORCEPHOTO.LOG',
  ];
  const left = (stamp: string, all: readonly string[], code = 0, season = '2206'): LeftFile[] =>
    all.map((name) => ({
      path: `/pp/forcephoto/output/dp${season}/${stamp}_DESY${season}/${name}`,
      mtime: 0,
      end: `x\nRETURN CODE: ${code}\n`,
    }));
  const whats = (files: readonly LeftFile[]) => judgeForcephoto(files, '2206').map((p) => p.what);

  test('is done when every script of its newest directory is done and every log is good', () => {
    expect(whats(left('20170818_0102', names))).toEqual([]);
    const older = left('20170817_2300', ['MAKEFORCELIST.ABORT'], 1);
    expect(whats([...left('20170818_0102', names), ...older])).toEqual([]);
  });

  test('is not done while a script is open, was aborted, or a log ends badly', () => {
    const all = [...names, 'RUN002_FORCEPHOTO', 'MAKEFORCELIST.ABORT'];
    expect(whats(left('20170818_0102', all, 1))).toEqual([
      'force photometry in 20170818_0102_DESY2206: it was aborted (MAKEFORCELIST.ABORT), RUN002_FORCEPHOTO is not done, RUN001_FORCEPHOTO.LOG does not end in RETURN CODE: 0',
    ]);
    expect(whats(left('20170818_0102', ['INTERNAL_2206.DAT']))).toEqual([
      'force photometry in 20170818_0102_DESY2206: RUN000_MAKELIST is not done',
    ]);
  });

  test('of another season, or none at all, is not done', () => {
    for (const files of [left('20170818_0102', names, 0, '416'), []])
      expect(whats(files)).toEqual(['force photometry of season 2206 has left no output']);
  });
});
