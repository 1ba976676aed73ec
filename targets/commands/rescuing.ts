/** Rescues of several exposures: what each would do, what is in its way, and that they are made. */
import {
  type CommandCall,
  group,
  type OnRecord,
  type Queue,
  Refusal,
  type RuleItem,
} from '../../core/index.ts';
import { rescueRule } from '../grid/rescue.ts';
import {
  earlierLooks,
  type RescueAsked,
  type RescuePlan,
  rescueFile,
  rescueLooks,
  rescueName,
} from '../grid/rescue-files.ts';
import { planRescue } from '../grid/rescue-plan.ts';
import type { Exposure } from '../settings/domain.ts';
import { ccdsName } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';
import { strangeAmong } from './asked.ts';

const GOAL = 'rescue';

/** An exposure that is not rescued. */
export interface Refused {
  readonly exposure: Exposure;
  readonly why: string;
}

/** What the rescues would do, and which are refused and why. */
export async function plansOf(
  site: Site,
  call: CommandCall,
  asked: readonly RescueAsked[],
  queue: Queue,
): Promise<{ readonly plans: readonly RescuePlan[]; readonly refused: readonly Refused[] }> {
  const plans: RescuePlan[] = [];
  const refused: Refused[] = [];
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
  return { plans, refused };
}

/** What is in the way of several alike is said once. */
export function refusals(refused: readonly Refused[]): readonly string[] {
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

/** A rescue in one line. */
export function planInShort(site: Site, plan: RescuePlan): string {
  const { exposure, season, number, ccds, memory, why, moves, kind } = plan;
  const name = rescueFile({ site, season }, exposure, number).split('/').pop();
  if (kind === 'unfinished')
    return `${exposure}: rescue ${number} (${ccds.length} CCDs, ${name}) was ${why}. It is looked up what became of it; it is submitted only if it was not.`;
  return `${exposure}: rescue ${number} of ${ccds.length} CCDs with ${memory} each (${why}); ${moves.length} files of theirs are moved aside`;
}

/**
 * Makes the rescues, each exactly once.
 * @param more what is to be built with them
 */
export async function submitRescues(
  site: Site,
  call: CommandCall,
  plans: readonly RescuePlan[],
  more: readonly { readonly name: string; readonly rule: RuleItem }[] = [],
): Promise<number> {
  const names = plans.map(({ exposure, number }) => rescueName(exposure, number));
  // A person's word that nothing happened undoes the record of the attempt, and the looks decide.
  const undone = names.filter((_, i) => plans[i]!.marked === 'not submitted');
  if (undone.length > 0) await call.forget(undone);
  // First, so that no build goes on with the old report while the rescue is under way.
  await call.forget(plans.map(({ exposure }) => ccdsName(exposure)));
  const timeout = Number(call.params.submitTimeout);
  const rules = [
    ...plans.map((plan) => rescueRule(site, plan, timeout)),
    ...more.map(({ rule }) => rule),
  ];
  return call.build([...rules, group(GOAL, [...names, ...more.map(({ name }) => name)])], GOAL);
}

/** Whether a rescue is known to be submitted, by the record. */
export const isSubmitted = (
  { exposure, number }: RescuePlan,
  { record }: Pick<CommandCall, 'record'>,
): boolean => record(rescueName(exposure, number))?.state === 'made';

/** What became of a rescue, and what to type where that is not known. */
export function outcomeText(plan: RescuePlan, call: Pick<CommandCall, 'record'>): string {
  const { exposure, number } = plan;
  const what = `${exposure}: rescue ${number}`;
  const receipt = call.record(rescueName(exposure, number))?.receipt;
  if (isSubmitted(plan, call))
    return `${what} is submitted${receipt === undefined ? '' : ` as ${receipt}`}`;
  return [
    `${what} is not known to be submitted`,
    `  See \`desgw jobs ${exposure}\`. If it is there: desgw rescue ${exposure} --job ID`,
    `  If it is not: desgw rescue ${exposure} --not-submitted`,
  ].join('\n');
}
