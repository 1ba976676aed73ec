/** Random workspaces, and random things that people and the world do to them. */
import fc from 'fast-check';
import type { Sketch, Workspace } from './workspace.ts';

export const SOURCES = ['src/a', 'src/b', 'src/c'] as const;
export const OPTIONAL = ['src/x', 'src/y'] as const;
export const MEMBERS = ['src/1.g', 'src/2.g'] as const;
const PATTERN = 'src/*.g';

interface RawTarget {
  readonly kind: 'exec' | 'write' | 'check' | 'group';
  readonly deps: readonly number[];
  readonly after: readonly number[];
  readonly gathers: readonly number[];
  readonly inputs: readonly string[];
  readonly optional: readonly string[];
  readonly glob: boolean;
  readonly env: boolean;
  readonly observes: boolean;
  readonly lossy: boolean;
  readonly pair: boolean;
}

interface RawWorkspace {
  readonly first: readonly RawTarget[];
  readonly links: readonly RawTarget[] | undefined;
  readonly sweep: Workspace['sweep'];
  readonly detached: boolean;
  readonly blind: boolean;
  readonly failsLate: boolean;
  readonly coarse: boolean;
  readonly anonymous: boolean;
  /** What is submitted fails at first. */
  readonly fails: boolean;
  readonly middle: readonly RawTarget[];
  /** Something submitted once, from what the first one makes, and watched by the second. */
  readonly grid: readonly [RawTarget, RawTarget] | undefined;
  readonly last: readonly RawTarget[];
}

const rarely = fc.nat(5).map((n) => n === 5);
const earlier = (maxLength: number) => fc.array(fc.nat(30), { maxLength });

const rawTarget: fc.Arbitrary<RawTarget> = fc.record({
  kind: fc.constantFrom('exec', 'write', 'exec', 'write', 'exec', 'check', 'group'),
  deps: earlier(3),
  after: earlier(1),
  gathers: earlier(2),
  inputs: fc.subarray([...SOURCES], { maxLength: 2 }),
  optional: fc.subarray([...OPTIONAL], { maxLength: 1 }),
  glob: rarely,
  env: rarely,
  observes: rarely,
  lossy: fc.boolean(),
  pair: rarely,
});

const rawWorkspace: fc.Arbitrary<RawWorkspace> = fc.record({
  first: fc.array(rawTarget, { maxLength: 3 }),
  links: fc.option(fc.array(rawTarget, { minLength: 2, maxLength: 3 }), { nil: undefined }),
  sweep: fc.constantFrom('suffix', 'all', 'suffix and first'),
  detached: fc.boolean(),
  blind: fc.boolean(),
  failsLate: fc.boolean(),
  coarse: rarely,
  anonymous: fc.boolean(),
  fails: rarely,
  middle: fc.array(rawTarget, { maxLength: 2 }),
  grid: fc.option(fc.tuple(rawTarget, rawTarget), { nil: undefined }),
  last: fc.array(rawTarget, { maxLength: 3 }),
});

/** Random workspaces; the last target is a group of all others. */
export const anyWorkspace: fc.Arbitrary<Workspace> = rawWorkspace.map((raw) => {
  const targets: Sketch[] = [];
  const add = (prefix: string, own: RawTarget, forced: Partial<Sketch> = {}): string => {
    const name = `${prefix}${targets.length}`;
    targets.push({
      ...sketched(
        name,
        own,
        targets.map((t) => t.name),
      ),
      ...forced,
    });
    return name;
  };
  for (const own of raw.first) add('t', own);
  let previous: string | undefined;
  const links = targets.length;
  for (const own of raw.links ?? []) {
    const { deps, after, inputs, optional, lossy, pair } = own;
    const plain = { ...own, kind: 'exec', deps, after, inputs, optional, lossy, pair } as const;
    const outside = targets.slice(0, links).map((t) => t.name);
    const sketch = sketched('', plain, outside);
    const chained = previous === undefined ? sketch.deps : [...sketch.deps, previous];
    previous = add('link', plain, {
      kind: 'link',
      deps: chained,
      after: sketch.after,
      gathers: [],
      globs: [],
      env: [],
      observes: undefined,
    });
  }
  for (const own of raw.middle) add('t', own);
  if (raw.grid !== undefined) {
    const n = targets.length;
    const hold = { since: `once${n + 1}`, until: `watch${n + 2}` };
    const dag = add('dag', raw.grid[0], {
      hold,
      kind: raw.grid[0].kind === 'write' ? 'write' : 'exec',
    });
    const nothing = {
      after: [],
      gathers: [],
      inputs: [],
      optional: [],
      globs: [],
      env: [],
      observes: undefined,
      pair: false,
    };
    const once = add('once', raw.grid[0], {
      ...nothing,
      kind: 'once',
      deps: [dag],
      hold: undefined,
    });
    add('watch', raw.grid[1], {
      ...nothing,
      kind: 'write',
      deps: [once],
      observes: 'outside/watch',
    });
  }
  for (const own of raw.last) add('t', own);
  targets.push({
    ...sketched('all', NOTHING, []),
    kind: 'group',
    deps: targets.map((t) => t.name),
  });
  return {
    targets,
    sweep: raw.sweep,
    detached: raw.detached,
    blind: raw.blind,
    failsLate: raw.failsLate,
    coarse: raw.coarse,
    anonymous: raw.anonymous,
    failing: new Set(targets.filter(({ kind }) => raw.fails && kind === 'once').map((t) => t.name)),
    env: { HUE: 'red' },
  };
});

const NOTHING: RawTarget = {
  kind: 'group',
  deps: [],
  after: [],
  gathers: [],
  inputs: [],
  optional: [],
  glob: false,
  env: false,
  observes: false,
  lossy: false,
  pair: false,
};

function sketched(name: string, raw: RawTarget, earlierNames: readonly string[]): Sketch {
  const { kind, inputs, optional, lossy, pair } = raw;
  const pick = (numbers: readonly number[]): string[] => [
    ...new Set(
      earlierNames.length === 0 ? [] : numbers.map((n) => earlierNames[n % earlierNames.length]!),
    ),
  ];
  const plain = kind === 'exec' || kind === 'check';
  return {
    name,
    kind,
    deps: pick(raw.deps),
    after: pick(raw.after),
    gathers: kind === 'group' ? [] : pick(raw.gathers),
    inputs,
    optional,
    globs: plain && raw.glob ? [PATTERN] : [],
    env: plain && raw.env ? ['HUE'] : [],
    param: 0,
    observes: raw.observes && kind !== 'group' ? `outside/${name}` : undefined,
    lossy,
    pair: pair && (kind === 'exec' || kind === 'write'),
    hold: undefined,
  };
}

/** Everything that lies about before the first build. */
export function initialTree({ targets }: Workspace): { readonly [path: string]: string } {
  const outside = targets.flatMap(({ observes }) =>
    observes === undefined || observes === 'outside/watch' ? [] : [[observes, 'ready 0']],
  );
  return Object.fromEntries([
    ...SOURCES.map((path) => [path, 'v0']),
    [MEMBERS[0], 'v0'],
    ...outside,
  ]);
}

/** Something that happens. Numbers name targets and files, whatever their count is. */
export type Op =
  | {
      readonly op: 'source' | 'optional' | 'member' | 'param' | 'env';
      readonly which: number;
      readonly value: number;
    }
  | {
      readonly op: 'touch' | 'delete' | 'edit' | 'accept' | 'clean' | 'fail' | 'mend';
      readonly which: number;
    }
  | { readonly op: 'depend' | 'independ'; readonly which: number; readonly on: number }
  | {
      readonly op: 'observe';
      readonly which: number;
      readonly value: 'ready 0' | 'ready 1' | 'soon' | 'failed';
    }
  | { readonly op: 'pass' | 'set clock'; readonly ms: number }
  | {
      readonly op: 'build';
      readonly jobs: number;
      readonly wait: boolean;
      readonly failFast: boolean;
      readonly force: number | undefined;
      /** Told to stop when so many programs have started. */
      readonly abortAt: number | undefined;
      /** Killed at that effect. */
      readonly killAt: number | undefined;
      /** A source is changed when so many programs have started. */
      readonly meddleAt: number | undefined;
      /** The disk fails once, at that effect. */
      readonly disk: { readonly failAt: number; readonly with: string } | undefined;
      /** The power is cut at that effect, or after the end of the build; what is lost is by chance. */
      readonly cut?: { readonly at: number; readonly chance: number } | undefined;
      /** On a computer that remembers for so many looks what it saw of the disk, while others change it. */
      readonly stale?: number | undefined;
    };

const which = fc.nat(30);
const effect = fc.integer({ min: 1, max: 400 });

const build: fc.Arbitrary<Op> = fc.record({
  op: fc.constant('build'),
  jobs: fc.integer({ min: 1, max: 8 }),
  wait: fc.boolean(),
  failFast: rarely,
  force: fc.option(which, { nil: undefined, freq: 8 }),
  abortAt: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined, freq: 5 }),
  meddleAt: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined, freq: 5 }),
  killAt: fc.option(effect, { nil: undefined, freq: 5 }),
  disk: fc.option(fc.record({ failAt: effect, with: fc.constantFrom('EIO', 'ENOSPC') }), {
    nil: undefined,
    freq: 5,
  }),
});

const happening: fc.Arbitrary<Op> = fc.oneof(
  fc.record({
    op: fc.constantFrom('source', 'source', 'optional', 'member', 'param', 'env'),
    which,
    value: fc.nat(3),
  }),
  fc.record({
    op: fc.constantFrom('touch', 'delete', 'delete', 'edit', 'accept', 'clean', 'fail', 'mend'),
    which,
  }),
  fc.record({ op: fc.constantFrom('depend', 'independ'), which, on: which }),
  fc.record({
    op: fc.constant('observe'),
    which,
    value: fc.constantFrom('ready 0', 'ready 1', 'soon', 'failed'),
  }),
  fc.record({ op: fc.constant('pass'), ms: fc.constantFrom(1, 7, 30, 5000) }),
);

/** Days in the life of a workspace. */
export const anyHistory: fc.Arbitrary<readonly Op[]> = fc
  .array(fc.tuple(fc.array(happening, { maxLength: 3 }), build), { maxLength: 5 })
  .map((days) => days.flatMap(([happenings, end]) => [...happenings, end]));
