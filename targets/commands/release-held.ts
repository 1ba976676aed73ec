/** Held jobs that a build sees to of itself, between two of its rounds (`releaseHeld`). */
import {
  type Exec,
  exitText,
  group,
  type Queue,
  type RoundCall,
  target,
  write,
} from '../../core/index.ts';
import { jobsOfAll } from '../grid/submissions.ts';
import type { Exposure, Season } from '../settings/domain.ts';
import { ccdsName } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';
import {
  HELD_FILE,
  type HeldNote,
  type HeldPlan,
  heldPlan,
  readHeld,
  type SeenJob,
} from '../triage/held.ts';
import { askQueue, claimedSeason, submissionsOf } from './asked.ts';

const GOAL = 'held jobs';

/** @returns always false: what comes of it the next look tells */
export async function releaseHeld(site: Site, call: RoundCall): Promise<boolean> {
  const after = Number(call.params.releaseHeld);
  const exposures = [...new Set(call.round.flatMap(withHeldJobs))];
  if (!(after > 0) || exposures.length === 0) return false;
  const { grid } = site;
  const queue = await askQueue(site, call);
  // What is held but could not be seen is held the next time, too.
  if (queue.state === 'failed') return false;
  const season = claimedSeason(call);
  const seen = await jobsOf(site, call, { exposures, season }, queue);
  const before = readHeld(call.readText(HELD_FILE));
  const mayRemove = call.params.autoRescue === 'on';
  const plan = heldPlan(seen, before, { now: call.now, after, mayRemove });
  if (JSON.stringify(plan.jobs) !== JSON.stringify(before)) await note(call, plan.jobs);
  await act(call, plan.release, grid.release, 'released');
  await act(call, plan.remove, grid.cancel, 'removed, since they were held again');
  return false;
}

/** Exposures of which something waits with jobs held. */
const withHeldJobs = ({ state, note: told, subject }: RoundCall['round'][number]) =>
  state === 'waiting' && subject !== undefined && /\b\d+ held\b/.test(told ?? '') ? [subject] : [];

async function jobsOf(
  site: Site,
  call: RoundCall,
  asked: { readonly exposures: readonly Exposure[]; readonly season: Season },
  queue: Queue,
): Promise<readonly SeenJob[]> {
  const all = await submissionsOf(site, call, asked);
  return all.flatMap((one): readonly SeenJob[] => {
    const { exposure, season } = one;
    const templates = queue.jobs.filter(
      ({ labels }) => labels.templatesOf === exposure && labels.season === season,
    );
    return [...jobsOfAll(site.grid, queue, one).jobs, ...templates].map(({ id, status, node }) => ({
      ...{ id, exposure, held: status === 'held', whole: node === undefined },
    }));
  });
}

/** Written down first: what is released twice after a crash would be removed too early. */
async function note(call: RoundCall, jobs: HeldPlan['jobs']): Promise<void> {
  const held: HeldNote = { schema: 'desgw/held', version: 1, jobs };
  const text = `${JSON.stringify(held, null, 2)}\n`;
  const rule = target('held', {
    doc: 'held jobs, and since when',
    params: { text },
    recipe: { version: '1', steps: [write(HELD_FILE, text)] },
  });
  await call.build([rule, group(GOAL, [rule.name])], GOAL);
}

async function act(
  { tell, tools }: RoundCall,
  jobs: readonly SeenJob[],
  step: ((ids: readonly string[]) => Exec) | undefined,
  done: string,
): Promise<void> {
  if (jobs.length === 0 || step === undefined) return;
  const ids = jobs.map(({ id }) => id);
  const { exit } = await tools.run(step(ids));
  const of = [...new Set(jobs.map(({ exposure }) => exposure))].join(', ');
  const what = `${ids.length} held ${ids.length === 1 ? 'job' : 'jobs'} of ${of}`;
  const text =
    exit.kind === 'exit' && exit.code === 0
      ? `${what}: ${done} (releaseHeld)`
      : `${what} could not be ${done}: the program ${exitText(exit)}; see \`desgw jobs\``;
  tell(ccdsName(jobs[0]!.exposure), { about: `${ids.join(' ')} ${done}`, text, occasion: 'held' });
}
