/**
 * Runs one submitted DAG: `node engine.mjs CLUSTER`, started by jobsub_submit_dag in a session of
 * its own. It sleeps until the next action is due, and ends when nothing is left to do: at the end
 * of the DAG, or when all that is left is held by someone (jobsub_release starts it again).
 */
import fs from 'node:fs';
import { basename, join } from 'node:path';
import { dialsFor, paced } from '../dials.mjs';
import { exposureDatabase } from '../exposures.mjs';
import { namesIn, takePlace, textOf } from '../files.mjs';
import { chance } from '../random.mjs';
import { GRID } from '../site.mjs';
import { fieldOf } from '../sky.mjs';
import { ccdCourse, otherCourse, outcomesOf } from './course.mjs';
import { perform, workOf } from './sediff.mjs';
import * as store from './store.mjs';

/** Milliseconds: actions closer together than this share one change of the state. */
const GRAIN = 60;
/** Milliseconds after which requests are looked for when nothing else is due. */
const LOOK = 500;

const cluster = Number(process.argv[2]);
const spool = join(GRID, String(cluster));
const place = store.placeOf(cluster);
const dag = store.readDagRecord(cluster);
const fields = new Map(
  exposureDatabase().map((row) => [row.expnum, fieldOf(Number(row.radeg), Number(row.decdeg))]),
);
const names = dag.nodes.map((node) => node.name);
const outcomes = new Map();

if (takePlace(place)) {
  const state = store.readState(cluster);
  state.started ??= [];
  turn(state);
}

function turn(state) {
  const before = JSON.stringify(state);
  const now = Date.now();
  answerRequests(state, now);
  if (state.end === null) startNodes(state, now);
  for (const job of state.jobs) playDue(job, now);
  if (state.end === null) {
    startNodes(state, now);
    settle(state, now);
  }
  const due = nextDue(state);
  // Held jobs have no due time: nobody need be here until a request comes.
  state.resting = due === undefined;
  if (JSON.stringify(state) !== before) store.writeState(cluster, state);
  if (due !== undefined) {
    setTimeout(turn, Math.max(GRAIN, Math.min(LOOK, due - now)), state);
    return;
  }
  fs.rmSync(place);
  // A request may have come while this engine still held the place.
  if (requests().length > 0 && takePlace(place)) turn(state);
}

/** Queues the jobs of every node whose parents have all succeeded. */
function startNodes(state, now) {
  dag.nodes.forEach((node, index) => {
    if (state.started.includes(index)) return;
    if (!node.parents.every((parent) => nodeState(state, names.indexOf(parent)) === 'done')) return;
    state.started.push(index);
    for (let proc = 0; proc < node.count; proc++) state.jobs.push(newJob(node, index, proc, now));
  });
}

function workFor(job) {
  const { script, args } = dag.nodes[job.node];
  return workOf(script, args, job.proc);
}

function newJob(node, index, proc, now) {
  const work = workOf(node.script, node.args, proc);
  const dials = dialsFor(work.exposure);
  const ccd = work.kind === 'search' || work.kind === 'template';
  const lacks = work.kind === 'template' && node.memory < (dials.template.need[work.ccd] ?? 0);
  const outcome = lacks ? 'outOfMemory' : ccd ? outcomeOf(work, dials) : 'success';
  const course = ccd
    ? ccdCourse(work.kind, outcome, dials, cluster, node.name, proc)
    : otherCourse(node.script, dials, cluster, node.name);
  const due = course.map(([after, action]) => [now + 1000 * paced(after, dials), action]);
  return {
    node: index,
    proc,
    status: store.IDLE,
    queued: now,
    since: now,
    starts: 0,
    outcome,
    due,
  };
}

function outcomeOf({ kind, exposure, ccd }, dials) {
  const key = `${kind} ${exposure}`;
  if (!outcomes.has(key))
    outcomes.set(key, outcomesOf({ kind, exposure, attempt: dag.attempt, dials }));
  return outcomes.get(key).get(ccd) ?? 'success';
}

function playDue(job, now) {
  while (job.due.length > 0 && job.due[0][0] <= now) {
    const [at, action] = job.due.shift();
    play(job, action, at, now);
  }
}

function play(job, action, at, now) {
  const become = (status) => {
    job.status = status;
    job.since = now;
  };
  const [verb, value] = action.split(':');
  switch (verb) {
    case 'start':
      job.started = now;
      job.starts++;
      return become(store.RUNNING);
    case 'evict':
      return become(store.IDLE);
    case 'exit':
      job.exit = Number(value);
      return become(store.COMPLETED);
    case 'hold':
      return hold(job, at, become, value);
    case 'release':
      return release(job, now);
    case 'remove':
      job.due = [];
      return become(store.REMOVED);
    default: {
      const work = workFor(job);
      const field = fields.get(work.exposure) ?? 'WS0000+000';
      const id = `${cluster + 1 + job.node}.${job.proc}@${dag.schedd}`;
      const worker = `fnpc${17000 + Math.floor(1000 * chance(id))}.fnal.gov`;
      perform(action, work, { field, id, node: worker });
    }
  }
}

/** The rest of the course is put aside until the job is released. */
function hold(job, at, become, reason) {
  const { grid, ...dials } = dialsFor(workFor(job).exposure);
  job.hold = reason ?? grid.holdReason;
  job.parked = job.due.map(([time, action]) => [time - at, action]);
  job.due = [];
  if (grid.heldFor !== null) job.due.push([at + 1000 * paced(grid.heldFor, dials), grid.heldThen]);
  become(store.HELD);
}

function release(job, now) {
  job.status = store.IDLE;
  job.since = now;
  job.due = (job.parked ?? []).map(([after, action]) => [now + after, action]);
  delete job.parked;
  delete job.hold;
}

function active(job) {
  return job.status !== store.COMPLETED && job.status !== store.REMOVED;
}

/** undefined: not started; running; done; failed. */
function nodeState(state, index) {
  const jobs = state.jobs.filter((job) => job.node === index);
  if (jobs.length === 0) return undefined;
  if (jobs.some(active)) return 'running';
  return jobs.every((job) => job.exit === 0) ? 'done' : 'failed';
}

/** DAGMan leaves the queue when no job is active and no node can start. */
function settle(state, now) {
  if (state.jobs.some(active)) return;
  const good = names.every((_, index) => nodeState(state, index) === 'done');
  finish(state, good ? 'success' : 'failed', now);
}

function finish(state, end, now) {
  state.end = end;
  state.endedAt = now;
  const line = [new Date(now).toISOString(), `${cluster}.0@${dag.schedd}`, basename(dag.file), end];
  fs.appendFileSync(join(GRID, 'history.log'), `${line.join('\t')}\n`);
}

function nextDue(state) {
  const times = state.jobs.flatMap((job) => (job.due.length > 0 ? [job.due[0][0]] : []));
  return times.length === 0 ? undefined : Math.min(...times);
}

function requests() {
  return namesIn(spool).filter((name) => name.startsWith('request-'));
}

function answerRequests(state, now) {
  for (const name of requests()) {
    const path = join(spool, name);
    const { operation, node, proc } = JSON.parse(textOf(path));
    if (state.end === null) {
      const chosen = state.jobs.filter(
        (job) =>
          active(job) &&
          (node === null || (job.node === node && (proc === null || job.proc === proc))),
      );
      for (const job of chosen) change(job, operation, now);
      if (operation === 'rm' && node === null) finish(state, 'removed', now);
    }
    store.writeState(cluster, state);
    fs.rmSync(path);
  }
}

function change(job, operation, now) {
  if (operation === 'rm') play(job, 'remove', now, now);
  else if (operation === 'hold' && job.hold === undefined)
    play(job, `hold:via condor_hold (by user ${dag.owner})`, now, now);
  else if (operation === 'release' && job.hold !== undefined) release(job, now);
}
