/**
 * The part of the pipeline that must not happen twice, on a machine in memory: one gw_workflow with
 * DAGMaker.sh, and a grid that remembers what was handed to it, whatever becomes of the machine.
 */
import { readFileSync } from 'node:fs';
import type { Build } from '../../core/api/builds.ts';
import { defineBuild } from '../../core/api/define.ts';
import type { Call, Ended, Programs } from '../../core/testing/calls.ts';
import { jobsub } from '../../targets/grid/jobsub.ts';
import { watchedQueue } from '../../targets/grid/work.ts';
import { followUp, followUpParams } from '../../targets/pipeline.ts';
import { BANDS } from '../../targets/settings/domain.ts';
import { packageFile } from '../../targets/site/package.ts';
import { sandbox } from '../../targets/site/sandbox.ts';
import type { Site } from '../../targets/site/site.ts';
import { dagText } from '../fixtures/postproc/dag-text.ts';
import { tableOf, tableRow } from '../support/follow-up.ts';

export const GW_WORKFLOW = '/data/gw_workflow';
const PNFS = '/pnfs/gw';
const REGISTRY = '/data/seasons';
const SCHEDDS = ['jobsub01.fnal.gov', 'jobsub02.fnal.gov'] as const;

/** How a submission fares. */
export type Trouble = (typeof TROUBLES)[number];
export const TROUBLES = [
  'none',
  /** The program says so, and nothing has happened. */
  'refused',
  /** It has happened; the program prints no id and exits 0. */
  'silent',
  /** It has happened; the program exits 1 without an id. */
  'failed late',
  /** Killed before it happened, or after, with whoever could tell of it. */
  'killed before',
  'killed after',
] as const;

/** One DAG on the grid. */
export interface Handed {
  readonly id: string;
  readonly token: string;
  readonly exposure: string;
  readonly season: string;
  /** What was handed over. */
  readonly text: string;
  /** Workspace from which it was. */
  readonly by: string;
}

/** What the programs do next. */
export interface Weather {
  /** The next submissions, one after the other; then none has trouble. */
  readonly troubles: readonly Trouble[];
  /** Of so many answers of the queue, the schedd that holds jobs is left out of the first ones. */
  readonly silent: number;
  /** How long programs take: turns of the event loop, by chance. */
  readonly chance: () => number;
}

/** A grid with a memory of its own. */
export class Grid {
  readonly handed: Handed[] = [];
  /** Turns of every program are up to so many. */
  pace = 4;
  readonly #chance: () => number;
  readonly #troubles: Trouble[];
  #silent: number;

  constructor({ troubles, silent, chance }: Weather) {
    this.#chance = chance;
    this.#troubles = [...troubles];
    this.#silent = silent;
  }

  readonly programs: Programs = {
    './DAGMaker.sh': (call) => this.#dagmaker(call),
    flock: (call) => listsByBand(call),
    jobsub_submit_dag: (call) => this.#submit(call),
    jobsub_q: (call) => this.#queue(call),
    condor_status: (call) => {
      const row = (name: string): string =>
        `${name} ${this.#isSilent(name)} ${this.#of(name).length} ${!this.#isSilent(name)}\n`;
      call.print(SCHEDDS.map(row).join(''));
      return 0;
    },
  };

  /** Others go on meanwhile. */
  async turns(): Promise<void> {
    for (let left = Math.floor(this.#chance() * this.pace); left > 0; left--)
      await new Promise((resolve) => setImmediate(resolve));
  }

  async #dagmaker(call: Call): Promise<Ended> {
    const [exposure = ''] = call.args;
    const season = /^(?:export )?SEASON=(\d+)/m.exec(call.read('dagmaker.rc') ?? '')?.[1];
    const text = dagText({ exposure, season: season ?? 'none' });
    const dag = `desgw_pipeline_${exposure}.dag`;
    const mytemp = `mytemp_${exposure}`;
    await this.turns();
    for (const part of [3, 2, 1]) {
      call.write(dag, text.slice(0, Math.floor(text.length / part)));
      await this.turns();
    }
    call.write(`${mytemp}/KH_diff.list1`, `2 i ${exposure} 512345\n`);
    const copy = `${PNFS}/exp/20170817/${exposure}/dp${season}/input_files/copy_pairs_for_${exposure}.sh`;
    call.write(copy, 'ifdh cp\n');
    await this.turns();
    const command = `jobsub_submit_dag -G des --role=desgw file://${dag}\n`;
    call.write(`${mytemp}/DAGMaker.DONE`, command);
    call.print(`NOVERLAPS 3\nTo submit this DAG do\n${command}`);
    return 0;
  }

  async #submit(call: Call): Promise<Ended> {
    const trouble = this.#troubles.shift() ?? 'none';
    await this.turns();
    if (trouble === 'refused') call.complain('Error: no such group\n');
    if (trouble === 'refused' || trouble === 'killed before')
      return trouble === 'refused' ? 1 : 'killed';
    const words = call.args.join(' ');
    const said = (name: string): string =>
      new RegExp(`\\+${name}="([^"]*)"`).exec(words)?.[1] ?? '';
    const path = call.args.at(-1)!.replace('file://', '');
    const cluster = this.handed.length + 1;
    const id = `${cluster}.0@${SCHEDDS[cluster % SCHEDDS.length]}`;
    this.handed.push({
      id,
      token: said('DesgwSubmission'),
      exposure: said('DesgwExposure'),
      season: said('DesgwSeason'),
      text: call.read(path) ?? '',
      by: path.slice(0, path.indexOf('/.desgw/')),
    });
    await this.turns();
    if (trouble === 'silent') return 0;
    if (trouble === 'failed late') return 1;
    if (trouble === 'killed after') return 'killed';
    call.print(`Use job id ${id} to retrieve output\n`);
    return 0;
  }

  async #queue(call: Call): Promise<Ended> {
    await this.turns();
    for (const name of SCHEDDS.filter((one) => !this.#isSilent(one))) {
      const jobs = this.#of(name);
      for (const { id, token, exposure, season } of jobs)
        call.print(
          `${id} ${token} ${exposure} ${season} 2 undefined 1503014400 undefined undefined undefined\n`,
        );
      if (jobs.length === 0) call.print('All queues are empty\n');
    }
    if (this.#silent > 0) this.#silent--;
    return 0;
  }

  #of(schedd: string): readonly Handed[] {
    return this.handed.filter(({ id }) => id.endsWith(schedd));
  }

  #isSilent(schedd: string): boolean {
    return this.#silent > 0 && this.#of(schedd).length > 0;
  }
}

/** What is done under the lock of the exposure table: its files by band. */
function listsByBand({ read, write }: Call): Ended {
  const rows = (read('exposures.list') ?? '').split('\n');
  for (const band of BANDS)
    write(
      `exposures_${band}.list`,
      rows.filter((row) => row.trim().split(/\s+/)[5] === band).join('\n'),
    );
  return 0;
}

const PROGRAMS = {
  submit: 'jobsub_submit_dag',
  queue: 'jobsub_q',
  remove: 'jobsub_rm',
  release: 'jobsub_release',
  logs: 'jobsub_fetchlog',
  collector: 'condor_status',
};

/** The site of that grid: no programs but those above. */
function siteOf(isolate: boolean): Site {
  const grid = jobsub({
    ...{ programs: PROGRAMS, group: 'des', role: 'desgw', storageModify: [], env: {}, passEnv: [] },
  });
  return {
    ...sandbox({ isolate }),
    ...{ gwWorkflow: GW_WORKFLOW, pnfs: PNFS, registry: REGISTRY, rawImages: [], setup: [] },
    ...{ env: {}, passEnv: [], imageSetup: undefined, grid, checks: [] },
    adapters: {
      seasons: { dry: true, timeout: 10, ask: async () => ({ seasons: [], warnings: [] }) },
      queue: watchedQueue(grid),
    },
  };
}

/** A rule file of that site. */
export function buildFor(exposures: readonly string[], how: { readonly isolate: boolean }): Build {
  const site = siteOf(how.isolate);
  return defineBuild({
    ...{ params: followUpParams(site), adapters: site.adapters },
    rules: (params) => followUp(site, exposures, params),
  });
}

const INI = packageFile('templates/template_postproc.ini');

/** What lies there before anybody builds. */
export function gridTree(exposures: readonly string[]): { readonly [path: string]: string } {
  return {
    [INI]: readFileSync(INI, 'utf8'),
    [`${GW_WORKFLOW}/dagmaker.rc`]: 'SEASON=11\nTEFF_CUT=0.3\n',
    [`${GW_WORKFLOW}/exposures.list`]: tableOf(...exposures.map((one) => tableRow(one))),
    [`${REGISTRY}/README`]: 'one file a season\n',
    [`${PNFS}/exp/README`]: 'results\n',
    [`${PNFS}/forcephoto/images/README`]: 'images\n',
  };
}
