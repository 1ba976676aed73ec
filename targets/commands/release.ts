/** `desgw release`: lets held jobs go on. */
import { type Command, type Grid, type Job, type Queue, UserError } from '../../core/index.ts';
import { jobsOfAll, type Submissions } from '../grid/submissions.ts';
import type { Site } from '../site/site.ts';
import { type Concerned, changeInQueue, type QueueChange } from './queue-change.ts';
import { releaseHeld } from './release-held.ts';

function heldJobs(grid: Grid, queue: Queue, all: readonly Submissions[]): readonly Concerned[] {
  return all.flatMap((one) => {
    const { jobs } = jobsOfAll(grid, queue, one);
    const held = jobs.filter(({ status }) => status === 'held');
    if (held.length === 0) return [];
    const ids = held.map(({ id }) => id);
    return [{ exposure: one.exposure, ids, columns: [`${ids.length} held`, reasons(held)] }];
  });
}

const reasons = (jobs: readonly Job[]): string =>
  [...new Set(jobs.map(({ holdReason }) => holdReason ?? 'no reason given'))].join('; ');

const releasing = (grid: Grid, step: QueueChange['step']): QueueChange => ({
  command: 'release',
  find: (queue, all) => heldJobs(grid, queue, all),
  needsWholeQueue: false,
  step,
  words: {
    nothing: 'Nothing was released',
    jobs: 'held jobs',
    found: 'Held:',
    left: 'Still held, or held again:',
    done: (exposures) => [`Released: no job of ${exposures} is held any more.`],
    unknown: 'Whether they were released is not known',
    again: 'It can take a minute: look again with `desgw jobs`.',
  },
});

/** Exit status 1 when some are still held afterwards, or when that could not be seen. */
export function release(site: Site): Command {
  return {
    doc: 'let held jobs of exposures go on; what held them may hold them again',
    usage: '<exposure...>',
    between: (call) => releaseHeld(site, call),
    run: async (call) => {
      const step = site.grid.release;
      if (step === undefined)
        throw new UserError('this grid cannot be told to release jobs', 'Use its own program.');
      return await changeInQueue(site, call, releasing(site.grid, step));
    },
  };
}
