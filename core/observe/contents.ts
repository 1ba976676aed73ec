/** Files as one invocation sees them: how they are, what they hold, which match a pattern. */

import { ABSENT } from '../api/digest.ts';
import { isSystemError } from '../api/errors.ts';
import type { Output } from '../api/rules.ts';
import type { Digest, Path, TargetName } from '../api/values.ts';
import { readKeys } from '../formats/keys.ts';
import type { Graph } from '../graph/graph.ts';
import type { KnownFile, Memory } from '../memory/memory.ts';
import type { Stamps } from '../memory/trace.ts';
import { contentOf, keysDigest, linkDigest, unfit, whyUnfit } from '../plan/left.ts';
import type { Stat, World } from '../world/world.ts';
import { type Globbed, globbedOf, without } from './globbed.ts';
import { FINE_TICK_MS, pickStat, racy, stampOf, tickOf, unchanged } from './known.ts';
import { type Looked, lookAt, lookAtAll, seenOr } from './looked.ts';
import { Texts } from './texts.ts';

/** How long one reading of the file system's clock may serve. */
const CLOCK_READING_MS = 20;

/** Bytes of a file that is read in no time. */
const SMALL = 1024 * 1024;

/** Of so many files that an input pattern matches each is on record; of more, their digest as one. */
const NAMED_MEMBERS = 100;

/** What is seen of files, each looked at once until it may have changed. */
export class Contents {
  readonly learned = new Map<Path, KnownFile>();
  protected readonly texts: Texts;
  readonly #world: World;
  readonly #memory: Pick<Memory, 'files'>;
  /** The file system's time may be found by writing a small file; read-only commands may not. */
  readonly #mayWrite: boolean;
  readonly #stats = new Map<Path, Looked | undefined>();
  readonly #globs = new Map<string, Globbed>();
  /** What matched when it was last looked, also of patterns that are to be matched anew. */
  readonly #matched = new Map<string, Iterable<Path>>();
  /** Files that may have been made since they were read. */
  readonly #made = new Set<Path>();
  #clock: { at: number; reading: ReturnType<World['files']['now']> } | undefined;

  constructor(
    world: World,
    memory: Pick<Memory, 'files'>,
    options: { readonly mayWrite: boolean },
  ) {
    this.#world = world;
    this.#memory = memory;
    this.#mayWrite = options.mayWrite;
    this.texts = new Texts(world.files);
  }

  /** Stats everything that the targets in `order` name, many at a time, each path once. */
  async stat(graph: Graph, order: readonly TargetName[]): Promise<void> {
    const paths = new Set<Path>();
    const add = (path: Path): void => {
      if (!this.#stats.has(path)) paths.add(path);
    };
    for (const name of order) {
      const { rule, outputs } = graph.nodes.get(name)!;
      for (const path of rule.inputs ?? []) add(path);
      for (const path of rule.optionalInputs ?? []) add(path);
      for (const output of outputs) if (output.glob !== true) add(output.path);
    }
    const list = [...paths];
    const stats = await lookAtAll(this.#world.files, list);
    const at = this.#world.clock.steady();
    list.forEach((path, i) => {
      this.#stats.set(path, sightedAt(at, stats[i]));
    });
    if (list.some((path, i) => this.#isToBeLearnedElsewhere(path, stats[i])))
      await this.#world.clock.sleep(FINE_TICK_MS + 5);
  }

  /**
   * Whether a file has to be read that lies on a disk whose clock cannot be read. When it was changed
   * a moment ago, the next build could not believe a digest taken at once: a short wait spares that
   * second reading.
   */
  #isToBeLearnedElsewhere(path: Path, stat: Stat | undefined): boolean {
    if (stat === undefined || stat.directory || !this.#mayWrite) return false;
    const known = this.#memory.files.get(path);
    if (known !== undefined && unchanged(known, stat) && !racy(known)) return false;
    return tickOf(stat) === FINE_TICK_MS && this.#readingFor(stat) === undefined;
  }

  /** Digest of a file's content now, from the record if its stat is that of the record. */
  file(path: Path): Digest {
    const stat = this.#statOf(path);
    if (stat === undefined) return 'absent';
    if (stat.directory) return unfit('is a directory');
    if (stat.odd !== undefined) return unfit(`is ${stat.odd}, not a file`);
    if (stat.digest !== undefined) return stat.digest;
    const known = this.learned.get(path) ?? this.#memory.files.get(path);
    const isMade = this.#made.delete(path) && stat.size <= SMALL;
    if (isMade || known === undefined || !unchanged(known, stat) || racy(known))
      return this.#learn(path, stat);
    stat.digest = known.digest;
    return known.digest;
  }

  /** Digest of the files that match, but for those among `own`: nothing is made from what it makes itself. */
  glob(pattern: string, own: readonly Output[] = []): Digest {
    const { paths, members, unfit: lacking } = without(this.#globbed(pattern), own);
    if (lacking !== undefined) return lacking;
    return paths.size > NAMED_MEMBERS ? contentOf(members) : members;
  }

  /** Files that match, but for those among `own`. */
  matches(pattern: string, own: readonly Output[] = []): readonly Path[] {
    return [...without(this.#globbed(pattern), own).paths];
  }

  #globbed(pattern: string): Globbed {
    const cached = this.#globs.get(pattern);
    if (cached !== undefined) return cached;
    const globbed = this.#search(pattern);
    this.#globs.set(pattern, globbed);
    this.#matched.set(pattern, globbed.paths);
    return globbed;
  }

  #search(pattern: string): Globbed {
    const paths = seenOr<readonly Path[] | Digest>(
      () => this.#world.files.glob(pattern),
      (why) => unfit(`cannot be looked for: ${why}`),
    );
    if (typeof paths === 'string') return { paths: new Set(), seen: [], members: paths };
    // A file that was not there when it was looked at is there by now.
    for (const path of paths) if (this.#stats.get(path) === undefined) this.#stats.delete(path);
    const seen = paths.map((path) => [path, this.file(path)] as const);
    // What has vanished meanwhile does not match any more.
    return globbedOf(seen.filter(([, digest]) => digest !== ABSENT));
  }

  /** How an output is now, as it is put on record. */
  output(output: Output): Digest {
    if (output.glob === true) return this.#globbed(output.path).members;
    if (output.keys !== undefined) return this.#keys(output.path, output.keys);
    const stat = this.#statOf(output.path);
    if (stat?.link !== undefined)
      return linkDigest(stat.link, stat.directory ? 'absent' : this.file(output.path));
    if (stat !== undefined) return this.file(output.path);
    const leadsTo = this.#world.files.readLink(output.path);
    return leadsTo === undefined ? 'absent' : linkDigest(leadsTo, 'absent');
  }

  #keys(path: Path, { format, names }: NonNullable<Output['keys']>): Digest {
    const whole = this.file(path);
    if (whole === 'absent') return whole;
    const values = readKeys(this.#world.files.readText(path) ?? '', format, names);
    const { secrets } = this.#world;
    return keysDigest(
      names,
      secrets === undefined
        ? values
        : values.map((value, i) =>
            value === null ? null : String(secrets.seal(names[i]!, value)),
          ),
    );
  }

  /** Looks at files anew, many at a time, and lets globs be matched anew. */
  async refresh(paths: readonly Path[], globs: readonly string[]): Promise<void> {
    for (const pattern of globs) {
      for (const path of this.#matched.get(pattern) ?? []) this.#stats.delete(path);
      this.#globs.delete(pattern);
    }
    if (paths.length === 0) return;
    const stats = await lookAtAll(this.#world.files, paths);
    const at = this.#world.clock.steady();
    paths.forEach((path, i) => {
      this.#stats.set(path, sightedAt(at, stats[i], this.#stats.get(path)));
      this.texts.forget(path);
    });
  }

  /** Whether a path is a directory. */
  directory(path: Path): 'itself' | 'behind a link' | undefined {
    const stat = this.#statOf(path);
    if (stat?.directory !== true) return undefined;
    return stat.link === undefined ? 'itself' : 'behind a link';
  }

  /** Whether a file has other names too. */
  hasMoreNames(path: Path): boolean {
    return (this.#statOf(path)?.links ?? 1) > 1;
  }

  /** Whether two paths name one file. */
  isSameFile(a: Path, b: Path): boolean {
    const [one, other] = [this.#statOf(a), this.#world.files.stat(b)];
    return one !== undefined && other !== undefined && unchanged(one, other);
  }

  /** A stamp of each file, which changes whenever it is written, as far as its time of change tells. */
  stamps(paths: readonly Path[]): Stamps {
    return Object.fromEntries(
      paths.map((path) => [path, stampOf(this.file(path), this.#statOf(path))]),
    );
  }

  /** Stamps of files as they are at this moment; what is known of them stays as it was. */
  async stampsNow(paths: readonly Path[]): Promise<Stamps> {
    if (paths.length === 0) return {};
    const stats = await lookAtAll(this.#world.files, paths);
    return Object.fromEntries(
      paths.map((path, i) => {
        const stat = stats[i];
        const seen = this.#statOf(path);
        const same = stat?.size === seen?.size && stat?.mtime === seen?.mtime;
        const digest =
          same || stat?.directory === true ? this.file(path) : this.#world.files.digest(path);
        return [path, stampOf(digest, stat)];
      }),
    );
  }

  /**
   * Forgets what was seen of files that may have been made, and of those that match a pattern. What is read
   * in no time is read anew: where a clock was set back, its time of change may be that of before.
   */
  forget(paths: Iterable<Path>): void {
    for (const path of paths) {
      this.#made.add(path);
      this.#stats.delete(path);
      this.texts.forget(path);
      for (const member of this.#matched.get(path) ?? []) this.#stats.delete(member);
    }
    this.#globs.clear();
  }

  /**
   * Looks once more at files that are to be overwritten. They are opened for it: only then is a network's
   * server asked how they are, after somebody may have written them on another computer.
   */
  lookAgain(paths: Iterable<Path>): void {
    const { files } = this.#world;
    for (const path of paths) {
      const seen = this.#statOf(path);
      if (seen === undefined || seen.directory || seen.odd !== undefined) continue;
      const opened = () => (files.size(path) === undefined ? undefined : files.stat(path));
      const now = seenOr(opened, () => seen);
      if (now === undefined || !unchanged(now, seen)) this.forget([path]);
    }
  }

  /** Notes what is known already of a file just put in place, sparing a second reading. */
  know(path: Path, digest: Digest): void {
    const stat = sightedAt(this.#world.clock.steady(), this.#world.files.stat(path));
    this.#stats.set(path, stat);
    this.#made.delete(path);
    this.texts.forget(path);
    if (stat === undefined) return;
    this.learned.set(path, {
      ...pickStat(stat),
      digest,
      seen: this.#timeOn(stat),
    });
  }

  /**
   * Digests learned within one tick of the file's last change cannot be believed next time. Reads
   * those files once more after the tick is over, where that is a matter of milliseconds.
   */
  async confirm(): Promise<void> {
    const doubtful = [...this.learned].filter(([, known]) => racy(known));
    if (doubtful.length === 0 || !this.#mayWrite) return;
    if (doubtful.some(([, known]) => tickOf(known) === FINE_TICK_MS))
      await this.#world.clock.sleep(FINE_TICK_MS + 5);
    this.#clock = undefined;
    for (const [path, known] of doubtful) this.#confirm(path, known);
  }

  #confirm(path: Path, known: KnownFile): void {
    const stat = this.#world.files.stat(path);
    if (stat === undefined || !unchanged(known, stat)) {
      this.learned.delete(path);
      return;
    }
    const before = this.#stats.get(path);
    const seen = this.#timeOn(sightedAt(this.#world.clock.steady(), stat, before)!);
    // What the clock does not clear yet need not be read.
    if (racy({ ...known, seen })) return;
    if (this.#world.files.digest(path) !== known.digest) this.learned.delete(path);
    else this.learned.set(path, { ...known, seen });
  }

  #statOf(path: Path): Looked | undefined {
    const seen = this.#stats.get(path);
    if (seen !== undefined || this.#stats.has(path)) return seen;
    const stat = sightedAt(this.#world.clock.steady(), lookAt(this.#world.files, path));
    this.#stats.set(path, stat);
    return stat;
  }

  #learn(path: Path, stat: Looked): Digest {
    const seen = this.#timeOn(stat);
    const digest = seenOr(
      () => {
        const first = this.#world.files.digest(path);
        // The look has shown it: "there is none" is believed when it is said twice.
        return first === 'absent' ? this.#world.files.digest(path) : first;
      },
      (why) => unfit(`cannot be used: ${why}`),
    );
    if (whyUnfit(digest) !== undefined) return digest;
    if (digest !== 'absent') this.learned.set(path, { ...pickStat(stat), digest, seen });
    return digest;
  }

  /**
   * A time that the clock which stamps a file has reached by now; 0 when nothing may be written.
   * Where that clock cannot be read, it showed at least the file's own time of change when that was
   * first seen, and has gone on since.
   */
  #timeOn(stat: Looked): number {
    if (!this.#mayWrite) return 0;
    const now = this.#world.clock.steady();
    return this.#readingFor(stat) ?? stat.ctime + now - (stat.at ?? now);
  }

  /** What the clock of the workspace's own file system shows, for a file that is on it. */
  #readingFor({ dev }: Stat): number | undefined {
    const now = this.#world.clock.steady();
    if (this.#clock === undefined || now - this.#clock.at > CLOCK_READING_MS)
      this.#clock = { at: now, reading: this.#readClock() };
    const { reading } = this.#clock;
    return reading.dev === dev ? reading.time : undefined;
  }

  /** Reads that clock. Where nothing can be written the reading is of no disk: then only time proves anything. */
  #readClock(): ReturnType<World['files']['now']> {
    try {
      return this.#world.files.now();
    } catch (error) {
      if (isSystemError(error)) return { time: 0, dev: -1 };
      throw error;
    }
  }
}

/** A look, with when the file was first seen as it is. */
function sightedAt(at: number, stat: Looked | undefined, before?: Looked): Looked | undefined {
  if (stat === undefined) return undefined;
  const since = before !== undefined && unchanged(before, stat) ? before.at : undefined;
  return { ...stat, at: since ?? at };
}
