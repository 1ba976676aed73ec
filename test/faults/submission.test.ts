/**
 * The submission of the pipeline, with a fault at every effect: a failing disk, a kill, the power cut, on
 * disks with clocks of their own. Whatever happens, one DAG is on the grid in the end, it is the one that
 * was judged, and the next build knows of it.
 */
import { describe, expect, test } from 'vitest';
import { fixedClock } from '../../core/testing/clock.ts';
import { type Fault, Stopped } from '../../core/testing/faults.ts';
import { type Machine, type MachineOptions, memoryMachine } from '../../core/testing/machine.ts';
import { type Pipeline, pipelineOn, type Went } from '../../core/testing/pipeline.ts';
import { FileError, type FsModule } from '../../core/world/fs.ts';
import { judgeDag, parseDag } from '../../targets/grid/dag.ts';
import { randomFrom } from '../support/chance.ts';
import { buildFor, Grid, gridTree, type Trouble } from './grid.ts';
import { staleFs } from './stale.ts';

const long = process.env.DESGW_LONG === '1';
/** How many effects lie between two that are tried, and how often each is with another chance. */
const [STEP, CHANCES] = long ? [1, 5] : [41, 1];

const EXPOSURE = '668440';
const HOUR = 3_600_000;

/** A gw_workflow with one exposure to submit. */
class Submission {
  readonly grid: Grid;
  readonly machine: Machine;
  /** How many effects the build with a fault had. */
  reached = 0;
  /** Effects of the latest build so far. */
  effects = (): number => 0;
  readonly #pipeline: Pipeline;

  constructor(seed: number, trouble: Trouble, options: MachineOptions = {}) {
    this.grid = new Grid({ troubles: [trouble], silent: 0, chance: randomFrom(seed) });
    const clock = fixedClock(undefined, 50);
    const machine = memoryMachine(gridTree([EXPOSURE]), this.grid.programs, { clock, ...options });
    const { engine } = machine;
    machine.engine = (asked) => {
      const begun = engine(asked);
      this.effects = begun.effects;
      return begun;
    };
    machine.engine();
    machine.flush();
    this.machine = machine;
    this.#pipeline = pipelineOn(machine, buildFor([EXPOSURE], { isolate: false }));
  }

  /** @returns undefined where it came to no end of its own */
  async build(fault?: Fault, through?: FsModule): Promise<Went | undefined> {
    const set = ['season=1600'];
    const went = await this.#pipeline
      .build([`submitted_${EXPOSURE}`], {
        ...{ set, ...(through && { through }) },
        ...(fault && { fault }),
      })
      .catch((error: unknown) => {
        if (fault !== undefined && (error instanceof Stopped || error instanceof FileError))
          return undefined;
        throw error;
      });
    if (fault !== undefined) await this.machine.rest();
    return went;
  }

  /** One DAG at most is on the grid, whole, of that exposure and season. */
  checkHanded(): void {
    const { handed } = this.grid;
    expect(handed.length).toBeLessThanOrEqual(1);
    for (const { exposure, season, text } of handed) {
      expect([exposure, season]).toEqual([EXPOSURE, '1600']);
      expect(judgeDag(parseDag(text), { exposure, season })).toEqual([]);
    }
  }

  /**
   * The next builds find all well; or a submission that was killed, with desgw or the whole machine, and is to
   * be seen nowhere, is in doubt.
   */
  async checkWhole(wasKilled: boolean): Promise<void> {
    this.checkHanded();
    await this.build();
    const went = await this.build();
    this.checkHanded();
    const outcome = this.grid.handed.length === 1 ? 'fresh' : 'person';
    if (outcome === 'person') expect(wasKilled).toBe(true);
    expect(went).toMatchObject({ outcome });
  }
}

/** Tries one effect after the other, as far as there are any. */
async function atEveryEffect(
  play: (failAt: number, chance: number) => Promise<Submission>,
): Promise<void> {
  for (let failAt = 1; ; failAt += STEP) {
    let reached = false;
    for (let chance = 0; chance < CHANCES; chance++) {
      const seed = failAt * 1000 + chance;
      await play(failAt, seed).then(
        (site) => {
          reached ||= site.reached >= failAt;
        },
        (error: unknown) => {
          throw new Error(`effect ${failAt}, chance ${seed}: ${String(error)}`, { cause: error });
        },
      );
    }
    if (!reached) break;
    expect(failAt).toBeLessThan(3000);
  }
}

/** Without a receipt, but in the queue, or certainly not. */
const ENDINGS: readonly Trouble[] = [
  'none',
  'silent',
  'failed late',
  'killed before',
  'killed after',
];

const START = Date.UTC(2017, 7, 18);
const shared = (grain: number, ahead: (at: number) => number): MachineOptions => ({
  otherDisk: { under: '/data', grain, ahead },
});
/** Coarse everywhere, or where gw_workflow is: behind, ahead, or from a moment on. */
const DISKS: readonly MachineOptions[] = [
  {},
  { grain: 2000 },
  shared(1000, () => -HOUR),
  shared(2000, () => HOUR),
  shared(1000, (at) => (at > START + 5000 ? -HOUR : 0)),
];
/** What somebody sets the computer's clock by, between the builds. */
const SET = [0, 0, HOUR, -HOUR];

const of = <T>(all: readonly T[], seed: number): T =>
  all[Math.floor(randomFrom(seed)() * all.length)]!;

describe('a submission with a fault at every effect', () => {
  test.each(['EIO', 'ENOSPC', 'stop', 'cut'])(
    '(%s) is made once',
    { timeout: 3_000_000 },
    async (kind) => {
      await atEveryEffect(async (failAt, seed) => {
        const trouble = of(ENDINGS, seed + 1);
        const site = new Submission(seed, trouble, of(DISKS, seed + 2));
        await site.build({ failAt, with: kind });
        site.reached = site.effects();
        if (kind === 'cut') site.machine.cut(randomFrom(seed));
        else site.machine.clock.set(of(SET, seed + 3));
        await site.checkWhole(kind === 'cut' || trouble === 'killed before');
        return site;
      });
    },
  );

  test('by turns from two computers that see late what the other did, it is made once', {
    timeout: 3_000_000,
  }, async () => {
    await atEveryEffect(async (failAt, seed) => {
      const trouble = of(ENDINGS, seed + 1);
      const site = new Submission(seed, trouble);
      const { fs } = site.machine.memory;
      const looks = of([3, 30, 300, 3000], seed + 2);
      const [here, there] = [staleFs(fs, looks), staleFs(fs, looks)];
      // The other one has looked before there was anything.
      await site.build({ failAt: 3, with: 'stop' }, there);
      await site.build({ failAt, with: 'stop' }, here);
      site.reached = site.effects();
      for (const through of [there, here, there]) {
        await site.build({ failAt: Number.POSITIVE_INFINITY, with: 'stop' }, through);
        site.checkHanded();
      }
      await site.checkWhole(trouble === 'killed before');
      return site;
    });
  });
});
