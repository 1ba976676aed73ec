/** What `desgw/targets` offers to commands and targets of others: reports are found and read. */
import {
  ccdsFile,
  claimedSeason,
  forcefilesFile,
  markerFile,
  OUTPUT_TXT,
  readCcdReport,
  readForcefileReport,
  readMarker,
  resultsOf,
  SEASON_FILE,
  sandbox,
} from 'desgw/targets';
import { expect, test } from 'vitest';
import { ccdReport } from '../../../targets/reports/ccd-report.ts';
import { forcefileReport } from '../../../targets/reports/forcefile-report.ts';

const ASKED = { exposure: '668439', band: 'i', season: '2206' };
const REPORT = ccdReport(
  [{ dir: '/pnfs/exp/20170817/668439/dp2206/i_07', names: ['outputs_1.tar.gz'] }],
  ASKED,
);
const FORCE = forcefileReport([], REPORT, {});

test('what the targets write is what the readers read', () => {
  expect(readCcdReport(JSON.stringify(REPORT))?.counts.complete).toBe(1);
  expect(readForcefileReport(JSON.stringify(FORCE))).toEqual(FORCE);
});

test('no file is no report yet', () => {
  expect([readCcdReport(undefined), readForcefileReport(undefined)]).toEqual([
    undefined,
    undefined,
  ]);
});

test.each([
  '',
  '{"schema":"desgw/ccds"',
  'null',
  '[]',
  '{}',
  JSON.stringify({ ...REPORT, version: 2 }),
])('what is no such report is not taken for none: %s', (text) => {
  expect(() => readCcdReport(text)).toThrow('a report is no desgw/ccds of version 1');
  expect(() => readForcefileReport(text)).toThrow('a report is no desgw/forcefiles of version 1');
});

test('one report is not taken for the other', () => {
  expect(() => readForcefileReport(JSON.stringify(REPORT))).toThrow('desgw/forcefiles');
});

test('a command finds everything by the names that are exported', () => {
  const place = { site: sandbox(), season: '2206' };
  const marker = {
    schema: 'desgw/submitted',
    version: 1,
    exposure: '668439',
    season: '2206',
    job: '1.0@s',
  };
  const files: { readonly [path: string]: string } = {
    [SEASON_FILE]: '2206\n',
    [OUTPUT_TXT]: '[668439 i, 668440 i]\n2206\n',
    [ccdsFile('668439')]: JSON.stringify(REPORT),
    [forcefilesFile('668439')]: JSON.stringify(FORCE),
    [markerFile(place, '668439')]: JSON.stringify(marker),
  };
  const readText = (path: string) => files[path];
  expect(claimedSeason({ readText })).toBe('2206');
  expect(readMarker(readText(markerFile(place, '668439')))?.job).toBe('1.0@s');
  expect(resultsOf({ readText })).toEqual([
    { exposure: '668439', band: 'i', ccds: REPORT, forcefiles: FORCE },
    { exposure: '668440', band: 'i', ccds: undefined, forcefiles: undefined },
  ]);
});
