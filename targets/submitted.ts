/** submitted_EXP: the DAG handed to the grid, exactly once. */

import {
  claim,
  digestOf,
  type Grid,
  inQueue,
  type Look,
  leadOf,
  type MarkerFormat,
  notDone,
  type OnceSighting,
  type Path,
  provingJobs,
  type Queue,
  queueIn,
  Refusal,
  type Rule,
  type RunFacts,
  type Seen,
  submitOnce,
  unseenQueue,
  write,
} from '../core/index.ts';
import { beforeSubmission } from './credentials.ts';
import {
  byHandLooks,
  doubtByHand,
  type SubmissionAsked,
  strays,
  submittedByHand,
} from './grid/by-hand.ts';
import { type DagPurpose, judgeDag, parseDag } from './grid/dag.ts';
import { type Marker, readMarker } from './grid/marker.ts';
import type { Exposure } from './settings/domain.ts';
import {
  dagFile,
  dagmakerName,
  type FollowUp,
  handedIn,
  markerFile,
  type Place,
  submittedName,
  workDir,
} from './settings/follow-up.ts';
import { exposureSubject, SUBMISSION } from './settings/phases.ts';
import { holdWorkflow } from './site/holding.ts';
import { hasTemplatePass, templatesSettled } from './templates/pass-files.ts';
import { searchDag } from './templates/template-dag.ts';

/** Submits the DAG. Whether it happened is told by a job id, never by an exit status. */
export function submitted(followUp: FollowUp, exposure: Exposure): Rule {
  const { site, season, params } = followUp;
  const dag = dagFile(followUp, exposure);
  const marker = markerFile(followUp, exposure);
  const name = dag.split('/').pop()!;
  const own = handedIn(season, name);
  const passes = hasTemplatePass(followUp);
  const toHandIn = (text: string): string => {
    const judged = judgedDag(text, { exposure, season });
    return passes ? searchDag(judged) : judged;
  };
  return submitOnce(submittedName(exposure), {
    doc: `DAG of exposure ${exposure} on the grid, submitted once`,
    phase: SUBMISSION,
    subject: exposureSubject(exposure),
    deps: [dagmakerName(exposure)],
    after: [...beforeSubmission(site), ...(passes ? [templatesSettled(followUp, exposure)] : [])],
    ...{ grid: site.grid, queue: 'queue', marker, reads: [dag, own] },
    work: {
      labels: { exposure, season },
      file: `{workspace}/${own}`,
      cwd: workDir(followUp, exposure),
      timeout: Number(params.submitTimeout),
    },
    told: {
      look: () => submissionLooks(followUp, exposure),
      judge: (seen, attempt) =>
        judgeSubmitted(seen, { grid: site.grid, exposure, season, attempt }),
    },
    before: () => [
      ...holdWorkflow(followUp),
      // Given back only when it is certain that nothing was submitted: somebody who looked before
      // the marker was there must not be next.
      claim(workDir(followUp, exposure), [claimName(followUp, exposure)], `submission of ${name}`, {
        once: true,
      }),
      write(own, ({ text }) => toHandIn(text(dag)), READ_ONLY),
    ],
    // Of work that was found done, the copy that was handed in may be lost.
    record: markerFormat({ exposure, season, marker, dags: [own, dag] }),
  });
}

/** Nobody edits what is on its way to the grid. */
export const READ_ONLY = 0o444;

/** @throws Refusal unless it is the DAG of this exposure and season, whoever wrote it last */
function judgedDag(text: string, asked: DagPurpose): string {
  const [problem] = judgeDag(parseDag(text), asked);
  if (problem !== undefined) throw new Refusal(`not submitted: ${problem.what}`, problem.advice);
  return text;
}

/** A submission of a DAG, for its marker. */
interface Marked extends DagPurpose {
  readonly marker: Path;
  /** Where the DAG is: in the first of these that is there. */
  readonly dags: readonly Path[];
  /** CCDs of its templates that are done now, where that is known. */
  readonly templatesDone?: number;
}

/** The marker beside a DAG: one that is there, of this very submission, may know more than we do. */
export function markerFormat(marked: Marked): MarkerFormat {
  const { exposure, season, marker } = marked;
  const own = (text: string | undefined): Marker | undefined => {
    const found = readMarker(text);
    return found?.exposure === exposure && found.season === season ? found : undefined;
  };
  return {
    read: (text) => {
      const found = own(text);
      return found === undefined ? undefined : doneByMarker(found);
    },
    write: (run) => {
      const text = run.maybeText(marker);
      const found = own(text);
      const kept = found !== undefined && (run.receipt ?? found.job) === found.job;
      return kept ? text! : markerText(run, marked);
    },
  };
}

/** Text of the marker beside a DAG, once a run has submitted it. */
export function markerText(
  run: RunFacts,
  { exposure, season, dags, templatesDone }: Omit<Marked, 'marker'>,
): string {
  const text = dags.map((dag) => run.maybeText(dag)).find((one) => one !== undefined);
  const marker: Marker = {
    schema: 'desgw/submitted',
    version: 1,
    exposure,
    season,
    job: run.receipt ?? null,
    token: run.token === '' ? null : run.token,
    submitted: new Date(run.startedAt).toISOString(),
    dag: digestOf(text ?? ''),
    ...(run.again ? { again: true } : {}),
    ...(templatesDone === undefined ? {} : { templatesDone }),
  };
  return `${JSON.stringify(marker, null, 2)}\n`;
}

/** Whether a marker is of the submission of this DAG, with its templates or after a template pass. */
export function isOfDag(marker: Marker, text: string): boolean {
  if (marker.dag === digestOf(text)) return true;
  return parseDag(text).syntax.length === 0 && marker.dag === digestOf(searchDag(text));
}

/**
 * What tells whether an exposure was submitted: the marker, the results, the queue, the claim, and
 * what a submission by hand leaves.
 */
export function submissionLooks(place: Place, exposure: Exposure): readonly Look[] {
  const { site, season } = place;
  return [
    { kind: 'read', path: markerFile(place, exposure) },
    { kind: 'list', pattern: `${site.pnfs}/exp/*/${exposure}/dp${season}/*/`, partly: true },
    { kind: 'ask', adapter: 'queue', question: null },
    { kind: 'read', path: claimFile(place, exposure) },
    ...byHandLooks(place, exposure),
  ];
}

/** Stands beside the DAG from before it is submitted, and says by whom. */
const claimFile = (place: Place, exposure: Exposure): Path =>
  `${workDir(place, exposure)}/${claimName(place, exposure)}`;

const claimName = (place: Place, exposure: Exposure): string =>
  `${dagFile(place, exposure).split('/').pop()}.S${place.season}.submitting`;

/**
 * Whether the work was submitted before, by whom ever, told from `submissionLooks`. Of what was asked
 * for once more only a job of this very attempt tells, or one that is alive: results and finished
 * jobs are those of an earlier submission.
 */
export function judgeSubmitted(
  [markerSeen, results, queueSeen, claimSeen, ...byHand]: readonly Seen[],
  asked: SubmissionAsked,
): OnceSighting {
  const marker = markerSeen?.kind === 'read' ? readMarker(markerSeen.text) : undefined;
  if (marker?.season === asked.season && marker.exposure === asked.exposure)
    return doneByMarker(marker);
  const queue = queueIn(queueSeen);
  const { exposure, season } = asked;
  const { jobs, unseen } = provingJobs(queue, { ...asked, purpose: { exposure, season } });
  const again = asked.attempt?.again === true;
  const job = leadOf({ jobs }) ?? (again ? undefined : submittedByHand(queue, byHand, asked));
  if (job !== undefined) return inQueue(job);
  const shown = again ? undefined : judgeResults(results);
  if (shown !== undefined) return shown;
  if (queue.state !== 'seen' || unseen !== undefined)
    return unseenQueue(unseen ?? 'no answer', LOOK_AT_JOBS);
  return (
    strays(jobs, asked.exposure) ??
    (again || asked.attempt?.denied === true ? undefined : doubtByHand(queue, byHand, asked)) ??
    judgeClaim(claimSeen, asked, queue)
  );
}

/** What the results on pnfs show, if they show anything. */
function judgeResults(results: Seen | undefined): OnceSighting | undefined {
  const done = results?.kind === 'list' ? resultsIn(results.dirs) : 0;
  if (done > 0) return { state: 'done', how: `${done} CCDs have results on pnfs` };
  const unread =
    results?.kind === 'failed'
      ? results.why
      : results?.kind === 'list'
        ? results.unread?.find(({ dir }) => mayHoldResults(dir))?.why
        : undefined;
  return unread === undefined
    ? undefined
    : { state: 'unknown', why: `pnfs could not be seen: ${unread}`, unanswered: true };
}

/** A marker as a proof, with what it knows of the submission. */
export const doneByMarker = ({ submitted, job, token }: Marker): OnceSighting => ({
  state: 'done',
  how: `the marker beside the DAG says it was submitted ${submitted}`,
  ...(job === null ? {} : { receipt: job }),
  ...(token === null ? {} : { token }),
});

/** Whether the queue, or a part of it that may hold its jobs, has not answered. */
export function unseenSubmission(
  [, , queueSeen]: readonly Seen[],
  grid: Grid,
  { exposure, season }: DagPurpose,
): boolean {
  const queue = queueIn(queueSeen);
  return (
    queue.state !== 'seen' ||
    grid.jobsOf(queue, { purpose: { exposure, season } }).unseen !== undefined
  );
}

/** What people do when the queue does not answer. */
const LOOK_AT_JOBS = 'see `desgw jobs`, then build again';

/** Nothing shows the work; but somebody may have begun it, of whom we have no record. */
function judgeClaim(
  seen: Seen | undefined,
  { exposure, attempt }: SubmissionAsked,
  queue: Extract<Queue, { state: 'seen' }>,
): OnceSighting {
  if (seen?.kind === 'failed')
    return {
      state: 'unknown',
      why: `the claim on its DAG could not be seen: ${seen.why}`,
      unanswered: true,
    };
  const text = seen?.kind === 'read' ? seen.text : undefined;
  // Whoever submits it leaves a claim first, and nobody loses that with a record.
  if (text === undefined) return { ...notDone(queue), proved: true };
  const claimed = readClaim(text);
  if (claimed.token !== undefined && claimed.token === attempt?.token) return notDone(queue);
  return {
    state: 'unknown',
    why: `${claimed.by} began to submit it, and nothing shows what came of it`,
    advice: `see \`desgw jobs\`, then \`desgw mark submitted ${exposure} --job ID\` or \`desgw mark not-submitted ${exposure}\``,
  };
}

/** Who wrote a claim, and for which attempt. */
function readClaim(text: string): { readonly by: string; readonly token?: string } {
  try {
    const { user, host, workspace, token } = JSON.parse(text);
    return { by: `${user} on ${host} (${workspace})`, token };
  } catch {
    return { by: 'somebody' }; // half of one: that it is there says enough
  }
}

/** Names of nites and of CCDs alone count; people's own directories lie beside them. */
const mayHoldResults = (dir: string): boolean =>
  /\/exp(?:\/\d{8}(?:\/\d+(?:\/dp\d+(?:\/[a-zA-Z]+_\d\d)?)?)?)?$/.test(dir);

/** Directories of CCDs that hold what only a grid job leaves. */
function resultsIn(dirs: readonly { readonly names: readonly string[] }[]): number {
  return dirs.filter(({ names }) =>
    names.some((n) => n.startsWith('outputs_') || n.endsWith('.FAIL')),
  ).length;
}
