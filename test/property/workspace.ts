/**
 * Workspaces as plain descriptions: the same description gives the rules for desgw, the programs
 * that those rules run, and the naive builder that says what must come out.
 */

import type { Build } from '../../core/api/builds.ts';
import { digestOf } from '../../core/api/digest.ts';
import { Refusal } from '../../core/api/errors.ts';
import type { Facts, RunFacts } from '../../core/api/facts.ts';
import type { Seen, Sighting } from '../../core/api/looks.ts';
import type { Chain, Once, Recipe, Rule } from '../../core/api/rules.ts';
import type { Json } from '../../core/api/values.ts';
import type { Call, Program } from '../../core/testing/calls.ts';
import type { OtherDisk } from '../../core/testing/disks.ts';

/** One target. `exec` runs a program, `write` a function; `check` is an `exec` that leaves no file. */
export interface Sketch {
  readonly name: string;
  readonly kind: 'group' | 'exec' | 'check' | 'write' | 'link' | 'once';
  deps: readonly string[];
  readonly after: readonly string[];
  readonly gathers: readonly string[];
  readonly inputs: readonly string[];
  readonly optional: readonly string[];
  readonly globs: readonly string[];
  readonly env: readonly string[];
  param: number;
  /** A file of the outside that is observed. */
  readonly observes: string | undefined;
  /** Much that goes in comes out as the same: early cutoff. */
  readonly lossy: boolean;
  /** Makes a second file as well. */
  readonly pair: boolean;
  readonly hold: Rule['hold'];
}

/** A target that needs nothing, and has no name yet. */
export const PLAIN: Sketch = {
  name: '',
  kind: 'exec',
  deps: [],
  after: [],
  gathers: [],
  inputs: [],
  optional: [],
  globs: [],
  env: [],
  param: 0,
  observes: undefined,
  lossy: false,
  pair: false,
  hold: undefined,
};

export interface Workspace {
  /** Each after all that it needs; links of the chain in their order. */
  readonly targets: readonly Sketch[];
  /** Which links one run of the chain remakes. */
  readonly sweep: 'suffix' | 'all' | 'suffix and first';
  /** Whether the chain's command survives desgw. */
  readonly detached: boolean;
  /** Nothing outside shows what was submitted: only the engine's own records can. */
  readonly blind: boolean;
  /** A submitter that fails has submitted all the same, and leaves no receipt. */
  readonly failsLate: boolean;
  /** Time stamps of files are two seconds apart. */
  readonly coarse: boolean;
  /** Nothing tells the machine from others: after a restart it may be another. */
  readonly anonymous: boolean;
  /** The sources are on a disk of another clock. */
  readonly sourceDisk?: Omit<OtherDisk, 'under'>;
  /** Programs that fail; what they would make is left half-written. */
  readonly failing: Set<string>;
  readonly env: { [name: string]: string };
}

/** Where a once-program leaves its trace outside. */
export const OUTSIDE_LOG = 'outside/submissions';

export const outputOf = (name: string): string => `out/${name}`;

export const outputsOf = ({ name, kind, pair }: Sketch): readonly string[] => {
  if (kind === 'group' || kind === 'check') return [];
  return pair ? [outputOf(name), `${outputOf(name)}.b`] : [outputOf(name)];
};

const goalOf = (workspace: Workspace): string => workspace.targets.at(-1)!.name;

// -- what comes out -------------------------------------------------------------------------------

/** Everything that goes into a target, wherever it is read from. */
interface Reader {
  text(path: string): string | undefined;
  matches(pattern: string): readonly string[];
  env(name: string): string | undefined;
  observed: Json;
  gathered: readonly string[];
  /** Text of the file that a target made. */
  made(name: string): string | undefined;
}

/** The text a target makes. Files are named by what they hold, so that cutting off shows. */
function textOf(sketch: Sketch, workspace: Workspace, from: Reader): string {
  if (sketch.kind === 'once') return `job-${sketch.name}\n`;
  const ingredients = [
    sketch.param,
    [...sketch.inputs, ...sketch.optional].map((path) => from.text(path) ?? '-'),
    sketch.globs.flatMap((pattern) => from.matches(pattern).map((p) => [p, from.text(p) ?? ''])),
    sketch.env.map((name) => from.env(name) ?? '-'),
    from.observed,
    // The order in which needs are named says nothing.
    filesOf(sketch.deps, workspace)
      .toSorted()
      .map((name) => from.made(name) ?? '-'),
    from.gathered.map((name) => [
      name,
      filesOf([name], workspace)
        .toSorted()
        .map((n) => from.made(n) ?? '-'),
    ]),
  ];
  const digest = digestOf(JSON.stringify(ingredients));
  return `${sketch.name}:${sketch.lossy ? Number(/[a-m]/.test(digest[0]!)) : digest}\n`;
}

/** The targets with a file that stand behind names, groups opened. */
export function filesOf(names: readonly string[], workspace: Workspace): readonly string[] {
  return names.flatMap((name) => {
    const sketch = sketchOf(workspace, name);
    return sketch.kind === 'group' ? filesOf(sketch.deps, workspace) : [name];
  });
}

export function sketchOf(workspace: Workspace, name: string): Sketch {
  return workspace.targets.find((sketch) => sketch.name === name)!;
}

/** What the naive builder is told. */
export interface Given {
  readonly tree: { readonly [path: string]: string };
  /** Targets whose file stays what it is, for a reason the caller knows. */
  readonly asTheyAre: ReadonlySet<string>;
  /** Targets that failed and are not gathered. */
  readonly leftOut: ReadonlySet<string>;
}

/**
 * The naive builder: makes the text of a target from scratch, from nothing but sources.
 */
export function naive(name: string, workspace: Workspace, from: Given): string | undefined {
  const { tree, asTheyAre } = from;
  if (asTheyAre.has(name)) return tree[outputOf(name)];
  const sketch = sketchOf(workspace, name);
  if (outputsOf(sketch).length === 0) return undefined;
  return textOf(sketch, workspace, {
    text: (path) => tree[path],
    matches: (pattern) => Object.keys(tree).filter((path) => globMatches(pattern, path)),
    env: (variable) => workspace.env[variable],
    observed: sketch.observes === undefined ? null : sightingOf(tree[sketch.observes]).value,
    gathered: sketch.gathers.filter((member) => !from.leftOut.has(member)),
    made: (dep) => naive(dep, workspace, from),
  });
}

const globMatches = (pattern: string, path: string): boolean =>
  path.startsWith(pattern.slice(0, pattern.indexOf('*'))) && path.endsWith('.g');

/** `ready...` is a value, `failed...` cannot be seen, anything else is still under way. */
function sightingOf(text: string | undefined): Sighting & { readonly value: Json } {
  if (text?.startsWith('ready')) return { state: 'ready', value: text };
  if (text?.startsWith('failed')) return { state: 'failed', why: text, value: null };
  return { state: 'waiting', progress: text ?? 'nothing yet', value: text ?? null };
}

// -- rules ----------------------------------------------------------------------------------------

export function buildOf(workspace: Workspace): Build {
  return { goal: goalOf(workspace), rules: () => rulesOf(workspace) };
}

function rulesOf(workspace: Workspace): readonly Rule[] {
  const links = workspace.targets.filter((sketch) => sketch.kind === 'link').map((l) => l.name);
  const chain: Chain = {
    name: 'chain',
    links,
    sweep: (first) => sweepFrom(workspace, links, first),
    completed: (run) => run.stdout.split('\n').filter((line) => links.includes(line)),
    recipe: {
      steps: ({ due }) => [
        {
          kind: 'exec',
          argv: ['chain', ...due],
          okExits: 'any',
          ...(workspace.detached ? { detached: 'rerun' } : {}),
        },
      ],
      judge: (run) =>
        run.exits.flatMap((e) =>
          e.kind === 'exit' && e.code === 0 ? [] : [{ what: 'chain broke' }],
        ),
    },
  };
  return workspace.targets.map((sketch) => ruleOf(sketch, workspace, chain));
}

function sweepFrom(
  { sweep }: Workspace,
  links: readonly string[],
  first: string,
): readonly string[] {
  if (sweep === 'all') return links;
  const suffix = links.slice(links.indexOf(first));
  return sweep === 'suffix' ? suffix : [...new Set([links[0]!, ...suffix])];
}

function ruleOf(sketch: Sketch, workspace: Workspace, chain: Chain): Rule {
  const { name, kind, deps, after, gathers, inputs, optional, globs, env, observes } = sketch;
  if (kind === 'group') return { name, deps, after };
  return {
    name,
    deps,
    after,
    gathers,
    inputs,
    optionalInputs: optional,
    globs,
    env,
    params: { param: sketch.param },
    outputs: outputsOf(sketch),
    ...(sketch.hold === undefined ? {} : { hold: sketch.hold }),
    ...(observes === undefined
      ? {}
      : {
          observe: {
            look: () => [{ kind: 'read', path: observes }],
            judge: ([seen]: readonly Seen[]) =>
              sightingOf(seen?.kind === 'read' ? seen.text : undefined),
          },
        }),
    ...(kind === 'once' ? { once: onceOf(name, workspace) } : {}),
    ...(kind === 'link' ? { chain } : { recipe: recipeOf(sketch, workspace) }),
  };
}

function onceOf(name: string, { blind }: Workspace): Once {
  return {
    look: () => [{ kind: 'read', path: OUTSIDE_LOG }],
    judge: ([seen]) => {
      const log = seen?.kind === 'read' ? (seen.text ?? '') : '';
      return !blind && log.split('\n').includes(name)
        ? { state: 'done', how: 'it is in the log outside', receipt: `job-${name}` }
        : { state: 'not done' };
    },
  };
}

function recipeOf(sketch: Sketch, workspace: Workspace): Recipe {
  const { name, kind } = sketch;
  if (kind === 'once') {
    return {
      steps: [
        { kind: 'exec', argv: ['submit', name], detached: 'doubt', receipt: '(job-\\w+)' },
        { kind: 'write', path: outputOf(name), content: (run: RunFacts) => `${run.receipt}\n` },
      ],
    };
  }
  if (kind === 'write') {
    return {
      version: '1',
      reads: [...sketch.inputs, ...sketch.optional, ...readsOf(sketch, workspace)],
      steps: (facts) => {
        if (workspace.failing.has(name)) throw new Refusal(`${name} is made to fail`);
        const text = textOf(sketch, workspace, readerOfFacts(facts));
        return outputsOf(sketch).map((path) => ({ kind: 'write', path, content: text }));
      },
    };
  }
  return {
    steps: ({ value, gathered }) => [
      { kind: 'exec', argv: ['make', name, JSON.stringify({ value, gathered })] },
    ],
  };
}

const readsOf = ({ deps, gathers }: Sketch, workspace: Workspace): readonly string[] =>
  filesOf([...deps, ...gathers], workspace).map(outputOf);

function readerOfFacts({ maybeText, value, gathered }: Facts): Reader {
  return {
    text: maybeText,
    matches: () => [],
    env: () => undefined,
    observed: value,
    gathered,
    made: (dep) => maybeText(outputOf(dep)),
  };
}

// -- programs -------------------------------------------------------------------------------------

/** The programs that the rules run. They know a target's description, and read files as they are. */
export function programsOf(
  workspace: Workspace,
  tree: () => { readonly [path: string]: string },
): { readonly [name: string]: Program } {
  async function make(
    name: string,
    call: Call,
    facts: Pick<Reader, 'observed' | 'gathered'>,
  ): Promise<boolean> {
    const sketch = sketchOf(workspace, name);
    const text = textOf(sketch, workspace, {
      ...facts,
      text: call.read,
      matches: (pattern) => Object.keys(tree()).filter((path) => globMatches(pattern, path)),
      env: (variable) => call.env[variable],
      made: (dep) => call.read(outputOf(dep)),
    });
    const outputs = outputsOf(sketch);
    for (const path of outputs) call.write(path, text.slice(0, 3));
    if (!(await call.pause(text.length % 5)) || workspace.failing.has(name)) return false;
    for (const path of outputs) call.write(path, text);
    return true;
  }
  return {
    make: async (call) => {
      const [name, facts] = call.args;
      const { value, gathered } = JSON.parse(facts!) as { value: Json; gathered: string[] };
      return (await make(name!, call, { observed: value, gathered })) ? 0 : 1;
    },
    chain: async (call) => {
      for (const link of call.args) {
        if (!(await make(link, call, { observed: null, gathered: [] }))) return 1;
        call.print(`${link}\n`);
      }
      return 0;
    },
    submit: async (call) => {
      const [name] = call.args;
      const fails = workspace.failing.has(name!);
      if (fails && !workspace.failsLate) return 1;
      call.write(OUTSIDE_LOG, `${call.read(OUTSIDE_LOG) ?? ''}${name}\n`);
      if (fails) return 1;
      call.print(`submitted as job-${name}\n`);
      return 0;
    },
  };
}
