/** What is said to the programs of jobsub_lite, in the surroundings that they want. */
import {
  type Exec,
  exec,
  type Labels,
  Refusal,
  type Sourced,
  type Work,
} from '../../core/index.ts';
import { COLUMNS, LABELS, TOKEN } from './jobsub-answer.ts';
import { foreignConstraint } from './jobsub-foreign.ts';
import { SCHEDD_COLUMNS, scheddConstraint } from './jobsub-schedds.ts';

/** What differs between accounts and sites. */
export interface JobsubOptions {
  /** Paths, or names found through PATH. */
  readonly programs: {
    readonly submit: string;
    readonly queue: string;
    readonly remove: string;
    readonly release: string;
    readonly logs: string;
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
  /** Asks for every job that desgw has submitted, or somebody for the pipeline without it, one a line. */
  readonly queue: Exec;
  /** Asks the collector which schedds there are. */
  readonly collector: Exec;
  readonly submit: (work: Pick<Work, 'labels' | 'file'>, more?: readonly string[]) => Exec;
  readonly cancel: (ids: readonly string[]) => Exec;
  readonly release: (ids: readonly string[]) => Exec;
  readonly printed: (id: string, into: string) => Exec;
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
  const constraint = `${TOKEN} =!= undefined || (${foreignConstraint(group)})`;
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
    release: (ids) => program([programs.release, ...whose, ...ids], 300),
    printed: (id, into) => program([programs.logs, ...whose, '-J', id, '--destdir', into], 600),
    versions: [programs.submit, programs.queue, programs.remove].map((one) =>
      program([one, '--version'], 15),
    ),
  };
}

/**
 * Lines of a job description that mark every job of a submission.
 * @throws Refusal for a value that would change the meaning of the job description
 */
export function attributes(labels: Labels): readonly string[] {
  const named = LABELS.flatMap(([attribute, label]): [string, string][] => {
    const value = labels[label];
    if (value === undefined) return [];
    if (!/^\d+$/.test(value)) throw new Refusal(`${label} '${value}' is not a number`);
    return [[attribute, value]];
  });
  return [[TOKEN, '{token}'], ...named].map(([name, value]) => `+${name}="${value}"`);
}
