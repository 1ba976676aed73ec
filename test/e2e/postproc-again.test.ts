/** Post processing is wanted again after so many more exposures, or at set times. */
import { afterEach, expect, test } from 'vitest';
import { type Site, site } from './site.ts';

const [FIRST, SECOND, THIRD] = ['668437', '668438', '668440'] as const;
const open: Site[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.dispose();
});

/** Of the second and the third a CCD is held until somebody releases it. */
const held = { search: { outcomes: {}, ccds: { 1: 'held' } } };
const DIALS = {
  search: { outcomes: {}, ccds: {} },
  exposures: { [SECOND]: held, [THIRD]: held },
};

function workspace(how: readonly string[]) {
  const one = site([FIRST, SECOND, THIRD]);
  open.push(one);
  const set = ['startWith=1', 'ccdThreshold=59'].flatMap((each) => ['--set', each]);
  const list = () => {
    const path = `image_proc_outputs/complete_exposures_S${one.season()}.list`;
    return one.exists(path) ? one.text(path).trimEnd().split('\n') : [];
  };
  const round = (more: readonly string[] = how) =>
    one.desgw(
      ['build', 'exposure.list', '--no-wait', ...set, ...more.flatMap((each) => ['--set', each])],
      { dials: DIALS },
    );
  /** Builds as cron does, until the reports of these are there. */
  const judged = async (...exposures: readonly string[]) => {
    const isThere = (exposure: string) =>
      one.exists(`image_proc_outputs/forcefiles_${exposure}.json`);
    let said = '';
    do ({ said } = await round());
    while (!exposures.every(isThere) && !said.includes('failed'));
    expect(
      exposures.filter((exposure) => !isThere(exposure)),
      said,
    ).toEqual([]);
    return { said, list: list() };
  };
  const release = async (exposure: string) => {
    const { code, said } = await one.desgw(['release', exposure], { dials: DIALS });
    expect(code, said).toBe(0);
  };
  return { judged, release, round, list };
}

test('after two more: not after one, and when no more is to come', async () => {
  const { judged, release } = workspace(['postprocAfter=2']);
  expect((await judged(FIRST)).list).toEqual([FIRST]);
  await release(SECOND);
  expect((await judged(FIRST, SECOND)).list).toEqual([FIRST]);
  await release(THIRD);
  const all = await judged(FIRST, SECOND, THIRD);
  expect(all.list, all.said).toEqual([FIRST, SECOND, THIRD]);
});

test('at a set time: what has come by then, and nothing in between', async () => {
  const hoursAgo = (hours: number) =>
    new Date(Date.now() - hours * 3_600_000).toISOString().slice(11, 16);
  const [earlier, later] = [hoursAgo(10), hoursAgo(2)];
  const { judged, release, round, list } = workspace([`postprocAt=${earlier}`]);
  expect((await judged(FIRST)).list).toEqual([FIRST]);
  await release(SECOND);
  expect((await judged(FIRST, SECOND)).list).toEqual([FIRST]);
  const { said } = await round([`postprocAt=${earlier},${later}`]);
  expect(list(), said).toEqual([FIRST, SECOND]);
});
