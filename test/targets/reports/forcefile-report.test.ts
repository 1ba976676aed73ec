import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Listing } from '../../../core/api/looks.ts';
import { ccdReport } from '../../../targets/reports/ccd-report.ts';
import {
  type ForcePolicy,
  forcefileLooks,
  forcefileReport,
  forcefileShortfall,
  forcefileSighting,
  forcefilesFrom,
  goingOn,
} from '../../../targets/reports/forcefile-report.ts';
import { ccd2, SEARCH_CCDS } from '../../../targets/settings/domain.ts';

const DIR = '/pnfs/gw/forcephoto/images/dp2206/20170817/668439/';

/** A CCD report with these CCDs complete and all others failed. */
function ccds(complete: readonly number[], threshold = 2) {
  const dir = '/pnfs/gw/exp/20170817/668439/dp2206/';
  const listings = SEARCH_CCDS.map((n) => ({
    dir: `${dir}i_${ccd2(n)}/`,
    names: [complete.includes(n) ? 'outputs_1' : 'RUN18_x.FAIL'],
  }));
  return ccdReport(listings, { exposure: '668439', band: 'i', season: '2206', threshold });
}

const file = (ccd: number, suffix: string) =>
  `WS2206_668439_WS1974-233_combined_i_${ccd2(ccd)}+fakeSN_diff_mh${suffix}`;
const pair = (ccd: number) => [file(ccd, '.fits'), file(ccd, '.psf')];
const listing = (names: readonly string[], dir = DIR): Listing[] => [{ dir, names }];
const judge = (complete: readonly number[], names: readonly string[], policy?: ForcePolicy) =>
  forcefileReport(listing(names), ccds(complete), policy);

describe('the verdict on force-photometry files', () => {
  test('holds everything that is told to people and programs', () => {
    const names = [...pair(5), file(7, '.psf'), file(9, '.fits'), 'checksums.txt'];
    expect(judge([5, 7, 9], names)).toEqual({
      schema: 'desgw/forcefiles',
      version: 1,
      exposure: '668439',
      band: 'i',
      season: '2206',
      complete: 3,
      expected: 6,
      found: 4,
      verdict: 'pass-partial',
      goesOn: true,
      missing: { fits: ['i_07'], psf: ['i_09'] },
      surplus: [],
      strays: ['20170817/668439/checksums.txt'],
    });
  });

  test.each([
    [[5, 7], 4, 'pass-all', true],
    [[5, 7], 3, 'pass-partial', true],
    [[5, 7], 2, 'too-few', false],
    [[5, 7], 0, 'too-few', false],
    [[5, 7], 5, 'too-many', false],
    [[5], 2, 'not-enough-ccds', false],
  ] as const)('with CCDs %j complete and %i files it is %s', (complete, n, verdict, goesOn) => {
    const names = [5, 7, 9].flatMap(pair).slice(0, n);
    expect(judge(complete, names)).toMatchObject({ verdict, goesOn });
  });

  test('the share that is enough can be set', () => {
    const names = [5, 7, 9].flatMap(pair).slice(0, 3);
    expect(judge([5, 7], names, { share: 0.8 }).verdict).toBe('too-few');
    expect(judge([5, 7], names.slice(0, 1), { share: 0 }).verdict).toBe('pass-partial');
  });

  test('B20: a missing .psf is named like a missing .fits', () => {
    expect(judge([5, 7], [...pair(5), file(7, '.fits')]).missing).toEqual({
      fits: [],
      psf: ['i_07'],
    });
  });

  test('B21: a right count with holes passes, and the holes and the surplus are named', () => {
    const report = judge([5, 7], [...pair(5), ...pair(9)]);
    expect(report).toMatchObject({
      verdict: 'pass-all',
      missing: { fits: ['i_07'], psf: ['i_07'] },
      surplus: pair(9).map((name) => `20170817/668439/${name}`),
    });
  });

  test('B21: too many files are refused with their names, unless the site accepts a surplus', () => {
    const names = [5, 7, 9].flatMap(pair);
    const refused = judge([5, 7], names);
    expect(refused.goesOn).toBe(false);
    expect(forcefileShortfall(refused)?.what).toBe(
      `exposure 668439: 6 of 4 force-photometry files: too many; not expected: ${pair(9)
        .map((name) => `20170817/668439/${name}`)
        .join(', ')}`,
    );
    const more = judge([5, 7], [5, 7, 9, 12, 15].flatMap(pair));
    expect(forcefileShortfall(more)?.what).toMatch(
      /too many; not expected: 6 files in 20170817\/668439 of CCDs 09, 12, 15$/,
    );
    const accepted = judge([5, 7], names, { surplus: 'accept' });
    expect([accepted.verdict, accepted.goesOn, forcefileShortfall(accepted)]).toEqual([
      'too-many',
      true,
      undefined,
    ]);
  });

  test.each([
    ['another band', 'WS2206_668439_WS1974-233_combined_z_05+fakeSN.fits'],
    ['a file half copied', `${file(5, '.fits')}.part`],
    ['a directory', `${file(5, '.fits')}/`],
    ['a hidden file', `.${file(5, '.fits')}`],
    ['a log', file(5, '.log')],
  ])('%s does not count', (_, name) => {
    const { found, strays } = judge([5, 7], [name]);
    expect([found, strays]).toEqual([0, [`20170817/668439/${name}`]]);
  });

  test('a file of CCD 077 is not one of CCD 07', () => {
    const { found, missing, surplus } = judge([5, 7], [file(5, '.fits').replace('_05', '_077')]);
    expect([found, missing.fits, surplus.length]).toEqual([1, ['i_05', 'i_07'], 1]);
  });

  test('a file that two nites hold counts twice and is named as surplus', () => {
    const other = DIR.replace('20170817', '20170818');
    const both = [...listing([...pair(5), ...pair(7)]), ...listing([file(5, '.fits')], other)];
    const report = forcefileReport(both, ccds([5, 7]));
    expect([report.found, report.verdict, report.surplus]).toEqual([
      5,
      'too-many',
      [`20170818/668439/${file(5, '.fits')}`],
    ]);
  });

  test('listings of other exposures and seasons do not count', () => {
    const names = pair(5);
    const foreign = [
      ...listing(names, DIR.replace('668439', '668440')),
      ...listing(names, DIR.replace('dp2206', 'dp22060')),
    ];
    expect(forcefileReport(foreign, ccds([5, 7]))).toEqual(forcefileReport([], ccds([5, 7])));
  });

  test('any names at all give a report in which every name is found or a stray', () => {
    const name = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom(...[5, 7, 9].flatMap(pair)),
    );
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 10 }), (names) => {
        const { found, strays } = judge([5, 7], names);
        expect(found + strays.length).toBe(names.length);
      }),
      { numRuns: 100 },
    );
  });
});

describe('what was seen', () => {
  test('core is asked for the exposure in all nites, and for the root', () => {
    expect(forcefileLooks('/pnfs/gw', { exposure: '668439', season: '2206' })).toEqual([
      { kind: 'list', pattern: '/pnfs/gw/forcephoto/images/dp2206/*/668439/', partly: true },
      { kind: 'stat', path: '/pnfs/gw/forcephoto/images' },
    ]);
  });

  test('a listing that failed is a failure, never an exposure without files', () => {
    const seen = [{ kind: 'failed', why: 'Permission denied' }] as const;
    expect(forcefilesFrom(seen, ccds([5, 7]))).toMatchObject({
      state: 'failed',
      why: 'Permission denied',
    });
  });

  test('a directory that cannot be read matters where the exposure could lie', () => {
    const stat = { kind: 'stat', stat: { size: 1, mtime: 0 } } as const;
    const seen = (dir: string) =>
      [{ kind: 'list', dirs: [], unread: [{ dir, why: 'Permission denied' }] }, stat] as const;
    const root = '/pnfs/gw/forcephoto/images/dp2206';
    for (const dir of [root, `${root}/20170817`, `${root}/20170817/668439`])
      expect(forcefilesFrom(seen(dir), ccds([5, 7])).state).toBe('failed');
    expect(forcefilesFrom(seen(`${root}/lost+found`), ccds([5, 7])).state).toBe('ready');
  });

  test('files on their way are waited for, and only for the time that was set', () => {
    const report = judge([5, 7], pair(5));
    const at = (unchangedForSeconds: number) =>
      forcefileSighting({ report, unchangedForSeconds, lateSeconds: 120 });
    expect(at(119)).toEqual({
      state: 'waiting',
      value: report,
      progress: '2 of 4 force-photometry files',
    });
    expect(at(120)).toEqual({
      state: 'ready',
      value: report,
      note: '2 of 4 force-photometry files: too few; i_07 lacks .fits and .psf',
      leftOut:
        '2 of 4 force-photometry files: too few; i_07 lacks .fits and .psf: desgw rescue 668439 --triage copies missing files out of the outputs of CCDs that are complete',
    });
  });

  test('a full set, and one that cannot matter, are not waited for', () => {
    for (const report of [judge([5, 7], [...pair(5), ...pair(7)]), judge([5], [])])
      expect(forcefileSighting({ report, unchangedForSeconds: 0, lateSeconds: 120 }).state).toBe(
        'ready',
      );
  });
});

describe('the exposures that go on', () => {
  const entries = [
    { expnum: '668440', band: 'z' },
    { expnum: '668439', band: 'i' },
    { expnum: '668441', band: 'g' },
    { expnum: '668439', band: 'i' },
  ];
  const passing = judge([5, 7], [...pair(5), ...pair(7)]);
  const failing = judge([5], []);

  test('B24: bands are those of exposures that go on, in the order of output.txt, each once', () => {
    const reports = new Map([
      ['668439', passing],
      ['668440', passing],
      ['668441', failing],
    ]);
    expect(goingOn(entries, reports)).toEqual({
      exposures: ['668440', '668439'],
      bands: ['z', 'i'],
    });
  });

  test('B24: when nothing goes on, there is no exposure and no band', () => {
    expect(goingOn(entries, new Map([['668439', failing]]))).toEqual({ exposures: [], bands: [] });
  });
});
