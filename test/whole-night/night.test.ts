/**
 * What a large night costs: operations are counted, memory is measured, time is not. The full size,
 * 500 exposures, with DESGW_LONG=1.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cost, type Night, nightOf } from './night.ts';

const LONG = process.env.DESGW_LONG === '1';
const MANY = LONG ? 500 : 16;
const CCDS = 59;
/** MiB; desgw with its rule file takes some 70 of them for a single exposure. */
const MOST_MIB = 300;
/** Rounds leave behind what Node takes back late: see docs/scale.md. */
const MOST_MIB_OF_ROUNDS = 350;
/** Looks that have nothing to do with the number of exposures: desgw's own files, the sandbox. */
const FIXED = 1500;

describe(`a night of ${MANY} exposures of ${CCDS} CCDs with 49 template lines, half of them settled`, () => {
  let night: Night;
  beforeAll(() => {
    night = nightOf(MANY);
    const adopted = night.desgw('adopt', 'submitted_*', 'dagmaker_*');
    expect([adopted.code, adopted.out]).toEqual([0, expect.stringContaining('adopted')]);
    const built = night.desgw('build', '--no-wait');
    expect([built.code, built.asked.length]).toEqual([3, 1]);
  }, 1_800_000);
  afterAll(() => night?.dispose());

  /** At most so many listings and stats for each CCD directory, and memory below the limit. */
  function expectWithin(
    cost: Cost,
    looks: { readonly lists: number; readonly stats: number },
    most = MOST_MIB,
  ): void {
    const ccds = MANY * CCDS;
    expect(cost.lists, 'listings').toBeLessThanOrEqual(FIXED + looks.lists * ccds);
    expect(cost.stats, 'stats').toBeLessThanOrEqual(FIXED + looks.stats * ccds);
    expect(cost.mib, 'MiB').toBeLessThan(most);
  }

  test('a plan lists each CCD directory once at most, and asks nobody', () => {
    const cost = night.desgw('build', '-n');
    // Force-photometry files may be on their way for a while where CCDs have just settled.
    expect(cost.out).toMatch(/\d+ waiting/);
    expect(cost.asked).toEqual([]);
    expectWithin(cost, { lists: 1.1, stats: 0.5 });
  }, 600_000);

  test('a status does as much, and asks the queue once', () => {
    const cost = night.desgw('status');
    expect(cost.out).toMatch(/\d+ waiting/);
    expect(cost.asked).toHaveLength(1);
    expectWithin(cost, { lists: 1.6, stats: 0.5 });
  }, 600_000);

  test('one round of a build with nothing new asks the queue once', () => {
    const cost = night.desgw('build', '--no-wait');
    expect([cost.code, cost.asked.length]).toEqual([3, 1]);
    expectWithin(cost, { lists: 1.6, stats: 0.5 });
  }, 600_000);

  test('a build that waits asks the queue once a round, and looks only at what is open', () => {
    const cost = night.desgw('build', '--wait-timeout', '20');
    expect(cost.code).toBe(3);
    // A second, two, four... between rounds; whatever the number of exposures.
    const rounds = cost.asked.length;
    expect(rounds).toBeGreaterThan(1);
    expect(rounds).toBeLessThanOrEqual(10);
    // Directories younger than the clocks may differ are listed each time, older ones looked at.
    expectWithin(cost, { lists: 1.1 + rounds, stats: 0.5 + rounds }, MOST_MIB_OF_ROUNDS);
  }, 600_000);
});
