/** Totals over exposures, nights and events. */
import { expect, test } from 'vitest';
import type { ExposureStatistics } from '../../../targets/statistics/exposure.ts';
import {
  grouped,
  readStatistics,
  type Statistics,
  statisticsCsv,
  statisticsTables,
  stepsOf,
} from '../../../targets/statistics/totals.ts';

const one = (exposure: string, nite: string): ExposureStatistics => ({
  ...{ exposure, band: 'i', nite, total: 59, complete: 50, failed: 5, notBack: 4 },
  ...{ before: { RUN18: 7, NOOVERLAPS: 2 }, after: { RUN18: 3, 'left nothing': 4 } },
  ...{ rescues: 1, rescued: 8, cured: { more: 3, same: 1, untold: 0 }, spared: 120 },
  jobs: { search: 59, templates: 60, rescues: 8 },
  hours: { atMost: 100.25, runs: 60, unknown: 7 },
});
const exposures = [one('1', '20170817'), one('2', '20170817'), one('3', '20170818')];
const event: Statistics = {
  ...{ schema: 'desgw/statistics', version: 1, event: 'GW170817', season: '1600', exposures },
};

test('a column for each night and one for all', () => {
  const [totals, steps] = statisticsTables(
    grouped(exposures, ({ nite }) => nite),
    'night',
  );
  expect(totals!.head).toEqual(['', '20170817', '20170818', 'all']);
  const rows = new Map(totals!.rows.map(([name, ...cells]) => [name, cells]));
  expect(rows.get('CCDs')).toEqual(['118', '59', '177']);
  expect(rows.get('complete since: more memory')).toEqual(['6', '3', '9']);
  expect(rows.get('grid hours at most')).toEqual(['200.5', '100.25', '300.75']);
  expect(rows.get('unknown of runs')).toEqual(['14', '7', '21']);
  expect(totals!.note).toContain('upper bound');
  expect(steps!.rows).toEqual([
    ['RUN18', '21', '9'],
    ['NOOVERLAPS', '6', '0'],
    ['left nothing', '0', '12'],
  ]);
});

test('one night has no column for all, and nothing at all has no table', () => {
  const night = statisticsTables([['20170817', exposures]], 'night');
  expect(night[0]!.head).toEqual(['', '20170817']);
  expect(statisticsTables([], 'night')).toEqual([]);
});

test('a step that is new since the rescues is there as well', () => {
  expect(stepsOf(exposures).at(-1)).toEqual({ step: 'left nothing', before: 0, after: 12 });
});

test('as comma-separated values an exposure is a line, as long as the heading', () => {
  const [head, ...rows] = statisticsCsv([event, { ...event, event: 'a,b' }])
    .trimEnd()
    .split('\n');
  expect(rows).toHaveLength(6);
  expect(rows[0]!.split(',')).toHaveLength(head!.split(',').length);
  expect(rows[0]).toMatch(
    /^GW170817,1600,1,i,20170817,59,50,5,4,1,8,3,1,0,59,60,8,120,100\.25,60,7,/,
  );
  expect(rows[3]).toMatch(/^"a,b",/);
});

test.each(['', 'null', '{}', '{"schema":"desgw/statistics","version":2}'])(
  'what is none is not read as one: %s',
  (text) => {
    expect(readStatistics(text)).toBeUndefined();
    expect(readStatistics(JSON.stringify(event))).toEqual(event);
  },
);
