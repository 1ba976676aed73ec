/** Ctrl-C, killed, not waited for: what was begun goes on, is picked up, and happens once. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Dials, GOOD, LOGIN, type Running, type Site, site, THREE, until } from './site.ts';

const LONG = process.env.DESGW_LONG === '1';
const marker = (exposure: string): string =>
  `sandbox/gw_workflow/desgw_pipeline_${exposure}.dag.submitted`;

describe('one night, interrupted again and again', () => {
  /** So many CCDs are held until somebody releases them that the others are not enough to go on. */
  const ccds = Object.fromEntries(Array.from({ length: 15 }, (_, i) => [i + 1, 'held']));
  const HELD: Dials = { exposures: { [GOOD]: { search: { ccds, outcomes: {} } } } };
  const SLOW_STEPS: Dials = { postproc: { stepSeconds: 60 } };
  let at: Site;
  beforeAll(() => {
    at = site(THREE);
  });
  afterAll(() => at.dispose());

  /** Starts a build and sends it SIGINT as soon as `moment` has come. */
  async function interruptedAt(
    moment: (build: Running) => Promise<void> | void,
    dials: Dials,
  ): Promise<string> {
    const build = at.start(['build'], { dials });
    await moment(build);
    build.kill('SIGINT');
    const { code, said } = await build.ended;
    expect(code, said).toBe(130);
    expect(said).not.toMatch(/^\s+at .+:\d+/m);
    return said;
  }

  test('Ctrl-C before anything has been made', async () => {
    await interruptedAt((build) => build.says('sandbox'), {});
    expect(at.exists('image_proc_outputs/season')).toBe(false);
  });

  test('Ctrl-C while DAGMaker runs stops it; no DAG of it is submitted', async () => {
    await interruptedAt(() => until(() => at.calls('DAGMaker.sh').length === THREE.length), {
      dagmaker: { seconds: 500 },
    });
    expect(working(at, 'dagmaker/main.mjs')).toEqual([]);
    expect(at.submissions()).toEqual([]);
  });

  test('Ctrl-C while DAGs are submitted leaves the submitters alone', async () => {
    const said = await interruptedAt(
      () => until(() => at.calls('jobsub_submit_dag').length === THREE.length),
      { ...HELD, submit: { delay: 100 } },
    );
    expect(said).toContain('the same command');
    expect(at.submissions().length).toBeLessThan(THREE.length);
    await until(() => at.submissions().length === THREE.length);
    expect([...at.submissions()].sort()).toEqual(THREE);
  });

  test('the next build finds what they did; without waiting it exits 3', async () => {
    const found = await at.desgw(['build', '--no-wait'], { dials: HELD });
    expect(found.code, found.said).toBe(3);
    for (const exposure of THREE)
      expect(JSON.parse(at.text(marker(exposure)))).toMatchObject({
        exposure,
        job: expect.stringContaining('@jobsub'),
      });
    expect(found.out).toMatch(new RegExp(`ccds_${GOOD}`));
    expect([...at.submissions()].sort()).toEqual(THREE);
    expect([...at.calls('jobsub_submit_dag')].sort()).toEqual(THREE);
  });

  test('a build that only waits for the grid holds no lock, and Ctrl-C leaves the jobs alone', async () => {
    const said = await interruptedAt(async (build) => {
      await build.says('waiting ccds_');
      await until(() => !at.exists('.desgw/lock'));
      const other = await at.desgw(['build', 'ccds_*', '--no-wait']);
      expect(other.code, other.said).toBe(3);
      expect(other.said).not.toMatch(/waiting for .*(pid|process)/);
    }, {});
    expect(said).toContain('the same command goes on from here');
    expect(queue(at)).toContain('held');
    expect([...at.submissions()].sort()).toEqual(THREE);
  });

  test('Ctrl-C during post processing leaves it running; --no-wait exits 3 then; the next build follows it', async () => {
    const { job } = JSON.parse(at.text(marker(GOOD)));
    execFileSync(`${at.dir}/sandbox/bin/jobsub_release`, ['-G', 'des', '--role=desgw', job], {
      cwd: at.dir,
      env: LOGIN,
    });
    const said = await interruptedAt(
      () => until(() => at.calls('run_postproc.py').length === 1),
      SLOW_STEPS,
    );
    expect(said).toContain('goes on by itself');
    const other = await at.desgw(['build', '--no-wait']);
    expect(other.code, other.said).toBe(3);
    const followed = await at.desgw(['build']);
    expect(followed, followed.said).toMatchObject({ code: 0, err: '' });
    expect(at.calls('run_postproc.py')).toEqual([at.season()]);
    expect(at.postprocSteps()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('killed during post processing, with its whole group: the next build follows it as well', async () => {
    at.remove(`sandbox/Post-Processing/outputs/truthtable${at.season()}/truthplus.tab`);
    const build = at.start(['build'], { dials: SLOW_STEPS });
    await until(() => at.calls('run_postproc.py').length === 2);
    build.killGroup('SIGKILL');
    await build.ended;
    const followed = await at.desgw(['build']);
    expect(followed, followed.said).toMatchObject({ code: 0, err: '' });
    expect(at.calls('run_postproc.py')).toHaveLength(2);
    expect(at.postprocSteps()).toEqual([1, 4, 5, 6, 7]);
    expect([...at.calls('jobsub_submit_dag')].sort()).toEqual(THREE);
  });
});

describe('a build of twenty exposures that is killed at random moments', () => {
  const KILLS = LONG ? 200 : 15;
  const SEED = Number(process.env.DESGW_SEED ?? (LONG ? Date.now() : 1)) % 2 ** 31;
  const TWENTY = [
    ...Array.from({ length: 12 }, (_, i) => String(668437 + i)),
    ...['668461', '528331', '528332', '428812', '405118', '311526', '311527', '298871'],
  ].sort();
  /** Slow enough that kills meet every stage; the file in which each is at work is what counts. */
  const dials: Dials = {
    dagmaker: { seconds: LONG ? 200 : 20 },
    submit: { delay: LONG ? 60 : 10, delayAfter: LONG ? 60 : 10 },
  };

  test(
    `submits each exactly once (${KILLS} kills, seed ${SEED})`,
    async () => {
      const at = site(TWENTY);
      try {
        const next = randomFrom(SEED);
        for (let kill = 0; kill < KILLS; kill++) {
          const build = at.start(['build', 'output.txt', '-j', '4'], { dials });
          const moment = new Promise((resolve) => setTimeout(resolve, 100 + next() * 1200));
          await Promise.race([moment, build.ended]);
          build.killGroup('SIGKILL');
          const { code, said } = await build.ended;
          expect([null, 0], said).toContain(code);
        }
        const last = await at.desgw(['build', 'output.txt'], { dials });
        expect(last, last.said).toMatchObject({ code: 0, err: '' });
        expect([...at.submissions()].sort()).toEqual(TWENTY);
        const log = at
          .text('sandbox/grid/submissions.log')
          .trimEnd()
          .split('\n')
          .map((line) => line.split('\t'));
        for (const exposure of TWENTY)
          expect(JSON.parse(at.text(marker(exposure))).job).toBe(
            log.find((words) => words[3] === exposure)![1],
          );
        expect(
          at.text('image_proc_outputs/output.txt').split('\n')[0]!.match(/\d{6}/g)!.sort(),
        ).toEqual(TWENTY);
      } finally {
        at.dispose();
      }
    },
    LONG ? 900_000 : 90_000,
  );
});

/** Numbers from 0 to 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) / 2 ** 23;
  };
}

function queue(at: Site): string {
  return execFileSync(
    `${at.dir}/sandbox/bin/jobsub_q`,
    ['-G', 'des', '--role=desgw', '-autoformat', 'JobsubJobId', 'JobStatus'],
    { cwd: at.dir, encoding: 'utf8', env: LOGIN },
  )
    .split('\n')
    .map((line) => (/\s5$/.test(line) ? `${line} held` : line))
    .join('\n');
}

/** Command lines of living processes that hold `what` and work for this site. */
function working(at: Site, what: string): readonly string[] {
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(at.dir) && line.includes(what));
}
