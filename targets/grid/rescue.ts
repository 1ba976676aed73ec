/**
 * A rescue: the CCDs of an exposure that did not complete, submitted once more in a DAG of their
 * own, `desgw_pipeline_EXP_rescue<N>.dag` beside the first one. What the failed run left is
 * moved aside, never deleted: outputs would make a CCD look complete while it runs again, and a
 * FAIL would make it look failed after it has succeeded, for SEdiff.sh removes neither.
 */
import {
  type Attempt,
  claim,
  digestOf,
  inQueue,
  isAlive,
  type Job,
  leadOf,
  move,
  notDone,
  type OnceSighting,
  queueIn,
  type Rule,
  type Seen,
  submitOnce,
  unseenQueue,
  type Work,
  write,
} from '../../core/index.ts';
import { beforeSubmission } from '../credentials.ts';
import { handedIn } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';
import { doneByMarker, markerFormat } from '../submitted.ts';
import { readMarker } from './marker.ts';
import {
  folderOf,
  nameOf,
  type RescuePlan,
  rescueFile,
  rescueName,
  textOf,
} from './rescue-files.ts';

/**
 * What of a rescue is handed over.
 * @param timeout seconds after which the submitter is stopped; whether it submitted is then asked outside
 */
export function rescueWork(
  site: Site,
  { exposure, season, number }: RescuePlan,
  timeout: number,
): Work {
  const file = rescueFile({ site, season }, exposure, number);
  return {
    labels: { exposure, season },
    file: `{workspace}/${handedIn(season, nameOf(file))}`,
    cwd: folderOf(file),
    timeout,
  };
}

/**
 * The target that submits a rescue, exactly once. It has no outputs: its files stay beside the
 * DAG for everybody to see, and no cleaning takes them for leavings of a rule that is gone.
 */
export function rescueRule(site: Site, plan: RescuePlan, timeout: number): Rule {
  const { exposure, season, number, moves } = plan;
  const file = rescueFile({ site, season }, exposure, number);
  const marker = `${file}.submitted`;
  return submitOnce(rescueName(exposure, number), {
    doc: `CCDs of ${exposure} that did not complete, submitted once more`,
    after: beforeSubmission(site),
    params: { ccds: plan.ccds, memory: plan.memory, dag: digestOf(plan.dag) },
    ...{ grid: site.grid, queue: 'queue', marker, outputs: [], reads: [file] },
    work: rescueWork(site, plan, timeout),
    told: {
      look: () => [
        { kind: 'read', path: marker },
        { kind: 'ask', adapter: 'queue', question: null },
      ],
      judge: (seen, attempt) => judgeOnce(site, seen, { plan, attempt }),
    },
    before: () => [
      claim(folderOf(file), [`${nameOf(file)}.submitting`], `submission of ${nameOf(file)}`),
      write(file, plan.dag),
      write(handedIn(season, nameOf(file)), plan.dag, 0o444),
      ...moves.map(({ from, to }) => move(from, to)),
    ],
    record: markerFormat({
      ...{ exposure, season, marker, dags: [file] },
      ...(plan.templatesDone === undefined ? {} : { templatesDone: plan.templatesDone }),
    }),
  });
}

/** Whether the rescue was submitted before; that CCDs have results proves nothing here. */
function judgeOnce(
  { grid }: Site,
  [markerSeen, queueSeen]: readonly Seen[],
  { plan, attempt }: { readonly plan: RescuePlan; readonly attempt?: Attempt | undefined },
): OnceSighting {
  const { kind, exposure, season, others, record, marked } = plan;
  const marker = readMarker(textOf(markerSeen));
  if (marker?.exposure === exposure && marker.season === season) return doneByMarker(marker);
  if (typeof marked === 'object')
    return { state: 'done', how: 'marked by hand', receipt: marked.job };
  const queue = queueIn(queueSeen);
  const { token, remembered: among } = attempt ?? {};
  const mine = queue.jobs.filter((job) => job.token === undefined || !others.includes(job.token));
  const found = grid.jobsOf(
    { ...queue, jobs: mine },
    {
      ...(token === undefined ? { purpose: { exposure, season } } : { token }),
      ...(among === undefined ? {} : { among }),
    },
  );
  // A DAG that has ended is listed for days: without its token it is the one that is rescued.
  const tells = (one: Job) => isAlive(one) || (token !== undefined && one.token === token);
  const job = leadOf({ jobs: found.jobs.filter(tells) });
  if (job !== undefined) return inQueue(job);
  if (queue.state !== 'seen' || found.unseen !== undefined)
    return unseenQueue(found.unseen ?? 'no answer', 'see `desgw jobs`, then rescue again');
  if (kind === 'unfinished' && record === 'unknown' && marked !== 'not submitted')
    return {
      state: 'unknown',
      why: 'it was begun, there is no record of it here, and the queue has no job of it',
    };
  return notDone(queue);
}
