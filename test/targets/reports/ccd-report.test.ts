import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Listing, Seen } from '../../../core/api/looks.ts';
import {
  type CcdReport,
  ccdLooks,
  ccdNote,
  ccdReport,
  ccdTable,
  reportFrom,
  stateByCcd,
} from '../../../targets/reports/ccd-report.ts';
import { ccd2, SEARCH_CCDS } from '../../../targets/settings/domain.ts';

const asked = { exposure: '668439', band: 'i', season: '2206' };
const DIR = '/pnfs/des/persistent/gw/exp/20170817/668439/dp2206/';
const OUTPUTS = 'outputs_dp2206_20170817_668439_i.tar.gz';

/** Listings of one nite: CCD number -> names in its directory. */
function tree(ccds: { readonly [ccd: number]: readonly string[] }, dir = DIR): Listing[] {
  const name = (ccd: string) => `i_${ccd2(Number(ccd))}/`;
  return [
    { dir, names: Object.keys(ccds).map(name) },
    ...Object.entries(ccds).map(([ccd, names]) => ({ dir: `${dir}${name(ccd)}`, names })),
  ];
}

/** The first `complete` search CCDs complete, the next `failed` failed, the rest as given. */
function report(complete: number, failed = 0, rest: 'empty' | 'none' = 'none'): CcdReport {
  const ccds: { [ccd: number]: string[] } = {};
  SEARCH_CCDS.forEach((n, i) => {
    if (i < complete) ccds[n] = [OUTPUTS];
    else if (i < complete + failed) ccds[n] = [OUTPUTS, 'RUN02_expose_makeStarCat.FAIL'];
    else if (rest === 'empty') ccds[n] = ['ingest/'];
  });
  return ccdReport(tree(ccds), asked);
}

const entryOf = (names: readonly string[]) =>
  ccdReport(tree({ 7: names }), asked).ccds.find((entry) => entry.ccd === 'i_07');

describe('one CCD', () => {
  test('B22: a FAIL decides, also beside outputs, and every one of several is named', () => {
    const names = [OUTPUTS, 'RUN23_combined_makeStamps.FAIL', 'NOOVERLAPS.FAIL'];
    expect(entryOf(names)).toEqual({
      ccd: 'i_07',
      nite: '20170817',
      state: 'failed',
      failures: ['NOOVERLAPS', 'RUN23_combined_makeStamps'],
    });
  });

  test.each([
    ['complete', [OUTPUTS, 'ingest/', 'stamps_1/']],
    ['complete', ['outputs_x.tar.gz']],
    ['incomplete', []],
    ['incomplete', ['ingest/', 'stamps_1/', 'RUN28_combined_prepForcePhoto.LOG']],
    ['incomplete', ['Outputs_1.tar.gz', 'old_outputs_1', 'output_1', 'outputs.tar.gz']],
    ['incomplete', ['RUN03.FAILED', 'RUN05_x.fail', 'RUN07_x.FAIL.old']],
    ['incomplete', ['.outputs_1.tar.gz', '.RUN05_x.FAIL', '.FAIL']],
  ])('is %s with %j', (state, names) => {
    expect(entryOf(names)).toEqual({ ccd: 'i_07', nite: '20170817', state, failures: [] });
  });

  test('is missing without a directory, and a file of that name is no directory', () => {
    const { ccds } = ccdReport([{ dir: DIR, names: ['i_07'] }], asked);
    expect(ccds.find((entry) => entry.ccd === 'i_07')).toEqual({
      ccd: 'i_07',
      nite: null,
      state: 'missing',
      failures: [],
    });
  });
});

describe('the report of an exposure', () => {
  test('holds everything that is told to people and programs', () => {
    const listings = [
      ...tree({ 1: [OUTPUTS], 3: ['RUN02_expose_makeStarCat.FAIL'], 4: ['.outputs_1'] }),
      { dir: DIR, names: ['input_files/', 'i_5/', 'g_07/', 'i_63/', 'i_00/', 'PROCFILES.LIST'] },
    ];
    const { ccds, ...rest } = ccdReport(listings, { ...asked, threshold: 1 });
    expect(rest).toEqual({
      schema: 'desgw/ccds',
      version: 1,
      exposure: '668439',
      band: 'i',
      season: '2206',
      nites: ['20170817'],
      counts: { complete: 1, failed: 1, incomplete: 1, missing: 56, total: 59 },
      threshold: 1,
      enough: true,
      inputFiles: true,
      strays: [
        '20170817/g_07/',
        '20170817/i_00/',
        '20170817/i_04/.outputs_1',
        '20170817/i_5/',
        '20170817/i_63/',
      ],
    });
    expect(ccds.length).toBe(59);
    expect(ccds.slice(0, 3).map((entry) => [entry.ccd, entry.state])).toEqual([
      ['i_01', 'complete'],
      ['i_03', 'failed'],
      ['i_04', 'incomplete'],
    ]);
  });

  test('B19: the band is the one asked for, never guessed from what lies there first', () => {
    const names = ['g_01/', 'input_files/', '668439_run_inputs.tar.gz'];
    const found = ccdReport([{ dir: DIR, names }, ...tree({ 9: [OUTPUTS] })], asked);
    expect(found.counts.complete).toBe(1);
    expect(found.strays).toEqual(['20170817/g_01/']);
  });

  test('listings of other exposures and seasons do not count', () => {
    const foreign = [
      ...tree({ 1: [OUTPUTS] }, DIR.replace('668439', '668440')),
      ...tree({ 1: [OUTPUTS] }, DIR.replace('dp2206', 'dp22')),
      ...tree({ 1: [OUTPUTS] }, DIR.replace('/exp/', '/export/')),
    ];
    expect(ccdReport(foreign, asked)).toEqual(ccdReport([], asked));
  });

  test('B22: a CCD with directories in two nites counts once, and is failed if it failed in one', () => {
    const other = DIR.replace('20170817', '20170818');
    const found = ccdReport(
      [
        ...tree({ 7: [OUTPUTS], 8: [OUTPUTS] }),
        ...tree({ 7: ['RUN18_x.FAIL'], 8: [], 9: [] }, other),
      ],
      asked,
    );
    expect(found.counts).toEqual({ complete: 1, failed: 1, incomplete: 1, missing: 56, total: 59 });
    expect(found.nites).toEqual(['20170817', '20170818']);
    expect(ccdNote(found)).toContain('in 2 nites, each CCD counted once');
    const states = stateByCcd(found);
    expect(['i_07', 'i_08', 'i_09', 'i_10'].map((ccd) => states.get(ccd))).toEqual([
      'failed',
      'complete',
      'incomplete',
      'missing',
    ]);
  });

  test('50 complete are enough and 49 are not, unless another threshold is set', () => {
    expect(report(50).enough).toBe(true);
    expect(report(49).enough).toBe(false);
  });

  test('the order of listings and names does not matter', () => {
    const listings = tree({ 1: [OUTPUTS, 'A.FAIL', 'B.FAIL'], 3: [OUTPUTS], 62: [] });
    const want = ccdReport(listings, asked);
    const shuffled = fc
      .shuffledSubarray(listings, { minLength: listings.length })
      .map((all) => all.map(({ dir, names }) => ({ dir, names: [...names].reverse() })));
    fc.assert(
      fc.property(shuffled, (all) => {
        expect(ccdReport(all, asked)).toEqual(want);
      }),
      { numRuns: 30 },
    );
  });

  test('any names at all give a report whose counts add up', () => {
    const names = fc.array(fc.string({ maxLength: 12, unit: 'binary-ascii' }), { maxLength: 8 });
    fc.assert(
      fc.property(names, names, (above, below) => {
        const { counts: n } = ccdReport(
          [
            { dir: DIR, names: above },
            { dir: `${DIR}i_07`, names: below },
          ],
          asked,
        );
        expect(n.complete + n.failed + n.incomplete + n.missing).toBe(n.total);
        expect(n.total).toBe(59);
      }),
      { numRuns: 100 },
    );
  });
});

describe('what was seen', () => {
  const stat: Seen = { kind: 'stat', stat: { size: 1, mtime: 0 } };
  const list = (dirs: readonly Listing[]): Seen => ({ kind: 'list', dirs });

  test('core is asked for the two listings and for the root, which tells a missing disk', () => {
    expect(ccdLooks('/pnfs/gw', asked)).toEqual([
      { kind: 'list', pattern: '/pnfs/gw/exp/*/668439/dp2206/', partly: true },
      { kind: 'list', pattern: '/pnfs/gw/exp/*/668439/dp2206/*/', partly: true },
      { kind: 'stat', path: '/pnfs/gw/exp' },
    ]);
  });

  test('listings give the report', () => {
    const [first, ...rest] = tree({ 7: [OUTPUTS] });
    expect(reportFrom([list([first!]), list(rest), stat], asked)).toEqual({
      state: 'ready',
      report: ccdReport(tree({ 7: [OUTPUTS] }), asked),
    });
  });

  test('a listing that failed is a failure, never an exposure without CCDs', () => {
    const failed: Seen = { kind: 'failed', why: 'Stale file handle' };
    expect(reportFrom([list([]), failed, stat], asked)).toEqual({
      state: 'failed',
      why: 'Stale file handle',
      advice: 'see whether /pnfs is mounted and answers on this host (ls), then build again',
    });
  });

  test.each([
    ['/pnfs/gw/exp', true],
    ['/pnfs/gw/exp/20170817', true],
    ['/pnfs/gw/exp/20170817/668439', true],
    ['/pnfs/gw/exp/20170817/668439/dp2206', true],
    ['/pnfs/gw/exp/20170817/668439/dp2206/i_07', true],
    ['/pnfs/gw/exp/lost+found', false],
    ['/pnfs/gw/exp/20170817/668439/dp2206/z_07', false],
    ['/pnfs/gw/exp/20170817/668439/dp2206/i_7', false],
    ['/pnfs/gw/exp/20170817/668439/dp2206/core_dumps', false],
  ])('%s, unread, holds the exposure up: %s', (dir, matters) => {
    const unread = [{ dir, why: 'Permission denied' }];
    const seen: readonly Seen[] = [list([]), { kind: 'list', dirs: [], unread }, stat];
    expect(reportFrom(seen, asked).state).toBe(matters ? 'failed' : 'ready');
  });

  test('a missing root is a failure, since the disk is not mounted', () => {
    const none: Seen = { kind: 'stat', stat: undefined };
    expect(reportFrom([list([]), list([]), none], asked).state).toBe('failed');
  });
});

describe('for people', () => {
  test('the table counts failures by step and lists the CCDs that are not complete', () => {
    const listings = tree(
      Object.fromEntries(SEARCH_CCDS.filter((n) => n < 62).map((n) => [n, [OUTPUTS]])),
    );
    const more = tree({ 1: ['RUN02_x.FAIL', 'RUN18_y.FAIL'], 3: ['RUN18_y.FAIL'], 4: [] });
    expect(ccdTable(ccdReport([...listings, ...more], asked))).toBe(
      [
        'exposure 668439, band i, season 2206: 55 of 59 CCDs complete, 2 failed, 1 incomplete, 1 not started',
        '  59 = 1 to 62 without 2, 31 and 61',
        '  input_files not found',
        '     2 x RUN18_y',
        '     1 x RUN02_x',
        '  i_01  20170817  failed      RUN02_x, RUN18_y',
        '  i_03  20170817  failed      RUN18_y',
        '  i_04  20170817  incomplete',
        '  i_62            not started',
        '',
      ].join('\n'),
    );
  });
});
