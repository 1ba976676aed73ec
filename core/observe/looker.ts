/** Carries out looks: listings, texts, stats, questions to adapters. Each at most once. */

import { dirname } from 'node:path';
import { didYouMean, Refusal, UserError } from '../api/errors.ts';
import type { Adapter, AdapterTools, Listing, Look, Seen } from '../api/looks.ts';
import { RuleFault } from '../api/rule-code.ts';
import type { Exec } from '../api/steps.ts';
import type { Json, Path } from '../api/values.ts';
import { starPattern } from '../words/quote.ts';
import type { World } from '../world/world.ts';
import { runForAdapter } from './adapter.ts';
import type { Listings } from './listings.ts';

/** Who is asked, and whether anybody may be. */
export interface LookerOptions {
  readonly adapters: { readonly [name: string]: Adapter };
  readonly dry: boolean;
  readonly signal: AbortSignal;
  /** Finds the place of a mistake in the rule file. */
  readonly explain?: ((fault: RuleFault) => Error) | undefined;
  /** What was listed before, where several lookers follow each other. */
  readonly listings?: Listings;
}

/** A question to an adapter. */
interface Question {
  readonly answer: Promise<Seen>;
  /** How often everything had been forgotten when it was put; undefined: it has yet to be. */
  put: number | undefined;
}

const NOTHING: Promise<Seen> = Promise.resolve({ kind: 'failed', why: 'nobody was asked' });

const NOT_ASKED = 'not asked in a dry run';
const UNASKED: Seen = { kind: 'failed', why: 'not asked' };

/** Looks, each thing once; what was seen is shared until it is forgotten. */
export class Looker {
  readonly #world: World;
  readonly #options: LookerOptions;
  #listings = new Map<Path, Promise<readonly string[] | undefined | Error>>();
  readonly #questions = new Map<string, Question>();
  /** How often everything was forgotten. */
  #forgotten = 0;
  #batch:
    | { dirs: Path[]; done: Promise<Map<Path, readonly string[] | undefined | Error>> }
    | undefined;

  constructor(world: World, options: LookerOptions) {
    this.#world = world;
    this.#options = options;
  }

  /** Forgets everything seen, so that the next look is a new one. */
  forget(): void {
    this.#listings = new Map();
    this.#forgotten += 1;
  }

  /** Forgets the listings in which these files may have come to stand, and nothing else. */
  forgetAround(written: readonly Path[]): void {
    const { files } = this.#world;
    const around = new Set<string>();
    for (const path of written) {
      for (let dir = dirname(files.absolute(path)); !around.has(dir); dir = dirname(dir))
        around.add(dir);
    }
    if (around.size === 0) return;
    for (const dir of this.#listings.keys())
      if (around.has(files.absolute(dir))) this.#listings.delete(dir);
  }

  /** Whether an answer is missing only because this is a dry run. */
  refused(seen: readonly Seen[]): boolean {
    return seen.some((one) => one.kind === 'failed' && one.why === NOT_ASKED);
  }

  /**
   * Asks before it looks: work that is over by its answer has left its files by then. The other way
   * round, what ended in between would seem to have left nothing.
   */
  async look(
    looks: readonly Look[],
    { asking }: { readonly asking: boolean } = { asking: true },
  ): Promise<readonly Seen[]> {
    const asked = looks.flatMap((look, i) => (look.kind === 'ask' ? [[i, look] as const] : []));
    const answers = new Map(
      await Promise.all(
        asked.map(async ([i, look]) => [i, asking ? await this.#one(look) : UNASKED] as const),
      ),
    );
    return Promise.all(looks.map((look, i) => answers.get(i) ?? this.#one(look)));
  }

  async #one(look: Look): Promise<Seen> {
    try {
      switch (look.kind) {
        case 'read':
          return { kind: 'read', text: this.#world.files.readText(look.path) };
        case 'stat': {
          const stat = this.#world.files.stat(look.path);
          return { kind: 'stat', stat: stat && { size: stat.size, mtime: stat.mtime } };
        }
        case 'list':
          return await this.#seenList(look);
        case 'ends':
          return { kind: 'ends', files: await this.#ends(look.pattern, look.bytes) };
        case 'ask':
          return await this.#ask(look.adapter, look.question);
      }
    } catch (error) {
      // A mistake in the rule file is nothing that a judge could make something of.
      if (error instanceof Refusal || error instanceof RuleFault) throw error;
      return { kind: 'failed', why: this.#told(error) };
    }
  }

  /** What went wrong; of a mistake in an adapter also where. */
  #told(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    const mistake = error instanceof TypeError || error instanceof ReferenceError;
    return mistake
      ? (this.#options.explain?.(new RuleFault(error)) ?? error).message
      : error.message;
  }

  async #seenList({ pattern, partly }: Extract<Look, { kind: 'list' }>): Promise<Seen> {
    if (partly !== true) return { kind: 'list', dirs: await this.#expand(pattern) };
    const unread: { dir: Path; why: string }[] = [];
    const dirs = await this.#expand(pattern, (dir, error) => {
      unread.push({ dir: plainPath(dir), why: error.message });
    });
    return { kind: 'list', dirs, unread };
  }

  /**
   * Walks the pattern segment by segment; only segments with a `*` need their parent listed.
   * @param onError for a directory that cannot be read
   */
  async #expand(pattern: Path, onError: OnError = throwIt): Promise<Listing[]> {
    const absolute = pattern.startsWith('/');
    const segments = pattern.split('/').filter((segment) => segment !== '');
    let dirs = [absolute ? '' : '.'];
    for (const [i, segment] of segments.entries()) {
      if (!segment.includes('*')) {
        // Below a wildcard some directories lack this entry: their listings tell, all read at once.
        dirs = segments.slice(0, i).some((s) => s.includes('*'))
          ? await this.#children(dirs, (name) => name === segment, onError)
          : dirs.map((dir) => `${dir}/${segment}`);
      } else {
        const matcher = starPattern(segment);
        dirs = await this.#children(
          dirs,
          (name) => !name.startsWith('.') && matcher.test(name),
          onError,
        );
      }
    }
    const listings = await this.#list(dirs, onError);
    return dirs.flatMap((dir, i) => {
      const names = listings[i];
      return names === undefined ? [] : [{ dir: plainPath(dir), names }];
    });
  }

  async #ends(pattern: Path, bytes: number) {
    const { files } = this.#world;
    const cut = pattern.lastIndexOf('/');
    const matcher = starPattern(pattern.slice(cut + 1));
    const dirs = await this.#expand(pattern.slice(0, cut));
    const paths = dirs.flatMap(({ dir, names }) =>
      names
        .filter((name) => !name.startsWith('.') && matcher.test(name))
        .map((name) => `${dir}/${name}`),
    );
    const stats = await files.statMany(paths);
    return paths.flatMap((path, i) => {
      const stat = stats[i];
      if (stat === undefined || stat.directory) return [];
      const last = bytes === 0 ? undefined : files.readEnd(path, bytes);
      const end = new TextDecoder().decode(last ?? new Uint8Array());
      return [{ path, mtime: stat.mtime, end }];
    });
  }

  async #children(
    dirs: readonly Path[],
    wanted: (name: string) => boolean,
    onError: OnError,
  ): Promise<Path[]> {
    const listings = await this.#list(dirs, onError);
    return dirs.flatMap((dir, i) =>
      (listings[i] ?? [])
        .filter((name) => name.endsWith('/') && wanted(name.slice(0, -1)))
        .map((name) => `${dir}/${name.slice(0, -1)}`),
    );
  }

  async #list(dirs: readonly Path[], onError: OnError): Promise<(readonly string[] | undefined)[]> {
    const listed = await Promise.all(dirs.map((dir) => this.#listing(dir || '/')));
    return listed.map((names, i) => {
      if (!(names instanceof Error)) return names;
      onError(dirs[i]!, names);
      return undefined;
    });
  }

  /** Listings that are wanted in the same turn are made together, whoever wants them. */
  #listing(dir: Path): Promise<readonly string[] | undefined | Error> {
    const known = this.#listings.get(dir);
    if (known !== undefined) return known;
    if (this.#batch === undefined) {
      const dirs: Path[] = [];
      const done = Promise.resolve().then(async () => {
        this.#batch = undefined;
        const { listings } = this.#options;
        const { files } = this.#world;
        const results = await (listings?.list(files, dirs) ?? files.listMany(dirs));
        return new Map(dirs.map((d, i) => [d, results[i]]));
      });
      this.#batch = { dirs, done };
    }
    this.#batch.dirs.push(dir);
    const listing = this.#batch.done.then((results) => results.get(dir));
    this.#listings.set(dir, listing);
    return listing;
  }

  #ask(name: string, question: Json): Promise<Seen> {
    this.#world.doubt?.(`a question to ${name}`);
    const adapter = this.#options.adapters[name];
    if (adapter === undefined) {
      const near = didYouMean(name, Object.keys(this.#options.adapters));
      const what = `a rule asks the adapter '${name}', which the rule file does not have`;
      const hint = near ?? 'Declare it in `adapters` of defineBuild.';
      throw new RuleFault(new UserError(what, hint).about(name));
    }
    if (this.#options.dry && !adapter.dry)
      return Promise.resolve({ kind: 'failed', why: NOT_ASKED });
    return this.#shared(JSON.stringify([name, question]), () =>
      this.#answer(name, adapter, question).finally(() => {
        // Listings that are older than the answer may lack what it speaks of.
        this.#listings = new Map();
      }),
    );
  }

  /**
   * The answer to a question that was put since all was forgotten. While an older one is still out, the
   * next is put when that has come back, for all who want it by then: a queue is asked by one at a time.
   */
  #shared(key: string, put: () => Promise<Seen>): Promise<Seen> {
    const last = this.#questions.get(key);
    if (last !== undefined && (last.put ?? this.#forgotten) === this.#forgotten) return last.answer;
    const next: Question = {
      put: undefined,
      answer: (last?.answer ?? NOTHING).then(() => {
        next.put = this.#forgotten;
        return put();
      }),
    };
    this.#questions.set(key, next);
    return next.answer;
  }

  async #answer(name: string, adapter: Adapter, question: Json): Promise<Seen> {
    const limit = new AbortController();
    const signal = AbortSignal.any([this.#options.signal, limit.signal]);
    const timer = this.#world.clock.sleep(adapter.timeout * 1000, signal).then(
      (): Seen => ({
        kind: 'failed',
        why: this.#options.signal.aborted
          ? 'interrupted'
          : `no answer from '${name}' within ${adapter.timeout} s`,
      }),
    );
    const tools: AdapterTools = {
      run: (exec: Exec) => runForAdapter(this.#world, exec, signal),
      workspace: this.#world.files.root,
      signal,
    };
    const asked = adapter.ask(question, tools).then(
      (answer): Seen => ({ kind: 'answer', answer }),
      (error: unknown): Seen => ({ kind: 'failed', why: this.#told(error) }),
    );
    try {
      return await Promise.race([asked, timer]);
    } finally {
      limit.abort();
    }
  }
}

type OnError = (dir: Path, error: Error) => void;

const throwIt: OnError = (_dir, error) => {
  throw error;
};

const plainPath = (path: Path): Path => path.replace(/^\.\//, '');
