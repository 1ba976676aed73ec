/**
 * A rescue: the CCDs of an exposure that did not complete, submitted once more in a DAG of their
 * own, `desgw_pipeline_EXP_rescue<N>.dag` beside the first one. What the failed run left is
 * moved aside, never deleted: outputs would make a CCD look complete while it runs again, and a
 * FAIL would make it look failed after it has succeeded, for SEdiff.sh removes neither.
 */
import {
  claim,
  digestOf,
  type Exec,
  leadOf,
  move,
  type OnceSighting,
  type Queue,
  type Rule,
  type Seen,
  target,
  write,
} from '../../core/index.ts';
import { type Site, setupOf } from '../site/site.ts';
import { judgeSubmission, markerText, readMarker } from '../submitted.ts';
import {
  folderOf,
  nameOf,
  type RescuePlan,
  rescueFile,
  rescueName,
  textOf,
} from './rescue-files.ts';

/**
 * The step that hands a rescue over.
 * @param timeout seconds after which the submitter is stopped; whether it submitted is then asked outside
 */
export function rescueSubmission(
  site: Site,
  { exposure, season, number }: RescuePlan,
  timeout: number,
): Exec {
  const file = rescueFile(site, exposure, number);
  return site.grid.submit({
    labels: { exposure, season },
    file: nameOf(file),
    cwd: folderOf(file),
    timeout,
  });
}

/**
 * The target that submits a rescue, exactly once. It has no outputs: its files stay beside the
 * DAG for everybody to see, and no cleaning takes them for leavings of a rule that is gone.
 */
export function rescueRule(site: Site, plan: RescuePlan, timeout: number): Rule {
  const { exposure, season, number, moves } = plan;
  const file = rescueFile(site, exposure, number);
  const marker = `${file}.submitted`;
  const about = { exposure, season, dag: file };
  return target(rescueName(exposure, number), {
    doc: `CCDs of ${exposure} that did not complete, submitted once more`,
    after: setupOf(site),
    params: { ccds: plan.ccds, memory: plan.memory, dag: digestOf(plan.dag) },
    once: {
      look: () => [
        { kind: 'read', path: marker },
        { kind: 'ask', adapter: 'queue', question: null },
      ],
      judge: (seen, attempt) => judgeOnce(site, seen, { plan, token: attempt?.token }),
    },
    recipe: {
      version: '1',
      reads: [file],
      steps: () => [
        claim(folderOf(file), [`${nameOf(file)}.submitting`], `submission of ${nameOf(file)}`),
        write(file, plan.dag),
        ...moves.map(({ from, to }) => move(from, to)),
        rescueSubmission(site, plan, timeout),
        write(marker, (run) => markerText(run, about)),
      ],
      judge: (run) => judgeSubmission(site.grid, run),
    },
  });
}

/** Whether the rescue was submitted before; that CCDs have results proves nothing here. */
function judgeOnce(
  { grid }: Site,
  [markerSeen, queueSeen]: readonly Seen[],
  { plan, token }: { readonly plan: RescuePlan; readonly token: string | undefined },
): OnceSighting {
  const { kind, exposure, season, others, record, marked } = plan;
  const marker = readMarker(textOf(markerSeen));
  if (marker?.exposure === exposure && marker.season === season) {
    const how = `the marker beside its DAG says it was submitted ${marker.submitted}`;
    return marker.job === null
      ? { state: 'done', how }
      : { state: 'done', how, receipt: marker.job };
  }
  if (typeof marked === 'object')
    return { state: 'done', how: 'marked by hand', receipt: marked.job };
  const queue = queueSeen?.kind === 'answer' ? (queueSeen.answer as unknown as Queue) : undefined;
  const mine = (queue?.jobs ?? []).filter(
    (job) => job.token === undefined || !others.includes(job.token),
  );
  const known = token === undefined ? { purpose: { exposure, season } } : { token };
  const job = leadOf(grid.jobsOf({ state: 'seen', jobs: mine }, known));
  if (job !== undefined)
    return { state: 'done', how: `job ${job.id} is in the queue`, receipt: job.id };
  if (queue?.state !== 'seen') {
    const why = queueSeen?.kind === 'failed' ? queueSeen.why : (queue?.why ?? 'no answer');
    return {
      state: 'unknown',
      why: `the queue could not be seen (${why})`,
      advice: 'see `desgw jobs`, then rescue again',
    };
  }
  if (kind === 'unfinished' && record === 'unknown' && marked !== 'not submitted')
    return {
      state: 'unknown',
      why: 'it was begun, there is no record of it here, and the queue has no job of it',
    };
  return { state: 'not done' };
}
