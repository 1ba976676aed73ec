/** `desgw triage`: what each CCD that did not complete needs. Looks only; `desgw rescue` acts. */
import {
  type Command,
  type CommandCall,
  isAlive,
  jobsState,
  type Queue,
  table,
} from '../../core/index.ts';
import { jobsIn, parseDag } from '../grid/dag.ts';
import {
  type Earlier,
  earlierFrom,
  earlierLooks,
  earlierNumbers,
  rescueLooks,
  textOf,
} from '../grid/rescue-files.ts';
import { jobsOfAll } from '../grid/submissions.ts';
import type { ExposureResult } from '../reports/night-summary.ts';
import { ccdsName } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';
import { type PassState, passFile, stateFile } from '../templates/pass-files.ts';
import type { Template } from '../templates/template-dag.ts';
import { templateFound } from '../templates/template-state.ts';
import { ccdFacts, type ExposureEvidence } from '../triage/evidence.ts';
import {
  type Decision,
  decideCcd,
  type ExposureFinding,
  findingOf,
  type Limit,
  limitOf,
} from '../triage/policy.ts';
import { askQueue, claimedSeason, submissionsOf, typedExposures } from './asked.ts';
import { resultsOf } from './results.ts';

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
      const found = await triageOf(site, call);
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
}

/** Triage of the exposures that were typed, or of all that have been judged. */
export async function triageOf(site: Site, call: CommandCall): Promise<TriageFound> {
  const typed = typedExposures(call);
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
    return [{ exposure: one.exposure, jobs: state.held, why }];
  });
}

async function evidenceOf(
  site: Site,
  call: CommandCall,
  { exposure, ccds, forcefiles }: ExposureResult,
  queue: Queue,
): Promise<ExposureEvidence> {
  const asked = { exposure, season: claimedSeason(call) };
  const seen = await call.look(rescueLooks(site, asked));
  const earlier = earlierFrom(
    earlierNumbers(exposure, seen),
    await call.look(earlierLooks(site, asked, seen)),
  );
  const passes = call.params.templateMemory as readonly string[];
  const templates = passFile<PassState>(
    call.readText(stateFile(exposure, passes.length - 1)),
    'desgw/template-state',
  );
  return {
    report: ccds!,
    forcefiles,
    dag: textOf(seen[0]),
    earlier,
    templates,
    templatesDone:
      templates === undefined
        ? undefined
        : await doneNow(
            site,
            call,
            templates.templates.map(({ template }) => template),
          ),
    templatesComing: queue.jobs.some((job) => isAlive(job) && job.labels.templatesOf === exposure),
    age: (call.now - (call.record(ccdsName(exposure))?.at ?? 0)) / 1000,
    pause: Number(call.params.rescuePause),
  };
}

/** CCDs of templates that are done at this moment; undefined where they could not be seen. */
async function doneNow(
  site: Site,
  call: CommandCall,
  templates: readonly Template[],
): Promise<number | undefined> {
  const seen = await call.look(
    templates.map(({ nite, exposure }) => ({
      kind: 'list',
      pattern: `${site.pnfs}/exp/${nite}/${exposure}`,
    })),
  );
  if (seen.some(({ kind }) => kind === 'failed')) return undefined;
  return templates.reduce((sum, template, i) => {
    const one = seen[i];
    const names = one?.kind === 'list' ? one.dirs[0]?.names : undefined;
    return sum + templateFound(template, names).done;
  }, 0);
}

/** The table, the totals, and what to type next. */
function triageText({ triaged, limit, held }: TriageFound): readonly string[] {
  if (triaged.length + held.length === 0)
    return ['No exposure has been judged yet; see `desgw status`.'];
  const heldRows = held.map(({ exposure, jobs, why }) => [
    exposure,
    '',
    `${jobs} ${jobs === 1 ? 'job' : 'jobs'} held`,
    `desgw release ${exposure}, or desgw cancel ${exposure}: ${why}`,
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
      ['copy force files', 'that lack only force files'],
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
    limit.state === 'broken'
      ? `Nothing should be rescued: ${limit.why}.`
      : count('rescue') === 0
        ? 'Nothing would be gained by a rescue now.'
        : `desgw rescue --triage does it (at most ${limit.jobs} jobs within the budget)`,
  ];
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
      return `copy its force files: ${decision.why}`;
    case 'wait':
      return `wait: ${decision.why}`;
    case 'final':
      return `final: ${decision.why}`;
  }
}
