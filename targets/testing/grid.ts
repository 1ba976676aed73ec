/** The test on the grid: submitted once by run_gw_workflow.py, waited for, counted by fetchJobSubStats.py. */
import {
  type Attempt,
  type Grid,
  type Json,
  jobsState,
  type Look,
  notDone,
  type OnceSighting,
  type Params,
  type Path,
  type Problem,
  type Queue,
  queueIn,
  type Rule,
  type RunFacts,
  remove,
  type Seen,
  type Sighting,
  target,
  unseenQueue,
  write,
} from '../../core/index.ts';
import { beforeSubmission } from '../credentials.ts';
import { type CcdReport, ccdLooks, reportFrom } from '../reports/ccd-report.ts';
import { ccdSighting } from '../reports/ccd-settling.ts';
import { bandIn } from '../reports/rows.ts';
import type { Exposure } from '../settings/domain.ts';
import { settling } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';
import {
  absolute,
  COMPLETE,
  DAY,
  exposuresIn,
  HOUR,
  LIST,
  MARKER,
  namesIn,
  ROWS,
  STATISTICS,
  SUITE,
  suiteProgram,
  TESTING_SEASON,
  WORK,
} from './places.ts';

const submitOut = (exposure: Exposure): Path => `${WORK}/jobsub_${exposure}.out`;

/** run_gw_workflow.py submits by itself; its jobs are marked through the environment. */
export function submitted(site: Site): Rule {
  return target('testing:submitted', {
    doc: 'DAGs of the test made and submitted, by run_gw_workflow.py',
    deps: ['testing:configure', 'testing:workflow'],
    after: beforeSubmission(site),
    outputs: [{ path: MARKER, quiet: true }],
    once: {
      look: () => [
        { kind: 'list', pattern: WORK },
        { kind: 'read', path: MARKER },
        { kind: 'ask', adapter: 'queue', question: null },
      ],
      judge: (seen, attempt) => judgeOnce(site.grid, seen, attempt),
    },
    recipe: {
      version: '1',
      reads: [LIST, MARKER],
      steps: ({ text }) => [
        ...exposuresIn(text(LIST)).map((exposure) => remove(submitOut(exposure))),
        suiteProgram(
          site,
          ['python3', absolute(`${SUITE}/run_gw_workflow.py`), '--exp_list', absolute(LIST)],
          {
            cwd: WORK,
            env: { ...site.env, ...site.grid.marking({ season: TESTING_SEASON }) },
            detached: 'doubt',
            idempotent: false,
            okExits: 'any',
            timeout: DAY,
          },
        ),
        write(MARKER, (run) => run.maybeText(MARKER) ?? markerText(run)),
      ],
      evidence: ({ text }) =>
        exposuresIn(text(LIST)).map(
          (exposure): Look => ({ kind: 'read', path: submitOut(exposure) }),
        ),
      judge: (run, seen) => judgeSubmissions(site.grid, run, seen),
    },
  });
}

const markerText = ({ token, startedAt }: RunFacts): string =>
  `${JSON.stringify({ season: TESTING_SEASON, token, submitted: new Date(startedAt).toISOString() }, null, 2)}\n`;

/** Some exposures may have no templates; a test without any job at all has failed. */
function judgeSubmissions(grid: Grid, run: RunFacts, seen: readonly Seen[]): readonly Problem[] {
  const outs = seen.flatMap((one) => (one.kind === 'read' ? (one.text ?? []) : []));
  if (outs.some((out) => new RegExp(grid.receipt).test(out))) return [];
  const exit = run.exits.at(-1) ?? { kind: 'exit', code: 0 };
  return [grid.explain({ stdout: outs[0] ?? run.stdout, stderr: run.stderr, exit })];
}

function judgeOnce(
  grid: Grid,
  [folder, marker, queueSeen]: readonly Seen[],
  attempt?: Attempt,
): OnceSighting {
  if (marker?.kind === 'read' && marker.text !== undefined)
    return { state: 'done', how: `${MARKER} says so` };
  const queue = queueIn(queueSeen);
  const found = grid.jobsOf(queue, {
    ...(attempt === undefined ? {} : { token: attempt.token }),
    ...(attempt?.remembered === undefined ? {} : { among: attempt.remembered }),
  });
  const [job] = found.jobs;
  if (job !== undefined)
    return { state: 'done', how: `job ${job.id} is in the queue`, receipt: job.id };
  const outs = namesIn(folder).filter((name) => /^jobsub_\d+\.out$/.test(name));
  if (outs.length > 0)
    return {
      state: 'unknown',
      why: `${outs[0]} in ${WORK} is from a submission without a record`,
      advice: `read it; then mark, or remove ${WORK}`,
    };
  if (queue.state === 'seen' && found.unseen === undefined) return notDone(queue);
  return unseenQueue(found.unseen ?? 'no answer', 'see `desgw jobs`, then build again');
}

/** Waits for every exposure of the test. */
export function statistics(site: Site, params: Params): Rule {
  const threshold = Number(params.ccdThreshold);
  return target('testing:statistics', {
    doc: 'what came back of the test, by fetchJobSubStats.py',
    after: ['testing:submitted'],
    deps: ['testing:workflow'],
    params: { threshold },
    outputs: [STATISTICS, COMPLETE],
    observe: observation(site, params),
    recipe: {
      version: '1',
      steps: ({ value }) => [
        suiteProgram(
          site,
          [
            'python3',
            'fetchJobSubStats.py',
            '--season',
            TESTING_SEASON,
            '--exp_list',
            absolute(LIST),
          ],
          {
            cwd: SUITE,
            stdout: STATISTICS,
            timeout: HOUR,
          },
        ),
        write(
          COMPLETE,
          (value as unknown as readonly Outcome[])
            .flatMap(({ exposure, enough }) => (enough ? `${exposure}\n` : []))
            .join(''),
        ),
      ],
    },
  });
}

function observation(site: Site, params: Params): NonNullable<Rule['observe']> {
  const looksAt = (exposure: Exposure): readonly Look[] =>
    ccdLooks(site.pnfs, { exposure, season: TESTING_SEASON });
  return {
    reads: [LIST, ROWS, MARKER],
    look: ({ text }) => [
      { kind: 'ask', adapter: 'queue', question: null },
      ...exposuresIn(text(LIST)).flatMap(looksAt),
    ],
    judge: (seen, { text, maybeText, unchangedFor }): Sighting => {
      const [queue, ...rest] = seen;
      const jobs =
        queue?.kind === 'answer'
          ? jobsState(
              site.grid.jobsOf(queue.answer as unknown as Queue, {
                token: tokenIn(maybeText(MARKER)),
              }),
            )
          : 'unknown';
      const sightings = exposuresIn(text(LIST)).map((exposure, i, all): Sighting => {
        const band = bandIn(text(ROWS), exposure);
        if (band === undefined)
          return { state: 'failed', why: `the band of ${exposure} is not known` };
        const n = rest.length / all.length;
        const judged = reportFrom(rest.slice(n * i, n * (i + 1)), {
          exposure,
          band,
          season: TESTING_SEASON,
          threshold: Number(params.ccdThreshold),
        });
        if (judged.state === 'failed') return judged;
        return ccdSighting({
          report: judged.report,
          jobs,
          known: true,
          again: false,
          unchangedForSeconds: unchangedFor,
          ...settling(site, params),
        });
      });
      return together(sightings, jobs === 'none' ? 'gone' : 'queued');
    },
  };
}

/** What an exposure of the test came to. */
interface Outcome {
  readonly exposure: Exposure;
  readonly enough: boolean;
}

/** All exposures of the test as one: ready when each of them is. */
function together(sightings: readonly Sighting[], movement: string): Sighting {
  const failed = sightings.find((sighting) => sighting.state === 'failed');
  if (failed !== undefined) return failed;
  const value: Json = sightings.flatMap((sighting) => {
    if (sighting.state === 'failed') return [];
    const { exposure, enough, counts } = sighting.value as unknown as CcdReport;
    return [
      {
        exposure,
        enough,
        complete: counts.complete,
        failed: counts.failed,
        incomplete: counts.incomplete,
      },
    ];
  });
  const settled = sightings.filter(({ state }) => state === 'ready').length;
  const progress = `${settled} of ${sightings.length} exposures have settled`;
  return settled === sightings.length
    ? { state: 'ready', value, note: progress }
    : { state: 'waiting', value, progress, movement: [value, movement] };
}

function tokenIn(marker: string | undefined): string {
  return /"token": "([^"]+)"/.exec(marker ?? '')?.[1] ?? '';
}
