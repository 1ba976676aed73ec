/**
 * Jobs that were handed to jobsub without desgw, which have none of our attributes. What they are for
 * is told by what their programs are given: `-E EXP -S dpSEASON` of SEdiff.sh, `-E EXP -p dpSEASON`
 * of RUNMON.sh. The job of the DAG itself says it by the name of the DAG, which is among its arguments,
 * or (jobsub_lite hands every DAG over as dag.dag) among the files that go with it.
 */
import type { Job, Labels } from '../../core/index.ts';
import { jobOf } from './dag.ts';

/** Stands in an answer before what is asked of such jobs: words before it are read as ever. */
const MARK = 'args:';

/** What is asked beside the other columns, in this order; the last hold blanks, and of the arguments one is undefined. */
export const FOREIGN_COLUMNS = [
  `"${MARK}"`,
  'DAGManJobId',
  'JobUniverse',
  'JobsubCmd',
  'Args',
  'Arguments',
  'ifThenElse(JobUniverse =?= 7, TransferInput, undefined)',
];

/** HTCondor's scheduler universe: the job stands for a DAG. */
const DAGMAN = '7';

/** With which every DAG of the pipeline begins; it may be idle for long, and is given nothing that tells more. */
const BEGINNING = 'dummyjob.sh';

/** Which jobs without our attributes are asked for: DAGs of the group, and jobs of the pipeline. */
export const foreignConstraint = (group: string): string =>
  `Jobsub_Group =?= "${group}" && (JobUniverse =?= ${DAGMAN} || JobsubCmd =?= "${BEGINNING}" || regexp("-[Sp] *dp[0-9]", Args))`;

/** What a line says of a job that is not ours. */
export interface Foreign {
  /** Cluster of its DAG. */
  readonly dagman: string | undefined;
  readonly universe: string | undefined;
  readonly script: string;
  readonly args: string;
}

/** The words of a line before the mark, and what comes after it. */
export function parted(words: readonly string[]): {
  readonly own: readonly string[];
  readonly foreign?: Foreign;
} {
  const at = words.lastIndexOf(MARK);
  if (at < 0) return { own: withoutUnknown(words) };
  const [dagman = '', universe = '', script = '', ...rest] = words.slice(at + 1);
  // A program that is given nothing has no arguments by either name.
  const args = rest
    .join(' ')
    .replace(/^(?:undefined(?: |$))+/, '')
    .replace(/(?:(?:^| )undefined)+$/, '');
  return {
    own: words.slice(0, at),
    foreign: {
      dagman: /^\d+$/.test(dagman) ? dagman : undefined,
      universe: /^\d+$/.test(universe) ? universe : undefined,
      script: script === 'undefined' ? '' : script,
      args,
    },
  };
}

/** A program that knows none of these columns may say of each that it is undefined. */
function withoutUnknown(words: readonly string[]): readonly string[] {
  const last = words.slice(-FOREIGN_COLUMNS.length);
  return last.length === FOREIGN_COLUMNS.length && last.every((word) => word === 'undefined')
    ? words.slice(0, -FOREIGN_COLUMNS.length)
    : words;
}

/** The job as one of its DAG, with what its arguments say that it is for. */
export function asForeign(job: Job, { dagman, universe, script, args }: Foreign): Job {
  const schedd = job.id.slice(job.id.indexOf('@') + 1);
  const submission = dagman === undefined ? job.submission : `${dagman}@${schedd}`;
  const isLead = universe === DAGMAN;
  // One that belongs to no DAG stands for nothing but itself.
  const node = job.node ?? (isLead ? undefined : 'alone');
  const labels = isLead
    ? namedIn(args)
    : { ...purposeOf(script, args), program: `${script} ${args}` };
  return { ...job, submission, labels, ...(node === undefined ? {} : { node }) };
}

function namedIn(args: string): Labels {
  const name = /(?:^|[\s/,])desgw_pipeline_(\d{6,7})(?:_rescue\d+)?\.dag(?=[\s,]|$)/.exec(args);
  if (name !== null) return { exposure: name[1]! };
  // Files go with every DAG of jobsub: where the name is not among them it is none of the pipeline.
  return /(?:^|[\s/,])dagman_wrapper\.sh(?=[\s,]|$)/.test(args)
    ? { program: 'dagman_wrapper.sh' }
    : {};
}

/** A template is processed for some DAG; of which exposure that is, its own job does not say. */
function purposeOf(script: string, args: string): Labels {
  const job = jobOf(script, args.split(' '));
  const season = /^dp(\d+)$/.exec(job.flags.get(job.kind === 'runmon' ? 'p' : 'S') ?? '')?.[1];
  const exposure = job.kind === 'search' || job.kind === 'runmon' ? job.flags.get('E') : undefined;
  return {
    ...(season === undefined ? {} : { season }),
    ...(exposure === undefined ? {} : { exposure }),
  };
}

/** What one job of a DAG tells holds for all of them. */
export function withPurposes(jobs: readonly Job[]): readonly Job[] {
  const told = new Map<string, Labels>();
  for (const { token, submission, labels, node } of jobs) {
    if (token !== undefined) continue;
    const { exposure, season } = labels;
    const before = told.get(submission) ?? {};
    // What a node processes is surer than what the DAG is called.
    const sure = node === undefined ? before.exposure === undefined : true;
    told.set(submission, {
      ...before,
      ...(season === undefined ? {} : { season }),
      ...(exposure === undefined || !sure ? {} : { exposure }),
    });
  }
  if (told.size === 0) return jobs;
  return jobs.map((job) =>
    job.token === undefined
      ? { ...job, labels: { ...job.labels, ...told.get(job.submission) } }
      : job,
  );
}
