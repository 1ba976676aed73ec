import { describe, expect, test } from 'vitest';
import type { State } from '../../../core/api/builds.ts';
import { group, target } from '../../../core/api/define.ts';
import type { Sighting } from '../../../core/api/looks.ts';
import type { Chain, OnceSighting, Rule } from '../../../core/api/rules.ts';
import { resolve } from '../../../core/graph/resolve.ts';
import type { Trace } from '../../../core/memory/trace.ts';
import { chainAction, closure, firstDue, plan } from '../../../core/plan/plan.ts';
import type { AttemptState, Verdicts, View } from '../../../core/plan/view.ts';
import { verdictsOf, viewOf } from '../../support/views.ts';

interface World {
  readonly traces?: { readonly [name: string]: Trace };
  readonly files?: { readonly [path: string]: string };
  readonly sightings?: { readonly [name: string]: Sighting };
  readonly onces?: { readonly [name: string]: OnceSighting };
  readonly attempt?: AttemptState;
}

function seen({
  traces = {},
  files = {},
  sightings = {},
  onces = {},
  attempt = 'unclaimed',
}: World): View {
  return viewOf({
    file: (path) => files[path] ?? 'absent',
    attempt: () => attempt,
    sighting: (name) => sightings[name],
    once: (name) => onces[name],
    trace: (name) => traces[name],
  });
}

const made = (name: string, rule: Omit<Rule, 'name'> = {}): Rule =>
  target(name, { outputs: [name], recipe: [], ...rule });

/** Plans, states and actions in a form that fits on a line each. */
function planned(rules: readonly Rule[], goals: readonly string[], world: World = {}) {
  const { plan: found, wanted } = plan(resolve(rules), goals, seen(world));
  return {
    states: Object.fromEntries([...found.verdicts].map(([name, { state }]) => [name, state])),
    actions: found.actions.map(
      ({ name, kind, makes, certain }) =>
        `${kind} ${name}: ${makes.join(' ')}${certain ? '' : ' (perhaps)'}`,
    ),
    wanted,
  };
}

/** Traces of a build of these rules, made by planning it to the end with everything as recorded. */
function built(
  rules: readonly Rule[],
  files: { readonly [path: string]: string },
): { readonly [name: string]: Trace } {
  const graph = resolve(rules);
  const traces: { [name: string]: Trace } = {};
  const products: { [name: string]: string } = {};
  for (const name of graph.order) {
    const node = graph.nodes.get(name)!;
    products[name] = files[node.outputs[0]?.path ?? ''] ?? 'absent';
    const inputs = Object.fromEntries(
      (node.rule.inputs ?? []).map((path) => [path, files[path] ?? 'absent']),
    );
    const deps = Object.fromEntries(node.deps.map((dep) => [dep, products[dep]!]));
    const outputs = Object.fromEntries(
      node.outputs.map(({ path }) => [path, files[path] ?? 'absent']),
    );
    const signature = {
      recipe: node.recipeDigest,
      params: {},
      inputs,
      env: {},
      globs: {},
      deps,
      gathered: {},
    };
    traces[name] = {
      kind: 'built',
      how: 'built',
      run: 1,
      at: 0,
      ms: 0,
      because: [],
      signature,
      outputs,
    };
  }
  return traces;
}

const LINE = [
  made('a', { inputs: ['in'] }),
  made('b', { deps: ['a'] }),
  made('c', { deps: ['b'] }),
];
const FILES = { in: '1', a: 'a1', b: 'b1', c: 'c1' };

describe('a plan', () => {
  test('of what was never built: the first is certain, the rest follow', () => {
    expect(planned(LINE, ['c'], { files: { in: '1' } })).toEqual({
      states: { a: 'missing', b: 'missing', c: 'missing' },
      actions: ['run a: a', 'run b: b', 'run c: c'],
      wanted: [],
    });
  });

  test('of what is as it was: nothing', () => {
    expect(planned(LINE, ['c'], { files: FILES, traces: built(LINE, FILES) })).toEqual({
      states: { a: 'fresh', b: 'fresh', c: 'fresh' },
      actions: [],
      wanted: [],
    });
  });

  test('of a change at the root: what follows is run only if the result is another', () => {
    expect(
      planned(LINE, ['c'], { files: { ...FILES, in: '2' }, traces: built(LINE, FILES) }),
    ).toEqual({
      states: { a: 'stale', b: 'maybe', c: 'maybe' },
      actions: ['run a: a', 'run b: b (perhaps)', 'run c: c (perhaps)'],
      wanted: [],
    });
  });

  test('covers what the goals need and nothing else', () => {
    expect(
      planned([...LINE, made('other')], ['b'], { files: FILES, traces: built(LINE, FILES) }).states,
    ).toEqual({ a: 'fresh', b: 'fresh' });
  });

  test('a group is no action', () => {
    expect(planned([group('all', ['a']), made('a')], ['all'])).toEqual({
      states: { a: 'missing', all: 'maybe' },
      actions: ['run a: a'],
      wanted: [],
    });
  });

  test('wants looks before it can tell, and is provisional until it has them', () => {
    const observe = { look: () => [], judge: () => ({ state: 'ready', value: 1 }) as const };
    const rules = [made('seen', { observe }), made('next', { deps: ['seen'] })];
    expect(planned(rules, ['next'])).toEqual({
      states: { seen: 'maybe', next: 'missing' },
      actions: ['run seen: seen (perhaps)', 'run next: next'],
      wanted: [{ target: 'seen', look: 'sighting' }],
    });
    const waiting: Sighting = { state: 'waiting', progress: '1 of 2' };
    expect(planned(rules, ['next'], { sightings: { seen: waiting } })).toEqual({
      states: { seen: 'waiting', next: 'blocked' },
      actions: [],
      wanted: [],
    });
  });

  test.each<[string, World, string[]]>([
    [
      'work found done is adopted',
      { onces: { a: { state: 'done', how: 'seen' } } },
      ['adopt a: a'],
    ],
    ['work in doubt is not touched', { onces: { a: { state: 'unknown', why: 'w' } } }, []],
    ['work not done is done', { onces: { a: { state: 'not done' } } }, ['run a: a']],
  ])('%s', (_what, world, actions) => {
    const once = { look: () => [], judge: () => ({ state: 'not done' }) as const };
    expect(planned([made('a', { once })], ['a'], world).actions).toEqual(actions);
  });

  test('a marker that is gone is put back from the record', () => {
    const once = { look: () => [], judge: () => ({ state: 'not done' }) as const };
    const rules = [made('a', { once })];
    expect(planned(rules, ['a'], { traces: built(rules, { a: 'a1' }) }).actions).toEqual([
      'restore a: a',
    ]);
  });

  test.each<[AttemptState, string[]]>([
    ['alive', ['attach a: a']],
    ['ended', ['attach a: a']],
    ['lost', ['run a: a']],
    ['unclaimed', ['run a: a']],
    ['elsewhere', []],
  ])('a detached program that is %s', (attempt, actions) => {
    const rules = [made('a')];
    const { signature } = built(rules, {}).a!;
    const trace: Trace = {
      kind: 'started',
      run: 1,
      at: 0,
      signature,
      because: [],
      token: 't',
      detached: 'rerun',
    };
    expect(planned(rules, ['a'], { traces: { a: trace }, attempt }).actions).toEqual(actions);
  });
});

describe('a chain', () => {
  const links = ['l0', 'l1', 'l2', 'l3'];
  /** Remakes the first that is not fresh and all after it. */
  const chain: Chain = {
    name: 'chain',
    links,
    sweep: (first) => links.slice(links.indexOf(first)),
    recipe: { steps: [] },
  };
  const rules = links.map((name, i) =>
    target(name, {
      chain,
      inputs: [`in${i}`],
      outputs: [name],
      ...(i === 0 ? {} : { deps: [links[i - 1]!] }),
    }),
  );
  const files = { in0: '0', in1: '1', in2: '2', in3: '3', l0: 'l0', l1: 'l1', l2: 'l2', l3: 'l3' };
  const traces = built(rules, files);

  test('is one action for all of its links', () => {
    expect(
      planned(rules, ['l3'], { files: { in0: '0', in1: '1', in2: '2', in3: '3' } }).actions,
    ).toEqual(['run chain: l0 l1 l2 l3']);
  });

  test('begins with the first link that is not fresh and sweeps those after it', () => {
    const found = plan(
      resolve(rules),
      ['l3'],
      seen({ files: { ...files, in1: 'changed' }, traces }),
    );
    expect([...found.plan.verdicts].map(([name, { state }]) => [name, state])).toEqual([
      ['l0', 'fresh'],
      ['l1', 'stale'],
      ['l2', 'stale'],
      ['l3', 'stale'],
    ]);
    expect(found.plan.verdicts.get('l3')?.reasons).toEqual([
      { kind: 'swept', chain: 'chain', first: 'l1' },
    ]);
    expect(found.plan.actions.map(({ makes, certain }) => ({ makes, certain }))).toEqual([
      { makes: ['l1', 'l2', 'l3'], certain: true },
    ]);
  });

  test('sweeps links that nothing but the chain ties to the one before', () => {
    const links = ['l0', 'l1'];
    const apart = { ...chain, links, sweep: (first: string) => links.slice(links.indexOf(first)) };
    const loose = links.map((name, i) =>
      target(name, { chain: apart, inputs: [`in${i}`], outputs: [name] }),
    );
    const seenNow = seen({ files: { ...files, in0: 'changed' }, traces: built(loose, files) });
    const { verdicts } = plan(resolve(loose), ['l1'], seenNow).plan;
    expect(verdicts.get('l1')).toMatchObject({
      ...{ state: 'stale', reasons: [{ kind: 'swept', chain: 'chain', first: 'l0' }] },
    });
  });

  test('who needs one link needs the whole chain', () => {
    expect(closure(resolve([...rules, made('user', { deps: ['l1'] })]), ['user'])).toEqual([
      'l0',
      'l1',
      'l2',
      'l3',
      'user',
    ]);
  });

  const all = (states: { readonly [link: string]: State }): Verdicts =>
    verdictsOf(
      Object.fromEntries(
        chain.links.map((link) => [link, { state: states[link] ?? 'fresh', reasons: [] }]),
      ),
    );
  test.each<
    [string, { readonly [link: string]: State }, string | undefined, readonly string[] | undefined]
  >([
    ['all fresh', {}, undefined, undefined],
    ['one stale', { l2: 'stale' }, 'l2', ['l2', 'l3']],
    ['the first of several', { l1: 'missing', l2: 'stale' }, 'l1', ['l1', 'l2', 'l3']],
    ['the first held up', { l1: 'waiting', l2: 'stale' }, undefined, undefined],
    [
      'running: what runs is followed',
      { l1: 'running', l2: 'running', l3: 'stale' },
      'l3',
      ['l1', 'l2'],
    ],
  ])('%s', (_what, states, first, makes) => {
    expect([firstDue(chain, all(states)), chainAction(chain, all(states))?.makes]).toEqual([
      first,
      makes,
    ]);
  });
});
