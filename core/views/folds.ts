/**
 * Ends of like actions (their names differ in digits alone) gathered into one line: of sixty that
 * were done nobody wants sixty lines. A first failure of its kind is told at once and in full;
 * those that failed like it are counted.
 */

import type { TargetName } from '../api/values.ts';
import type { BuildEvent } from '../run/events.ts';
import { display } from '../words/quote.ts';
import { enumerate, number } from '../words/text.ts';
import { duration } from '../words/time.ts';
import { type Activity, patternOf } from './activity.ts';

/** From this many like targets on they share a line. */
const FOLD_FROM = 4;
/** Most that are named one by one. */
const NAMED = 5;

type Verb = 'done' | 'failed' | 'left' | 'adopted';

interface Fold {
  /** How each has ended last. */
  readonly ended: { readonly [verb in Verb]: Set<TargetName> };
  readonly ms: number[];
  /** Ended since it was told last. */
  news: number;
}

/** What is said of like actions, for whoever gives it a colour and a time. */
export interface FoldLine {
  readonly verb: Verb;
  readonly text: string;
}

/** Takes in how actions end, and says what is to be told of them. */
export class Folds {
  readonly #activity: Activity;
  readonly #folds = new Map<string, Fold>();
  readonly #failures = new Set<string>();

  constructor(activity: Activity) {
    this.#activity = activity;
  }

  /**
   * @returns undefined when the event is to be told by itself; else what is to be told now of the
   * actions like it, mostly nothing
   */
  take(event: BuildEvent): readonly FoldLine[] | undefined {
    const ended = endOf(event);
    if (ended === undefined) return undefined;
    const pattern = patternOf(ended.target);
    const like = this.#activity.like(pattern);
    if (like.length < FOLD_FROM) return undefined;
    const fold = this.#foldOf(pattern);
    // Made anew in a later round: the others of its kind did nothing.
    if (fold.ended[ended.verb].has(ended.target)) return undefined;
    for (const verb of VERBS) fold.ended[verb].delete(ended.target);
    fold.ended[ended.verb].add(ended.target);
    if (ended.ms !== undefined) fold.ms.push(ended.ms);
    const isFirst = event.kind === 'action failed' && this.#isNew(event);
    if (isFirst) return undefined;
    fold.news += 1;
    return countOf(fold) >= like.length ? this.#tell(pattern, fold) : [];
  }

  /** What has been held back until now; of some, what like ones of them have come to. */
  due(of?: ReadonlySet<TargetName>): readonly FoldLine[] {
    const patterns = of && new Set([...of].map(patternOf));
    return [...this.#folds]
      .filter(([pattern, fold]) => fold.news > 0 && patterns?.has(pattern) !== false)
      .flatMap(([pattern, fold]) => this.#tell(pattern, fold));
  }

  /** What has been held back and comes before what is made of many like ones. */
  before(event: BuildEvent): readonly FoldLine[] {
    const target = endOf(event)?.target;
    const came = target === undefined ? [] : this.#activity.madeOf(target);
    return came.length < FOLD_FROM ? [] : this.due(this.#activity.cameBefore(came));
  }

  #foldOf(pattern: string): Fold {
    const known = this.#folds.get(pattern);
    if (known !== undefined) return known;
    const fold: Fold = {
      ended: { done: new Set(), failed: new Set(), left: new Set(), adopted: new Set() },
      ms: [],
      news: 0,
    };
    this.#folds.set(pattern, fold);
    return fold;
  }

  #isNew(event: Extract<BuildEvent, { kind: 'action failed' }>): boolean {
    const kind = failureKind(event.action.name, event.problems);
    if (this.#failures.has(kind)) return false;
    this.#failures.add(kind);
    return true;
  }

  #tell(pattern: string, fold: Fold): readonly FoldLine[] {
    fold.news = 0;
    const total = this.#activity.like(pattern).length;
    const { adopted, left, failed } = fold.ended;
    const verb = VERBS.find((one) => fold.ended[one].size > 0)!;
    const first = `${display(pattern)} ${number(fold.ended[verb].size)} of ${number(total)}`;
    const took = verb === 'done' ? rangeText(fold.ms) : '';
    const range = took === '' ? '' : `  ${took}`;
    const rest = [
      ...(verb === 'done' && adopted.size > 0 ? [`adopted ${number(adopted.size)}`] : []),
      ...(verb !== 'left' && left.size > 0 ? [`left ${number(left.size)}`] : []),
      ...(failed.size > 0
        ? [`${verb === 'failed' ? '' : `failed ${number(failed.size)}: `}${names([...failed])}`]
        : []),
    ];
    return [{ verb, text: `${first}${range}${rest.length === 0 ? '' : `; ${rest.join('; ')}`}` }];
  }
}

const VERBS: readonly Verb[] = ['done', 'adopted', 'left', 'failed'];

/** Failures that read the same but for numbers are of one kind. */
export function failureKind(
  target: TargetName,
  problems: readonly { readonly what: string }[],
): string {
  return `${patternOf(target)}\n${problems.map(({ what }) => what.replace(/\d+/g, '*')).join('\n')}`;
}

function endOf(event: BuildEvent): { verb: Verb; target: TargetName; ms?: number } | undefined {
  switch (event.kind) {
    case 'action done':
      return event.action.kind === 'adopt'
        ? undefined
        : { verb: 'done', target: event.action.name, ms: event.ms };
    case 'action failed':
      return { verb: 'failed', target: event.action.name };
    case 'action left':
      return { verb: 'left', target: event.action.name };
    case 'target adopted':
      return { verb: 'adopted', target: event.target };
    case 'planned':
    case 'action started':
    case 'action retried':
    case 'target spared':
    case 'progress':
    case 'waiting':
    case 'told':
    case 'warning':
    case 'lock wait':
    case 'finished':
      return undefined;
  }
}

const countOf = ({ ended }: Fold): number =>
  Object.values(ended).reduce((sum, { size }) => sum + size, 0);

/** Of names that differ in one number, the numbers. */
function names(targets: readonly TargetName[]): string {
  const numbers = targets.map((name) => name.match(/\d+/g) ?? []);
  const short = numbers.every((found) => found.length === 1);
  return enumerate(short ? numbers.map(([one]) => one!) : targets.map(display), NAMED);
}

function rangeText(ms: readonly number[]): string {
  // How much less than a second it took is of no interest.
  if (!ms.some((took) => took >= 1000)) return '';
  const [low, high] = [duration(Math.min(...ms)), duration(Math.max(...ms))];
  return low === high ? low : `${low} to ${high}`;
}
