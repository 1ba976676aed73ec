/** Stand-in for jobsub_rm, jobsub_hold and jobsub_release: asks the engines, says what it asked. */
import fs from 'node:fs';
import { join } from 'node:path';
import { recordCall } from '../calls.mjs';
import { put } from '../files.mjs';
import { GRID, pause } from '../site.mjs';
import { allAds } from './ads.mjs';
import { openSchedds } from './schedds.mjs';
import { needGroup, parseId, selection } from './select.mjs';
import { startEngine } from './store.mjs';
import { surroundings } from './surroundings.mjs';

const MARKED = { rm: 'marked for removal', hold: 'held', release: 'released' };

/** `operation` is rm, hold or release. The exit status says nothing about success. */
export function change(program, operation, argv) {
  if (argv.includes('--version')) return console.log('jobsub_lite version 1.12');
  const asked = parse(argv);
  surroundings(asked.role);
  needGroup(program, asked.group);
  recordCall(program);
  const open = openSchedds();
  for (const { schedd } of asked.ids.map(parseId))
    if (schedd !== undefined && !open.includes(schedd))
      process.stderr.write(`error: Can't find address of schedd ${schedd}\n`);
  const chosen = selection(asked);
  const found = allAds().filter(
    ({ gone, schedd, ad }) => !gone && open.includes(schedd) && chosen(ad, schedd),
  );
  if (asked.constraintText !== undefined) {
    console.log(
      `Jobs matching constraint "${asked.constraintText}" have been ${MARKED[operation]}`,
    );
  }
  for (const id of asked.ids) say(parseId(id), found, operation);
  const files = found.map(({ ad }) => request(ad, operation));
  for (let i = 0; i < 60 && files.some((file) => fs.existsSync(file)); i++) pause(0.05);
}

function say({ cluster, proc }, found, operation) {
  const known = found.some(
    ({ ad }) => ad.ClusterId === cluster && (proc === undefined || ad.ProcId === proc),
  );
  const what = proc === undefined ? `All jobs in cluster ${cluster}` : `Job ${cluster}.${proc}`;
  if (!known)
    process.stderr.write(
      `Couldn't find/${operation === 'rm' ? 'remove' : operation} all jobs in cluster ${cluster}\n`,
    );
  else console.log(`${what} ${proc === undefined ? 'have been ' : ''}${MARKED[operation]}`);
}

/** Leaves a request for the engine of this job's DAG; a DAGMan job stands for all of its nodes. */
function request(ad, operation) {
  const dag = ad.DAGManJobId ?? ad.ClusterId;
  const node = ad.DAGManJobId === undefined ? null : ad.ClusterId - dag - 1;
  const file = join(GRID, String(dag), `request-${process.pid}-${ad.ClusterId}.${ad.ProcId}.json`);
  put(file, JSON.stringify({ operation, node, proc: node === null ? null : ad.ProcId }));
  startEngine(dag);
  return file;
}

function parse(argv) {
  const asked = { ids: [], group: undefined };
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at];
    if (word === '-G' || word === '--group') asked.group = argv[++at];
    else if (word === '-J' || word === '--jobid') asked.ids.push(...argv[++at].split(','));
    else if (word === '--constraint' || word === '-constraint') asked.constraintText = argv[++at];
    else if (word === '--user') asked.user = argv[++at];
    else if (/^--role=/.test(word)) asked.role = word.slice('--role='.length);
    else if (word === '--role') asked.role = argv[++at];
    else if (word === '--auth-methods') at++;
    else if (/^\d/.test(word)) asked.ids.push(word);
  }
  return asked;
}
