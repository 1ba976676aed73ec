import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RuleItem } from '../../../core/api/builds.ts';
import { exec, expand, group, target, write } from '../../../core/api/define.ts';
import type { Chain, Recipe, Rule } from '../../../core/api/rules.ts';
import type { Step } from '../../../core/api/steps.ts';
import { needsOf } from '../../../core/graph/graph.ts';
import { normalisePath, resolve } from '../../../core/graph/resolve.ts';

const plain = (name: string, rule: Omit<Rule, 'name' | 'declaredAt'> = {}): Rule =>
  target(name, { recipe: [], ...rule });

/** Message and hint of what resolving these rules ends in. */
function complaint(items: readonly RuleItem[]): { message: string; hint: string | undefined } {
  try {
    resolve(items);
  } catch (error) {
    const { message, hint } = error as Error & { hint: string | undefined };
    return { message, hint };
  }
  throw new Error('there was nothing to complain about');
}

describe('edges', () => {
  test('who makes a file that an input pattern matches is a dep, by whatever part of the pattern', () => {
    const depsOf = (glob: string) =>
      resolve([
        plain('sum', { globs: [glob] }),
        plain('cat', { outputs: ['out/a.cat'] }),
        plain('reg', { outputs: ['out/a.reg'] }),
        plain('dot', { outputs: ['out/.a.cat'] }),
      ]).nodes.get('sum')?.deps;
    expect(depsOf('out/*.cat')).toEqual(['cat']);
    expect(depsOf('out/a.{cat,reg}')).toEqual(['cat', 'reg']);
    expect(depsOf('out/{*.cat,*.reg}')).toEqual(['cat', 'reg']);
    expect(depsOf('{out/*.cat,in/*}')).toEqual(['cat']);
  });

  test('an input that another target makes is a dep on that target', () => {
    const graph = resolve([
      plain('b', { inputs: ['./out//a', 'plain'] }),
      plain('a', { outputs: ['out/a'] }),
    ]);
    expect([
      graph.nodes.get('b')?.deps,
      graph.order,
      graph.dependents.get('a'),
      graph.makers.get('out/a'),
    ]).toEqual([['a'], ['a', 'b'], ['b'], 'a']);
  });

  test('an input that the target makes itself is no dep', () => {
    expect(resolve([plain('a', { inputs: ['x'], outputs: ['x'] })]).nodes.get('a')?.deps).toEqual(
      [],
    );
  });

  test('needs are deps, order-only needs and gathered members, each once', () => {
    const graph = resolve([
      ...['a', 'b', 'c'].map((name) => plain(name)),
      plain('d', { deps: ['a', 'a'], after: ['b', 'a'], gathers: ['c', 'b'] }),
    ]);
    expect(needsOf(graph.nodes.get('d')!)).toEqual(['a', 'b', 'c']);
  });

  test('whoever needs a link of a chain waits for all its links', () => {
    const recipe: Recipe = { steps: [] };
    const chain: Chain = { name: 'chain', links: ['l0', 'l1'], sweep: () => ['l0', 'l1'], recipe };
    const graph = resolve([
      target('l0', { chain }),
      target('l1', { chain, deps: ['l0'] }),
      plain('x', { deps: ['l0'] }),
    ]);
    expect([graph.nodes.get('x')?.after, graph.nodes.get('l1')?.after]).toEqual([['l1'], []]);
  });

  test('without recipe, chain and observation a target is a group', () => {
    const graph = resolve([
      group('g', ['a']),
      plain('a'),
      target('seen', { observe: { look: () => [], judge: () => ({ state: 'ready', value: 1 }) } }),
    ]);
    expect([...graph.nodes.values()].map(({ name, group: isGroup }) => [name, isGroup])).toEqual([
      ['g', true],
      ['a', false],
      ['seen', false],
    ]);
  });
});

describe('what is wrong with rules', () => {
  test.each<[string, RuleItem[], string, string | undefined]>([
    [
      'two targets of one name',
      [plain('a'), plain('a')],
      "target 'a' is declared twice",
      undefined,
    ],
    [
      'two targets of one file, spelled differently',
      [plain('a', { outputs: ['x/y'] }), plain('b', { outputs: ['x/./z/../y'] })],
      "'x/y' is made by two targets, 'a' and 'b'",
      undefined,
    ],
    [
      'a need that is nearly a target',
      [plain('season'), plain('a', { deps: ['seasn'] })],
      "target 'a' needs 'seasn', which no rule makes",
      "Did you mean 'season'?",
    ],
    [
      'a need that is nothing',
      [plain('a', { deps: ['file.txt'] })],
      "target 'a' needs 'file.txt', which no rule makes",
      "If 'file.txt' is a file that nothing makes, list it under 'inputs'.",
    ],
    [
      'no name',
      [plain('')],
      'a target without a name',
      'Every target() needs a name as its first argument.',
    ],
    [
      'an expansion of nothing',
      [plain('list'), expand('lst', () => [])],
      "an expansion reads what 'lst' makes, but there is no such target",
      "Did you mean 'list'?",
    ],
    [
      'a target that needs itself',
      [plain('a', { deps: ['a'] })],
      'the rules form a cycle: a -> a\n  a needs a',
      'Take one of these needs away.',
    ],
  ])('%s', (_what, items, message, hint) => {
    expect(complaint(items)).toEqual({ message, hint });
  });

  test('of a cycle only the members are named, with the place of each', () => {
    const at = (name: string, dep: string, line: number): Rule => ({
      ...plain(name, { deps: [dep] }),
      declaredAt: `desgwfile.ts:${line}`,
    });
    expect(
      complaint([
        at('outside', 'a', 1),
        at('a', 'b', 2),
        at('b', 'c', 3),
        at('c', 'a', 4),
        plain('free'),
      ]).message,
    ).toBe(
      `the rules form a cycle: a -> b -> c -> a
  a needs b (desgwfile.ts:2)
  b needs c (desgwfile.ts:3)
  c needs a (desgwfile.ts:4)`,
    );
  });

  test('declared twice names both places', () => {
    const [a, b] = [1, 2].map((line) => ({ ...plain('a'), declaredAt: `desgwfile.ts:${line}` }));
    expect(complaint([a!, b!]).message).toBe(
      "target 'a' is declared twice (desgwfile.ts:1 and desgwfile.ts:2)",
    );
  });
});

describe('order', () => {
  test('every target comes after all that it needs, and each once', () => {
    const edges = fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 80 });
    fc.assert(
      fc.property(
        edges,
        fc.shuffledSubarray(
          Array.from({ length: 31 }, (_, i) => i),
          { minLength: 31 },
        ),
        (pairs, shuffled) => {
          const rules = shuffled.map((i) =>
            plain(`t${i}`, {
              deps: pairs.filter(([from, to]) => from === i && to < i).map(([, to]) => `t${to}`),
            }),
          );
          const { order, nodes } = resolve(rules);
          const place = new Map(order.map((name, i) => [name, i]));
          expect(place.size).toBe(31);
          for (const node of nodes.values())
            for (const need of needsOf(node))
              expect(place.get(need)!).toBeLessThan(place.get(node.name)!);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('a chain of 20,000 and a ladder of diamonds take no stack and no time', () => {
    const chain = Array.from({ length: 20_000 }, (_, i) =>
      plain(`t${i}`, { deps: i === 0 ? [] : [`t${i - 1}`] }),
    );
    expect(resolve(chain.toReversed()).order.length).toBe(20_000);
    const ladder = Array.from({ length: 60 }, (_, i) => [
      plain(`l${i}`, { deps: i === 0 ? [] : [`j${i - 1}`] }),
      plain(`r${i}`, { deps: i === 0 ? [] : [`j${i - 1}`] }),
      plain(`j${i}`, { deps: [`l${i}`, `r${i}`] }),
    ]).flat();
    expect(resolve(ladder).order.length).toBe(180);
  });
});

describe('expansions', () => {
  const items = [
    plain('list', { outputs: ['list'] }),
    expand('list', (text) => text.split(' ').map((name) => plain(name, { deps: ['list'] }))),
    plain('end'),
  ];

  test('whose text is known add their rules', () => {
    const graph = resolve(items, { textOf: () => 'a b' });
    expect([[...graph.nodes.keys()], graph.unexpanded]).toEqual([['list', 'a', 'b', 'end'], []]);
  });

  test('whose text is not known are kept', () => {
    expect(resolve(items).unexpanded).toEqual([items[1]]);
  });

  test('may hold expansions', () => {
    const nested = [
      plain('one'),
      expand('one', () => [plain('two'), expand('two', () => [plain('three')])]),
    ];
    expect([...resolve(nested, { textOf: () => '' }).nodes.keys()]).toEqual([
      'one',
      'two',
      'three',
    ]);
  });

  test('a need that may come with an expansion is a group of what that waits for', () => {
    const { nodes, awaited } = resolve([...items, plain('x', { deps: ['zzz'] })]);
    expect([[...awaited!], nodes.get('zzz')]).toEqual([
      ['zzz'],
      expect.objectContaining({ group: true, deps: ['list'] }),
    ]);
  });
});

describe('the digest of a recipe', () => {
  const digest = (recipe: Recipe | readonly Step[]): string =>
    resolve([target('a', { recipe })]).nodes.get('a')!.recipeDigest;
  const base = digest([exec(['cp', 'a', 'b'])]);

  test.each<[string, Recipe | readonly Step[]]>([
    ['an argument', [exec(['cp', 'a', 'c'])]],
    ['an option', [exec(['cp', 'a', 'b'], { timeout: 1 })]],
    ['a step more', [exec(['cp', 'a', 'b']), exec(['true'])]],
    ['a version', { version: '1', steps: [exec(['cp', 'a', 'b'])] }],
  ])('changes with %s', (_what, recipe) => {
    expect(digest(recipe)).not.toBe(base);
  });

  test('is that of the version where there is one, else of the text of functions', () => {
    expect(digest({ version: '1', steps: () => [] })).toBe(
      digest({ version: '1', steps: () => [exec(['true'])] }),
    );
    expect(digest({ steps: () => [] })).not.toBe(digest({ steps: () => [exec(['true'])] }));
    expect(digest([write('a', () => 'x')])).not.toBe(digest([write('a', () => 'y')]));
    expect(digest([write('a', 'x')])).toBe(digest({ steps: [write('a', 'x')] }));
  });

  test('does not know what is passed on from the environment of whoever builds', () => {
    const sourced = { script: 's.sh' };
    expect(digest([exec(['cp', 'a', 'b'], { passEnv: ['X_*'] })])).toBe(base);
    expect(digest([exec(['x'], { environment: { ...sourced, passEnv: ['X_*'] } })])).toBe(
      digest([exec(['x'], { environment: sourced })]),
    );
  });

  test('is that of the chain for its links', () => {
    const recipe = { version: '3', steps: [] };
    const chain: Chain = { name: 'chain', links: ['a'], sweep: () => ['a'], recipe };
    expect(resolve([target('a', { chain })]).nodes.get('a')!.recipeDigest).toBe(digest(recipe));
  });
});

test.each([
  ['a/b', 'a/b'],
  ['./a', 'a'],
  ['a/./b', 'a/b'],
  ['a//b/', 'a/b'],
  ['a/../b', 'b'],
  ['../a', '../a'],
  ['a/../../b', '../b'],
  ['/a/../b', '/b'],
  ['/a', '/a'],
  ['a..b', 'a..b'],
  ['.hidden', '.hidden'],
])('%s is spelled %s', (path, normal) => {
  expect(normalisePath(path)).toBe(normal);
});
