/** Changing something about jobs in the queue: shown first, and looked for in the queue again after. */
import { type CommandCall, type Exec, exitText, type Queue, table } from '../../core/index.ts';
import type { Submissions } from '../grid/submissions.ts';
import type { Exposure } from '../settings/domain.ts';
import type { Site } from '../site/site.ts';
import { absences, askQueue, claimedSeason, neededExposures, submissionsOf } from './asked.ts';

/** What of one exposure is to be changed. */
export interface Concerned {
  readonly exposure: Exposure;
  readonly ids: readonly string[];
  /** For people, beside the exposure. */
  readonly columns: readonly string[];
}

/** What one command changes. */
export interface QueueChange {
  /** As it is typed. */
  readonly command: string;
  /** What there is to be changed; afterwards, what is left of it. Exposures without any are left out. */
  readonly find: (queue: Queue, all: readonly Submissions[]) => readonly Concerned[];
  /** Nothing is done on the strength of a queue of which only a part was seen. */
  readonly needsWholeQueue: boolean;
  readonly step: (ids: readonly string[]) => Exec;
  /** Asked before it is done; absent: it is done at once. */
  readonly question?: (exposures: string) => string;
  readonly words: {
    /** `Nothing was released`, without the end of the sentence. */
    readonly nothing: string;
    /** What an exposure without any is told to have none of: `held jobs`. */
    readonly jobs: string;
    /** Above what was found, and above what is left. */
    readonly found: string;
    readonly left: string;
    readonly done: (exposures: string) => readonly string[];
    /** `Whether they are gone is not known`, without the end of the sentence. */
    readonly unknown: string;
    readonly again: string;
  };
}

/**
 * Exit status 1 when something is left afterwards, or when that could not be seen.
 * @throws UserError for exposures that are none, and where no season is claimed
 */
export async function changeInQueue(
  site: Site,
  call: CommandCall,
  change: QueueChange,
): Promise<number> {
  const exposures = neededExposures(call, change.command);
  const season = claimedSeason(call);
  const queue = await askQueue(site, call);
  const all = await submissionsOf(site, call, { exposures, season });
  const { words } = change;
  const found = queue.state === 'failed' && change.needsWholeQueue ? [] : change.find(queue, all);
  if (queue.state === 'failed' && found.length === 0) {
    call.print(
      `${words.nothing}: the queue could not be seen (${queue.why}).\nTry again when \`desgw jobs\` shows it.`,
    );
    return 1;
  }
  const without = all.filter(({ exposure }) => !found.some((one) => one.exposure === exposure));
  const { lines, unseen } = absences(site.grid, queue, without, words.jobs);
  for (const line of lines) call.print(line);
  if (found.length === 0) return unseen ? 1 : 0;
  call.print(`${words.found}\n${rows(found)}`);
  const question = change.question?.(namesOf(found));
  if (question !== undefined && !(await call.confirm(question))) {
    call.print('Nothing was changed.');
    return 0;
  }
  const status = await changeAndLook(site, call, { change, found, all });
  return unseen ? 1 : status;
}

const rows = (found: readonly Concerned[]): string =>
  table(found.map(({ exposure, columns }) => ['', exposure, ...columns])).join('\n');

const namesOf = (found: readonly Concerned[]): string =>
  found.map(({ exposure }) => exposure).join(', ');

async function changeAndLook(
  site: Site,
  call: CommandCall,
  asked: {
    readonly change: QueueChange;
    readonly found: readonly Concerned[];
    readonly all: readonly Submissions[];
  },
): Promise<number> {
  const { change, found, all } = asked;
  const step = change.step(found.flatMap(({ ids }) => ids));
  const answer = await call.tools.run(step);
  // Its exit status says nothing about success; the queue does.
  const after = await askQueue(site, call);
  const concerned = all.filter(({ exposure }) => found.some((one) => one.exposure === exposure));
  const left = change.find(after, concerned);
  if (after.state === 'seen' && left.length === 0) {
    for (const line of change.words.done(namesOf(found))) call.print(line);
    return 0;
  }
  const unknown = `${change.words.unknown}: the queue could not be seen (${after.state === 'failed' ? after.why : ''}).`;
  call.print(
    [
      left.length > 0 ? `${change.words.left}\n${rows(left)}` : unknown,
      `${step.argv[0].split('/').pop()} said: ${saidBy(answer)}`,
      change.words.again,
    ].join('\n'),
  );
  return 1;
}

function saidBy({
  stdout,
  stderr,
  exit,
}: Awaited<ReturnType<CommandCall['tools']['run']>>): string {
  const said = `${stdout}${stderr}`.trim();
  const isWell = exit.kind === 'exit' && exit.code === 0;
  return `${said === '' ? 'nothing' : said}${isWell ? '' : ` The program ${exitText(exit)}.`}`;
}
