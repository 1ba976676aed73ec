/** `desgw rescue`: submits the CCDs that did not complete once more, and only those. */
import { type Command, type CommandCall, UserError } from '../../core/index.ts';
import { rescueWork } from '../grid/rescue.ts';
import { type RescueAsked, type RescuePlan, rescueFile } from '../grid/rescue-files.ts';
import type { Exposure, Season } from '../settings/domain.ts';
import type { Site } from '../site/site.ts';
import { chosenOf } from '../triage/choice.ts';
import type { ForceCopy } from '../triage/force-copies.ts';
import { askQueue, claimedSeason, neededExposures } from './asked.ts';
import { seeToFailures } from './auto-rescue.ts';
import { needCredentials } from './credentials.ts';
import { copiesInWords, copiesOf, copyCommands, copyItems, questionOf } from './force-copying.ts';
import { likeTyped } from './like-typed.ts';
import { outcomeText, planInShort, plansOf, refusals, submitRescues } from './rescuing.ts';
import { resultsOf } from './results.ts';
import { triageOf } from './triage.ts';

/** Exit status 2 when some exposure was refused, 4 when a submission is in doubt. */
export function rescue(site: Site): Command {
  return {
    doc: 'submit the CCDs of exposures once more that failed, died or never ran; the others stay as they are',
    usage: '[exposure...]',
    options: {
      '--all-failed': 'every exposure of which a CCD is not complete, in place of exposures',
      '--triage':
        'only the CCDs that `desgw triage` would try again, each with its memory; copies lacking force-photometry files',
      '--step STEP': 'only the CCDs that failed first at this step, such as RUN18',
      '--memory SIZE':
        'memory of each job, such as 6000MB (default: twice as much where memory may have been lacking)',
      '--dry-run': 'show the DAG and what would be moved; change nothing',
      '--yes': 'do not ask',
      '--job ID': 'decide a rescue in doubt: it was submitted, as this job',
      '--not-submitted': 'decide a rescue in doubt: it was not submitted',
    },
    between: (call) => seeToFailures(site, call),
    run: async (call) => {
      const exposures = exposuresFor(call);
      const { asked, copies } = await chosenBy(
        site,
        call,
        askedFor(site, call, exposures, claimedSeason(call)),
      );
      const dryRun = call.option('--dry-run') === true;
      if (asked.length > 0 && !dryRun) await needCredentials(site, call);
      const queue = await askQueue(site, call);
      if (asked.length + copies.length === 0) {
        call.print('Triage finds nothing to rescue; `desgw triage` says why.');
        return 0;
      }
      const { plans, refused } = await plansOf(site, call, asked, queue);
      for (const line of refusals(refused)) call.print(line);
      const bad = refused.length > 0 ? 2 : 0;
      if (plans.length + copies.length === 0) return bad;
      for (const plan of plans)
        call.print(dryRun ? planInFull(site, plan, call.tools.workspace) : planInShort(site, plan));
      for (const { text } of copiesInWords(copies)) call.print(text);
      if (dryRun) for (const line of copyCommands(copies)) call.print(line);
      if (dryRun) return bad;
      if (!(await call.confirm(questionOf(plans.length, copies.length)))) {
        call.print('Nothing was changed.');
        return bad;
      }
      const status = await submit(site, call, plans, copies);
      return status === 0 ? bad : status;
    },
  };
}

/** Exposures as typed, `*` standing for any digits, or all that lack CCDs. @throws UserError */
function exposuresFor(call: CommandCall): readonly Exposure[] {
  const all = resultsOf(call);
  if (call.option('--triage') === true && call.args.length === 0)
    return all.flatMap(({ exposure, ccds }) => (ccds === undefined ? [] : [exposure]));
  if (call.option('--all-failed') === true) {
    const open = all.filter(
      ({ ccds }) => ccds !== undefined && ccds.counts.complete < ccds.counts.total,
    );
    if (open.length === 0) throw new UserError('no exposure that was judged lacks a CCD');
    return open.map(({ exposure }) => exposure);
  }
  return neededExposures({ args: likeTyped(call, all) }, 'rescue');
}

/** What a rescue takes, and which force-photometry files are copied. */
interface ToDo {
  readonly asked: readonly RescueAsked[];
  readonly copies: readonly ForceCopy[];
}

/** Only what triage would try again, where it was asked for. */
async function chosenBy(
  site: Site,
  call: CommandCall,
  asked: readonly RescueAsked[],
): Promise<ToDo> {
  const step = call.option('--step');
  if (typeof step === 'string' && !/^(RUN\d\d|NOOVERLAPS)$/.test(step))
    throw new UserError(`'${step}' is not a step`, 'Write it as RUN18, or NOOVERLAPS.');
  const narrowed = typeof step === 'string' ? asked.map((one) => ({ ...one, step })) : asked;
  if (call.option('--triage') !== true) return { asked: narrowed, copies: [] };
  const typed = call.args.length === 0 ? [] : asked.map(({ exposure }) => exposure);
  const { triaged, limit } = await triageOf(site, call, typed);
  if (limit.state === 'broken')
    throw new UserError(`triage rescues nothing: ${limit.why}`, 'See `desgw triage`.');
  // What goes on already is left as it is, unless it was named.
  const chosen = chosenOf(triaged, limit, { above: call.args.length > 0 });
  const rescued = narrowed.flatMap((one): readonly RescueAsked[] => {
    const ccds = chosen.get(one.exposure);
    if (ccds === undefined) return [];
    const done = triaged.find(({ exposure }) => exposure === one.exposure)?.templatesDone;
    return [{ ...one, chosen: ccds, ...(done === undefined ? {} : { templatesDone: done }) }];
  });
  const copied = typeof step === 'string' ? [] : triaged;
  return { asked: rescued, copies: await copiesOf(site, call, claimedSeason(call), copied) };
}

/** @throws UserError for values that could not be meant */
function askedFor(
  { grid }: Site,
  call: CommandCall,
  exposures: readonly Exposure[],
  season: Season,
): readonly RescueAsked[] {
  const memory = call.option('--memory');
  const job = call.option('--job');
  if (typeof memory === 'string' && !/^[1-9]\d{0,6}(?:[KMGT]i?B)?$/.test(memory))
    throw new UserError(`'${memory}' is not an amount of memory`, 'Write it as 6000MB or 6GB.');
  if (typeof job === 'string' && !grid.isId(job))
    throw new UserError(
      `'${job}' is not a job id`,
      `It looks like ${grid.example}; \`desgw jobs\` shows those in the queue.`,
    );
  if (typeof job === 'string' && exposures.length > 1)
    throw new UserError('--job is about one exposure', 'Decide one rescue at a time.');
  const notSubmitted = call.option('--not-submitted') === true;
  if (typeof job === 'string' && notSubmitted)
    throw new UserError('--job and --not-submitted contradict each other');
  const marked =
    typeof job === 'string' ? { job } : notSubmitted ? ('not submitted' as const) : undefined;
  return exposures.map((exposure) => ({
    exposure,
    season,
    ...(typeof memory === 'string' ? { memory } : {}),
    ...(marked === undefined ? {} : { marked }),
  }));
}

function planInFull(site: Site, plan: RescuePlan, workspace: string): string {
  const file = rescueFile({ site, season: plan.season }, plan.exposure, plan.number);
  return [
    planInShort(site, plan),
    ...movesInWords(plan),
    `  write ${file}`,
    ...plan.dag
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`),
    `  run ${site.grid
      .submit(rescueWork(site, plan, 0))
      .argv.join(' ')
      .replaceAll('{workspace}', workspace)}`,
  ].join('\n');
}

/** One line for each directory: its files go to one place. */
function movesInWords({ moves, number }: RescuePlan): readonly string[] {
  const byFolder = new Map<string, string[]>();
  for (const { from } of moves) {
    const cut = from.lastIndexOf('/');
    const folder = from.slice(0, cut);
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), from.slice(cut + 1)]);
  }
  return [...byFolder].map(
    ([folder, names]) => `  in ${folder} move to previous/${number}/: ${names.join(', ')}`,
  );
}

async function submit(
  site: Site,
  call: CommandCall,
  plans: readonly RescuePlan[],
  copies: readonly ForceCopy[],
): Promise<number> {
  const items = copyItems(site, claimedSeason(call), copies);
  const status = await submitRescues(site, call, plans, items);
  for (const plan of plans) call.print(outcomeText(plan, call));
  if (status === 0 && plans.length > 0)
    call.print('`desgw build` waits for them and judges what comes back.');
  return status;
}
