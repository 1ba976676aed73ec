/** `desgw rescue`: submits the CCDs that did not complete once more, and only those. */
import {
  type Command,
  type CommandCall,
  group,
  type OnRecord,
  type Queue,
  Refusal,
  UserError,
} from '../../core/index.ts';
import { rescueRule, rescueWork } from '../grid/rescue.ts';
import {
  earlierLooks,
  type RescueAsked,
  type RescuePlan,
  rescueFile,
  rescueLooks,
  rescueName,
} from '../grid/rescue-files.ts';
import { planRescue } from '../grid/rescue-plan.ts';
import type { Exposure, Season } from '../settings/domain.ts';
import { ccdsName } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';
import { askQueue, claimedSeason, neededExposures, strangeAmong } from './asked.ts';
import { resultsOf } from './results.ts';
import { triageOf } from './triage.ts';

const GOAL = 'rescue';

/** Exit status 2 when some exposure was refused, 4 when a submission is in doubt. */
export function rescue(site: Site): Command {
  return {
    doc: 'submit the CCDs of exposures once more that failed, died or never ran; the others stay as they are',
    usage: '[exposure...]',
    options: {
      '--all-failed': 'every exposure of which a CCD is not complete, in place of exposures',
      '--triage': 'only the CCDs that `desgw triage` would try again, each with its memory',
      '--step STEP': 'only the CCDs that failed first at this step, such as RUN18',
      '--memory SIZE':
        'memory of each job, such as 6000MB (default: twice as much where memory may have been lacking)',
      '--dry-run': 'show the DAG and what would be moved; change nothing',
      '--yes': 'do not ask',
      '--job ID': 'decide a rescue in doubt: it was submitted, as this job',
      '--not-submitted': 'decide a rescue in doubt: it was not submitted',
    },
    run: async (call) => {
      const exposures = exposuresFor(call);
      const asked = await chosenBy(
        site,
        call,
        askedFor(site, call, exposures, claimedSeason(call)),
      );
      const queue = await askQueue(site, call);
      if (asked.length === 0) {
        call.print('Triage finds nothing to rescue; `desgw triage` says why.');
        return 0;
      }
      const { plans, refused } = await plansOf(site, call, asked, queue);
      for (const line of refused) call.print(line);
      const bad = refused.length > 0 ? 2 : 0;
      if (plans.length === 0) return bad;
      const dryRun = call.option('--dry-run') === true;
      for (const plan of plans)
        call.print(dryRun ? planInFull(site, plan, call.tools.workspace) : planInShort(site, plan));
      if (dryRun) return bad;
      if (!(await call.confirm(`Submit ${plans.length === 1 ? 'it' : `these ${plans.length}`}?`))) {
        call.print('Nothing was changed.');
        return bad;
      }
      const status = await submit(site, call, plans);
      return status === 0 ? bad : status;
    },
  };
}

/** Exposures as typed, `*` standing for any digits, or all that lack CCDs. @throws UserError */
function exposuresFor(call: CommandCall): readonly Exposure[] {
  const all = resultsOf(call);
  if (call.option('--all-failed') === true || (call.option('--triage') && call.args.length === 0)) {
    const open = all.filter(
      ({ ccds }) => ccds !== undefined && ccds.counts.complete < ccds.counts.total,
    );
    if (open.length === 0) throw new UserError('no exposure that was judged lacks a CCD');
    return open.map(({ exposure }) => exposure);
  }
  const args = call.args.flatMap((word) => {
    if (!word.includes('*')) return [word];
    const pattern = new RegExp(`^${word.replaceAll(/[^\d*]/g, '\\$&').replaceAll('*', '\\d*')}$`);
    const found = all.filter(({ exposure }) => pattern.test(exposure)).map((one) => one.exposure);
    if (found.length > 0) return found;
    throw new UserError(`no exposure is like ${word}`, 'See `desgw status` for those there are.');
  });
  return neededExposures({ args }, 'rescue');
}

/** Only what triage would try again, where it was asked for. */
async function chosenBy(
  site: Site,
  call: CommandCall,
  asked: readonly RescueAsked[],
): Promise<readonly RescueAsked[]> {
  const step = call.option('--step');
  if (typeof step === 'string' && !/^(RUN\d\d|NOOVERLAPS)$/.test(step))
    throw new UserError(`'${step}' is not a step`, 'Write it as RUN18, or NOOVERLAPS.');
  const narrowed = typeof step === 'string' ? asked.map((one) => ({ ...one, step })) : asked;
  if (call.option('--triage') !== true) return narrowed;
  const { triaged, limit } = await triageOf(site, call);
  if (limit.state === 'broken')
    throw new UserError(`triage rescues nothing: ${limit.why}`, 'See `desgw triage`.');
  let left = limit.jobs;
  return narrowed.flatMap((one): readonly RescueAsked[] => {
    const found = triaged.find(({ exposure }) => exposure === one.exposure);
    const chosen = new Map<number, string>();
    for (const decision of found?.decisions ?? [])
      if (decision.action === 'rescue' && left > 0) {
        chosen.set(decision.ccd, `${decision.memory}MB`);
        left -= 1;
      }
    // What goes on already is left as it is, unless it was named.
    const spared = found?.enough === true && call.args.length === 0;
    return chosen.size === 0 || spared ? [] : [{ ...one, chosen }];
  });
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

async function plansOf(site: Site, call: CommandCall, asked: readonly RescueAsked[], queue: Queue) {
  const plans: RescuePlan[] = [];
  const refused: { readonly exposure: Exposure; readonly why: string }[] = [];
  let strange: ((exposure: Exposure) => string | undefined) | undefined;
  for (const one of asked) {
    try {
      const seen = await call.look(rescueLooks(site, one));
      const before = await call.look(earlierLooks(site, one, seen));
      const record = {
        judged: call.record(ccdsName(one.exposure))?.state === 'made',
        rescue: (name: string) => stateOf(call.record(name)),
        queue,
      };
      plans.push(planRescue(site, one, record, seen, before));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // What is not followed up here cannot be built here either.
      const builds = error.advice?.startsWith('desgw build') === true;
      if (builds) strange ??= await strangeAmong(call);
      const told = (builds ? strange?.(one.exposure) : undefined) ?? error.advice;
      const advice = told === undefined ? '' : `\n  ${told}`;
      refused.push({ exposure: one.exposure, why: `${error.message}${advice}` });
    }
  }
  return { plans, refused: refusals(refused) };
}

/** What is in the way of several alike is said once. */
function refusals(
  refused: readonly { readonly exposure: Exposure; readonly why: string }[],
): readonly string[] {
  const alike = new Map<string, Exposure[]>();
  for (const { exposure, why } of refused) {
    const key = why.replaceAll(exposure, '<exposure>');
    alike.set(key, [...(alike.get(key) ?? []), exposure]);
  }
  return [...alike].map(([why, exposures]) =>
    exposures.length === 1
      ? `${exposures[0]} is not rescued: ${why.replaceAll('<exposure>', exposures[0]!)}`
      : `${exposures.join(', ')} are not rescued: ${why}`,
  );
}

function stateOf(record: OnRecord | undefined): 'submitted' | 'begun' | 'unknown' {
  if (record === undefined) return 'unknown';
  return record.state === 'made' ? 'submitted' : 'begun';
}

function planInShort(site: Site, plan: RescuePlan): string {
  const { exposure, season, number, ccds, memory, why, moves, kind } = plan;
  const name = rescueFile({ site, season }, exposure, number).split('/').pop();
  if (kind === 'unfinished')
    return `${exposure}: rescue ${number} (${ccds.length} CCDs, ${name}) was ${why}. It is looked up what became of it; it is submitted only if it was not.`;
  return `${exposure}: rescue ${number} of ${ccds.length} CCDs with ${memory} each (${why}); ${moves.length} files of theirs are moved aside`;
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
): Promise<number> {
  const names = plans.map(({ exposure, number }) => rescueName(exposure, number));
  // A person's word that nothing happened undoes the record of the attempt, and the looks decide.
  const undone = names.filter((_, i) => plans[i]!.marked === 'not submitted');
  if (undone.length > 0) await call.forget(undone);
  // First, so that no build goes on with the old report while the rescue is under way.
  await call.forget(plans.map(({ exposure }) => ccdsName(exposure)));
  const timeout = Number(call.params.submitTimeout);
  const rules = plans.map((plan) => rescueRule(site, plan, timeout));
  const status = await call.build([...rules, group(GOAL, names)], GOAL);
  for (const [i, plan] of plans.entries()) call.print(outcome(plan, call.record(names[i]!)));
  if (status === 0) call.print('`desgw build` waits for them and judges what comes back.');
  return status;
}

function outcome({ exposure, number }: RescuePlan, record: OnRecord | undefined): string {
  const what = `${exposure}: rescue ${number}`;
  if (record?.state === 'made')
    return `${what} is submitted${record.receipt === undefined ? '' : ` as ${record.receipt}`}`;
  return [
    `${what} is not known to be submitted`,
    `  See \`desgw jobs ${exposure}\`. If it is there: desgw rescue ${exposure} --job ID`,
    `  If it is not: desgw rescue ${exposure} --not-submitted`,
  ].join('\n');
}
