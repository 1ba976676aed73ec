import { expect, test } from 'vitest';
import { moment, seconds } from '../../../core/cli/times.ts';

const NOON = Date.UTC(2017, 7, 18, 12, 0);
const iso = (text: string) => new Date(moment('--until', text, NOON, { utc: true })).toISOString();

test('a time of day is the next one, also past midnight', () => {
  expect(['12:01', '12:00', '11:59', '6:30', '8h', '90'].map(iso)).toEqual([
    '2017-08-18T12:01:00.000Z',
    '2017-08-19T12:00:00.000Z',
    '2017-08-19T11:59:00.000Z',
    '2017-08-19T06:30:00.000Z',
    '2017-08-18T20:00:00.000Z',
    '2017-08-18T12:01:30.000Z',
  ]);
});

test('durations have units, and nothing else is one', () => {
  expect(['90', '1.5m', '2h', '1d'].map((text) => seconds('--watch', text))).toEqual([
    90, 90, 7200, 86_400,
  ]);
  for (const text of ['', 'h', '-5m', '5 m', '5w'])
    expect(() => seconds('--watch', text)).toThrow('is not a duration');
});
