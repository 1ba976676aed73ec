/** Jobs that are held: told at once, and released by the build where it may. */
import { afterEach, expect, test } from 'vitest';
import { GOOD, type Site, site } from './site.ts';

const open: Site[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.dispose();
});

test('a job that has been held for a while is released, and the build waits for it', async () => {
  const one = site([GOOD]);
  open.push(one);
  const dials = { search: { outcomes: {}, ccds: { 7: 'held' } } };
  const left = await one.desgw(['build', `submitted_${GOOD}`], { dials });
  expect(left.code, left.said).toBe(0);
  const building = one.start(['build', `ccds_${GOOD}`, '--set', 'releaseHeld=2'], { dials });
  await building.says(`1 held job of ${GOOD}: released`);
  const ended = await building.ended;
  expect(ended.code, ended.said).toBe(0);
  expect(ended.out).toContain('59 of 59 CCDs complete');
  expect(one.calls('jobsub_release')).toHaveLength(1);
  expect(one.submissions()).toEqual([GOOD]);
});
