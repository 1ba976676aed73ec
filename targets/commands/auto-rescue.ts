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
import { type ForceCopy, forceCopyName } from '../triage/force-copies.ts';
import { noteFile, readNote, type TriageNote } from '../triage/note.ts';
import type { Decision } from '../triage/policy.ts';
import { seeingOf, triagedLooks, triagedName } from '../triaged.ts';
import { claimedSeason } from './asked.ts';
import { credentialsLacking } from './credentials.ts';
import { copiesInWords, copiesOf, copyItems, questionOf } from './force-copying.ts';
import {
  isSubmitted,
  outcomeText,
  planInShort,
  plansOf,
  type Refused,
  submitRescues,
} from './rescuing.ts';
import { type TriageFound, triageOf } from './triage.ts';

/** Seconds until what is not known to be possible is looked at again. */
const AGAIN = 600;
/** Seconds until what was decided by templates or the budget is looked at once more. */
const RECONSIDERED = 3600;
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
  // What cannot be handed in now is not a try: it is told, and seen to when somebody has logged in.
  const lacking = await credentialsLacking(site, call);
  if (lacking !== undefined) {
    call.tell(triagedName(due[0]!.exposure), lacking.told);
    return false;
  }
  const found = await triageOf(site, call);
  // An unseen queue may hold their jobs: asked again in the next round.
  if (found.queue.state === 'failed') return false;
  const todo = await toDo(site, call, found, due);
  for (const { exposure, why } of todo.refused)
    tell(call, exposure, `${exposure} is not rescued: ${why.replaceAll('\n', ';')}`);
  const agreed = await agreedTo(site, call, todo);
  const done = agreed === 'yes' ? todo : { plans: [], copies: [] };
  const notes = due
    .filter((one) => !done.plans.some(isOf(one)) && !done.copies.some(isOf(one)))
    .map((one) => noteOf(one, outlookOf(one, { todo, agreed, found, call })));
  const items = copyItems(site, claimedSeason(call), done.copies);
  await submitRescues(site, call, done.plans, [...items, ...notes.map(noteItem)]);
  await noteFailed(site, call, done, due);
  return true;
}

const isOf =
  ({ exposure }: Pick<Due, 'exposure'>) =>
  (one: { readonly exposure: Exposure }): boolean =>
    one.exposure === exposure;

/** What can be done about those that are due, and what is in the way of it. */
interface ToDo {
  readonly plans: readonly RescuePlan[];
  readonly refused: readonly Refused[];
  readonly copies: readonly ForceCopy[];
}

async function toDo(
  site: Site,
  call: RoundCall,
  { triaged, limit, queue }: TriageFound,
  due: readonly Due[],
): Promise<ToDo> {
  const season = claimedSeason(call);
  const chosen = chosenOf(triaged, limit, { above: call.params.rescueAbove === true });
  const asked = due.flatMap((one): readonly RescueAsked[] => {
    const ccds = chosen.get(one.exposure);
    if (ccds === undefined) return [];
    const templatesDone = triaged.find(isOf(one))?.templatesDone;
    const known = templatesDone === undefined ? {} : { templatesDone };
    return [{ exposure: one.exposure, season, chosen: ccds, ...known }];
  });
  const theirs = triaged.filter((one) => due.some(isOf(one)));
  return {
    ...(await plansOf(site, call, asked, queue)),
    copies: await copiesOf(site, call, season, theirs),
  };
}

interface Line {
  readonly exposure: Exposure;
  readonly text: string;
  readonly about: string;
}

const linesOf = (site: Site, { plans, copies }: ToDo): readonly Line[] => [
  ...plans.map((plan) => ({
    exposure: plan.exposure,
    text: planInShort(site, plan),
    about: `rescue ${plan.number}`,
  })),
  ...copiesInWords(copies).map((one) => ({ ...one, about: one.text })),
];

/** How an exposure stands of which nothing is done now. */
function outlookOf(
  one: Due,
  known: {
    readonly todo: ToDo;
    readonly agreed: Agreed;
    readonly found: TriageFound;
    readonly call: RoundCall;
  },
): Outlook {
  const { todo, agreed, found, call } = known;
  const why = todo.refused.find(isOf(one))?.why;
  if (why !== undefined) return undone(one, why.split('\n')[0]!, call.now);
  if (!todo.plans.some(isOf(one)) && !todo.copies.some(isOf(one))) return outlook(one, found, call);
  const what = 'left to `desgw rescue --triage`';
  return { state: 'done', tries: 0, what, ...(agreed === 'nobody' ? { unasked: true } : {}) };
}

const noteOf = ({ exposure, of }: Due, note: Outlook): TriageNote => ({
  schema: 'desgw/triage-note',
  version: 1,
  ...{ exposure, of, ...note },
});

/** Those that wait to be seen to, and those of which what decided may be otherwise by now. */
async function dueNow(site: Site, call: RoundCall): Promise<readonly Due[]> {
  const exposures = call.round.flatMap(({ target: name, state, subject }) =>
    subject !== undefined &&
    name === triagedName(subject) &&
    (state === 'waiting' || isOver(readNote(call.readText(noteFile(subject))), call))
      ? [subject]
      : [],
  );
  if (exposures.length === 0) return [];
  const season = claimedSeason(call);
  const above = call.params.rescueAbove === true;
  const due: Due[] = [];
  for (const exposure of exposures) {
    const report = readCcdReport(call.readText(ccdsFile(exposure)));
    if (report === undefined) continue;
    const seen = await call.look(triagedLooks({ site, season }, exposure));
    if (seen.some(({ kind }) => kind === 'failed')) continue;
    const seeing = seeingOf(seen, report, { now: () => call.now, above });
    if (seeing.state === 'due') due.push({ exposure, of: seeing.of, tries: seeing.tries });
    if (seeing.state === 'done' && isOver(seeing.note, call))
      due.push({ exposure, of: seeing.note.of, tries: 0 });
  }
  return due;
}

/** Whether what was noted as done is to be looked at once more. */
const isOver = (note: TriageNote | undefined, { now, canPrompt }: RoundCall): boolean =>
  note?.state === 'done' &&
  ((note.until !== undefined && now >= note.until) || (note.unasked === true && canPrompt));

type Agreed = 'yes' | 'no' | 'nobody';

/** Whether what is to be done may be: always, or where a person agrees to it. */
async function agreedTo(site: Site, call: RoundCall, todo: ToDo): Promise<Agreed> {
  const { plans, copies } = todo;
  const lines = linesOf(site, todo);
  if (lines.length === 0) return 'no';
  if (call.params.autoRescue === 'on') {
    for (const { exposure, text, about } of lines) tell(call, exposure, text, about);
    return 'yes';
  }
  if (!call.canPrompt) {
    for (const { exposure, text } of lines)
      tell(call, exposure, `nobody can be asked: ${text}: desgw rescue ${exposure} --triage`);
    return 'nobody';
  }
  for (const { text } of lines) call.print(text);
  const question = questionOf(plans.length, copies.length);
  return (await call.confirm(question)) ? 'yes' : 'no';
}

type Outlook = Pick<TriageNote, 'state' | 'tries' | 'what' | 'until' | 'unasked'>;

/** What of an exposure nothing is done about now: it waits for something, or that is all. */
function outlook({ exposure }: Due, { triaged, limit }: TriageFound, call: RoundCall): Outlook {
  const decisions = triaged.find((one) => one.exposure === exposure)?.decisions ?? [];
  const waits = decisions.flatMap((one) => (one.action === 'wait' ? [one] : []));
  if (limit.state === 'broken') {
    tell(call, exposure, `nothing is rescued: ${limit.why}`, 'broken', 'all');
    return { ...over(call), what: `not rescued: ${limit.why}` };
  }
  const could = decisions.filter(({ action }) => action === 'rescue').length;
  if (could > 0) {
    const what = `the budget of rescues is spent: ${ccds(could)} of ${exposure} could be tried again (rescueBudget)`;
    tell(call, exposure, what);
    return { ...over(call), what };
  }
  if (waits.length === 0)
    return {
      ...(mayGrow(triaged.find(isOf({ exposure }))) ? over(call) : DONE),
      what: finalText(decisions),
    };
  const soonest = Math.min(...waits.map(({ seconds }) => seconds ?? AGAIN));
  const until = call.now + 1000 * Math.max(1, soonest);
  const what = `${ccds(waits.length)} to wait for: ${waits[0]!.why} (${moment(until)})`;
  return { state: 'later', tries: 0, until, what };
}

const DONE = { state: 'done', tries: 0 } as const;

/** Gone on with, and looked at once more when what decided may have changed. */
const over = ({ now }: RoundCall) => ({ ...DONE, until: now + 1000 * RECONSIDERED });

/** What failed for want of templates: others may process them still. */
const mayGrow = (one: TriageFound['triaged'][number] | undefined): boolean =>
  one?.templatesDone !== undefined &&
  one.decisions.some(({ cause }) => cause === 'templates' || cause === 'geometry');

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
  { plans, copies }: Pick<ToDo, 'plans' | 'copies'>,
  due: readonly Due[],
): Promise<void> {
  const lost = plans.filter((plan) => !isSubmitted(plan, call));
  for (const plan of lost) tell(call, plan.exposure, outcomeText(plan, call).replaceAll('\n', ';'));
  const uncopied = copies.filter(
    ({ exposure, ccd }) => call.record(forceCopyName(exposure, ccd))?.state !== 'made',
  );
  const notes = due.flatMap((one): readonly TriageNote[] => {
    if (lost.some(isOf(one))) return [noteOf(one, undone(one, 'its submission failed', call.now))];
    const copy = uncopied.find(isOf(one));
    if (copy === undefined || plans.some(isOf(one))) return [];
    const log = `desgw log ${forceCopyName(copy.exposure, copy.ccd)}`;
    return [noteOf(one, undone(one, `its files could not be copied: ${log}`, call.now))];
  });
  if (notes.length > 0) await submitRescues(site, call, [], notes.map(noteItem));
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
