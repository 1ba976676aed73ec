/**
 * What a build does of itself about CCDs that failed (`autoRescue`), between two of its rounds: what
 * `desgw rescue --triage` would do at that moment, for the exposures that wait for it, and a note for
 * each of what was done. It comes to an end because every rescue counts as a try of its CCDs, and
 * tries and the budget have limits; what could not be done is tried three times, then left to a person.
 */
import { moment, type RoundCall, type Rule, target, write } from '../../core/index.ts';
import type { RescueAsked, RescuePlan } from '../grid/rescue-files.ts';
import { readCcdReport } from '../reports/read.ts';
import type { Exposure } from '../settings/domain.ts';
import { ccdsFile } from '../settings/follow-up.ts';
import type { Site } from '../site/site.ts';
import { chosenOf } from '../triage/choice.ts';
import { noteFile, type TriageNote } from '../triage/note.ts';
import type { Decision } from '../triage/policy.ts';
import { seeingOf, triagedLooks, triagedName } from '../triaged.ts';
import { claimedSeason } from './asked.ts';
import { isSubmitted, outcomeText, planInShort, plansOf, submitRescues } from './rescuing.ts';
import { type TriageFound, triageOf } from './triage.ts';

/** Seconds until what is not known to be possible is looked at again. */
const AGAIN = 600;
/** How often what is to be done is tried when it cannot be done. */
const TRIES = 3;

/** An exposure whose failures have not been seen to. */
interface Due {
  readonly exposure: Exposure;
  readonly of: string;
  readonly tries: number;
}

/** @returns whether anything was done or noted */
export async function seeToFailures(site: Site, call: RoundCall): Promise<boolean> {
  const due = await dueNow(site, call);
  if (due.length === 0) return false;
  const found = await triageOf(site, call);
  // An unseen queue may hold their jobs: asked again in the next round.
  if (found.queue.state === 'failed') return false;
  const season = claimedSeason(call);
  const above = call.params.rescueAbove === true;
  const chosen = chosenOf(found.triaged, found.limit, { above });
  const asked = due.flatMap(({ exposure }): readonly RescueAsked[] => {
    const ccds = chosen.get(exposure);
    if (ccds === undefined) return [];
    const done = found.triaged.find((one) => one.exposure === exposure)?.templatesDone;
    const known = done === undefined ? {} : { templatesDone: done };
    return [{ exposure, season, chosen: ccds, ...known }];
  });
  const { plans, refused } = await plansOf(site, call, asked, found.queue);
  for (const { exposure, why } of refused)
    tell(call, exposure, `${exposure} is not rescued: ${why.replaceAll('\n', ';')}`);
  const agreed = await agreedTo(site, call, plans);
  const notes = due.flatMap((one): readonly TriageNote[] => {
    if (agreed.some(({ exposure }) => exposure === one.exposure)) return [];
    const why = refused.find(({ exposure }) => exposure === one.exposure)?.why;
    const declined = plans.some(({ exposure }) => exposure === one.exposure);
    const note =
      why !== undefined
        ? undone(one, why.split('\n')[0]!, call.now)
        : declined
          ? { state: 'done' as const, tries: 0, what: 'left to `desgw rescue --triage`' }
          : outlook(one, found, call);
    return [
      { schema: 'desgw/triage-note', version: 1, exposure: one.exposure, of: one.of, ...note },
    ];
  });
  await submitRescues(site, call, agreed, notes.map(noteItem));
  const failed = agreed.filter((plan) => !isSubmitted(plan, call));
  for (const plan of failed)
    tell(call, plan.exposure, outcomeText(plan, call).replaceAll('\n', ';'));
  if (failed.length > 0) await noteFailed(site, call, failed, due);
  return true;
}

/** Those that wait to be seen to. */
async function dueNow(site: Site, call: RoundCall): Promise<readonly Due[]> {
  const waiting = call.round.filter(
    ({ target: name, state, subject }) =>
      state === 'waiting' && subject !== undefined && name === triagedName(subject),
  );
  if (waiting.length === 0) return [];
  const season = claimedSeason(call);
  const above = call.params.rescueAbove === true;
  const due: Due[] = [];
  for (const { subject } of waiting) {
    const exposure = subject!;
    const report = readCcdReport(call.readText(ccdsFile(exposure)));
    if (report === undefined) continue;
    const seen = await call.look(triagedLooks({ site, season }, exposure));
    if (seen.some(({ kind }) => kind === 'failed')) continue;
    const seeing = seeingOf(seen, report, { now: () => call.now, above });
    if (seeing.state === 'due') due.push({ exposure, of: seeing.of, tries: seeing.tries });
  }
  return due;
}

/** The rescues that are to be made: all of them, or those that a person agrees to. */
async function agreedTo(
  site: Site,
  call: RoundCall,
  plans: readonly RescuePlan[],
): Promise<readonly RescuePlan[]> {
  if (plans.length === 0) return [];
  const lines = plans.map((plan) => planInShort(site, plan));
  if (call.params.autoRescue === 'on') {
    for (const [i, { exposure, number }] of plans.entries())
      tell(call, exposure, lines[i]!, `rescue ${number}`);
    return plans;
  }
  if (!call.canPrompt) {
    for (const [i, { exposure }] of plans.entries())
      tell(call, exposure, `nobody can be asked: ${lines[i]}: desgw rescue ${exposure} --triage`);
    return [];
  }
  for (const line of lines) call.print(line);
  const question = `Submit ${plans.length === 1 ? 'it' : `these ${plans.length}`}?`;
  return (await call.confirm(question)) ? plans : [];
}

type Outlook = Pick<TriageNote, 'state' | 'tries' | 'what' | 'until'>;

/** What of an exposure nothing is done about now: it waits for something, or that is all. */
function outlook({ exposure }: Due, { triaged, limit }: TriageFound, call: RoundCall): Outlook {
  const decisions = triaged.find((one) => one.exposure === exposure)?.decisions ?? [];
  const waits = decisions.flatMap((one) => (one.action === 'wait' ? [one] : []));
  if (limit.state === 'broken') {
    tell(call, exposure, `nothing is rescued: ${limit.why}`, 'broken', 'all');
    return { state: 'done', tries: 0, what: `not rescued: ${limit.why}` };
  }
  const could = decisions.filter(({ action }) => action === 'rescue').length;
  if (could > 0) {
    const what = `the budget of rescues is spent: ${ccds(could)} of ${exposure} could be tried again (rescueBudget)`;
    tell(call, exposure, what);
    return { state: 'done', tries: 0, what };
  }
  if (waits.length === 0) return { state: 'done', tries: 0, what: finalText(decisions) };
  const soonest = Math.min(...waits.map(({ seconds }) => seconds ?? AGAIN));
  const until = call.now + 1000 * Math.max(1, soonest);
  const what = `${ccds(waits.length)} to wait for: ${waits[0]!.why} (${moment(until)})`;
  return { state: 'later', tries: 0, until, what };
}

const finalText = (decisions: readonly Decision[]): string =>
  `no try can be expected to help the ${ccds(decisions.length)} that did not complete`;

const ccds = (n: number): string => (n === 1 ? '1 CCD' : `${n} CCDs`);

/** What was to be done and could not be: once more in a while, but not for ever. */
function undone({ tries }: Due, why: string, now: number): Outlook {
  if (tries + 1 >= TRIES) return { state: 'done', tries: tries + 1, what: `not rescued: ${why}` };
  return {
    state: 'later',
    tries: tries + 1,
    until: now + 1000 * AGAIN,
    what: `not rescued: ${why}`,
  };
}

/** Whoever submitted and does not know whether it worked does not do it again at once. */
async function noteFailed(
  site: Site,
  call: RoundCall,
  failed: readonly RescuePlan[],
  due: readonly Due[],
): Promise<void> {
  const notes = failed.flatMap(({ exposure }): readonly TriageNote[] => {
    const one = due.find((it) => it.exposure === exposure);
    if (one === undefined) return [];
    const note = undone(one, 'its submission failed', call.now);
    return [{ schema: 'desgw/triage-note', version: 1, exposure, of: one.of, ...note }];
  });
  await submitRescues(site, call, [], notes.map(noteItem));
}

/** Writes a note; without outputs, so that nobody takes it for a leaving of a rule that is gone. */
function noteItem(note: TriageNote): { readonly name: string; readonly rule: Rule } {
  const name = `triage_${note.exposure}`;
  const text = `${JSON.stringify(note, null, 2)}\n`;
  const rule = target(name, {
    doc: `what was made of the failures of ${note.exposure}`,
    params: { text },
    recipe: { version: '1', steps: [write(noteFile(note.exposure), text)], note: () => note.what },
  });
  return { name, rule };
}

/** Says it in the lines of the build, and to those who want to hear of it. */
function tell(
  { tell: say }: RoundCall,
  exposure: Exposure,
  text: string,
  about = text,
  whom: string = exposure,
): void {
  say(triagedName(exposure), { about: `${whom}: ${about}`, text, occasion: 'tried again' });
}
