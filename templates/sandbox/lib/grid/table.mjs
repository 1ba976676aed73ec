/** The default table of jobsub_q and jobsub_history, and condor_q's other formats. */
import { expression } from './constraint.mjs';

const LETTERS = 'UIRXCHE';
const HEADER =
  'JOBSUBJOBID                             OWNER       \tSUBMITTED     RUNTIME   ST PRIO   SIZE  COMMAND';

/** Header and one row for each ad, oldest first. */
export function table(ads, now) {
  const rows = [...ads].sort(
    (a, b) => a.QDate - b.QDate || a.ClusterId - b.ClusterId || a.ProcId - b.ProcId,
  );
  return [HEADER, ...rows.map((ad) => row(ad, now))].join('\n');
}

function row(ad, now) {
  const owner = ad.DAGNodeName === undefined ? ad.Owner : ` |-${ad.DAGNodeName}`;
  const running = ad.JobStatus === 2 ? Math.floor(now / 1000) - (ad.JobStartDate ?? ad.QDate) : 0;
  const command = `${ad.JobsubCmd} ${String(ad.Args ?? '').slice(0, 20)}`.trimEnd();
  const letter = LETTERS[ad.JobStatus] ?? '';
  return `${ad.JobsubJobId.padEnd(40)}${owner.padEnd(10)}\t${day(ad.QDate)}   ${duration(running)} ${letter}  ${String(ad.JobPrio ?? 0).padStart(3)} ${'0.0'.padStart(6)}  ${command}`;
}

/** The last line: how many jobs in which state. */
export function totals(ads) {
  const count = (status) => ads.filter((ad) => ad.JobStatus === status).length;
  return `${ads.length} total; ${count(4)} completed, ${count(3)} removed, ${count(1)} idle, ${count(2)} running, ${count(5)} held, 0 suspended`;
}

/** `-autoformat`: the values of the attributes, one line for each job. */
export function autoformat(ads, attributes, flags) {
  const between = flags.includes('t') ? '\t' : flags.includes(',') ? ', ' : ' ';
  const quote = flags.includes('V');
  const lines = ads.map((ad) =>
    attributes.map((text) => shown(expression(text)(ad), quote)).join(between),
  );
  if (flags.includes('h')) lines.unshift(attributes.join(between));
  return lines.map((line) => `${line}\n`).join('');
}

function shown(value, quote) {
  // A value of several lines does not fit into one: the true one says undefined as well.
  if (value === undefined || /\n/.test(value)) return 'undefined';
  return quote && typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function day(seconds) {
  const [date, time] = new Date(seconds * 1000).toISOString().split('T');
  return `${date.slice(5).replace('-', '/')} ${time.slice(0, 5)}`;
}

function duration(seconds) {
  const clock = new Date(Math.max(0, seconds) * 1000).toISOString().slice(11, 19);
  return `${String(Math.floor(Math.max(0, seconds) / 86400)).padStart(3)}+${clock}`;
}
