/** A DAG that somebody submitted by hand is found in the queue and adopted; it is not submitted again. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Dials, GOOD, LOGIN, PATCHY, type Site, site } from './site.ts';

const STUCK = { grid: { idle: [100_000, 100_000] } };
/** CCDs stay idle for as long as the test takes; what comes before them does not. */
const IDLE = { grid: { idle: [0, 0] }, exposures: { [GOOD]: STUCK, [PATCHY]: STUCK } };
const WORK = 'sandbox/gw_workflow';

/** As a person does it; what it prints. */
const submitByHand = (at: Site, exposure: string, dials: Dials = IDLE): string =>
  execFileSync(
    join(at.dir, 'sandbox/bin/jobsub_submit_dag'),
    ['-G', 'des', '--role=desgw', `file://desgw_pipeline_${exposure}.dag`],
    {
      cwd: join(at.dir, WORK),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {
        ...LOGIN,
        USER: 'desgw',
        DESGW_SANDBOX_DIALS: JSON.stringify({ speed: 100, ...dials }),
      },
    },
  );

let at: Site;
beforeAll(async () => {
  at = site([GOOD, PATCHY]);
  await at.desgw(['build', `dagmaker_${GOOD}.out`, `dagmaker_${PATCHY}.out`], { dials: IDLE });
});
afterAll(() => at.dispose());

test('before it has begun it is known by the file that goes with it', async () => {
  const early = at.copy();
  submitByHand(early, GOOD, STUCK);
  const built = await early.desgw(['build', `submitted_${GOOD}`, '--no-wait'], { dials: STUCK });
  expect(built.code, built.said).toBe(0);
  expect(built.out).toContain(`adopted submitted_${GOOD}`);
  expect(early.submissions()).toEqual([GOOD]);
  early.dispose();
});

test('it is adopted with its job, and its jobs are waited for', async () => {
  submitByHand(at, GOOD);
  const building = at.start(['build', `ccds_${GOOD}`], { dials: IDLE });
  await building.says(`adopted submitted_${GOOD}`);
  building.kill('SIGINT');
  await building.ended;
  const built = await at.desgw(['build', `ccds_${GOOD}`, '--no-wait'], { dials: IDLE });
  expect(built.code, built.said).toBe(3);
  expect(built.out).toMatch(/CCDs complete; jobs: \d+ idle/);
  expect(at.submissions()).toEqual([GOOD]);
});

test('with every record lost neither its DAG is made again nor is it submitted', async () => {
  const lost = at.copy();
  lost.remove('.desgw');
  lost.remove(`${WORK}/desgw_pipeline_${GOOD}.dag.submitted`);
  const built = await lost.desgw(['build', `submitted_${GOOD}`], { dials: IDLE });
  expect(built.code, built.said).toBe(0);
  expect(built.out).toContain(`adopted dagmaker_${GOOD}.out`);
  expect(lost.submissions()).toEqual([GOOD]);
  lost.dispose();
});

test('a note of a submission of which nothing is seen is a doubt, and what a person says of it holds', async () => {
  at.put(`${WORK}/jobsub_${PATCHY}.out`, 'Use job id 7.0@jobsub01.fnal.gov to retrieve output\n');
  const name = `submitted_${PATCHY}`;
  const doubtful = await at.desgw(['build', name], { dials: IDLE });
  expect(doubtful.code, doubtful.said).toBe(4);
  expect(doubtful.out).toContain(`jobsub_${PATCHY}.out beside the DAG says`);
  const advice = /`desgw (mark not-submitted \d+)`/.exec(doubtful.out.replace(/\s+/g, ' '))![1]!;
  const marked = await at.desgw(advice.split(' '));
  expect(marked.code, marked.said).toBe(0);
  // A refusal in between takes nothing back of what was said.
  const refused = await at.desgw(['build', name], {
    dials: { ...IDLE, submit: { trouble: 'token' } },
  });
  expect(refused.code, refused.said).toBe(1);
  const built = await at.desgw(['build', name], { dials: IDLE });
  expect(built.code, built.said).toBe(0);
  expect(at.submissions()).toEqual([GOOD, PATCHY]);
});
