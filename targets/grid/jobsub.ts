/**
 * What desgw says to the grid's submission tools and how it reads their answers. jobsub_lite
 * exits 0 after most failures, so nothing here believes an exit status: only a job id proves a
 * submission, and only an undisturbed answer proves that a job is not in the queue.
 * Sources: jobsub_lite lib/condor.py, lib/mains/submit.py, bin/jobsub_q.
 */

import { type Exit, type Instant, type Problem, Refusal } from '../../core/index.ts';

/** Source of a regular expression; group 1 is the job id, `<cluster>[.<proc>]@<schedd>`. */
export const receiptPattern = 'Use job id ([0-9]+(?:\\.[0-9]+)?@[^\\s@]+) to retrieve output';

/** Attributes that travel with every job of a submission. */
const TOKEN = 'DesgwSubmission';
const EXPOSURE = 'DesgwExposure';
const SEASON = 'DesgwSeason';

/** What a submission needs to know; everything after `season` has the value used at Fermilab. */
export interface Submission {
  readonly exposure: string;
  readonly season: string;
  readonly program?: string;
  readonly group?: string;
  readonly role?: string;
  /** Paths (without /pnfs) below which the jobs may overwrite and delete. */
  readonly storageModify?: readonly string[];
  /** Program that jobsub calls with the job id after a success. */
  readonly jobInfo?: string;
  /** File name in the working directory, which must be gw_workflow. */
  readonly dag?: string;
}

/**
 * Arguments that submit the DAG of one exposure. `{token}` stands for the attempt's token. Without
 * the storage paths the jobs could not overwrite their own earlier outputs.
 * @throws Refusal for a value that would change the meaning of the job description
 */
export function submitCommand(submission: Submission): readonly [string, ...string[]] {
  const { exposure, season } = submission;
  for (const [what, value] of [
    ['exposure', exposure],
    ['season', season],
  ] as const) {
    if (!/^\d+$/.test(value)) throw new Refusal(`${what} '${value}' is not a number`);
  }
  const paths = submission.storageModify ?? [
    '/des/persistent/gw/exp',
    '/des/persistent/gw/forcephoto',
  ];
  return [
    submission.program ?? 'jobsub_submit_dag',
    '-G',
    submission.group ?? 'des',
    `--role=${submission.role ?? 'desgw'}`,
    ...paths.flatMap((path) => ['--need-storage-modify', path]),
    ...[
      [TOKEN, '{token}'],
      [EXPOSURE, exposure],
      [SEASON, season],
    ].flatMap(([name, value]) => ['--lines', `+${name}="${value}"`]),
    ...(submission.jobInfo === undefined ? [] : ['--job-info', submission.jobInfo]),
    `file://${submission.dag ?? `desgw_pipeline_${exposure}.dag`}`,
  ];
}

const COLUMNS = [
  'JobsubJobId',
  TOKEN,
  EXPOSURE,
  SEASON,
  'JobStatus',
  'DAGNodeName',
  'QDate',
  // Holds blanks, so that it must be the last.
  'HoldReason',
] as const;

/**
 * Arguments that ask for every job desgw has submitted, one a line, in the columns that
 * `readQueueColumns` reads. One question serves all exposures.
 */
export function queueCommand(
  options: { readonly program?: string; readonly group?: string } = {},
): readonly [string, ...string[]] {
  const { program = 'jobsub_q', group = 'des' } = options;
  return [
    program,
    '-G',
    group,
    '--constraint',
    `${TOKEN} =!= undefined`,
    '-autoformat',
    ...COLUMNS,
  ];
}

export type JobStatus =
  | 'idle'
  | 'running'
  | 'held'
  | 'removed'
  | 'completed'
  | 'transferring'
  | 'suspended';

/** One job in the queue. The DAG's own job has no `node`. */
export interface Job {
  /** As printed, `<cluster>.<proc>@<schedd>`. */
  readonly id: string;
  readonly cluster: string;
  readonly schedd: string;
  readonly status: JobStatus;
  readonly node?: string;
  readonly token?: string;
  readonly exposure?: string;
  readonly season?: string;
  /** When the job came into the queue. */
  readonly queued?: Instant;
  readonly holdReason?: string;
}

/** `failed`: the answer may lack jobs, so that absence proves nothing; those seen are real. */
export type Queue =
  | { readonly state: 'seen'; readonly jobs: readonly Job[] }
  | { readonly state: 'failed'; readonly why: string; readonly jobs: readonly Job[] };

/** What a program printed and how it ended. */
export interface Answer {
  readonly exit: Exit;
  readonly stdout: string;
  readonly stderr: string;
}

/** By HTCondor's JobStatus 0..7; 0 (unexpanded) waits like an idle job. */
const BY_NUMBER: readonly JobStatus[] = [
  'idle',
  'idle',
  'running',
  'removed',
  'completed',
  'held',
  'transferring',
  'suspended',
];
/** Letters of jobsub_q's table in the order of JobStatus; a suspended job shows none. */
const LETTERS = 'UIRXCHE';

/** Reads the answer to `queueCommand`. */
export function readQueueColumns(answer: Answer): Queue {
  const jobs: Job[] = [];
  const complaints = complaintsOf(answer);
  const lines = answer.stdout.split('\n');
  if (lines.at(-1) !== '') complaints.push('the answer ends in the middle of a line');
  for (const line of lines) {
    if (HARMLESS.test(line.trim())) continue;
    const words = line.trim().split(/\s+/);
    const [id = '', token, exposure, season, status = '', node, queued = ''] = words;
    const place = placeOf(id);
    const known = /^[0-7]$/.test(status) ? BY_NUMBER[Number(status)] : undefined;
    if (place === undefined || known === undefined || words.length < COLUMNS.length) {
      complaints.push(`this line is not a job: ${shortened(line)}`);
      continue;
    }
    jobs.push({
      ...place,
      status: known,
      ...present('node', node),
      ...present('token', token),
      ...present('exposure', exposure),
      ...present('season', season),
      ...(/^\d+$/.test(queued) ? { queued: Number(queued) * 1000 } : {}),
      ...present('holdReason', words.slice(COLUMNS.length - 1).join(' ')),
    });
  }
  return queueFrom(jobs, complaints);
}

/** Submission time and run time, which stand between the owner and the state. */
const TIMES = /\s\d\d\/\d\d \d\d:\d\d +\d+\+\d\d:\d\d:\d\d(?=\s)/;

/**
 * Reads jobsub_q's default table. Its last line counts the rows: an answer without it, or with
 * another count, was cut short, whatever the exit status says.
 */
export function readQueueTable(answer: Answer): Queue {
  const jobs: Job[] = [];
  const complaints = complaintsOf(answer);
  let total: number | undefined;
  for (const line of answer.stdout.split('\n')) {
    const totals = /^\s*(\d+) total;/.exec(line);
    if (totals !== null) total = (total ?? 0) + Number(totals[1]);
    else if (HARMLESS.test(line.trim()) || line.startsWith('JOBSUBJOBID')) continue;
    else {
      const times = TIMES.exec(line);
      const [id = '', ...owner] = line.slice(0, times?.index).trim().split(/\s+/);
      const place = placeOf(id);
      if (times === null || place === undefined) {
        complaints.push(`this line is not a job: ${shortened(line)}`);
        continue;
      }
      const letter = /^\s+([UIRXCHE])\s/.exec(line.slice(times.index + times[0].length))?.[1];
      const status = letter === undefined ? 'suspended' : BY_NUMBER[LETTERS.indexOf(letter)]!;
      jobs.push({ ...place, status, ...present('node', /\|-(\S+)/.exec(owner.join(' '))?.[1]) });
    }
  }
  if (total === undefined) complaints.push('the line with the totals is missing');
  else if (total !== jobs.length)
    complaints.push(`it counts ${total} jobs but lists ${jobs.length}`);
  return queueFrom(jobs, complaints);
}

/** How many node jobs of one submission are in the queue. `held` counts a held DAG as well. */
export interface JobCounts {
  readonly idle: number;
  readonly running: number;
  readonly held: number;
  readonly transferring: number;
  readonly suspended: number;
  /** State of the job that runs the DAG, if it is in the queue. */
  readonly dag?: JobStatus;
  /** Why jobs are held, each reason once. */
  readonly holdReasons: readonly string[];
}

/** `none`: the queue was seen and nothing of the submission is alive in it. */
export type JobsState = JobCounts | 'none' | 'unknown';

/** What a submission may be known by; any one is enough. */
export interface Known {
  /** The job id that jobsub printed. */
  readonly receipt?: string;
  readonly token?: string;
  /** Finds submissions whose token is lost. */
  readonly purpose?: { readonly exposure: string; readonly season: string };
}

/** The job that runs the DAG of a submission; its id is the receipt. Dead ones included. */
export function dagJobOf(queue: Queue, known: Known): Job | undefined {
  return queue.jobs.filter(belongsTo(queue, known)).find((job) => job.node === undefined);
}

/**
 * The jobs of one submission that are alive. Jobs that were removed or have completed may linger
 * in the queue; they are not alive.
 */
export function jobsOf(queue: Queue, known: Known): JobsState {
  const alive = queue.jobs
    .filter(belongsTo(queue, known))
    .filter((job) => job.status !== 'removed' && job.status !== 'completed');
  if (alive.length === 0) return queue.state === 'seen' ? 'none' : 'unknown';
  const nodes = alive.filter((job) => job.node !== undefined);
  const count = (status: JobStatus) => nodes.filter((job) => job.status === status).length;
  const dag = alive.find((job) => job.node === undefined);
  const reasons = alive.filter((job) => job.status === 'held').map((job) => job.holdReason);
  return {
    idle: count('idle'),
    running: count('running'),
    held: count('held') + (dag?.status === 'held' ? 1 : 0),
    transferring: count('transferring'),
    suspended: count('suspended'),
    ...(dag === undefined ? {} : { dag: dag.status }),
    holdReasons: [...new Set(reasons.filter((reason) => reason !== undefined))],
  };
}

/** Node jobs have ids of their own and are tied to their DAG by the token alone. */
function belongsTo(queue: Queue, { receipt, token, purpose }: Known): (job: Job) => boolean {
  const id = receipt === undefined ? undefined : placeOf(receipt);
  const isReceipt = (job: Job) =>
    id !== undefined && job.cluster === id.cluster && job.schedd === id.schedd;
  const shared = token ?? queue.jobs.find(isReceipt)?.token;
  return (job) =>
    isReceipt(job) ||
    (shared !== undefined && job.token === shared) ||
    (purpose !== undefined && job.exposure === purpose.exposure && job.season === purpose.season);
}

/** The counts in words: `12 running, 3 idle, 2 held (disk quota exceeded)`. */
export function jobsInWords(jobs: JobCounts): string {
  const reasons = jobs.holdReasons.length === 0 ? '' : ` (${jobs.holdReasons.join('; ')})`;
  const parts = [
    [jobs.running, 'running'],
    [jobs.transferring, 'transferring'],
    [jobs.idle, 'idle'],
    [jobs.suspended, 'suspended'],
    [jobs.held, `held${reasons}`],
  ] as const;
  const words = parts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  return words.length === 0 ? 'its DAG is in the queue' : words.join(', ');
}

function queueFrom(jobs: readonly Job[], complaints: readonly string[]): Queue {
  const why = complaints[0];
  return why === undefined ? { state: 'seen', jobs } : { state: 'failed', why, jobs };
}

/** Blank lines, warnings, and what htgettoken says when it renews a token on the way. */
const HARMLESS = /^(?:warning\b.*|Attempting .* succeeded|Storing \S+ token in .*)?$/i;

/** jobsub_q exits 0 even when a schedd did not answer; then only standard error tells. */
function complaintsOf(answer: Answer): string[] {
  const complaints: string[] = [];
  if (answer.exit.kind !== 'exit' || answer.exit.code !== 0)
    complaints.push(`the program ${ending(answer.exit)}`);
  const said = answer.stderr.split('\n').filter((line) => !HARMLESS.test(line.trim()));
  if (said[0] !== undefined) complaints.unshift(shortened(said[0]));
  return complaints;
}

function placeOf(id: string): Pick<Job, 'id' | 'cluster' | 'schedd'> | undefined {
  const parts = /^(\d+)(?:\.\d+)?@([^\s@]+)$/.exec(id);
  return parts === null ? undefined : { id, cluster: parts[1]!, schedd: parts[2]! };
}

function present<K extends string>(name: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined || value === '' || value === 'undefined'
    ? {}
    : ({ [name]: value } as { [P in K]?: string });
}

function shortened(line: string): string {
  const text = line.trim();
  return text.length > 160 ? `${text.slice(0, 157)}...` : text;
}

/** How a program ended, to follow `the program`. */
export function ending(exit: Exit): string {
  switch (exit.kind) {
    case 'exit':
      return `ended with exit status ${exit.code}`;
    case 'signal':
      return `was ended by signal ${exit.signal}`;
    case 'timeout':
      return exit.silent
        ? `was stopped after ${exit.after} s without any output`
        : `was stopped after ${exit.after} s`;
    case 'spawn':
      return `could not be started: ${exit.message}`;
  }
}

/** Known failures of a submission: what shows it, what it means, what to do. In this order. */
const SUBMIT_FAILURES: readonly {
  readonly shows: RegExp;
  readonly what: string;
  readonly advice: string;
}[] = [
  {
    shows: /Syntax Error at file (\S+) line (\d+)/,
    what: 'jobsub does not understand line $2 of $1',
    advice:
      'a job line holds an option jobsub does not know: look at JOBSUB_OPTS and JOBSUB_TEMP_OPTS in dagmaker.rc',
  },
  {
    shows: /condor_submit exited with failed status code (\S+)/,
    what: 'condor_submit failed with status $1, although jobsub ended as if all were well',
    advice: 'see what condor_submit printed above that line in the log, then build again',
  },
  {
    shows: /No schedds satisfying the constraint were found/,
    what: 'no schedd takes submissions at the moment',
    advice: 'try again in a few minutes; if it lasts, ask the service desk whether jobsub is down',
  },
  {
    shows: /needs -G group or \$GROUP/,
    what: 'jobsub was not told the group',
    advice: 'set the group parameter (des)',
  },
  {
    shows: /FileNotFoundError[^\n]*?'([^']+)'/,
    what: 'jobsub does not find $1',
    advice:
      'the DAG, SEdiff.sh, RUNMON.sh and dummyjob.sh must lie in gw_workflow, where jobsub is started',
  },
  {
    shows: /FileNotFoundError/,
    what: 'jobsub does not find a file it needs',
    advice:
      'the DAG, SEdiff.sh, RUNMON.sh and dummyjob.sh must lie in gw_workflow, where jobsub is started',
  },
  {
    shows: /kerberos|krb5|kinit|ticket/i,
    what: 'there is no valid Kerberos ticket',
    advice: 'get a ticket with kinit, then build again',
  },
  {
    shows: /htgettoken|bearer token|PermissionError|token.*expired|expired.*token/i,
    what: 'jobsub could not get a token that allows this submission',
    advice:
      'check role and group, get a ticket with kinit and a token with htgettoken -i des -r desgw',
  },
  {
    shows: /nested <parallel>|<parallel> inside <parallel>/i,
    what: 'the DAG holds a parallel block inside another',
    advice: 'run DAGMaker for this exposure again',
  },
  {
    shows: /error: (.*unrecognized arguments.*|.*argument.*)/,
    what: 'jobsub refuses its arguments: $1',
    advice: 'see whether the installed jobsub is jobsub_lite (jobsub_submit_dag --version)',
  },
];

/**
 * Why a submission that printed no job id failed. It does not say that no job exists: that only
 * the queue can tell.
 */
export function explainSubmitFailure(stdout: string, stderr: string, exit: Exit): Problem {
  const said = `${stderr}\n${stdout}`;
  for (const { shows, what, advice } of SUBMIT_FAILURES) {
    const found = shows.exec(said);
    if (found !== null)
      return { what: what.replace(/\$(\d)/g, (_, n) => found[Number(n)] ?? ''), advice };
  }
  if (exit.kind === 'exit' && exit.code === 0) {
    return {
      what: 'jobsub ended without an error and without a job id',
      advice: 'look into the queue before anything is submitted again (jobsub_q -G des)',
    };
  }
  const error = /^Error: (.+)$/m.exec(stderr)?.[1];
  return {
    what: `jobsub ${ending(exit)} and printed no job id${error === undefined ? '' : `: ${shortened(error)}`}`,
    advice: 'look into the queue before anything is submitted again (jobsub_q -G des)',
  };
}
