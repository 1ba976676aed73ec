/** A world of plain maps that counts what is asked of it: cheap enough for 100,000 targets. */

import type { Build, Params, RuleItem } from '../../core/api/builds.ts';
import { ABSENT, digestOf } from '../../core/api/digest.ts';
import type { Exit } from '../../core/api/facts.ts';
import type { Path } from '../../core/api/values.ts';
import type { Project } from '../../core/observe/project.ts';
import type { BuildOptions } from '../../core/run/build.ts';
import { explainedAs } from '../../core/testing/pipeline.ts';
import type { Files, Processes, Ran, Spawn, Stat, World } from '../../core/world/world.ts';

const ROOT = '/w';

interface Entry {
  readonly text: string;
  readonly mtime: number;
  readonly ino: number;
}

/** How often each kind of thing was done. */
export interface Counts {
  stats: number;
  reads: number;
  digests: number;
  lists: number;
  /** Files written whole, prepared or created. */
  writes: number;
  /** Records and other texts appended to files that are appended to. */
  appends: number;
  removes: number;
  spawns: number;
}

/** A program: reads and writes through `files`; its exit status, 0 if it says nothing. */
export type Program = (
  args: readonly string[],
  files: StubFiles,
  spawn: Spawn,
) => number | undefined | Promise<number | undefined>;

export interface StubFiles extends Files {
  put(path: Path, text: string): void;
  text(path: Path): string | undefined;
  /** Paths of everything outside `.desgw/`. */
  paths(): readonly Path[];
}

export interface StubWorld extends World {
  readonly files: StubFiles;
  readonly counts: Counts;
  /** Counts since the last call of this. */
  counted(): Counts;
  /** Command lines in the order of their start. */
  readonly ran: readonly string[];
}

const PROGRAMS: { readonly [name: string]: Program } = {
  cp: ([from, to], files) => {
    const text = files.text(from!);
    if (text === undefined) return 1;
    files.put(to!, text);
    return 0;
  },
  true: () => 0,
  false: () => 1,
};

/** A world that holds these files; `programs` beside `cp`, `true` and `false`. */
export function stubWorld(
  tree: { readonly [path: string]: string } = {},
  programs: { readonly [name: string]: Program } = {},
  env: { readonly [name: string]: string } = {},
): StubWorld {
  const counts = zero();
  let before = zero();
  const clock = { ms: 1_000_000 };
  const files = stubFiles(counts, clock);
  for (const [path, text] of Object.entries(tree)) files.put(path, text);
  const ran: string[] = [];
  return {
    files,
    processes: stubProcesses({ ...PROGRAMS, ...programs }, files, counts, ran),
    clock: {
      now: () => clock.ms,
      steady: () => clock.ms,
      // Whatever is ready to happen at once happens before the time is over.
      sleep: (ms) => {
        clock.ms += ms;
        return new Promise((resolve) => setImmediate(resolve));
      },
    },
    env,
    counts,
    ran,
    counted() {
      const since = Object.fromEntries(
        Object.entries(counts).map(([key, n]) => [key, n - before[key as keyof Counts]]),
      );
      before = { ...counts };
      return since as unknown as Counts;
    },
  };
}

const zero = (): Counts => ({
  ...{ stats: 0, reads: 0, digests: 0, lists: 0 },
  ...{ writes: 0, appends: 0, removes: 0, spawns: 0 },
});

/** Options of a build that stays until nothing is under way, and tells nobody. */
export function waitingBuild(jobs: number): BuildOptions {
  return {
    ...{ goals: [], jobs, failFast: false, force: false, wait: true, waitTimeout: 60 },
    ...{ command: 'desgw build', signal: new AbortController().signal, emit: () => {} },
  };
}

/** A project of these rules; the first is its goal. */
export function stubProject(
  world: World,
  items: readonly RuleItem[],
  more: Partial<Build> = {},
): Project {
  const [first] = items;
  const goal = first !== undefined && 'name' in first ? first.name : '';
  return {
    world,
    build: { goal, ...more, rules: () => items },
    params: {} as Params,
    siteOf: () => 'desgwfile.ts:1',
    explain: (error) => explainedAs('desgwfile.ts:1:1', error),
  };
}

function stubFiles(counts: Counts, clock: { ms: number }): StubFiles {
  const entries = new Map<Path, Entry>();
  /** What is in each directory, and when something came or went there last. */
  const folders = new Map<Path, { readonly names: Set<string>; changed: number }>();
  let inodes = 0;
  let temporaries = 0;
  const short = (path: Path): Path =>
    path.startsWith(`${ROOT}/`) ? path.slice(ROOT.length + 1) : path.replace(/^\.\//, '');
  const put = (path: Path, text: string): void => {
    // Each file is older than the next reading of the clock by more than any grain of time stamps.
    clock.ms += 100;
    const name = short(path);
    if (!entries.has(name)) note(name);
    entries.set(name, { text, mtime: clock.ms, ino: ++inodes });
    clock.ms += 100;
  };
  /** Also the directories above, which are in each other. */
  const note = (path: Path): void => {
    const cut = path.replace(/\/$/, '').lastIndexOf('/');
    const dir = cut < 0 ? '.' : path.slice(0, cut) || '/';
    const known = folders.get(dir);
    const folder = known ?? { names: new Set(), changed: 0 };
    folder.names.add(path.slice(cut + 1));
    folder.changed = clock.ms;
    folders.set(dir, folder);
    if (known === undefined && dir !== '.' && dir !== '/') note(`${dir}/`);
  };
  const drop = (path: Path): void => {
    const name = short(path);
    if (!entries.delete(name)) return;
    const cut = name.lastIndexOf('/');
    const folder = folders.get(cut < 0 ? '.' : name.slice(0, cut));
    if (folder?.names.delete(name.slice(cut + 1)) === true) folder.changed = clock.ms;
  };
  /** Files that are being appended to, in pieces: joining them at every write would cost too much. */
  const appending = new Map<Path, string[]>();
  const joinPieces = (name: Path): void => {
    const pieces = appending.get(name);
    if (pieces === undefined || pieces.length === 1) return;
    const whole = pieces.join('');
    pieces.splice(0, pieces.length, whole);
    put(name, whole);
  };
  const text = (path: Path): string | undefined => {
    joinPieces(short(path));
    return entries.get(short(path))?.text;
  };
  const stat = (path: Path): Stat | undefined => {
    counts.stats++;
    const found = entries.get(short(path));
    if (found !== undefined)
      return {
        size: found.text.length,
        mtime: found.mtime,
        ctime: found.mtime,
        ino: found.ino,
        dev: 1,
        directory: false,
      };
    const folder = folders.get(short(path));
    if (folder === undefined) return undefined;
    const { changed } = folder;
    return { size: 0, mtime: changed, ctime: changed, ino: 0, dev: 1, directory: true };
  };
  const readText = (path: Path): string | undefined => {
    counts.reads++;
    return text(path);
  };
  const prepare: Files['prepare'] = (path, data) => {
    counts.writes++;
    const content = typeof data === 'string' ? data : Buffer.from(data).toString('utf8');
    const temporary = `.tmp-${temporaries++}`;
    return {
      path,
      temporary,
      digest: digestOf(content),
      commit: () => put(path, content),
      discard: () => {},
    };
  };
  return {
    root: ROOT,
    sharedWithGroup: false,
    absolute: (path) => (path.startsWith('/') ? path : `${ROOT}/${path}`),
    stat,
    statMany: async (paths) => paths.map(stat),
    read: (path) => {
      counts.reads++;
      const found = text(path);
      return found === undefined ? undefined : Buffer.from(found);
    },
    readText,
    readEnd: (path, bytes) => {
      const found = text(path);
      return found === undefined ? undefined : Buffer.from(found).subarray(-bytes);
    },
    size: (path) => text(path)?.length,
    digest: (path) => {
      counts.digests++;
      const found = text(path);
      return found === undefined ? ABSENT : digestOf(found);
    },
    list: (dir) => {
      counts.lists++;
      const names = folders.get(short(dir))?.names;
      return names === undefined ? undefined : [...names].sort();
    },
    listMany: async (dirs) =>
      dirs.map((dir) => {
        counts.lists++;
        const names = folders.get(short(dir))?.names;
        return names && [...names].sort();
      }),
    glob: (pattern) => {
      const expression = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
      return [...entries.keys()].filter((path) => expression.test(path)).sort();
    },
    write: (path, data, mode) => prepare(path, data, mode).commit(),
    prepare,
    draft: prepare,
    harden: async () => {},
    commitAll: async (all) => {
      for (const one of all) one.commit();
    },
    flush: async () => {},
    prepareCopy: (path, from) => prepare(path, text(from) ?? ''),
    leftovers: () => [],
    createExclusive: (path, content) => {
      counts.writes++;
      if (entries.has(short(path))) return false;
      put(path, content);
      return true;
    },
    guard: () => () => {},
    appender: (path) => {
      const pieces = [text(path) ?? ''];
      appending.set(short(path), pieces);
      return {
        write: (piece) => {
          counts.appends++;
          pieces.push(piece);
        },
        sync: () => {},
        isThere: () => true,
        close: () => {
          joinPieces(short(path));
          appending.delete(short(path));
        },
      };
    },
    copy: (from, to) => put(to, text(from) ?? ''),
    symlink: (path, to) => put(path, `-> ${to}`),
    readLink: () => undefined,
    realDirectory: (path) => (path.startsWith('/') ? path : `${ROOT}/${path}`),
    isLinked: (path) => text(path)?.startsWith('-> ') === true,
    rename: (from, to) => {
      put(to, text(from) ?? '');
      drop(from);
    },
    remove: (path) => {
      counts.removes++;
      drop(path);
    },
    removeTree: () => {},
    makeDirectory: () => {},
    now: () => ({ time: clock.ms, dev: 1 }),
    strangerIn: () => undefined,
    privateDirectory: () => true,
    isOwnOrAbsent: () => true,
    isPrivate: () => true,
    get digests() {
      return counts.digests;
    },
    put,
    text,
    paths: () => [...entries.keys()].filter((path) => !path.startsWith('.desgw/')).sort(),
  };
}

function stubProcesses(
  programs: { readonly [name: string]: Program },
  files: StubFiles,
  counts: Counts,
  ran: string[],
): Processes {
  return {
    self: { host: 'here', boot: 'b', pid: 1, start: '1', user: 'mara' },
    isAlive: () => false,
    isAttemptAlive: () => false,
    vouch: () => undefined,
    isVouchedFor: () => Promise.resolve(undefined),
    sweep: () => Promise.resolve(true),
    run: async (spawn, signal): Promise<Ran> => {
      counts.spawns++;
      ran.push(spawn.argv.join(' '));
      const [name, ...args] = spawn.argv;
      const program = programs[name];
      if (program === undefined)
        return { exit: { kind: 'spawn', message: 'no such program' }, leftBehind: false };
      const code = await program(args, files, spawn);
      if (signal.aborted) return { exit: { kind: 'signal', signal: 'SIGINT' }, leftBehind: false };
      const exit: Exit = { kind: 'exit', code: code ?? 0 };
      if (spawn.unnamed !== true) return { exit, leftBehind: false };
      const printed = files.readText(spawn.stdout) ?? '';
      files.remove(spawn.stdout);
      return { exit, leftBehind: false, printed };
    },
    launch: () => {
      throw new Error('nothing is launched here');
    },
    stop: () => Promise.resolve(),
    killAll: () => {},
  };
}
