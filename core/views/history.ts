/** `desgw history`: what was done in a workspace, invocation by invocation. */

import type { Deed, PastInvocation } from '../memory/history.ts';
import type { Paint } from '../words/paint.ts';
import { display } from '../words/quote.ts';
import { columns, enumerate, table, wrap } from '../words/text.ts';
import { duration, moment } from '../words/time.ts';
import type { ProcessIdentity } from '../world/world.ts';
import { patternOf } from './activity.ts';

/** How an invocation came to its end. */
export type Ending =
  | { readonly kind: 'ended'; readonly exit: number }
  | { readonly kind: 'under way' | 'killed' | 'unknown' };

/** How much is told, and for which screen. */
export interface HistoryOptions {
  readonly paint: Paint;
  /** Columns of the screen. */
  readonly width: number;
  /** Every target and every reason. */
  readonly full: boolean;
  readonly isAlive: (by: ProcessIdentity) => boolean | undefined;
}

/** Most targets that are named, and most kinds of deeds, of one invocation. */
const NAMED = 3;
const KINDS = 6;

/** How it ended; without an end on record it lives, was killed, or ran where nobody here can look. */
export function endingOf({ end, by }: PastInvocation, isAlive: HistoryOptions['isAlive']): Ending {
  if (end !== undefined) return { kind: 'ended', exit: end.exit };
  const alive = isAlive(by);
  return { kind: alive === undefined ? 'unknown' : alive ? 'under way' : 'killed' };
}

/** A heading for every invocation, and below it what it did and why; the newest comes last. */
export function historyText(
  invocations: readonly PastInvocation[],
  options: HistoryOptions,
): string {
  const rows = invocations.map((one) => headingOf(one, options));
  const heads = table(rows);
  const short = table(rows.map((row) => row.slice(0, -1)));
  return invocations
    .flatMap((one, i) => [
      // A command that does not fit beside the rest has a line of its own.
      ...(columns(heads[i]!) <= options.width
        ? [heads[i]!]
        : [short[i]!, `    $ ${rows[i]!.at(-1)!}`]),
      ...deedLines(one, options).flatMap((line) =>
        options.full ? [line] : wrap(line, options.width, '  '),
      ),
    ])
    .join('\n');
}

/** The same as data. */
export function historyJson(
  invocations: readonly PastInvocation[],
  isAlive: HistoryOptions['isAlive'],
): object {
  return {
    schema: 'desgw/history',
    version: 1,
    invocations: invocations.map(({ by, end, ...one }) => ({
      ...one,
      user: by.user,
      host: by.host,
      pid: by.pid,
      ending: endingOf({ by, end, ...one } as PastInvocation, isAlive).kind,
      ...(end === undefined ? {} : { endedAt: end.at, exit: end.exit }),
    })),
  };
}

function headingOf(one: PastInvocation, { paint, isAlive }: HistoryOptions): readonly string[] {
  const { number, at, by, end, command } = one;
  const ending = endingOf(one, isAlive);
  return [
    `${number}`,
    moment(at),
    `${display(by.user)}@${display(by.host)}`,
    endingText(ending, paint),
    end === undefined ? '' : duration(end.at - at),
    display(command),
  ];
}

function endingText(ending: Ending, paint: Paint): string {
  if (ending.kind !== 'ended')
    return paint(
      ending.kind === 'killed' ? 'red' : 'yellow',
      ending.kind === 'unknown' ? 'no end on record' : ending.kind,
    );
  const style = ending.exit === 0 ? 'green' : ending.exit === 3 ? 'blue' : 'red';
  return paint(style, `exit ${ending.exit}`);
}

/** Deeds that are alike share a line: the same was done for the same reason. */
function deedLines({ deeds }: PastInvocation, { full }: HistoryOptions): readonly string[] {
  const groups = new Map<string, { readonly first: Deed; readonly all: Deed[] }>();
  for (const deed of lastOfEach(deeds)) {
    // What differs in digits alone is alike: the same was done for each of many exposures.
    const why = whyOf(deed, { full });
    const key = `${verbOf(deed)}\0${full ? why : patternOf(why)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: deed, all: [deed] });
    else group.all.push(deed);
  }
  const lines = [...groups.values()].map(({ first, all }) => {
    const targets = all.map(({ target }) => target);
    const names = full ? targets.map(display).join(', ') : enumerate(targets.map(display), NAMED);
    const why = whyOf(first, { full });
    const like = all.some((deed) => whyOf(deed, { full }) !== why) ? ' (and alike)' : '';
    return `    ${verbOf(first)} ${names}${why === '' ? '' : `: ${why}${like}`}`;
  });
  if (full || lines.length <= KINDS) return lines;
  const more = lines.length - KINDS + 1;
  return [...lines.slice(0, KINDS - 1), `    and ${more} kinds more; --full names all`];
}

/** What became of each run: its start is of interest only where no end is on record. */
function lastOfEach(deeds: readonly Deed[]): readonly Deed[] {
  const over = new Set(
    deeds.filter(({ kind }) => kind !== 'started').map(({ target, run }) => `${run} ${target}`),
  );
  return deeds.filter(
    ({ kind, target, run }) => kind !== 'started' || !over.has(`${run} ${target}`),
  );
}

function verbOf({ kind, how = 'built' }: Deed): string {
  return kind === 'built' ? how : kind === 'started' ? 'began' : kind;
}

function whyOf({ kind, why = [], problem }: Deed, { full }: { readonly full: boolean }): string {
  if (kind === 'failed' && problem !== undefined) return display(problem.split('\n')[0]!);
  return full ? why.join('; ') : enumerate(why, 2);
}
