import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../core/api/errors.ts';
import {
  bandFileText,
  missingFrom,
  parseExposureList,
  parseExposureTable,
  rowOf,
} from '../../../targets/reports/exposure-table.ts';
import { rowIn } from '../../../targets/reports/rows.ts';
import {
  ccd2,
  isNite,
  parseExposure,
  SEARCH_CCDS,
  TEMPLATE_CCDS,
} from '../../../targets/settings/domain.ts';

const HEADER =
  'expnum nite     mjd_obs      radeg      decdeg    band exptime propid     obstype teff object';
const EVENT =
  ' 668443 20170817 57983.005780 198.019708 -23.29865 i    30.0  2017B-0110 object  0.48 NS event G298048: one, "two"';
const MISSING =
  ' 668444 20170817 57983.006780 198.019708   3.29865 VR   90.0        None object   NaN None';
const SHIFTED =
  ' 668445 20170817 57983.007780  98.019708   0.29865 z    30.0             object  0.31 DES wide hex';
const BARE = ' 1234567 20210101 59215.1 0.0 -0.5 Y 45';
const TABLE = [HEADER, EVENT, MISSING, SHIFTED, BARE, ''].join('\n');

const event = {
  expnum: '668443',
  nite: '20170817',
  mjd: 57983.00578,
  ra: 198.019708,
  dec: -23.29865,
  band: 'i',
  exptime: 30,
  propid: '2017B-0110',
  teff: 0.48,
  object: 'NS event G298048: one, "two"',
};

describe('the exposure table', () => {
  test('gives each exposure with what the database left out as undefined', () => {
    const table = parseExposureTable(TABLE);
    expect([...table.byExposure.keys()].map((expnum) => rowOf(table, expnum))).toEqual([
      event,
      {
        ...event,
        expnum: '668444',
        mjd: 57983.00678,
        dec: 3.29865,
        band: 'VR',
        exptime: 90,
        propid: undefined,
        teff: undefined,
        object: 'None',
      },
      {
        ...event,
        expnum: '668445',
        mjd: 57983.00778,
        ra: 98.019708,
        dec: 0.29865,
        band: 'z',
        propid: undefined,
        teff: 0.31,
        object: 'DES wide hex',
      },
      {
        ...event,
        expnum: '1234567',
        nite: '20210101',
        mjd: 59215.1,
        ra: 0,
        dec: -0.5,
        band: 'Y',
        exptime: 45,
        propid: undefined,
        teff: undefined,
        object: '',
      },
    ]);
  });

  test('finds exposures by the whole number only, and lists those it lacks', () => {
    const table = parseExposureTable(TABLE);
    expect(missingFrom(table, ['66844', '668443', '1668443', '234567', '1234567'])).toEqual([
      '66844',
      '1668443',
      '234567',
    ]);
  });

  test('does not mind how the lines end, a byte order mark, or junk', () => {
    const junk = 'Traceback: 668443\n668443\n668443 x y z\n\0\n';
    const table = parseExposureTable(`\ufeff${junk}${TABLE.replaceAll('\n', '\r\n')}`);
    expect(rowOf(table, '668443')).toEqual(event);
  });

  test('takes the first of two lines of one exposure', () => {
    const table = parseExposureTable(`${EVENT}\n${EVENT.replace(' i ', ' z ')}\n`);
    expect(rowOf(table, '668443')?.band).toBe('i');
  });

  const broken = ['20170817', '57983.005780', '198.019708', '-23.29865', ' i ', ' 30.0'];
  test.each(broken)('does not know an exposure whose line has no %s', (field) => {
    const table = parseExposureTable(EVENT.replace(field, ' NaN '));
    expect(missingFrom(table, ['668443'])).toEqual(['668443']);
  });

  test('gives the lines of one band as they are, without the header', () => {
    const table = parseExposureTable(`${TABLE}${EVENT.replace('668443', '668449')}\r\n`);
    expect(bandFileText(table, 'i')).toBe(`${EVENT}\n${EVENT.replace('668443', '668449')}\n`);
    expect(bandFileText(table, 'VR')).toBe(`${MISSING}\n`);
    expect(bandFileText(table, 'g')).toBe('');
  });

  test('reads any text in linear time without an exception', () => {
    const unit = fc.constantFrom(
      ...'0123456789 \t\n.-+eNaNiz',
      ' 668443 20170817 ',
      '57983.1 1 2 i 30 ',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 80 }), (text) => {
        const table = parseExposureTable(text);
        for (const expnum of table.byExposure.keys()) rowOf(table, expnum);
        bandFileText(table, 'i');
      }),
      { numRuns: 500 },
    );
    for (const large of [
      `${EVENT}\n`.repeat(5_000),
      ' 668443 '.repeat(100_000),
      '\t '.repeat(400_000),
      ' 1'.repeat(400_000),
    ]) {
      const table = parseExposureTable(large);
      expect(bandFileText(table, 'i').length).toBe(large.startsWith(EVENT) ? large.length : 0);
      rowOf(table, '668443');
    }
  });
});

describe('a list of exposures', () => {
  test('holds one number a line; blanks, comments and repetitions do not matter', () => {
    const text = '\ufeff# the night\r\n668443\r\n\r\n  1234567 # late\n668443\n';
    expect(parseExposureList(text, 'my.list')).toEqual(['668443', '1234567']);
  });

  test('may be rows cut out of exposures.list, with or without their heading', () => {
    const rows = [
      'expnum nite     mjd_obs      radeg      decdeg     band exptime propid     obstype teff object',
      ' 668440  20170817  57982.973505  197.450000 -23.383333  z  30.00  2017B-0110  object  0.48  NS event hex, tiling 9',
      '668441\t20170817\t57982.974207\t197.450000\t-23.383333\ti',
      '668442 20170817 # late',
      '668443',
    ];
    const listed = ['668440', '668441', '668442', '668443'];
    expect(parseExposureList(rows.join('\n'), 'my.list')).toEqual(listed);
  });

  const bad = [
    '668443 i',
    '668443 20171399',
    'nite expnum',
    '66844',
    '12345678',
    '0668443',
    '668443,',
    '668443 668444',
    '-668443',
    '668443.0',
    '../668443',
    '６６８４４３',
    '$(id)',
    '\0',
  ];
  test.each(bad)('refuses %j with file and line', (entry) => {
    expect(() => parseExposureList(`668443\n${entry}\n`, 'my.list')).toThrow(
      new UserError(
        `my.list:2: '${JSON.stringify(entry.trim()).slice(1, -1)}' is not an exposure number`,
        'Write one exposure number of six or seven digits on every line.',
      ),
    );
  });

  test('must name an exposure', () => {
    expect(() => parseExposureList('# none\n\n', 'my.list')).toThrow(
      new UserError('my.list names no exposure', 'Write one exposure number on every line.'),
    );
  });

  test('is read or refused, whatever it holds', () => {
    const unit = fc.constantFrom(...'0123456789#\n\r \ufeff\u2028x');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
        try {
          expect(
            parseExposureList(text, 'f').every((expnum) => /^[1-9]\d{5,6}$/.test(expnum)),
          ).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 500 },
    );
    expect(parseExposureList(`${'#\u2028'.repeat(200_000)}\n668443`, 'f')).toEqual(['668443']);
  });
});

describe('the vocabulary', () => {
  test('counts 59 CCDs of a search exposure and 60 of a template', () => {
    expect([SEARCH_CCDS.length, TEMPLATE_CCDS.length]).toEqual([59, 60]);
    expect(TEMPLATE_CCDS.filter((ccd) => !SEARCH_CCDS.includes(ccd))).toEqual([31]);
    expect([1, 2, 31, 61, 62].filter((ccd) => SEARCH_CCDS.includes(ccd))).toEqual([1, 62]);
    expect([ccd2(1), ccd2(62)]).toEqual(['01', '62']);
  });

  test('takes exposures of six or seven digits', () => {
    expect(parseExposure('668443 ')).toBe('668443');
    for (const bad of ['', '12345', '0123456', '12345678', '6684a3', '668443\n668444']) {
      expect(() => parseExposure(bad)).toThrow(UserError);
    }
  });

  test('knows the dates of the calendar', () => {
    expect(
      [
        '20170817',
        '20240229',
        '20230229',
        '20171301',
        '20170800',
        '2017081',
        '99999999',
        '20000229',
        '21000229',
      ].filter(isNite),
    ).toEqual(['20170817', '20240229', '20000229']);
  });
});

describe('an exposure that DAGMaker could do nothing with is left out with the reason', () => {
  const line = (band: string, exptime: string, object: string) =>
    ` 668440 20170817 57983.0 197.45 -23.38 ${band} ${exptime} 2017B-0110 object 1.0 ${object}\n`;
  test.each([
    [
      'DES supernova hex',
      'i',
      '90.0',
      "left out: its row holds 'supernova' (OBJECT: DES supernova hex)",
    ],
    ['pointing test', 'i', '90.0', "left out: its row holds 'pointing' (OBJECT: pointing test)"],
    ['hex 1', 'VR', '90.0', 'left out: SEdiff.sh does not take band VR'],
    ['hex 1', 'i', '15.0', 'left out: it was exposed for 15 s only'],
  ])('%s, band %s, %s s', (object, band, exptime, why) => {
    expect(rowIn(line(band, exptime, object), '668440')).toMatchObject({
      state: 'failed',
      definite: true,
      why,
    });
  });

  test('others are not', () => {
    expect(rowIn(line('z', '30.0', 'NGC4993'), '668440').state).toBe('ready');
  });
});
