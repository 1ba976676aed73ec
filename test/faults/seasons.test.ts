/**
 * Workspaces with seasons of their own, or one and the same, that work in one gw_workflow at the same
 * time; builders that are killed, submissions that end badly, a queue that leaves a schedd out,
 * colleagues who run DAGMaker.sh by hand, take a holder away, or lose `.desgw`. Every DAG on the grid is
 * one that its submitter judged, for its own season, and each was handed over once.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../core/api/errors.ts';
import { fixedClock } from '../../core/testing/clock.ts';
import { Stopped } from '../../core/testing/faults.ts';
import { type Machine, memoryMachine } from '../../core/testing/machine.ts';
import { treeOf } from '../../core/testing/memory-files.ts';
import { type Pipeline, pipelineOn } from '../../core/testing/pipeline.ts';
import type { FsModule } from '../../core/world/fs.ts';
import { judgeDag, parseDag } from '../../targets/grid/dag.ts';
import { readMarker } from '../../targets/grid/marker.ts';
import { HOLDER } from '../../targets/settings/follow-up.ts';
import { randomFrom } from '../support/chance.ts';
import { buildFor, Grid, GW_WORKFLOW, gridTree, TROUBLES } from './grid.ts';
import { staleFs } from './stale.ts';

const long = process.env.DESGW_LONG === '1';
const runs = Number(process.env.DESGW_RUNS ?? (long ? 5000 : 12));
const { DESGW_SEED, DESGW_PATH } = process.env;

const EXPOSURES = ['668440', '668441'] as const;
const GOALS = EXPOSURES.map((exposure) => `submitted_${exposure}`);
const SEASONS = ['1600', '1700', '2206'] as const;

/** What somebody does in a workspace, or beside it. */
const anyDeed = fc.oneof(
  { arbitrary: fc.record({ build: fc.record({ killAt: fc.option(fc.nat(450)) }) }), weight: 5 },
  { arbitrary: fc.constant({ forget: '.desgw' as const }), weight: 1 },
  { arbitrary: fc.constant({ free: HOLDER }), weight: 1 },
  { arbitrary: fc.record({ byHand: fc.constantFrom(...EXPOSURES) }), weight: 1 },
);
type Deed = typeof anyDeed extends fc.Arbitrary<infer T> ? T : never;

const anyCase = fc.record({
  isolate: fc.boolean(),
  /** The season of each workspace, and what is done there. */
  workspaces: fc.array(
    fc.record({
      season: fc.constantFrom(...SEASONS),
      deeds: fc.array(anyDeed, { minLength: 1, maxLength: 4 }),
    }),
    { minLength: 2, maxLength: 4 },
  ),
  troubles: fc.array(fc.constantFrom(...TROUBLES), { maxLength: 6 }),
  silent: fc.nat(4),
  /** Everybody is on a computer of their own, which remembers for so many looks what it saw of the disk. */
  stale: fc.constantFrom(0, 0, 3, 30, 300),
  seed: fc.nat(),
});
type Case = typeof anyCase extends fc.Arbitrary<infer T> ? T : never;

/** All the workspaces of a case, at work. */
class Night {
  readonly grid: Grid;
  readonly #machine: Machine;
  readonly #pipeline: Pipeline;
  readonly #case: Case;
  readonly #views: readonly FsModule[];
  /** Workspaces in which a build is under way. */
  readonly #busy = new Set<string>();
  /** Every marker that was ever there. */
  #markers: { readonly [work: string]: string } = {};

  constructor(one: Case) {
    this.#case = one;
    const { troubles, silent, seed, isolate } = one;
    this.grid = new Grid({ troubles, silent, chance: randomFrom(seed) });
    this.#machine = memoryMachine(gridTree(EXPOSURES), this.grid.programs, {
      clock: fixedClock(undefined, 50),
    });
    const { fs } = this.#machine.memory;
    this.#views = one.workspaces.map(() => (one.stale === 0 ? fs : staleFs(fs, one.stale)));
    this.#pipeline = pipelineOn(this.#machine, buildFor(EXPOSURES, { isolate }));
  }

  /** Everybody at the same time. Afterwards nobody is killed any more. */
  async play(): Promise<void> {
    const { workspaces } = this.#case;
    await Promise.all(
      workspaces.map(async ({ deeds }, i) => {
        for (const deed of deeds) await this.#do(deed, i);
      }),
    );
    for (const i of [...workspaces.keys(), ...workspaces.keys()]) {
      await this.#build(i, {});
      await this.#machine.rest();
    }
    this.#check();
  }

  #path = (i: number): string => `/w${i}`;

  async #do(deed: Deed, i: number): Promise<void> {
    const { fs } = this.#machine.memory;
    await this.grid.turns();
    if ('build' in deed)
      await this.#build(i, { killAt: deed.build.killAt, through: this.#views[i]! });
    if ('forget' in deed) {
      // The watchdog of a killed build stops what it left; without .desgw nobody else would.
      await this.#machine.rest();
      fs.rmSync(`${this.#path(i)}/${deed.forget}`, { recursive: true, force: true });
    }
    if ('free' in deed) this.#free(`${GW_WORKFLOW}/${deed.free}`);
    if ('byHand' in deed) await this.#byHand(deed.byHand);
  }

  /** Only of a workspace in which nothing is under way: so it is advised. */
  #free(holder: string): void {
    const held = this.#machine.read(holder);
    if (held === undefined || this.#busy.has(JSON.parse(held).workspace)) return;
    this.#machine.memory.fs.unlinkSync(holder);
  }

  async #build(
    i: number,
    { killAt = null, through }: { readonly killAt?: number | null; readonly through?: FsModule },
  ): Promise<void> {
    const workspace = this.#path(i);
    this.#busy.add(workspace);
    const { season } = this.#case.workspaces[i]!;
    await this.#pipeline
      .build(GOALS, {
        ...{ workspace, set: [`season=${season}`], wait: false, ...(through && { through }) },
        ...(killAt === null ? {} : { fault: { failAt: killAt, with: 'stop' } }),
      })
      .catch((error: unknown) => {
        // Who is refused for what is seen late is told so, and comes again.
        if (error instanceof Stopped || (through && error instanceof UserError)) return;
        throw error;
      });
    this.#busy.delete(workspace);
    this.#markers = { ...this.#markers, ...this.#markersNow() };
  }

  /** Somebody of another season, without desgw, in the midst of it. */
  async #byHand(exposure: string): Promise<void> {
    const [rc, dag] = [
      `${GW_WORKFLOW}/dagmaker.rc`,
      `${GW_WORKFLOW}/desgw_pipeline_${exposure}.dag`,
    ];
    this.#machine.put(rc, 'SEASON=99\n');
    for (const text of ['', '<parallel>\n', '<parallel>\n</parallel>\n']) {
      this.#machine.put(dag, text);
      await this.grid.turns();
    }
  }

  /** Markers by season and exposure. */
  #markersNow(): { readonly [work: string]: string } {
    const found = Object.entries(treeOf(this.#machine.memory.fs, GW_WORKFLOW)).flatMap(
      ([path, text]) => {
        const marker = path.endsWith('.dag.submitted') ? readMarker(text) : undefined;
        return marker === undefined ? [] : [[`${marker.season} ${marker.exposure}`, text]];
      },
    );
    return Object.fromEntries(found);
  }

  #check(): void {
    const { handed } = this.grid;
    for (const { exposure, season, text, by } of handed) {
      expect(judgeDag(parseDag(text), { exposure, season }), 'it is what was judged').toEqual([]);
      expect(season, 'it is of its own season').toBe(
        this.#case.workspaces[Number(by.replace('/w', ''))]!.season,
      );
    }
    const { isolate, workspaces } = this.#case;
    const isFreed = workspaces.some(({ deeds }) => deeds.some((deed) => 'free' in deed));
    if (isolate || !isFreed)
      expect(this.#markersNow(), 'no marker is written over').toMatchObject(this.#markers);
    const works = handed.map(({ exposure, season }) => `${exposure} of season ${season}`);
    expect(works, 'each is handed over once').toEqual([...new Set(works)]);
  }
}

test('every DAG on the grid is one that its submitter judged, each once', {
  timeout: 300_000 + runs * 3000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(anyCase, async (one) => {
      await new Night(one).play();
    }),
    {
      ...(long || process.env.DESGW_RUNS !== undefined ? {} : { seed: 20170817 }),
      ...(DESGW_SEED === undefined ? {} : { seed: Number(DESGW_SEED) }),
      ...(DESGW_PATH === undefined ? {} : { path: DESGW_PATH }),
      numRuns: runs,
    },
  );
});
