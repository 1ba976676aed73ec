/**
 * jobsub_lite as a grid: the only part of desgw that knows of groups, roles, clusters and schedds.
 * Its programs exit 0 after most failures, so nothing here believes an exit status: only a job id
 * proves a submission, and only an undisturbed answer proves that a job is not in the queue.
 * Sources: jobsub_lite lib/mains/submit.py, bin/jobsub_q.
 */
import type { Grid } from '../../core/index.ts';
import { placeOf } from './jobsub-answer.ts';
import { attributes, type JobsubOptions, jobsubCommands } from './jobsub-commands.ts';
import { explainSubmitFailure } from './jobsub-failures.ts';
import { jobsubJobs } from './jobsub-jobs.ts';
import { jobsubQueue } from './jobsub-queue.ts';

/** Source of a regular expression; group 1 is the job id, `<cluster>[.<proc>]@<schedd>`. */
const receipt = 'Use job id ([0-9]+(?:\\.[0-9]+)?@[^\\s@]+) to retrieve output';

/** The grid behind jobsub_lite. */
export function jobsub(options: JobsubOptions): Grid {
  const { programs } = options;
  const commands = jobsubCommands(options);
  return {
    programs: [programs.submit, programs.queue, programs.remove, programs.collector],
    queue: () => jobsubQueue(commands),
    receipt,
    submit: (work) => ({
      ...commands.submit(work),
      ...{ cwd: work.cwd, timeout: work.timeout, receipt },
      ...{ detached: 'doubt', idempotent: false, okExits: 'any' },
    }),
    marking: (labels) => ({ JOBSUB_EXTRA_LINES: attributes(labels).join(',') }),
    cancel: commands.cancel,
    release: commands.release,
    printed: commands.printed,
    jobsOf: jobsubJobs,
    explain: explainSubmitFailure,
    isId: (text) => placeOf(text) !== undefined,
    example: '24000900.0@jobsub01.fnal.gov',
  };
}
