import { expect, test } from 'vitest';
import { moment } from '../../../core/words/time.ts';
import { dagmaker } from '../../../targets/dagmaker.ts';
import { awaitedRaw, rawPlaces } from '../../../targets/reports/raw-image.ts';
import { followUpWith, judgingFacts, tableRow } from '../../support/follow-up.ts';

const HOUR = 3_600_000;
const PLACES = ['/pnfs/des/scratch/gw/dts/20170817/DECam_00668440.fits.fz'];
/** 2017-08-17, 23:31:12 UTC. */
const MJD = 57_982.98;
const TAKEN = Date.UTC(2017, 7, 17, 23, 31, 12);
const at = (now: number, more = {}) =>
  awaitedRaw({ places: PLACES, mjd: MJD, now, wait: 12, ...more });

test('it is looked for where SEdiff.sh takes it from and where it arrives', () => {
  const site = { pnfs: '/pnfs/des/persistent/gw', rawImages: ['/data/DTS/src/{nite}'] };
  expect(rawPlaces(site, { exposure: '668440', nite: '20170817' })).toEqual([
    ...PLACES,
    '/data/DTS/src/20170817/DECam_00668440.fits.fz',
  ]);
});

test('one of this night is waited for, with what and until when', () => {
  expect(at(TAKEN + 2 * HOUR)).toEqual({
    state: 'waiting',
    progress: `raw image DECam_00668440.fits.fz, exposed at ${moment(TAKEN)}, has not arrived in /pnfs/des/scratch/gw/dts/20170817; DAGMaker is tried without it at ${moment(TAKEN + 12 * HOUR)} (rawWait 12 h)`,
  });
});

test.each([
  ['after the limit', TAKEN + 12 * HOUR, {}],
  ['by another limit', TAKEN + 2 * HOUR, { wait: 1 }],
  ['before the exposure, by a clock that is wrong', TAKEN - 1, {}],
  ['where nobody knows in which place it would arrive', TAKEN + HOUR, { places: [] }],
])('DAGMaker is tried without it %s', (_, now, more) => {
  expect(at(now, more)).toBe(undefined);
});

test('where there is a DAG, or the image, or it could not be looked for, nothing is waited for', () => {
  const followUp = followUpWith();
  const { observe } = dagmaker(followUp, '668440');
  const rows = `${tableRow('668440')}\n`;
  const files = { 'image_proc_outputs/exposures.list': rows };
  const dag = observe!.reads![1]!;
  const look = (more: object = {}) => observe!.look(judgingFacts({ ...files, ...more }));
  expect(look({ [dag]: 'made' })).toEqual([]);
  expect(look()).not.toEqual([]);
  const absent = look().map(() => ({ kind: 'stat' as const, stat: undefined }));
  const [, ...rest] = absent;
  const there = [{ kind: 'stat' as const, stat: { size: 1, mtime: 0 } }, ...rest];
  const unseen = [{ kind: 'failed' as const, why: 'stale handle' }, ...rest];
  const mjd = Number(rows.trim().split(/\s+/)[2]);
  const now = (mjd - 40_587) * 24 * HOUR + HOUR;
  const judged = (seen: Parameters<NonNullable<typeof observe>['judge']>[0]) =>
    observe!.judge(seen, { ...judgingFacts(files), now }).state;
  expect([absent, there, unseen, []].map(judged)).toEqual(['waiting', 'ready', 'ready', 'ready']);
});
