/**
 * Goes on from the memo of an earlier build of which only a few targets' files have changed since, and
 * keeps that memo up to date.
 */
import { join } from 'node:path';
import { HEADS, JOURNAL } from '../memory/format.ts';
import { type PackedJudged, packJudged, readJudged } from '../memory/judged.ts';
import { type Begun, isYoung, type Kept, type Memo, memoBytes, packMemo } from '../memory/memo.ts';
import type { Observer } from '../observe/observer.ts';
import { isPlain, judgingOf, type Recalled, recalledFrom } from '../observe/recalled.ts';
import type { Plan } from '../plan/verdict.ts';
import type { Verdicts } from '../plan/view.ts';
import type { Done } from '../run/summing-up.ts';
import type { FsModule } from '../world/fs.ts';
import { type Noted, type Notes, NUMBERS, sharedFirst, UNVOUCHED } from '../world/noting.ts';
import { areAsNoted, numbersNow } from '../world/signatures.ts';
import type { Files } from '../world/world.ts';

/** A memo of the same build, and the places of the files in it that are not as they were. */
export interface Outdated {
  readonly memo: Memo;
  readonly changed: readonly number[];
}

/** What is new since the memo. */
export interface News {
  readonly noted: Noted;
  readonly verdicts: Verdicts;
  /** Files that were made by this build: nobody has looked at them since. */
  readonly made: ReadonlySet<string>;
  readonly begun: Begun;
}

/** The memo of an earlier build, as far as it still holds. */
export class Recalling {
  readonly #memo: Memo;
  readonly #changed: readonly number[];
  #judged: PackedJudged | undefined;
  #recalled: Recalled | undefined;
  /** The journal as this build left it; undefined: it did not write there. */
  #journal: Notes | undefined;

  readonly #fs: FsModule | undefined;

  /** @param fs another file system module, for tests */
  constructor({ memo, changed }: Outdated, fs?: FsModule) {
    this.#memo = memo;
    this.#changed = changed;
    this.#fs = fs;
  }

  /** Verdicts that still hold. Asked when rule file and record have been read: both are what they were. */
  async recall(): Promise<Recalled | undefined> {
    const { paths, numbers, shared, judged } = this.#memo;
    const all = {
      paths: paths.slice(0, shared),
      numbers: numbers.subarray(0, shared * NUMBERS),
    };
    if (judged === undefined || !(await areAsNoted(all, this.#fs))) return undefined;
    this.#judged = readJudged(judged);
    this.#recalled = recalledFrom(
      this.#judged,
      this.#changed.map((place) => place - shared),
    );
    return this.#recalled;
  }

  /** Whether anything was recalled. */
  get holds(): boolean {
    return this.#recalled !== undefined;
  }

  /** Notes the journal as it is: this build has just closed it and still holds the lock. */
  noteJournal(files: Files): void {
    const paths = [
      ...[JOURNAL, HEADS].map(files.absolute),
      ...(files.list(JOURNAL) ?? []).map((name) => files.absolute(`${JOURNAL}/${name}`)),
    ];
    this.#journal = { paths, numbers: numbersNow(paths, this.#fs) };
  }

  /** The bytes of the memo as it is now; undefined where what was found cannot be kept. */
  bytes({ key, summary }: Pick<Kept, 'key' | 'summary'>, news: News, root: string) {
    const where = { cwd: key.cwd, root };
    const places = this.#placesOf(news.noted, key.cwd);
    const judged = this.#judgedNow(news.verdicts);
    const shared = this.#sharedNow(news, places, where);
    if (judged === undefined || shared === undefined) return undefined;
    const alone = this.#aloneNow(news, places, where);
    const numbers = new Float64Array(shared.numbers.length + alone.numbers.length);
    numbers.set(shared.numbers);
    numbers.set(alone.numbers, shared.numbers.length);
    const paths = [...shared.paths, ...alone.paths];
    return memoBytes({ key, summary, shared: shared.paths.length, judged }, { paths, numbers });
  }

  #judgedNow(verdicts: Verdicts): Buffer | undefined {
    const [judged, recalled] = [this.#judged, this.#recalled];
    if (judged === undefined || recalled === undefined) return undefined;
    const products = new Map<number, string>();
    for (const target of recalled.affected) {
      const verdict = verdicts.get(judged.names[target]!);
      if (verdict === undefined || judged.others[target] !== undefined) return undefined;
      if (!isPlain(verdict)) return undefined;
      const [dependent] = judged.dependents(target);
      if (dependent !== undefined) products.set(target, verdict.product ?? '');
    }
    return judged.with(products);
  }

  /** What not only targets go by: as it was, and what was looked at for the first time. */
  #sharedNow({ noted, begun }: News, places: Places, { cwd, root }: Where): Notes | undefined {
    const { paths, numbers, shared } = this.#memo;
    const journal = this.#journal ?? NOTHING;
    const own = join(root, JOURNAL);
    const found = new Found();
    for (let i = 0; i < shared; i++)
      if (journal === NOTHING || !absoluteIn(cwd, paths[i]!).startsWith(own))
        found.add({ paths, numbers }, i);
    // Time stamps in whole seconds do not show what was written within that second.
    if (journal.paths.some((_, i) => changeOf(journal, i) % 1000 === 0)) return undefined;
    journal.paths.forEach((_, i) => {
      found.add(journal, i);
    });
    for (const [i, path] of noted.paths.entries()) {
      if (places.has(i) || path.startsWith(own)) continue;
      if (isYoung(path, changeOf(noted, i), begun, root)) return undefined;
      found.add(noted, i);
    }
    return found.notes();
  }

  /** What targets alone go by. */
  #aloneNow({ noted, made, begun }: News, places: Places, { root }: Where): Notes {
    const { shared } = this.#memo;
    const paths = this.#memo.paths.slice(shared);
    const numbers = this.#memo.numbers.slice(shared * NUMBERS);
    for (const [i, place] of places) {
      const [path, at] = [noted.paths[i]!, (place - shared) * NUMBERS];
      if (at < 0) continue;
      if (made.has(path) || isYoung(path, changeOf(noted, i), begun, root))
        numbers.fill(UNVOUCHED, at, at + NUMBERS);
      else numbers.set(noted.numbers.subarray(i * NUMBERS, (i + 1) * NUMBERS), at);
    }
    return { paths, numbers };
  }

  /** Which of the files that were looked at now are which in the memo. */
  #placesOf(noted: Notes, cwd: string): Places {
    const seen = new Map(noted.paths.map((path, i) => [path, i]));
    const places = new Map<number, number>();
    this.#memo.paths.forEach((path, place) => {
      const i = seen.get(absoluteIn(cwd, path));
      if (i !== undefined) places.set(i, place);
    });
    return places;
  }
}

type Places = ReadonlyMap<number, number>;

interface Where {
  /** Where the build was called. */
  readonly cwd: string;
  /** Of the workspace. */
  readonly root: string;
}

const absoluteIn = (cwd: string, path: string): string =>
  path.startsWith('/') ? path : `${cwd}/${path}`;

const NOTHING: Notes = { paths: [], numbers: new Float64Array() };

/** Notes, put together one by one. */
class Found {
  readonly #paths: string[] = [];
  readonly #numbers: number[] = [];

  add({ paths, numbers }: Notes, i: number): void {
    this.#paths.push(paths[i]!);
    this.#numbers.push(...numbers.subarray(i * NUMBERS, (i + 1) * NUMBERS));
  }

  notes(): Notes {
    return { paths: this.#paths, numbers: Float64Array.from(this.#numbers) };
  }
}

/** When a file was last changed. */
const changeOf = ({ numbers }: Notes, i: number): number =>
  Math.max(numbers[i * NUMBERS + 1]!, numbers[i * NUMBERS + 2]!);

/**
 * The bytes of a memo of a build that had nothing to do; undefined where something has changed just now.
 * @param noted what it looked at until it ended
 */
export function memoOfIdle(
  { key, summary }: Pick<Kept, 'key' | 'summary'>,
  { plan, observer }: { readonly plan: Plan; readonly observer: Observer },
  noted: Noted,
  { begun, files }: { readonly begun: Begun; readonly files: Files },
): Uint8Array | undefined {
  const seen = new Set(noted.paths);
  const isAlone = (path: string): boolean => seen.has(path) && !noted.again.has(path);
  const judging = judgingOf(plan, observer, files, isAlone);
  if (judging === undefined) return packMemo({ key, summary }, noted, begun, files.root);
  const notes = sharedFirst(noted, judging.files);
  const shared = notes.paths.length - judging.files.length;
  const kept = { key, summary, shared, judged: packJudged(judging.judged) };
  return packMemo(kept, notes, begun, files.root);
}

/** Absolute paths of what a build has made. */
export const madeBy = (
  { plan: { graph } }: Pick<Done, 'plan'>,
  built: readonly string[],
  { absolute }: Pick<Files, 'absolute'>,
): ReadonlySet<string> =>
  new Set(
    built.flatMap((name) => graph.nodes.get(name)?.outputs.map(({ path }) => absolute(path)) ?? []),
  );
