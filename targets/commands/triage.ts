/** `desgw triage`: what each CCD that did not complete needs. Looks only; `desgw rescue` acts. */
import { type Command, type CommandCall, jobsState, type Queue, table } from '../../core/index.ts';
import { jobsIn, parseDag } from '../grid/dag.ts';
import type { Earlier } from '../grid/rescue-files.ts';
import { jobsOfAll } from '../grid/submissions.ts';
import type { ExposureResult } from '../reports/night-summary.ts';
import type { Exposure } from '../settings/domain.ts';
import type { Site } from '../site/site.ts';
import { ccdFacts } from '../triage/evidence.ts';
import { HELD_FILE, readHeld } from '../triage/held.ts';
import {
  type Decision,
  decideCcd,
  type ExposureFinding,
  findingOf,
  type Limit,
  limitOf,
} from '../triage/policy.ts';
import { askQueue, claimedSeason, submissionsOf, typedExposures } from './asked.ts';
import { likeTyped } from './like-typed.ts';
import { resultsOf } from './results.ts';
import { evidenceOf } from './triage-evidence.ts';

/** What triage finds of one exposure. */
interface Triaged {
  readonly exposure: string;
  readonly complete: number;
  readonly total: number;
  /** It goes on as it is: rescuing it would only improve it. */
  readonly enough: boolean;
  readonly finding: ExposureFinding;
  readonly decisions: readonly Decision[];
  /** CCDs of its templates that are done now; undefined: not known. */
  readonly templatesDone: number | undefined;
}

/** Exit status 4 when the circuit breaker says that a person must look. */
export function triage(site: Site): Command {
  return {
    doc: 'what each CCD that did not complete needs: another try, memory, templates, or nothing more',
    usage: '[exposure...]',
    options: { '--json': 'print data instead of text' },
    run: async (call) => {
      const typed = typedExposures({ args: likeTyped(call, resultsOf(call)) });
      const found = await triageOf(site, call, typed);
      const { triaged, limit, held } = found;
      if (call.option('--json') === true) {
        call.print(
          JSON.stringify({ schema: 'desgw/triage', version: 1, limit, held, exposures: triaged }),
        );
      } else for (const line of triageText(found)) call.print(line);
      return limit.state === 'broken' ? 4 : 0;
    },
  };
}

/** What triage finds of all exposures. */
export interface TriageFound {
  readonly triaged: readonly Triaged[];
  readonly limit: Limit;
  readonly held: readonly Held[];
  readonly queue: Queue;
}

/** Held jobs of an exposure: they do nothing until somebody acts. */
interface Held {
  readonly exposure: string;
  readonly jobs: number;
  /** As the grid gives it. */
  readonly why: string;
  /** What a build does about them of itself. */
  readonly released: 'by people' | 'in time' | 'once';
}

/** Whether builds release held jobs of themselves here, and have done so. */
function releasedWhen({ params, readText }: CommandCall, exposure: string): Held['released'] {
  if (!(Number(params.releaseHeld) > 0)) return 'by people';
  const known = Object.values(readHeld(readText(HELD_FILE)));
  const isOnce = known.some((job) => job.exposure === exposure && job.released !== undefined);
  return isOnce ? 'once' : 'in time';
}

function heldText(exposure: string, released: Held['released']): string {
  const typed = `desgw release ${exposure}, or desgw cancel ${exposure}`;
  switch (released) {
    case 'by people':
      return typed;
    case 'in time':
      return 'wait: a build releases them in time (releaseHeld)';
    case 'once':
      return `were released once, and held again: ${typed}`;
  }
}

/** Triage of some exposures, or of all that have been judged. */
export async function triageOf(
  site: Site,
  call: CommandCall,
  typed: readonly Exposure[] = [],
): Promise<TriageFound> {
  const all = resultsOf(call);
  const queue = await askQueue(site, call);
  const triaged: Triaged[] = [];
  let spent = 0;
  for (const result of all) {
    if (result.ccds === undefined) continue;
    const evidence = await evidenceOf(site, call, result, queue);
    spent += jobsSpent(evidence.earlier);
    const decisions = ccdFacts(evidence).map(decideCcd);
    const { counts, enough } = result.ccds;
    triaged.push({
      exposure: result.exposure,
      complete: counts.complete,
      total: counts.total,
      enough,
      finding: findingOf(decisions),
      decisions,
      templatesDone: evidence.templatesDone,
    });
  }
  const submitted = triaged.reduce((sum, { total }) => sum + total, 0);
  const limit = limitOf(
    triaged.flatMap(({ decisions }) => decisions),
    { submitted, spent, budget: Number(call.params.rescueBudget) },
  );
  const held = await heldJobs(site, call, all, queue);
  const isShown = ({ exposure }: { readonly exposure: string }) =>
    typed.length === 0 || typed.includes(exposure);
  return { triaged: triaged.filter(isShown), limit, held: held.filter(isShown), queue };
}

/** Jobs of the rescues that were submitted. */
const jobsSpent = (earlier: readonly Earlier[]): number =>
  earlier
    .filter(({ marker }) => marker !== undefined)
    .reduce(
      (sum, { dag }) => sum + jobsIn(parseDag(dag)).filter(({ kind }) => kind === 'search').length,
      0,
    );

/** Exposures of which jobs are held, whether they have been judged or not. */
async function heldJobs(
  site: Site,
  call: CommandCall,
  results: readonly ExposureResult[],
  queue: Queue,
): Promise<readonly Held[]> {
  if (!queue.jobs.some(({ status }) => status === 'held')) return [];
  const asked = { exposures: results.map((one) => one.exposure), season: claimedSeason(call) };
  return (await submissionsOf(site, call, asked)).flatMap((one): readonly Held[] => {
    const state = jobsState(jobsOfAll(site.grid, queue, one));
    if (typeof state === 'string' || state.held === 0) return [];
    const why = state.holdReasons.length === 0 ? 'no reason given' : state.holdReasons.join('; ');
    return [
      { exposure: one.exposure, jobs: state.held, why, released: releasedWhen(call, one.exposure) },
    ];
  });
}

/** The table, the totals, and what to type next. */
function triageText({ triaged, limit, held }: TriageFound): readonly string[] {
  if (triaged.length + held.length === 0)
    return ['No exposure has been judged yet; see `desgw status`.'];
  const heldRows = held.map(({ exposure, jobs, why, released }) => [
    exposure,
    '',
    `${jobs} ${jobs === 1 ? 'job' : 'jobs'} held`,
    `${heldText(exposure, released)}: ${why}`,
  ]);
  const judgedRows = triaged.flatMap((one) =>
    groups(one.decisions).map(({ decision, ccds }, i) => [
      i === 0 ? one.exposure : '',
      i === 0 ? `${one.complete} of ${one.total}` : '',
      `${ccds} ${decision.what}`,
      thenText(decision),
    ]),
  );
  const rows = [...judgedRows, ...heldRows];
  const all = triaged.flatMap(({ decisions }) => decisions);
  const count = (action: Decision['action']) =>
    all.filter((decision) => decision.action === action).length;
  const totals = (
    [
      ['rescue', 'to rescue'],
      ['wait', 'to wait for'],
      ['copy force files', 'whose force-photometry files are copied'],
      ['final', 'final'],
    ] as const
  )
    .filter(([action]) => count(action) > 0)
    .map(([action, words]) => `${count(action)} ${words}`)
    .join(', ');
  const lines = rows.length === 0 ? [] : table([['EXPOSURE', 'CCDS', 'WHAT', 'THEN'], ...rows]);
  return [
    ...lines,
    ...triaged.flatMap(({ exposure, finding }) =>
      finding.kind === 'templates'
        ? [
            `${exposure}: ${finding.ccds} CCDs stop at ${finding.step}: that is its templates, not its CCDs`,
          ]
        : [],
    ),
    `${triaged.length} ${triaged.length === 1 ? 'exposure' : 'exposures'}, CCDs: ${totals === '' ? 'nothing to do' : totals}`,
    ...adviceOf(limit, { rescues: count('rescue'), copies: count('copy force files') }),
  ];
}

function adviceOf(
  limit: Limit,
  { rescues, copies }: { readonly rescues: number; readonly copies: number },
): readonly string[] {
  if (limit.state === 'broken') return [`Nothing should be rescued: ${limit.why}.`];
  if (rescues > 0)
    return [`desgw rescue --triage does it (at most ${limit.jobs} jobs within the budget)`];
  if (copies > 0) return ['desgw rescue --triage copies them; that takes no job'];
  return ['Nothing would be gained by a rescue now.'];
}

function groups(
  decisions: readonly Decision[],
): readonly { readonly decision: Decision; readonly ccds: number }[] {
  const found = new Map<string, { readonly decision: Decision; ccds: number }>();
  for (const decision of decisions) {
    const key = `${decision.what}\n${thenText(decision)}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { decision, ccds: 1 });
    else known.ccds += 1;
  }
  return [...found.values()].sort((a, b) => b.ccds - a.ccds);
}

function thenText(decision: Decision): string {
  switch (decision.action) {
    case 'rescue':
      return `rescue with ${decision.memory}MB: ${decision.why}`;
    case 'copy force files':
      return `copy what it lacks: ${decision.why}`;
    case 'wait':
      return `wait: ${decision.why}`;
    case 'final':
      return `final: ${decision.why}`;
  }
}
