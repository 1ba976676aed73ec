/**
 * The template pass is stopped at each of its effects, and built again: here, and by another event that
 * needs some of the same templates. Each template reaches the grid once.
 */
import { describe, expect, test } from 'vitest';
import { defineBuild, exec, group, target, write } from '../../core/api/define.ts';
import type { Grid, Job, Known, Queue } from '../../core/api/grid.ts';
import type { Adapter } from '../../core/api/looks.ts';
import { runBuild } from '../../core/run/build.ts';
import { Stopped } from '../../core/testing/faults.ts';
import { type EngineOptions, type Machine, memoryMachine } from '../../core/testing/machine.ts';
import { dagFile, dagmakerName, type FollowUp } from '../../targets/settings/follow-up.ts';
import type { Site } from '../../targets/site/site.ts';
import { stateName } from '../../targets/templates/pass-files.ts';
import { type Template, templatesOf } from '../../targets/templates/template-dag.ts';
import { templatePass } from '../../targets/templates.ts';
import { waitingBuild } from '../core/stub-world.ts';
import { dagText } from '../fixtures/postproc/dag-text.ts';
import { followUpWith } from '../support/follow-up.ts';

/** Every effect where there is time; else some, not the same for both. */
const STRIDE = process.env.DESGW_LONG === '1' ? 1 : 29;

const SUBMISSIONS = '/shared/outside/submissions';
const NEEDED: { readonly [exposure: string]: readonly string[] } = {
  '668440': ['500001', '500002'],
  '668441': ['500002', '500003'],
  '668442': ['500001', '500003', '500004'],
};

/** What `submit` has noted, as jobs that have ended. */
function jobsOn(machine: Machine): readonly Job[] {
  const lines = (machine.read(SUBMISSIONS) ?? '').split('\n').filter((line) => line !== '');
  return lines.map((line, i): Job => {
    const { token, labels } = JSON.parse(line);
    return { id: `${i}.0@s`, submission: `${i}`, status: 'completed', token, labels };
  });
}

const isSame = (one: Job, { receipt, token, purpose }: Known): boolean =>
  one.id === receipt ||
  one.token === token ||
  (purpose !== undefined && JSON.stringify(one.labels) === JSON.stringify(purpose));

function gridOn(machine: () => Machine): { readonly grid: Grid; readonly queue: Adapter } {
  const queue: Adapter = {
    ...{ dry: false, timeout: 10 },
    ask: async () => ({ state: 'seen', jobs: jobsOn(machine()) }) as never,
  };
  const none = exec(['none']);
  const grid: Grid = {
    ...{ programs: [], queue: () => queue, cancel: () => none, marking: () => ({}) },
    submit: ({ labels, file, cwd }) =>
      exec(['submit', '{token}', JSON.stringify(labels), file], {
        ...{ cwd, detached: 'doubt', receipt: 'job (\\S+)', okExits: 'any', idempotent: false },
      }),
    ...{ receipt: 'job (\\S+)', isId: () => true, example: '1.0@s' },
    jobsOf: (answer: Queue, known) => ({ jobs: answer.jobs.filter((one) => isSame(one, known)) }),
    explain: () => ({ what: 'it was not submitted' }),
  };
  return { grid, queue };
}

/** What a search job reads of the first CCD of a template. */
function filesOf({ exposure, nite, band, processing }: Template): readonly string[] {
  const stem = `/shared/pnfs/exp/${nite}/${exposure}/D00${exposure}`;
  return [
    `${stem}_${band}_01_${processing}_immask.fits.fz`,
    `${stem}_${band}_01_${processing}_fullcat.fits`,
    `${stem}_01_${processing}_ZP.csv`,
    `/shared/pnfs/exp/${nite}/${exposure}/${exposure}_1.out`,
  ];
}

/** A machine on which two events share everything but their workspaces. */
function newMachine(): Machine {
  const tree: { [path: string]: string } = { '/shared/pnfs/exp/20170817/there': '' };
  for (const all of [eventOf(() => machine, FIRST), eventOf(() => machine, OTHER)])
    for (const exposure of all.exposures)
      tree[dagFile(all, exposure)] = dagText({ exposure, templates: [...NEEDED[exposure]!] });
  const machine: Machine = memoryMachine(tree, {
    submit: async (call) => {
      const [token, labels, file] = call.args;
      await call.pause(3);
      const made = templatesOf(call.read(file!)!);
      const templates = made.map(({ exposure }) => exposure);
      const line = JSON.stringify({ token, labels: JSON.parse(labels!), templates });
      call.write(SUBMISSIONS, `${call.read(SUBMISSIONS) ?? ''}${line}\n`);
      // The jobs run at once, and one CCD of each comes back.
      for (const template of made) for (const path of filesOf(template)) call.write(path, '');
      await call.pause(3);
      call.print(`job ${jobsOn(machine).length - 1}.0@s\n`);
      return 0;
    },
  });
  return machine;
}

interface Event {
  readonly season: string;
  readonly exposures: readonly string[];
  readonly workspace: string;
}
const FIRST: Event = { season: '1600', exposures: ['668440', '668441'], workspace: '/w/first' };
const OTHER: Event = { season: '1601', exposures: ['668442'], workspace: '/w/other' };

function eventOf(machine: () => Machine, { season, exposures }: Event): FollowUp {
  const set = ['templatePass=true', 'templateMemory=4000MB', 'templateEnough=1'];
  const plain = followUpWith({ season, exposures, set, isolate: true });
  const { grid, queue } = gridOn(machine);
  const site: Site = {
    ...plain.site,
    ...{ gwWorkflow: '/shared/gw_workflow', pnfs: '/shared/pnfs', registry: '/shared/seasons' },
    ...{ calibration: [], setup: [], grid, adapters: { ...plain.site.adapters, queue } },
  };
  return { ...plain, site };
}

/** Builds the pass of an event; what it throws is part of how it went. */
async function build(machine: Machine, event: Event, options: EngineOptions & { wait?: boolean }) {
  const { wait = true, ...faults } = options;
  const all = eventOf(() => machine, event);
  const rules = all.exposures.flatMap((exposure) => [
    target(dagmakerName(exposure), {
      inputs: [dagFile(all, exposure)],
      outputs: [`made_${exposure}`],
      recipe: [write(`made_${exposure}`, exposure)],
    }),
    ...templatePass(all, exposure),
  ]);
  const goal = group(
    'all',
    all.exposures.map((exposure) => stateName(exposure, 0)),
  );
  const engine = machine.engine({ workspace: event.workspace, ...faults });
  const project = {
    ...{ world: engine, params: {}, siteOf: () => '', explain: (e: unknown) => e as Error },
    build: defineBuild({
      ...{ goal: 'all', adapters: { queue: all.site.adapters.queue } },
      rules: () => [...rules, goal],
    }),
  };
  const asked = { ...waitingBuild(3), waitTimeout: 48 * 3600, wait };
  const came = await runBuild(project, asked).catch((error: unknown) => error);
  await machine.rest();
  return { came, effects: engine.effects() };
}

/** Every template that reached the grid, as often as it did. */
const submitted = (machine: Machine): readonly string[] =>
  (machine.read(SUBMISSIONS) ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line): string[] => JSON.parse(line).templates)
    .sort();

describe('a template pass that is stopped at any of its effects', () => {
  test.each([
    ['and built again', false],
    ['while another event needs the same templates', true],
  ])('%s hands in each template once', { timeout: 600_000 }, async (_, shared) => {
    const wanted = ['500001', '500002', '500003', ...(shared ? ['500004'] : [])];
    for (let failAt = shared ? 3 : 1; ; failAt += STRIDE) {
      const machine = newMachine();
      const fault = { failAt, with: 'stop' } as const;
      const { came, effects } = await build(machine, FIRST, { fault });
      if (effects < failAt) {
        expect(failAt).toBeGreaterThan(50);
        break;
      }
      if (came instanceof Error && !(came instanceof Stopped)) throw came;
      if (shared) await build(machine, OTHER, { wait: false });
      const ends = [(await build(machine, FIRST, {})).came];
      if (shared) ends.push((await build(machine, OTHER, {})).came);
      expect({ failAt, ends, submitted: submitted(machine) }).toMatchObject({
        failAt,
        ends: ends.map(() => ({ outcome: 'fresh', failed: [], person: [] })),
        submitted: wanted,
      });
    }
  });
});
