/** Reads what jobsub_q prints. Sources: jobsub_lite lib/condor.py, bin/jobsub_q. */
import type { Answer, Job, JobStatus, Queue } from '../../core/index.ts';
import { exitText } from '../../core/index.ts';
import { asForeign, FOREIGN_COLUMNS, parted, withPurposes } from './jobsub-foreign.ts';

/** Attributes that travel with every job of a submission, and the labels they stand for. */
export const TOKEN = 'DesgwSubmission';
const PURPOSE_LABELS: readonly (readonly [string, string])[] = [
  ['DesgwExposure', 'exposure'],
  ['DesgwSeason', 'season'],
];
/** Of the jobs of a template pass alone. */
const PASS_LABELS: readonly (readonly [string, string])[] = [
  ['DesgwTemplatesOf', 'templatesOf'],
  ['DesgwPass', 'pass'],
];
/** What jobs carry beside their token, by which they are told apart. */
export const LABELS = [...PURPOSE_LABELS, ...PASS_LABELS];

/** What is asked of every job, in this order. */
export const COLUMNS = [
  'JobsubJobId',
  TOKEN,
  ...PURPOSE_LABELS.map(([attribute]) => attribute),
  'JobStatus',
  'DAGNodeName',
  'QDate',
  // Holds blanks: what comes after it is read from the end of the line.
  'HoldReason',
  ...PASS_LABELS.map(([attribute]) => attribute),
  ...FOREIGN_COLUMNS,
];
const BEFORE_REASON = COLUMNS.indexOf('HoldReason');

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

/** A job id taken apart: `<cluster>[.<proc>]@<schedd>`. */
export interface Place {
  readonly cluster: string;
  readonly schedd: string;
}

/** Undefined for what is no job id. */
export function placeOf(id: string): Place | undefined {
  const parts = /^(\d+)(?:\.\d+)?@([^\s@]+)$/.exec(id);
  return parts === null ? undefined : { cluster: parts[1]!, schedd: parts[2]! };
}

/** Reads the answer in `COLUMNS`, one job a line. */
export function readQueueColumns(answer: Answer): Queue {
  const jobs: Job[] = [];
  const complaints = complaintsOf(answer);
  const lines = answer.stdout.split('\n');
  if (lines.at(-1) !== '') complaints.push('the answer ends in the middle of a line');
  for (const line of lines) {
    const text = line.trim();
    if (text === IDLE_SCHEDD || HARMLESS.test(text)) continue;
    const job = jobIn(line);
    if (job === undefined) complaints.push(`this line is not a job: ${shortened(line)}`);
    else jobs.push(job);
  }
  const why = complaints[0];
  const told = withPurposes(jobs);
  return why === undefined ? { state: 'seen', jobs: told } : { state: 'failed', why, jobs: told };
}

function jobIn(line: string): Job | undefined {
  const { own: words, foreign } = parted(line.trim().split(/\s+/));
  const [id = '', token, exposure, season, status = '', node, queued = ''] = words;
  const place = placeOf(id);
  const known = /^[0-7]$/.test(status) ? BY_NUMBER[Number(status)] : undefined;
  if (place === undefined || known === undefined || words.length <= BEFORE_REASON) return undefined;
  const { reason, templatesOf, pass } = reasonAndPass(words.slice(BEFORE_REASON));
  const job: Job = {
    id,
    submission: isPresent(token) ? token : `${place.cluster}@${place.schedd}`,
    status: known,
    ...present('node', node),
    ...present('token', token),
    labels: {
      ...present('exposure', exposure),
      ...present('season', season),
      ...present('templatesOf', templatesOf),
      ...present('pass', pass),
    },
    ...(/^\d+$/.test(queued) ? { queued: Number(queued) * 1000 } : {}),
    ...present('holdReason', reason),
  };
  return isPresent(token) || foreign === undefined ? job : asForeign(job, foreign);
}

/** The end of a line. One without a pass ends in the reason, as it was before there were passes. */
function reasonAndPass(words: readonly string[]): {
  readonly reason: string;
  readonly templatesOf?: string | undefined;
  readonly pass?: string | undefined;
} {
  const [templatesOf, pass] = words.slice(-PASS_LABELS.length);
  const isLabel = (word: string | undefined) => /^(\d+|undefined)$/.test(word ?? '');
  if (words.length <= PASS_LABELS.length || !isLabel(templatesOf) || !isLabel(pass))
    return { reason: words.join(' ') };
  return { reason: words.slice(0, -PASS_LABELS.length).join(' '), templatesOf, pass };
}

/** What is printed in place of the answer of a schedd that has no jobs at all. */
const IDLE_SCHEDD = 'All queues are empty';

/** Whether an answer says anything at all, if only that a schedd has no jobs. */
export const saysAnything = ({ stdout }: Answer): boolean =>
  stdout.split('\n').some((line) => line.trim() === IDLE_SCHEDD || jobIn(line) !== undefined);

/**
 * Blank lines, warnings, what htgettoken says when it renews a token on the way, klist's and
 * Kerberos' remarks, and that there is no tracing.
 */
const HARMLESS =
  /^(?:(?:.*\W)?(?:\w*warning)\b.*|Attempting .* succeeded|Storing \S+ token in .*|klist: .*|.*krb5cc.*|Note: tracing not available here\.|Continuing without tracing\.\.\.)?$/i;

/** Python's traceback of the tracing that is not there; the program goes on without it. */
const NO_TRACING = /^ERROR:root:importing tracing\n(?:Traceback .*\n(?:[ \t].*\n)*\S.*(?:\n|$))?/gm;

/** Words by which a line of standard error tells that something was not done. */
const FAILURE =
  /\b(?:fail\w*|err(?:or|no)\w*|unable|can(?:no|')t|could ?n[o']t|not found|no such|refused|denied|tim(?:ed?|ing)[ -]?out|abort\w*|exception|traceback|invalid|unreachable|lost)\b|^-- |:\d{4}:/i;

/**
 * Why an answer may lack jobs. jobsub_q exits 0 even when a schedd did not answer; then only
 * standard error tells, which holds much that means nothing.
 */
function complaintsOf({ exit, stderr }: Answer): string[] {
  const said = stderr
    .replace(NO_TRACING, '')
    .split('\n')
    .find((line) => !HARMLESS.test(line.trim()) && FAILURE.test(line));
  const ended = exit.kind === 'exit' && exit.code === 0 ? [] : [`the program ${exitText(exit)}`];
  return said === undefined ? ended : [shortened(said), ...ended];
}

const isPresent = (value: string | undefined): value is string =>
  value !== undefined && value !== '' && value !== 'undefined';

function present<K extends string>(name: K, value: string | undefined): { [P in K]?: string } {
  return isPresent(value) ? ({ [name]: value } as { [P in K]?: string }) : {};
}

/** A line of foreign output, short enough for a message. */
export function shortened(line: string): string {
  const text = line.trim();
  return text.length > 160 ? `${text.slice(0, 157)}...` : text;
}
