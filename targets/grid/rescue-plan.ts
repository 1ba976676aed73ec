/**
 * What a rescue would do: which CCDs run again, with how much memory, and what of the failed
 * run has to be moved aside first. What is in the way of it is a Refusal.
 */
import {
  type Grid,
  jobsInWords,
  type Listing,
  type Queue,
  Refusal,
  type Seen,
} from '../../core/index.ts';
import {
  type CcdReport,
  type CcdState,
  listingsOf,
  reportFrom,
  stateByCcd,
} from '../reports/ccd-report.ts';
import { bandIn } from '../reports/rows.ts';
import { ccd2, SEARCH_CCDS } from '../settings/domain.ts';
import { ccdsName, ROWS_FILE, submittedName } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';
import { isOfDag } from '../submitted.ts';
import { firstFailure, stepOf } from '../triage/causes.ts';
import { jobsIn, parseDag, rescueDag } from './dag.ts';
import { type Marker, readMarker } from './marker.ts';
import {
  type Earlier,
  earlierFrom,
  earlierNumbers,
  nameOf,
  type RescueAsked,
  type RescuePlan,
  rescueFile,
  rescueName,
  textOf,
} from './rescue-files.ts';
import { failuresOf, memoryFor, memoryIn, memoryOfJob } from './rescue-memory.ts';
import { liveJobs } from './submissions.ts';

/** What is known besides what the looks see. */
export interface RescueRecord {
  /** Whether the CCD report of the exposure has been made, that is, whether its files have settled. */
  readonly judged: boolean;
  /** What the record here says of a rescue. */
  readonly rescue: (name: string) => 'submitted' | 'begun' | 'unknown';
  readonly queue: Queue;
}

/**
 * What a rescue would do.
 * @param seen what `rescueLooks` asked for
 * @param before what `earlierLooks` asked for
 * @throws Refusal when there is nothing to rescue, or when it cannot be told or must not be done now
 */
export function planRescue(
  site: Site,
  asked: RescueAsked,
  record: RescueRecord,
  seen: readonly Seen[],
  before: readonly Seen[],
): RescuePlan {
  const { exposure, season } = asked;
  const earlier = earlierFrom(earlierNumbers(exposure, seen), before);
  const first = originalDag(asked, textOf(seen[0]), readMarker(textOf(seen[1])));
  const others = [first.marker, ...earlier.map(({ marker }) => marker)].flatMap(
    (marker) => marker?.token ?? [],
  );
  const last = earlier.at(-1);
  const ccdsSeen = seen.slice(4);
  const isSubmitted = last === undefined || last.marker !== undefined;
  const state = isSubmitted ? 'submitted' : record.rescue(rescueName(exposure, last.number));
  if (last !== undefined && state !== 'submitted')
    return unfinished(site, asked, state, { last, others, listings: listingsFrom(ccdsSeen) });
  if (asked.marked !== undefined)
    throw new Refusal(`${exposure} has no rescue that was begun and not finished`);
  refuseWhileLive(site.grid, asked, {
    queue: record.queue,
    markers: [first.marker, ...earlier.map(({ marker }) => marker)],
  });
  const { band, report } = reportOf(asked, record, seen);
  const ccds = toRescue(report, asked);
  const number = (last?.number ?? 0) + 1;
  const lastMemory = memoryIn(last?.dag ?? first.text);
  const memoryOf = (ccd: number): string =>
    asked.memory ?? asked.chosen?.get(ccd) ?? memoryFor(report, ccd, lastMemory);
  return {
    kind: 'ready',
    exposure,
    season,
    number,
    ccds,
    memory: inWords(ccds.map(memoryOf)),
    dag: rescueDag(first.text, { exposure, ccds, memoryOf }),
    moves: movesFor(listingsFrom(ccdsSeen), { exposure, season, band, ccds, number }),
    why: endings(report, ccds),
    others,
    record: 'unknown',
    ...(asked.templatesDone === undefined ? {} : { templatesDone: asked.templatesDone }),
  };
}

/** What came back of the exposure, once that has settled. */
function reportOf(
  { exposure, season }: RescueAsked,
  record: RescueRecord,
  seen: readonly Seen[],
): { readonly band: string; readonly report: CcdReport } {
  if (!record.judged)
    throw new Refusal(
      `what came back of ${exposure} has not been judged yet, and files may still be on their way`,
      `desgw build ${ccdsName(exposure)}, then rescue`,
    );
  const band = bandIn(textOf(seen[2]) ?? '', exposure);
  if (band === undefined)
    throw new Refusal(
      `the band of ${exposure} is not in ${ROWS_FILE}`,
      'desgw build exposures.list',
    );
  const judged = reportFrom(seen.slice(4), { exposure, band, season });
  if (judged.state === 'failed') throw new Refusal(judged.why, judged.advice);
  return { band, report: judged.report };
}

/** The DAG as it was submitted. */
function originalDag(
  { exposure, season }: RescueAsked,
  text: string | undefined,
  marker: Marker | undefined,
): { readonly text: string; readonly marker: Marker } {
  const name = `desgw_pipeline_${exposure}.dag`;
  if (marker === undefined)
    throw new Refusal(
      `${exposure} was never submitted: there is no marker beside ${name}`,
      `desgw build ${submittedName(exposure)} submits all of it`,
    );
  if (marker.season !== season)
    throw new Refusal(
      `${name} was submitted under season ${marker.season}, this workspace has season ${season}`,
      'rescue it from the workspace that submitted it',
    );
  if (text === undefined)
    throw new Refusal(`${name} is not there any more`, 'a rescue takes its lines from it');
  if (!isOfDag(marker, text))
    throw new Refusal(
      `${name} is not the one that was submitted: it was changed since ${marker.submitted}`,
      `put the submitted one back, or submit all of it anew: desgw resubmit ${submittedName(exposure)}`,
    );
  return { text, marker };
}

function refuseWhileLive(
  grid: Grid,
  { exposure, season }: RescueAsked,
  { queue, markers }: { readonly queue: Queue; readonly markers: readonly (Marker | undefined)[] },
): void {
  const { jobs, unseen } = liveJobs(grid, queue, { exposure, season, markers });
  if (typeof jobs === 'object')
    throw new Refusal(
      `jobs of ${exposure} are still in the queue: ${jobsInWords(jobs)}`,
      `wait for them (desgw build ${ccdsName(exposure)}), or desgw cancel ${exposure}`,
    );
  if (unseen !== undefined)
    throw new Refusal(
      `the queue could not be seen (${unseen}), so jobs of ${exposure} may still be in it`,
      'try again when `desgw jobs` shows it',
    );
}

/** CCDs to run again. @throws Refusal when there are none, or when no job can have run at all */
function toRescue(
  report: CcdReport,
  { chosen, step }: Pick<RescueAsked, 'chosen' | 'step'>,
): readonly number[] {
  const { exposure, band, counts } = report;
  const states = stateByCcd(report);
  const open = SEARCH_CCDS.filter(
    (ccd) => (states.get(`${band}_${ccd2(ccd)}`) ?? 'missing') !== 'complete',
  );
  const ccds = open.filter(
    (ccd) =>
      chosen?.has(ccd) !== false &&
      (step === undefined || stepOf(firstFailure(failuresOf(report, ccd)) ?? '') === step),
  );
  if (open.length > 0 && ccds.length === 0)
    throw new Refusal(
      step === undefined
        ? `no CCD of ${exposure} would gain anything by a rescue`
        : `no CCD of ${exposure} failed first at ${step}`,
      `desgw triage ${exposure} tells what each needs`,
    );
  if (ccds.length === 0)
    throw new Refusal(`all CCDs of ${exposure} are complete: there is nothing to rescue`);
  if (counts.complete + counts.failed === 0)
    throw new Refusal(
      `nothing at all came back of ${exposure}: its CCDs never ran, most likely because a template failed`,
      `a rescue would leave the templates out; submit all of it: desgw resubmit ${submittedName(exposure)}`,
    );
  return ccds;
}

function inWords(memories: readonly string[]): string {
  const distinct = [...new Set(memories)].sort(
    (a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10),
  );
  return distinct.length <= 1 ? distinct.join('') : `${distinct[0]} to ${distinct.at(-1)}`;
}

/** How the CCDs that are to run again ended: `5 x RUN02_expose_makeStarCat, 1 incomplete`. */
function endings(report: CcdReport, ccds: readonly number[]): string {
  const states = stateByCcd(report);
  const counts = new Map<string, number>();
  for (const ccd of ccds) {
    const name = `${report.band}_${ccd2(ccd)}`;
    const failures = report.ccds
      .filter((entry) => entry.ccd === name)
      .flatMap((entry) => entry.failures);
    const state: CcdState = states.get(name) ?? 'missing';
    const ending =
      failures.length > 0
        ? [...new Set(failures)].join('+')
        : state === 'missing'
          ? 'not started'
          : state;
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([what, n]) => `${n} x ${what}`)
    .join(', ');
}

/** A rescue that was begun: its DAG stands, whatever the CCDs look like by now. */
function unfinished(
  site: Site,
  asked: RescueAsked,
  state: 'begun' | 'unknown',
  found: {
    readonly last: Earlier;
    readonly others: readonly string[];
    readonly listings: readonly Listing[];
  },
): RescuePlan {
  const { exposure, season, marked } = asked;
  const { last, others, listings } = found;
  const search = jobsIn(parseDag(last.dag)).filter((job) => job.kind === 'search');
  const ccds = search.map((job) => Number(job.flags.get('c')));
  const { number } = last;
  if (ccds.length === 0)
    throw new Refusal(
      `${nameOf(rescueFile({ site, season }, exposure, number))} is damaged`,
      'move it away, then rescue again',
    );
  // Without a record nobody here knows whether it was handed over.
  const lost = last.claimed && state === 'unknown' && marked === undefined;
  return {
    kind: 'unfinished',
    exposure,
    season,
    number,
    ccds,
    memory: inWords(search.flatMap((job) => memoryOfJob(job.text) ?? [])) || 'as the DAG says',
    dag: last.dag,
    moves: movesFor(listings, {
      exposure,
      season,
      band: search[0]!.flags.get('b') ?? '',
      ccds,
      number,
    }),
    why: lost ? 'begun elsewhere, or its record is lost' : 'begun and not known to be finished',
    others,
    record: state,
    ...(marked === undefined ? {} : { marked }),
  };
}

function listingsFrom(seen: readonly Seen[]): readonly Listing[] {
  const listings = listingsOf(seen);
  if (listings.state === 'failed') throw new Refusal(listings.why, listings.advice);
  return listings.report;
}

/**
 * What to move aside: of each CCD that failed its outputs first and then its FAIL files, so that
 * it counts as failed until nothing is left of the failed run.
 */
function movesFor(
  listings: readonly Listing[],
  {
    exposure,
    season,
    band,
    ccds,
    number,
  }: Pick<RescuePlan, 'exposure' | 'season' | 'ccds' | 'number'> & { readonly band: string },
): RescuePlan['moves'] {
  const wanted = new Set(ccds.map((ccd) => `${exposure}/dp${season}/${band}_${ccd2(ccd)}`));
  return listings.flatMap(({ dir, names }) => {
    if (!wanted.has(dir.split('/').slice(-3).join('/'))) return [];
    const fails = names.filter((name) => /^[^.].*\.FAIL\/?$/.test(name));
    if (fails.length === 0) return [];
    const outputs = names.filter((name) => name.startsWith('outputs_'));
    return [...outputs, ...fails].map((name) => {
      const plain = name.replace(/\/$/, '');
      return { from: `${dir}/${plain}`, to: `${dir}/previous/${number}/${plain}` };
    });
  });
}
