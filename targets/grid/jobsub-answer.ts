/** Reads what jobsub_q prints. Sources: jobsub_lite lib/condor.py, bin/jobsub_q. */
import type { Answer, Job, JobStatus, Queue } from '../../core/index.ts';
import { ending } from './ending.ts';

/** Attributes that travel with every job of a submission, and the labels they stand for. */
export const TOKEN = 'DesgwSubmission';
export const LABELS: readonly (readonly [string, string])[] = [
  ['DesgwExposure', 'exposure'],
  ['DesgwSeason', 'season'],
];

/** What is asked of every job, in this order. */
export const COLUMNS = [
  'JobsubJobId',
  TOKEN,
  ...LABELS.map(([attribute]) => attribute),
  'JobStatus',
  'DAGNodeName',
  'QDate',
  // Holds blanks, so that it must be the last.
  'HoldReason',
];

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
    if (HARMLESS.test(line.trim())) continue;
    const job = jobIn(line);
    if (job === undefined) complaints.push(`this line is not a job: ${shortened(line)}`);
    else jobs.push(job);
  }
  const why = complaints[0];
  return why === undefined ? { state: 'seen', jobs } : { state: 'failed', why, jobs };
}

function jobIn(line: string): Job | undefined {
  const words = line.trim().split(/\s+/);
  const [id = '', token, exposure, season, status = '', node, queued = ''] = words;
  const place = placeOf(id);
  const known = /^[0-7]$/.test(status) ? BY_NUMBER[Number(status)] : undefined;
  if (place === undefined || known === undefined || words.length < COLUMNS.length) return undefined;
  return {
    id,
    submission: isPresent(token) ? token : `${place.cluster}@${place.schedd}`,
    status: known,
    ...present('node', node),
    ...present('token', token),
    labels: { ...present('exposure', exposure), ...present('season', season) },
    ...(/^\d+$/.test(queued) ? { queued: Number(queued) * 1000 } : {}),
    ...present('holdReason', words.slice(COLUMNS.length - 1).join(' ')),
  };
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
