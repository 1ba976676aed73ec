/** `desgw cancel`: takes jobs out of the queue, and nothing else. */
import {
  type Command,
  type CommandCall,
  exitText,
  type Grid,
  jobsInWords,
  jobsState,
  type Queue,
  table,
} from '../../core/index.ts';
import { jobsOfAll, type Submissions } from '../grid/submissions.ts';
import { idsOf } from '../grid/work.ts';
import type { Exposure } from '../settings/domain.ts';
import type { Site } from '../site/site.ts';
import { absences, askQueue, claimedSeason, neededExposures, submissionsOf } from './asked.ts';
import { cancelPostproc } from './cancel-postproc.ts';

/** What one exposure has in the queue and which job ids have to go for it. */
interface Removal {
  readonly exposure: Exposure;
  /** Ids of DAGs, whose jobs go with them, and of jobs that have outlived theirs. */
  readonly ids: readonly string[];
  readonly jobs: string;
}

/** What would be removed; exposures without living jobs are left out. */
function removals(grid: Grid, queue: Queue, all: readonly Submissions[]): readonly Removal[] {
  return all.flatMap((one) => {
    const found = jobsOfAll(grid, queue, one);
    const counts = jobsState(found);
    if (counts === 'none' || counts === 'unknown') return [];
    return [{ exposure: one.exposure, ids: idsOf(found), jobs: jobsInWords(counts) }];
  });
}

/** Exit status 1 when something is still there afterwards, or when that could not be seen. */
export function cancel(site: Site): Command {
  return {
    doc: 'remove the jobs of exposures from the queue, or end post processing; what came back stays and is judged by the next build',
    usage: '<exposure...> | postproc',
    options: { '--yes': 'do not ask' },
    run: async (call) => {
      if (call.args.length === 1 && call.args[0] === 'postproc') return cancelPostproc(call);
      const exposures = neededExposures(call, 'cancel');
      const season = claimedSeason(call);
      const queue = await askQueue(site, call);
      if (queue.state === 'failed') {
        call.print(
          `Nothing was cancelled: the queue could not be seen (${queue.why}).\nTry again when \`desgw jobs\` shows it.`,
        );
        return 1;
      }
      const all = await submissionsOf(site, call, { exposures, season });
      const found = removals(site.grid, queue, all);
      const without = all.filter(
        ({ exposure }) => !found.some((removal) => removal.exposure === exposure),
      );
      const { lines, unseen } = absences(site.grid, queue, without, 'jobs');
      for (const line of lines) call.print(line);
      if (found.length === 0) return unseen ? 1 : 0;
      call.print(`To be removed from the queue:\n${rows(found)}`);
      if (
        !(await call.confirm(
          `Remove the jobs of ${found.map(({ exposure }) => exposure).join(', ')}?`,
        ))
      ) {
        call.print('Nothing was changed.');
        return 0;
      }
      const status = await removeAndConfirm(site, call, found, all);
      return unseen ? 1 : status;
    },
  };
}

const rows = (found: readonly Removal[]): string =>
  table(found.map(({ exposure, jobs, ids }) => ['', exposure, ids.join(', '), jobs])).join('\n');

async function removeAndConfirm(
  site: Site,
  call: CommandCall,
  found: readonly Removal[],
  all: readonly Submissions[],
): Promise<number> {
  const ids = found.flatMap((removal) => removal.ids);
  const removal = site.grid.cancel(ids);
  const answer = await call.tools.run(removal);
  // Its exit status says nothing about success; the queue does.
  const after = await askQueue(site, call);
  const exposures = found.map(({ exposure }) => exposure);
  const asked = all.filter(({ exposure }) => exposures.includes(exposure));
  const left = removals(site.grid, after, asked);
  if (after.state === 'seen' && left.length === 0) {
    call.print(`Removed: the queue has no jobs of ${exposures.join(', ')} any more.`);
    call.print('Nothing else was touched: the next `desgw build` judges what came back.');
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
        ? `Still in the queue:\n${rows(left)}`
        : `Whether they are gone is not known: the queue could not be seen (${after.state === 'failed' ? after.why : ''}).`,
      `${removal.argv[0].split('/').pop()} said: ${said === '' ? 'nothing' : said}${ended}`,
      'Removing can take a minute: look again with `desgw jobs`, then repeat if need be.',
    ].join('\n'),
  );
  return 1;
}
