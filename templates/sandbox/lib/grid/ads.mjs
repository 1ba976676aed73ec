/** The queue as ClassAds: one record of attributes for DAGMan and one for every node job. */
import { basename } from 'node:path';
import { COMPLETED, REMOVED, RUNNING, submissions } from './store.mjs';

/** Ads of everything submitted, in order; `gone`: not in the queue any more; `left`: in the history. */
export function allAds() {
  return submissions().flatMap(({ dag, state }) => adsOf(dag, state));
}

function adsOf(dag, state) {
  const common = {
    Owner: dag.owner,
    Jobsub_Group: 'des',
    JobsubUUID: dag.uuid,
    IsJobsubLite: true,
    ...dag.attributes,
  };
  const manager = {
    ...common,
    ClusterId: dag.cluster,
    ProcId: 0,
    JobStatus: state.end === null ? RUNNING : state.end === 'removed' ? REMOVED : COMPLETED,
    JobsubJobId: `${dag.cluster}.0@${dag.schedd}`,
    Cmd: 'dagman_wrapper.sh',
    // jobsub_lite hands every DAG over under one name: nothing of the job tells which it was.
    Arguments:
      '-p 0 -f -l . -Lockfile dag.dag.lock -AutoRescue 1 -DoRescueFrom 0 -Dag dag.dag -maxjobs 0',
    // But the DAG itself goes with it, by its own name.
    TransferInput: ['dagmax.config', 'dagman_wrapper.sh', 'dag.dag', basename(dag.file)].join(','),
    QDate: seconds(dag.qdate),
    JobStartDate: seconds(dag.qdate),
    EnteredCurrentStatus: seconds(state.endedAt ?? dag.qdate),
    JobUniverse: 7,
    NumJobStarts: 1,
    ...(state.end === null ? {} : { ExitCode: state.end === 'success' ? 0 : 1 }),
  };
  const jobs = state.jobs
    .filter((job) => job.status !== null)
    .map((job) => jobAd(common, dag, dag.nodes[job.node], job, state));
  // A finished DAG stays in the queue for days, a removed one does not; both are history as well.
  const ended = state.end !== null;
  return [{ schedd: dag.schedd, gone: state.end === 'removed', left: ended, ad: manager }, ...jobs];
}

function jobAd(common, dag, node, job, state) {
  const cluster = dag.cluster + 1 + job.node;
  const held = job.hold === undefined ? {} : { HoldReason: job.hold, HoldReasonCode: 34 };
  const ad = {
    ...common,
    ...node.attributes,
    ClusterId: cluster,
    ProcId: job.proc,
    JobStatus: job.status,
    JobsubJobId: `${cluster}.${job.proc}@${dag.schedd}`,
    JobsubCmd: basename(node.script),
    Cmd: basename(node.script),
    Args: node.args.join(' '),
    DAGManJobId: dag.cluster,
    DAGNodeName: node.name,
    QDate: seconds(job.queued),
    EnteredCurrentStatus: seconds(job.since),
    JobUniverse: 5,
    NumJobStarts: job.starts,
    ...(job.started === undefined ? {} : { JobStartDate: seconds(job.started) }),
    ...(job.exit === undefined ? {} : { ExitCode: job.exit }),
    ...held,
  };
  const gone = job.status === COMPLETED || job.status === REMOVED || state.end !== null;
  return { schedd: dag.schedd, gone, left: gone, ad };
}

const seconds = (ms) => Math.floor(ms / 1000);
