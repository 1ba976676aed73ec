import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../core/api/errors.ts';
import {
  judgeSeason,
  readSeasonRows,
  seasonLooks,
  seasonSighting,
  seasonsInListings,
  TEST_SEASONS,
  type UsedSeasons,
  usedFrom,
} from '../../../targets/seasons/season-rules.ts';

const used: UsedSeasons = {
  tables: [
    { season: '416', tables: ['SNCAND', 'SNOBS'] },
    { season: '417', tables: ['SNCAND'] },
    { season: '2206', tables: ['SNCAND'] },
    { season: '4009', tables: ['SNFORCE', 'SNOBS', 'SNOBSINFO', 'SNSCAN'] },
  ],
  pnfs: [
    { season: '416', dirs: ['/pnfs/exp/20170817/668440'] },
    { season: '1600', dirs: ['/pnfs/forcephoto/images'] },
  ],
};

function refusal(wanted: string | number, seasons = used): [string, string | undefined] {
  try {
    judgeSeason(wanted, seasons);
  } catch (error) {
    if (error instanceof Refusal) return [error.message, error.advice];
    throw error;
  }
  throw new Error('it was not refused');
}

/** Numbers that the advice of a refusal offers; none where there is nothing to refuse. */
function offeredFor(wanted: string, seasons: UsedSeasons): readonly string[] {
  try {
    judgeSeason(wanted, seasons);
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return /numbers are ([\d, ]+)/.exec(error.advice ?? '')?.[1]?.split(', ') ?? [];
  }
}

describe('a number', () => {
  test('that nothing holds is taken as it is', () => {
    expect(judgeSeason('2207', used)).toEqual({ take: ['2207'] });
    expect(judgeSeason(2207, used)).toEqual({ take: ['2207'] });
    expect(judgeSeason(' 9999 ', used)).toEqual({ take: ['9999'] });
  });

  test('in the tables and on pnfs is refused with the places and the nearest free numbers', () => {
    expect(refusal('416')).toEqual([
      'Season 416 cannot be taken: it is in use (the database has it in SNCAND, SNOBS; there is a dp416 in /pnfs/exp/20170817/668440).',
      "The nearest free numbers are 415, 414, 418; 'auto' picks a free one, 'test' one of the re-usable test seasons.",
    ]);
  });

  test('found in many places is refused with the first three and how many more there are', () => {
    expect(refusal('4009')[0]).toBe(
      'Season 4009 cannot be taken: it is in use (the database has it in SNFORCE, SNOBS, SNOBSINFO and 1 more).',
    );
  });

  test('seen on pnfs alone is refused too', () => {
    expect(refusal('1600')[0]).toBe(
      'Season 1600 cannot be taken: it is in use (there is a dp1600 in /pnfs/forcephoto/images).',
    );
  });

  test.each([
    ['5', '1 to 10 belong to the supernova group', '100, 101, 102'],
    ['99', '11 to 99 are reserved for tests and development', '100, 101, 102'],
    ['5000', 'it is reserved for the nightly processing of DES year 5', '4999, 5001, 4998'],
    ['6000', 'it is reserved for the nightly processing of DES year 6', '5999, 6001, 5998'],
  ])('%s is refused because it is reserved', (season, why, free) => {
    expect(refusal(season)).toEqual([
      `Season ${season} cannot be taken: ${why}.`,
      `The nearest free numbers are ${free}; 'auto' picks a free one, 'test' one of the re-usable test seasons.`,
    ]);
  });

  test.each(['0', '-3', '0416', '2206.0', '1e3', '', 'Auto', '22 06', '２２０６'])(
    '%j is refused because it is no season',
    (text) => {
      expect(refusal(text)).toEqual([
        `'${text}' is no season.`,
        "A season is a whole number without leading zeros, or 'auto', or 'test'.",
      ]);
    },
  );

  test.each([10_000, Number.MAX_SAFE_INTEGER])('%d is refused because it is too large', (n) => {
    expect(refusal(n)[0]).toBe(`Season ${n} is too large.`);
  });
});

describe('test seasons', () => {
  test('are offered in order although they are in use', () => {
    expect(judgeSeason('test', used)).toEqual({ take: ['2206', '2208', '2211'] });
  });

  test.each(TEST_SEASONS)('%s may be named and used again', (season) => {
    const again = { tables: [{ season, tables: ['SNCAND'] }], pnfs: [] };
    expect(judgeSeason(season, again)).toEqual({ take: [season] });
  });
});

describe('auto', () => {
  test('offers the next free numbers above the largest one in use', () => {
    const { take } = judgeSeason('auto', used);
    expect(take.slice(0, 3)).toEqual(['4010', '4011', '4012']);
    expect(take).toHaveLength(20);
  });

  test('does not count a test season as the largest one in use', () => {
    const tables = [
      { season: '503', tables: ['SNCAND'] },
      { season: '2206', tables: ['SNCAND'] },
    ];
    expect(judgeSeason('auto', { tables, pnfs: [] }).take[0]).toBe('504');
  });

  test('starts at 100 when nothing is in use', () => {
    expect(judgeSeason('auto', { tables: [], pnfs: [] }).take[0]).toBe('100');
  });

  test('passes over test seasons', () => {
    const tables = [{ season: '2205', tables: ['SNCAND'] }];
    expect(judgeSeason('auto', { tables, pnfs: [] }).take.slice(0, 4)).toEqual([
      '2207',
      '2209',
      '2210',
      '2212',
    ]);
  });

  test('fills the gaps from 100 when nothing is left below the nightly seasons', () => {
    const tables = [100, 4998, 5000].map((n) => ({ season: String(n), tables: ['SNOBS'] }));
    expect(judgeSeason('auto', { tables, pnfs: [] }).take.slice(0, 3)).toEqual([
      '4999',
      '101',
      '102',
    ]);
  });

  test('is refused when every number is in use', () => {
    const tables = Array.from({ length: 4999 }, (_, i) => ({ season: `${i + 1}`, tables: ['X'] }));
    expect(refusal('auto', { tables, pnfs: [] })).toEqual([
      'There is no free season left between 100 and 4999.',
      'Choose a number above 5000 yourself, with the agreement of the group.',
    ]);
  });

  test('never offers a number that would be refused, and neither does the advice', () => {
    const season = fc.integer({ min: 1, max: 6100 }).map(String);
    fc.assert(
      fc.property(fc.uniqueArray(season), fc.uniqueArray(season), season, (a, b, wanted) => {
        const seasons: UsedSeasons = {
          tables: a.map((s) => ({ season: s, tables: ['SNCAND'] })),
          pnfs: b.map((s) => ({ season: s, dirs: ['d'] })),
        };
        const offered = [...judgeSeason('auto', seasons).take, ...offeredFor(wanted, seasons)];
        for (const one of offered) {
          expect(judgeSeason(one, seasons)).toEqual({ take: [one] });
          expect(TEST_SEASONS).not.toContain(one);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('what was seen', () => {
  test('rows become seasons by number, with the tables in their usual order', () => {
    expect(
      readSeasonRows([
        ['SNSCAN', 2206],
        ['SNCAND', 2206.0],
        ['SNOBS', 416],
        ['SNOBS', '417'],
        ['SNCAND', 418n],
      ]),
    ).toEqual({
      seasons: [
        { season: '416', tables: ['SNOBS'] },
        { season: '417', tables: ['SNOBS'] },
        { season: '418', tables: ['SNCAND'] },
        { season: '2206', tables: ['SNCAND', 'SNSCAN'] },
      ],
      warnings: [],
    });
  });

  test('NULL, NaN, fractions, infinity and text are left out, each with one warning', () => {
    const rows = [null, Number.NaN, 2206.5, Number.POSITIVE_INFINITY, 0, -4, 'x', null];
    expect(readSeasonRows(rows.map((season) => ['SNFORCE', season] as const))).toEqual({
      seasons: [],
      warnings: [
        'MARCELLE.SNFORCE has rows with season -4, which is no whole number above zero; they are left out.',
        'MARCELLE.SNFORCE has rows with season 0, which is no whole number above zero; they are left out.',
        'MARCELLE.SNFORCE has rows with season 2206.5, which is no whole number above zero; they are left out.',
        'MARCELLE.SNFORCE has rows with season Infinity, which is no whole number above zero; they are left out.',
        'MARCELLE.SNFORCE has rows with season x, which is no whole number above zero; they are left out.',
        'MARCELLE.SNFORCE has rows without a season; they are left out.',
      ],
    });
  });

  test('directories named dpSEASON are seasons; files and other names are not', () => {
    expect(
      seasonsInListings([
        { dir: 'a', names: ['dp2206/', 'dp416', 'dp/', 'dpx/', 'xdp7/', 'dp99_old/', 'dp0/'] },
        { dir: 'b', names: ['dp2206/', 'dp0033/'] },
      ]),
    ).toEqual([
      { season: '33', dirs: ['b'] },
      { season: '2206', dirs: ['a', 'b'] },
    ]);
  });

  test('the looks are one question and one listing for each pattern', () => {
    expect(seasonLooks('seasons', ['/pnfs/forcephoto/images'])).toEqual([
      { kind: 'ask', adapter: 'seasons', question: { kind: 'seasons' } },
      { kind: 'list', pattern: '/pnfs/forcephoto/images' },
    ]);
  });

  test('tables and directories together are the value, which survives JSON', () => {
    const sighting = seasonSighting([
      {
        kind: 'answer',
        answer: { seasons: [{ season: '416', tables: ['SNOBS'] }], warnings: ['dust'] },
      },
      { kind: 'list', dirs: [{ dir: 'images', names: ['dp1600/'] }] },
    ]);
    expect(sighting).toEqual({
      state: 'ready',
      value: {
        tables: [{ season: '416', tables: ['SNOBS'] }],
        pnfs: [{ season: '1600', dirs: ['images'] }],
      },
      note: 'used seasons: 1 in the database, 1 on pnfs',
    });
    const value = sighting.state === 'ready' ? sighting.value : null;
    expect(refusal('416', usedFrom(JSON.parse(JSON.stringify(value))))[0]).toContain('SNOBS');
  });

  test('a look that failed is an error and never a free season', () => {
    expect(
      seasonSighting([
        { kind: 'answer', answer: { seasons: [], warnings: [] } },
        { kind: 'failed', why: 'the listing of /pnfs took too long' },
      ]),
    ).toEqual({
      state: 'failed',
      why: 'The seasons in use cannot be told: the listing of /pnfs took too long',
      advice: 'Run `desgw doctor`. No season is taken until all of this can be seen.',
    });
  });
});
