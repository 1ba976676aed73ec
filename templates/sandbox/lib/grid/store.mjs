/**
 * The state of the grid: one directory grid/<cluster>/ for every accepted submission.
 *   dag.json      what was submitted; written once, its appearance is the acceptance
 *   state.json    how far the jobs are; replaced whole by the one engine of this DAG
 *   request-*.json  what jobsub_rm, jobsub_hold and jobsub_release ask of the engine
 *   engine.pid    the engine at work
 * Beside them: submissions.log (one line per accepted submission) and history.log (one per end).
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alive, namesIn, put, textOf } from '../files.mjs';
import { chance } from '../random.mjs';
import { GRID } from '../site.mjs';

export const SCHEDDS = ['jobsub01.fnal.gov', 'jobsub02.fnal.gov'];
/** Every DAG owns a hundred cluster numbers: its own and those of its nodes. */
const FIRST = 24000100;
const STEP = 100;

/** Status numbers of HTCondor. */
export const IDLE = 1;
export const RUNNING = 2;
export const REMOVED = 3;
export const COMPLETED = 4;
export const HELD = 5;

/** A new cluster number; its directory is taken. */
export function takeCluster() {
  const taken = clusters();
  let cluster = taken.length === 0 ? FIRST : taken.at(-1) + STEP;
  for (;;) {
    try {
      fs.mkdirSync(join(GRID, String(cluster)));
      return cluster;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      cluster += STEP;
    }
  }
}

/** The schedd of those that take jobs on which a cluster lands: chance with weights, the same each time. */
export function scheddOf(cluster, seed, open) {
  return open[chance(seed, 'schedd', cluster) < 0.6 ? 0 : open.length - 1];
}

export function clusters() {
  return namesIn(GRID)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** Every accepted submission, oldest first: { dag, state }. */
export function submissions() {
  const found = [];
  for (const cluster of clusters()) {
    const dag = readDagRecord(cluster);
    if (dag !== undefined) found.push({ dag, state: readState(cluster) });
  }
  return found;
}

export function readDagRecord(cluster) {
  const text = textOf(join(GRID, String(cluster), 'dag.json'));
  return text === undefined ? undefined : JSON.parse(text);
}

/** The state of a DAG; before its engine has begun nothing but DAGMan itself is in the queue. */
export function readState(cluster) {
  const text = textOf(join(GRID, String(cluster), 'state.json'));
  return text === undefined ? { end: null, jobs: [] } : JSON.parse(text);
}

export function writeState(cluster, state) {
  put(join(GRID, String(cluster), 'state.json'), JSON.stringify(state));
}

/** Starts the engine of a DAG in a session of its own; one that is at work already stays. */
export function startEngine(cluster) {
  const engine = fileURLToPath(new URL('./engine.mjs', import.meta.url));
  const child = spawn(process.execPath, [engine, String(cluster)], {
    cwd: GRID,
    detached: true,
    stdio: ['ignore', 'ignore', fs.openSync(join(GRID, String(cluster), 'engine.err'), 'a')],
  });
  child.unref();
}

/** Starts the engines of DAGs that are not at their end and have nobody at work (a rebooted host). */
export function reviveEngines() {
  for (const { dag, state } of submissions()) {
    if (state.end !== null || state.resting) continue;
    const pid = Number(textOf(join(GRID, String(dag.cluster), 'engine.pid')) ?? 0);
    if (pid === 0 ? Date.now() - dag.qdate > 5000 : !alive(pid)) startEngine(dag.cluster);
  }
}

/** The file that names the one engine of a DAG. */
export function placeOf(cluster) {
  return join(GRID, String(cluster), 'engine.pid');
}
