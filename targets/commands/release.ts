/** `desgw release`: lets held jobs go on. */
import {
  type Command,
  type CommandCall,
  exitText,
  type Grid,
  type Job,
  type Queue,
  table,
  UserError,
} from '../../core/index.ts';
import { jobsOfAll, type Submissions } from '../grid/submissions.ts';
import type { Exposure } from '../settings/domain.ts';
import type { Site } from '../site/site.ts';
import { absences, askQueue, claimedSeason, neededExposures, submissionsOf } from './asked.ts';

/** The held jobs of one exposure. */
interface HeldJobs {
  readonly exposure: Exposure;
  readonly ids: readonly string[];
  readonly why: string;
}

/** Held jobs by exposure; exposures without any are left out. */
function heldJobsIn(grid: Grid, queue: Queue, all: readonly Submissions[]): readonly HeldJobs[] {
  return all.flatMap((one) => {
    const { jobs } = jobsOfAll(grid, queue, one);
    const held = jobs.filter(({ status }) => status === 'held');
    return held.length === 0
      ? []
      : [{ exposure: one.exposure, ids: held.map(({ id }) => id), why: reasons(held) }];
  });
}

const reasons = (jobs: readonly Job[]): string =>
  [...new Set(jobs.map(({ holdReason }) => holdReason ?? 'no reason given'))].join('; ');

/** Exit status 1 when some are still held afterwards, or when that could not be seen. */
export function release(site: Site): Command {
  return {
    doc: 'let held jobs of exposures go on; what held them may hold them again',
    usage: '<exposure...>',
    run: async (call) => {
      const exposures = neededExposures(call, 'release');
      const season = claimedSeason(call);
      const step = site.grid.release;
      if (step === undefined)
        throw new UserError('this grid cannot be told to release jobs', 'Use its own program.');
      const queue = await askQueue(site, call);
      const all = await submissionsOf(site, call, { exposures, season });
      const found = heldJobsIn(site.grid, queue, all);
      if (queue.state === 'failed' && found.length === 0) {
        call.print(
          `Nothing was released: the queue could not be seen (${queue.why}).\nTry again when \`desgw jobs\` shows it.`,
        );
        return 1;
      }
      const without = all.filter(
        ({ exposure }) => !found.some((held) => held.exposure === exposure),
      );
      const { lines, unseen } = absences(site.grid, queue, without, 'held jobs');
      for (const line of lines) call.print(line);
      if (found.length === 0) return unseen ? 1 : 0;
      call.print(`Held:\n${rows(found)}`);
      const status = await releaseAndConfirm(site, call, { found, all });
      return unseen ? 1 : status;
    },
  };
}

const rows = (found: readonly HeldJobs[]): string =>
  table(found.map(({ exposure, ids, why }) => ['', exposure, `${ids.length} held`, why])).join(
    '\n',
  );

async function releaseAndConfirm(
  site: Site,
  call: CommandCall,
  { found, all }: { readonly found: readonly HeldJobs[]; readonly all: readonly Submissions[] },
): Promise<number> {
  const answer = await call.tools.run(site.grid.release!(found.flatMap(({ ids }) => ids)));
  // Its exit status says nothing about success; the queue does.
  const after = await askQueue(site, call);
  const exposures = found.map(({ exposure }) => exposure);
  const asked = all.filter(({ exposure }) => exposures.includes(exposure));
  const left = heldJobsIn(site.grid, after, asked);
  if (after.state === 'seen' && left.length === 0) {
    call.print(`Released: no job of ${exposures.join(', ')} is held any more.`);
    return 0;
  }
  const said = `${answer.stdout}${answer.stderr}`.trim();
  const ended =
    answer.exit.kind === 'exit' && answer.exit.code === 0
      ? ''
      : ` The program ${exitText(answer.exit)}.`;
  call.print(
    [
      left.length > 0
        ? `Still held, or held again:\n${rows(left)}`
        : `Whether they were released is not known: the queue could not be seen (${after.state === 'failed' ? after.why : ''}).`,
      `The program said: ${said === '' ? 'nothing' : said}${ended}`,
      'It can take a minute: look again with `desgw jobs`.',
    ].join('\n'),
  );
  return 1;
}
