/** `desgw cancel`: takes jobs out of the queue, and nothing else. */
import { type Command, type Grid, jobsInWords, jobsState, type Queue } from '../../core/index.ts';
import { jobsOfAll, type Submissions } from '../grid/submissions.ts';
import { idsOf } from '../grid/work.ts';
import type { Site } from '../site/site.ts';
import { cancelPostproc } from './cancel-postproc.ts';
import { type Concerned, changeInQueue, type QueueChange } from './queue-change.ts';

/** Ids of DAGs, whose jobs go with them, and of jobs that have outlived theirs. */
function living(grid: Grid, queue: Queue, all: readonly Submissions[]): readonly Concerned[] {
  return all.flatMap((one) => {
    const found = jobsOfAll(grid, queue, one);
    const counts = jobsState(found);
    if (counts === 'none' || counts === 'unknown') return [];
    const ids = idsOf(found);
    return [{ exposure: one.exposure, ids, columns: [ids.join(', '), jobsInWords(counts)] }];
  });
}

const removal = (grid: Grid): QueueChange => ({
  command: 'cancel',
  find: (queue, all) => living(grid, queue, all),
  needsWholeQueue: true,
  step: grid.cancel,
  question: (exposures) => `Remove the jobs of ${exposures}?`,
  words: {
    nothing: 'Nothing was cancelled',
    jobs: 'jobs',
    found: 'To be removed from the queue:',
    left: 'Still in the queue:',
    done: (exposures) => [
      `Removed: the queue has no jobs of ${exposures} any more.`,
      'Nothing else was touched: the next `desgw build` judges what came back.',
    ],
    unknown: 'Whether they are gone is not known',
    again: 'Removing can take a minute: look again with `desgw jobs`, then repeat if need be.',
  },
});

/** Exit status 1 when something is still there afterwards, or when that could not be seen. */
export function cancel(site: Site): Command {
  return {
    doc: 'remove the jobs of exposures from the queue, or end post processing; what came back stays and is judged by the next build',
    usage: '<exposure...> | postproc',
    options: { '--yes': 'do not ask' },
    run: (call) =>
      call.args.length === 1 && call.args[0] === 'postproc'
        ? cancelPostproc(call)
        : changeInQueue(site, call, removal(site.grid)),
  };
}
