/** submitted_EXP: the DAG handed to the grid, exactly once. */

import {
  type Attempt,
  claim,
  digestOf,
  type Grid,
  isAlive,
  type Job,
  type Known,
  type Look,
  leadOf,
  type OnceSighting,
  type Path,
  type Problem,
  type Queue,
  Refusal,
  type Rule,
  type RunFacts,
  type Seen,
  target,
  write,
} from '../core/index.ts';
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
import { setupOf } from './site/site.ts';
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
  return target(submittedName(exposure), {
    doc: `DAG of exposure ${exposure} on the grid, submitted once`,
    phase: SUBMISSION,
    subject: exposureSubject(exposure),
    deps: [dagmakerName(exposure)],
    after: [...setupOf(site), ...(passes ? [templatesSettled(followUp, exposure)] : [])],
    outputs: [{ path: marker, quiet: true }],
    once: {
      look: () => submissionLooks(followUp, exposure),
      judge: (seen, attempt) =>
        judgeSubmitted(seen, { grid: site.grid, exposure, season, attempt }),
      receipts: { isOne: site.grid.isId, example: site.grid.example },
      cancel: (receipt) => site.grid.cancel([receipt]),
    },
    recipe: {
      version: '1',
      reads: [dag, marker, own],
      steps: () => [
        ...holdWorkflow(followUp),
        // Given back only when it is certain that nothing was submitted: somebody who looked before
        // the marker was there must not be next.
        claim(
          workDir(followUp, exposure),
          [claimName(followUp, exposure)],
          `submission of ${name}`,
          { once: true },
        ),
        write(own, ({ text }) => toHandIn(text(dag)), READ_ONLY),
        site.grid.submit({
          labels: { exposure, season },
          file: `{workspace}/${own}`,
          cwd: workDir(followUp, exposure),
          timeout: Number(params.submitTimeout),
        }),
        write(
          marker,
          (run) =>
            fromMarker(run, marker, { exposure, season }) ??
            // Of work that was found done, the copy that was handed in may be lost.
            markerText(run, { exposure, season, dags: [own, dag] }),
        ),
      ],
      judge: (run) => judgeSubmission(site.grid, run),
    },
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

/** The marker that is there, if it tells of this very submission: it may know more than we do. */
function fromMarker(
  run: RunFacts,
  marker: Path,
  asked: { readonly exposure: string; readonly season: string },
): string | undefined {
  const text = run.maybeText(marker);
  const found = readMarker(text);
  if (found?.exposure !== asked.exposure || found.season !== asked.season) return undefined;
  return run.receipt === undefined || found.job === run.receipt ? text : undefined;
}

/**
 * Text of the marker beside a DAG, once a run has submitted it.
 * @param dags where the DAG is: in the first of these that is there
 */
export function markerText(
  run: RunFacts,
  { exposure, season, dags }: { exposure: string; season: string; dags: readonly Path[] },
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
  };
  return `${JSON.stringify(marker, null, 2)}\n`;
}

/** Whether a marker is of the submission of this DAG, with its templates or after a template pass. */
export function isOfDag(marker: Marker, text: string): boolean {
  if (marker.dag === digestOf(text)) return true;
  return parseDag(text).syntax.length === 0 && marker.dag === digestOf(searchDag(text));
}

/** What is wrong with a run that submitted: nothing, if there is a job id. */
export function judgeSubmission(grid: Grid, run: RunFacts): readonly Problem[] {
  if (run.receipt !== undefined) return [];
  const { stdout, stderr, exits } = run;
  return [grid.explain({ stdout, stderr, exit: exits.at(-1) ?? { kind: 'exit', code: 0 } })];
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
  const found = asked.grid.jobsOf(queue, knownBy(asked));
  const jobs = found.jobs.filter((one) => tells(one, asked.attempt));
  const again = asked.attempt?.again === true;
  const job = leadOf({ jobs }) ?? (again ? undefined : submittedByHand(queue, byHand, asked));
  if (job !== undefined) return inQueue(job);
  const shown = again ? undefined : judgeResults(results);
  if (shown !== undefined) return shown;
  if (queue.state !== 'seen' || found.unseen !== undefined)
    return unseenQueue(found.unseen, 'build');
  return (
    strays(jobs, asked.exposure) ??
    (again || asked.attempt?.denied === true ? undefined : doubtByHand(queue, byHand, asked)) ??
    judgeClaim(claimSeen, asked, queue)
  );
}

function knownBy({ exposure, season, attempt }: SubmissionAsked): Known {
  const { token, remembered: among, again } = attempt ?? {};
  return {
    ...(again === true && token !== undefined ? {} : { purpose: { exposure, season } }),
    ...(token === undefined ? {} : { token }),
    ...(among === undefined ? {} : { among }),
  };
}

/**
 * A job that has ended is listed for days. Of an attempt it tells only by its token; without an
 * attempt on record it is the submission that is asked about.
 */
function tells(job: Job, attempt: Attempt | undefined): boolean {
  if (attempt === undefined) return true;
  return isAlive(job) || (attempt.token !== undefined && job.token === attempt.token);
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

/** The queue that was seen; one that was not seen may hold anything. */
export function queueIn(seen: Seen | undefined): Queue {
  if (seen?.kind === 'answer') return seen.answer as unknown as Queue;
  return { state: 'failed', why: seen?.kind === 'failed' ? seen.why : 'no answer', jobs: [] };
}

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

/** Nothing can be told while the queue does not answer. */
export const unseenQueue = (
  why: string | undefined,
  command: 'build' | 'rescue',
): OnceSighting => ({
  state: 'unknown',
  why: `the queue could not be seen (${why ?? 'no answer'})`,
  advice: `see \`desgw jobs\`, then ${command} again`,
  unanswered: true,
});

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

/** A job in the queue as a proof, with what is known of it from then on. */
export const inQueue = (job: Job): OnceSighting => ({
  state: 'done',
  how: `job ${job.id} is in the queue${isAlive(job) ? '' : ', and has ended'}`,
  receipt: job.id,
  ...(job.token === undefined ? {} : { token: job.token }),
});

/** Names of nites and of CCDs alone count; people's own directories lie beside them. */
const mayHoldResults = (dir: string): boolean =>
  /\/exp(?:\/\d{8}(?:\/\d+(?:\/dp\d+(?:\/[a-zA-Z]+_\d\d)?)?)?)?$/.test(dir);

/** Who answered is remembered: if the submission is interrupted, its jobs are with one of them. */
export const notDone = ({
  answered,
}: Extract<Queue, { state: 'seen' }>): Extract<OnceSighting, { state: 'not done' }> =>
  answered === undefined ? { state: 'not done' } : { state: 'not done', remember: answered };

/** Directories of CCDs that hold what only a grid job leaves. */
function resultsIn(dirs: readonly { readonly names: readonly string[] }[]): number {
  return dirs.filter(({ names }) =>
    names.some((n) => n.startsWith('outputs_') || n.endsWith('.FAIL')),
  ).length;
}
