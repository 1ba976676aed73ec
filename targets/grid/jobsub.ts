/**
 * jobsub_lite as a grid: the only part of desgw that knows of groups, roles, clusters and schedds.
 * Its programs exit 0 after most failures, so nothing here believes an exit status: only a job id
 * proves a submission, and only an undisturbed answer proves that a job is not in the queue.
 * Sources: jobsub_lite lib/mains/submit.py, bin/jobsub_q.
 */
import {
  type Exec,
  exec,
  type Grid,
  type Labels,
  Refusal,
  type Sourced,
  type Work,
} from '../../core/index.ts';
import { COLUMNS, LABELS, placeOf, TOKEN } from './jobsub-answer.ts';
import { explainSubmitFailure } from './jobsub-failures.ts';
import { jobsubJobs } from './jobsub-jobs.ts';
import { jobsubQueue } from './jobsub-queue.ts';
import { SCHEDD_COLUMNS, scheddConstraint } from './jobsub-schedds.ts';

/** Source of a regular expression; group 1 is the job id, `<cluster>[.<proc>]@<schedd>`. */
const receipt = 'Use job id ([0-9]+(?:\\.[0-9]+)?@[^\\s@]+) to retrieve output';

/** What differs between accounts and sites. */
export interface JobsubOptions {
  /** Paths, or names found through PATH. */
  readonly programs: {
    readonly submit: string;
    readonly queue: string;
    readonly remove: string;
    /** condor_status: asks the collector. */
    readonly collector: string;
  };
  readonly group: string;
  readonly role: string;
  /** Paths (without /pnfs) below which jobs may overwrite: without them not even their own outputs. */
  readonly storageModify: readonly string[];
  readonly env: { readonly [name: string]: string };
  readonly passEnv: readonly string[];
  /** What must be sourced for its programs. */
  readonly environment?: Sourced;
  /** Seconds until a silent jobsub_q is given up. */
  readonly timeout?: number;
}

/** What is said to the programs of jobsub_lite. */
export interface JobsubCommands {
  /** Asks for every job that desgw has submitted, one a line. */
  readonly queue: Exec;
  /** Asks the collector which schedds there are. */
  readonly collector: Exec;
  readonly submit: (work: Pick<Work, 'labels' | 'file'>, more?: readonly string[]) => Exec;
  readonly cancel: (ids: readonly string[]) => Exec;
  readonly versions: readonly Exec[];
}

/** The commands, in the surroundings that they want. */
export function jobsubCommands(options: JobsubOptions): JobsubCommands {
  const { programs, group, role, env, passEnv, environment, timeout = 120 } = options;
  const surroundings = { env, passEnv, ...(environment === undefined ? {} : { environment }) };
  const program = (argv: Exec['argv'], limit: number): Exec =>
    exec(argv, { ...surroundings, timeout: limit });
  // Else a token of its own would be fetched, for a role that the account may not have.
  const whose = ['-G', group, `--role=${role}`];
  const constraint = `${TOKEN} =!= undefined`;
  return {
    queue: program(
      [programs.queue, ...whose, '--constraint', constraint, '-autoformat', ...COLUMNS],
      timeout,
    ),
    collector: program(
      [
        programs.collector,
        '-schedd',
        '-constraint',
        scheddConstraint(group),
        '-autoformat',
        ...SCHEDD_COLUMNS,
      ],
      Math.min(timeout, 30),
    ),
    submit: ({ labels, file }, more = []) =>
      program(
        [
          programs.submit,
          ...whose,
          ...more,
          ...options.storageModify.flatMap((path) => ['--need-storage-modify', path]),
          ...attributes(labels).flatMap((line) => ['--lines', line]),
          `file://${file}`,
        ],
        timeout,
      ),
    // It asks every schedd.
    cancel: (ids) => program([programs.remove, ...whose, ...ids], 300),
    versions: [programs.submit, programs.queue, programs.remove].map((one) =>
      program([one, '--version'], 15),
    ),
  };
}

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
    jobsOf: jobsubJobs,
    explain: explainSubmitFailure,
    isId: (text) => placeOf(text) !== undefined,
    example: '24000900.0@jobsub01.fnal.gov',
  };
}

/**
 * Lines of a job description that mark every job of a submission.
 * @throws Refusal for a value that would change the meaning of the job description
 */
function attributes(labels: Labels): readonly string[] {
  const named = LABELS.flatMap(([attribute, label]): [string, string][] => {
    const value = labels[label];
    if (value === undefined) return [];
    if (!/^\d+$/.test(value)) throw new Refusal(`${label} '${value}' is not a number`);
    return [[attribute, value]];
  });
  return [[TOKEN, '{token}'], ...named].map(([name, value]) => `+${name}="${value}"`);
}
