/** A schedd that is stopped is left out of every answer, without a word. Its jobs are not gone. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GOOD, type Site, site, until } from './site.ts';

const MARKER = `sandbox/gw_workflow/desgw_pipeline_${GOOD}.dag.submitted`;
/** Jobs that stay for as long as the test takes. */
const STAYS = { grid: { idle: [100_000, 100_000] } };

/** The schedd that took the only submission. */
const scheddOf = (at: Site): string =>
  /\t\d+\.0@(\S+)\t/.exec(at.text('sandbox/grid/submissions.log'))![1]!;

/** From now on the dials of the site itself hold, for programs that are started by others too. */
const stop = (at: Site, stopped: string): void => {
  const shipped = JSON.parse(at.text('sandbox/dials.json'));
  at.put('sandbox/dials.json', JSON.stringify({ ...shipped, queue: { stopped } }));
};

let at: Site;
beforeAll(() => {
  at = site([GOOD]);
});
afterAll(() => at.dispose());

test('a submission that was cut short while its schedd is stopped is never taken for one that did not happen', async () => {
  const building = at.start(['build', `submitted_${GOOD}`, '--set', 'submitTimeout=8'], {
    dials: { submit: { trouble: 'hangAfter' }, ...STAYS },
  });
  await until(() => at.submissions().length > 0);
  const schedd = scheddOf(at);
  stop(at, schedd);
  expect((await building.ended).code).toBe(4);

  const silent = `${schedd}, which may hold its jobs, has not answered`;
  const marked = await at.desgw(['mark', 'not-submitted', GOOD]);
  expect(marked.code, marked.said).toBe(2);
  expect(marked.err).toContain(silent);
  const again = await at.desgw(['build', `submitted_${GOOD}`]);
  expect(again.code, again.said).toBe(4);
  expect(again.out).toContain(silent);
  expect(at.submissions()).toEqual([GOOD]);

  stop(at, '');
  const back = await at.desgw(['mark', 'not-submitted', GOOD]);
  expect(back.code, back.said).toBe(2);
  expect(back.err).toMatch(/has happened: job \d+\.0@\S+ is in the queue/);
  const found = await at.desgw(['build', `submitted_${GOOD}`], { dials: STAYS });
  expect(found.code, found.said).toBe(0);
  expect(found.out).toContain(`adopted submitted_${GOOD}`);
  expect(at.submissions()).toEqual([GOOD]);
});

test('jobs whose schedd is stopped are not gone: they are waited for, and `jobs` says of whom nothing is known', async () => {
  stop(at, scheddOf(at));
  const jobs = await at.desgw(['jobs']);
  expect(jobs.code).toBe(1);
  const { job } = JSON.parse(at.text(MARKER));
  expect(jobs.out).toContain(`Of ${GOOD}, submitted as ${job}, nothing is known: ${scheddOf(at)}`);
  const waiting = await at.desgw(['build', `ccds_${GOOD}`, '--no-wait'], { dials: STAYS });
  expect(waiting.code, waiting.said).toBe(3);
  stop(at, '');
  expect((await at.desgw(['jobs'])).out).toContain(job);
});
