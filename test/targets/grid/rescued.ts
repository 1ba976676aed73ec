/** What tests of grid share. */
import { expect } from 'vitest';
import { digestOf } from '../../../core/api/digest.ts';
import { Refusal } from '../../../core/api/errors.ts';
import type { Job, Queue } from '../../../core/api/grid.ts';
import type { Listing, Seen } from '../../../core/api/looks.ts';
import {
  earlierLooks,
  type RescueAsked,
  type RescuePlan,
  rescueLooks,
} from '../../../targets/grid/rescue-files.ts';
import { planRescue, type RescueRecord } from '../../../targets/grid/rescue-plan.ts';
import { ccd2, SEARCH_CCDS } from '../../../targets/settings/domain.ts';
import { sandbox } from '../../../targets/site/sandbox.ts';
import { dagText } from '../../fixtures/postproc/dag-text.ts';

export const site = sandbox();
const asked: RescueAsked = { exposure: '668439', season: '2206' };
export const DAG = dagText();
export const PNFS = `${site.pnfs}/exp/20170817/668439/dp2206`;
export const GW = site.gwWorkflow;
const ROW = '668439  20170817  57983.0  197.45  -23.38  i  100  2017B-0110  1.0  object\n';
export const OUTPUTS = (ccd: number): string =>
  `outputs_dp2206_20170817_668439_i_${ccd2(ccd)}.tar.gz`;

export type Ccds = { readonly [ccd: number]: readonly string[] };

/** Every CCD complete, except those given, with the names in their directories. */
export function ccds(others: Ccds): Listing[] {
  return [
    { dir: PNFS, names: [...SEARCH_CCDS.map((ccd) => `i_${ccd2(ccd)}/`), 'input_files/'] },
    ...SEARCH_CCDS.map((ccd) => ({
      dir: `${PNFS}/i_${ccd2(ccd)}`,
      names: others[ccd] ?? [OUTPUTS(ccd), 'ingest/'],
    })),
  ];
}

export const marker = (fields: object = {}): string =>
  JSON.stringify({
    schema: 'desgw/submitted',
    version: 1,
    exposure: '668439',
    season: '2206',
    job: '70.0@jobsub01.fnal.gov',
    token: 'first',
    submitted: '2026-03-01T00:00:00.000Z',
    dag: digestOf(DAG),
    ...fields,
  });

export interface World {
  readonly dag?: string | undefined;
  readonly marker?: string | undefined;
  readonly rows?: string;
  readonly ccds?: readonly Listing[];
  readonly pnfs?: Seen;
  /** Rescues that lie beside the DAG, by number. */
  readonly earlier?: {
    readonly [number: number]: {
      readonly dag: string;
      readonly marker?: string;
      readonly claimed?: boolean;
    };
  };
  readonly queue?: Queue;
  readonly judged?: boolean;
  readonly record?: 'submitted' | 'begun' | 'unknown';
  readonly asked?: Partial<RescueAsked>;
}

const FAILED: Ccds = {
  3: [OUTPUTS(3), 'RUN02_expose_makeStarCat.FAIL', 'ingest/'],
  12: ['NOOVERLAPS.FAIL'],
  40: [],
};
export const text = (one: string | undefined): Seen => ({ kind: 'read', text: one });

/** The plan in a world in which everything is in order but for what is given. */
export function planned(world: World = {}): RescuePlan {
  const numbers = Object.keys(world.earlier ?? {});
  const names = numbers.map((number) => `desgw_pipeline_668439_rescue${number}.dag`);
  const seen: Seen[] = [
    text('dag' in world ? world.dag : DAG),
    text('marker' in world ? world.marker : marker()),
    text(world.rows ?? ROW),
    {
      kind: 'list',
      dirs: [{ dir: GW, names: ['DAGMaker.sh', 'desgw_pipeline_668439.dag', ...names] }],
    },
    world.pnfs ?? { kind: 'list', dirs: (world.ccds ?? ccds(FAILED)).slice(0, 1) },
    { kind: 'list', dirs: (world.ccds ?? ccds(FAILED)).slice(1) },
    { kind: 'stat', stat: { size: 1, mtime: 0 } },
  ];
  const before = Object.values(world.earlier ?? {}).flatMap((one): Seen[] => [
    text(one.dag),
    text(one.marker),
    { kind: 'stat', stat: one.claimed === true ? { size: 1, mtime: 0 } : undefined },
  ]);
  const record: RescueRecord = {
    judged: world.judged ?? true,
    rescue: () => world.record ?? 'unknown',
    queue: world.queue ?? { state: 'seen', jobs: [] },
  };
  const all = { ...asked, ...world.asked };
  expect(rescueLooks(site, all)).toHaveLength(seen.length);
  expect(earlierLooks(site, all, seen)).toHaveLength(before.length);
  return planRescue(site, all, record, seen, before);
}

/** Why there is no plan, and what to do about it. */
export function refusal(world: World): string {
  try {
    planned(world);
  } catch (error) {
    if (error instanceof Refusal) return `${error.message} -> ${error.advice ?? ''}`;
    throw error;
  }
  throw new Error('it was planned');
}

export const job = (fields: Partial<Job>): Job => ({
  id: '90.0@jobsub01.fnal.gov',
  submission: fields.token ?? '90@jobsub01.fnal.gov',
  status: 'running',
  labels: { exposure: '668439', season: '2206' },
  ...fields,
});
