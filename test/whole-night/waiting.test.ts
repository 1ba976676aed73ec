/**
 * An hour of waiting for a night of which half has settled, by a simulated clock: how often the file
 * system is looked at, and the queue asked. The full size, 500 exposures, with DESGW_LONG=1.
 */
import { expect, test } from 'vitest';
import { group, target, write } from '../../core/api/define.ts';
import type { Job } from '../../core/api/grid.ts';
import { ccds } from '../../targets/ccds.ts';
import { ccd2, SEARCH_CCDS } from '../../targets/settings/domain.ts';
import { submittedName } from '../../targets/settings/follow-up.ts';
import { engineOn } from '../core/engine.ts';
import { type StubWorld, stubWorld } from '../core/stub-world.ts';
import { followUpWith, SEASON } from '../support/follow-up.ts';

const MANY = process.env.DESGW_LONG === '1' ? 500 : 12;
/** What a night of 500 may cost in an hour. */
const CALLS_AN_EXPOSURE = 1_000_000 / 500;
const QUESTIONS = 120;
const HOUR_S = 3600;

const exposures = Array.from({ length: MANY }, (_, i) => String(700_001 + i));
const all = followUpWith({ exposures });
const dirOf = (exposure: string, ccd: number): string =>
  `${all.site.pnfs}/exp/20170817/${exposure}/dp${SEASON}/i_${ccd2(ccd)}`;
const outputsOf = (exposure: string, ccd: number): string =>
  `${dirOf(exposure, ccd)}/outputs_dp${SEASON}_20170817_${exposure}_i_${ccd2(ccd)}.tar.gz`;

/** CCDs of the second half, in the order in which they may end. */
const open = exposures
  .slice(MANY / 2)
  .flatMap((exposure) => SEARCH_CCDS.map((ccd) => ({ exposure, ccd })));

/** The grid: what has not ended is running. */
function gridOf(ended: () => number) {
  const asked = { times: 0 };
  const ask = async () => {
    asked.times += 1;
    const jobs = open.slice(ended()).map(
      ({ exposure, ccd }): Job => ({
        ...{ id: `${exposure}${ccd}.0@jobsub01.fnal.gov`, submission: exposure, token: exposure },
        ...{ status: 'running', node: `stage_${ccd}`, labels: { exposure, season: SEASON } },
      }),
    );
    const answered = { schedds: ['jobsub01.fnal.gov', 'jobsub02.fnal.gov'], silent: [] };
    return { state: 'seen', jobs, answered } as never;
  };
  return { asked, queue: { timeout: 60, dry: true, ask } };
}

/** Waits for an hour in which so many CCDs end a second, of a night of 500 exposures. */
async function hour(rate: number) {
  const perSecond = (rate * MANY) / 500;
  const tree: { [path: string]: string } = {};
  exposures.forEach((exposure, i) => {
    for (const ccd of SEARCH_CCDS) {
      tree[`${dirOf(exposure, ccd)}/ingest`] = '';
      if (i < MANY / 2) tree[outputsOf(exposure, ccd)] = '';
    }
    // A copy that came last, long before the build: all directories are old.
    tree[`${all.site.pnfs}/exp/old`] = '';
  });
  const still = stubWorld(tree);
  let [ended, due, moving] = [0, 0, false];
  const world: StubWorld = {
    ...still,
    clock: {
      ...still.clock,
      sleep: (ms, signal) => {
        due += moving ? (ms / 1000) * perSecond : 0;
        for (; ended + 1 <= due && ended < open.length; ended++)
          still.files.put(outputsOf(open[ended]!.exposure, open[ended]!.ccd), '');
        return still.clock.sleep(ms, signal);
      },
    },
  };
  const { asked, queue } = gridOf(() => ended);
  const rules = [
    group(
      'all',
      exposures.map((exposure) => `ccds_${exposure}`),
    ),
    ...exposures.flatMap((exposure) => [
      target(submittedName(exposure), {
        outputs: [`submitted/${exposure}`],
        recipe: [write(`submitted/${exposure}`, 'yes')],
      }),
      ccds(all, exposure, { band: 'i' }),
    ]),
  ];
  const engine = engineOn(world, rules, { adapters: { queue } });
  const options = { emit: () => {}, wait: true, goals: ['all'] };
  // Everything that can be judged at once.
  await engine.build({ ...options, waitTimeout: 600 });
  world.counted();
  asked.times = 0;
  moving = true;
  const { summary } = await engine.build({ ...options, waitTimeout: HOUR_S });
  const { stats, lists, reads } = world.counted();
  return { calls: stats + lists + reads, asked: asked.times, summary, ended };
}

test.each([
  ['nothing moves', 0],
  ['a CCD ends every second', 1],
])(
  '%s',
  async (_, rate) => {
    const { calls, asked, summary, ended } = await hour(rate);
    expect(summary.outcome).toBe('waiting');
    expect(ended > 0).toBe(rate > 0);
    expect(asked).toBeGreaterThan(10);
    expect(asked).toBeLessThanOrEqual(QUESTIONS);
    expect(calls).toBeLessThanOrEqual(CALLS_AN_EXPOSURE * MANY);
  },
  600_000,
);
